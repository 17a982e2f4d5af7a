/**
 * Changed policies brought out by a whole controller on floors of agents of whom the truth is known: slips that log off agents at work
 * must be stopped among the agents of the first steps, and changes that do no harm must come to all.
 */
import { playChange, STEPS, type Played } from '../test/rollouts/play.ts';
import type { ChangeKind } from '../test/rollouts/policies.ts';
import { median, type Row } from './measure.ts';

const AGENTS = 1_000;
const HARMFUL = 1_000;
const AWAY = 200;
const HARMLESS = 200;
const [FIRST] = STEPS;

export async function benchRollouts(): Promise<readonly Row[]> {
  const begun = performance.now();
  const harmful = await played('harmful', HARMFUL);
  const harmless = await played('harmless', HARMLESS);
  const aMinute = ((HARMFUL + HARMLESS) / (performance.now() - begun)) * 60_000;
  const away = await played('away', AWAY);
  return [
    ...rowsOf(harmful),
    ...rowsOfHarmless(harmless),
    ...rowsOfAway(away),
    plain('policies played a minute', aMinute.toFixed(0)),
  ];
}

async function played(which: ChangeKind, times: number): Promise<readonly Played[]> {
  const all: Played[] = [];
  for (let n = 0; n < times; n += 1) all.push(await playChange(which, n, AGENTS));
  return all;
}

function rowsOf(all: readonly Played[]): readonly Row[] {
  const count = (is: (one: Played) => boolean): number => all.filter(is).length;
  const none = (what: string, wrong: number): Row => ({
    what,
    measured: String(wrong),
    target: '0',
    met: wrong === 0,
  });
  const minutes = all.map(({ sweeps }) => sweeps);
  const [stopped, first] = [count(({ isStopped }) => isStopped), count(({ reached }) => reached <= FIRST)];
  return [
    {
      what: `of ${all.length} changes that log off agents at work: stopped`,
      measured: String(stopped),
      target: String(all.length),
      met: stopped === all.length,
    },
    none('of them not at the first step', all.length - first),
    plain(
      'agents on whom a change acted, of all agents: median, most',
      `${percent(median(all.map(({ touched }) => touched)))}, ${percent(Math.max(...all.map(({ touched }) => touched)))}`,
    ),
    none(
      'agents on whom a change acted that was not in force for them',
      sum(all, ({ outside }) => outside),
    ),
    none(
      'log-offs by a change from its stop on',
      sum(all, ({ afterStop }) => afterStop),
    ),
    none(
      'stops without an alarm, or with several',
      count(({ alarms }) => alarms !== 1),
    ),
    plain('minutes from the change to its stop: median, most', `${median(minutes)}, ${Math.max(...minutes)}`),
  ];
}

function rowsOfHarmless(all: readonly Played[]): readonly Row[] {
  const done = all.filter(({ isDone }) => isDone).length;
  const what = `of ${all.length} changes that do no harm: in force for all in the end`;
  return [{ what, measured: String(done), target: String(all.length), met: done === all.length }];
}

/** Agents who come back after more than ten minutes regret nothing. */
function rowsOfAway(all: readonly Played[]): readonly Row[] {
  const kinds = [...new Set(all.map(({ kind }) => kind))];
  return kinds.map((kind) => {
    const own = all.filter((one) => one.kind === kind);
    const stopped = own.filter(({ isStopped }) => isStopped).length;
    return plain(
      `of ${own.length} changes that log off agents after minutes of ${kind}: stopped`,
      String(stopped),
    );
  });
}

function plain(what: string, measured: string): Row {
  return { what, measured, met: true };
}

function sum(all: readonly Played[], of: (one: Played) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
