/** Replaying 30 days of 5,000 agents, from a recording on disk to the comparison, by the annotated default policy. */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Agent } from '../src/domain/agent.ts';
import { DAY, HOUR, MINUTE, SECOND, type Instant } from '../src/domain/time/time.ts';
import { HistoryBuilder, type HistorySpan, type UserHistory } from '../src/commands/backtest/history.ts';
import { readRecording, RecordingWriter } from '../src/commands/backtest/recording.ts';
import { replay } from '../src/commands/backtest/replay.ts';
import { compare, traitsOf } from '../src/commands/backtest/summary.ts';
import { agentOf, defaultPolicy } from './domain.ts';
import { PLAIN_BILLING } from '../src/domain/licence/billing.ts';
import type { Row } from './measure.ts';

const AGENTS = 5_000;
const DAYS = 30;
const FROM: Instant = Date.parse('2026-03-02T00:00:00Z');
const SPAN = { from: FROM, to: FROM + DAYS * DAY };
const INTERVAL = MINUTE;

export async function benchBacktest(): Promise<readonly Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'idle-enforcer-bench-'));
  try {
    const path = join(folder, 'history.jsonl');
    const changes = await record(path);
    const megabytes = (await stat(path)).size / 1e6;
    const begun = performance.now();
    const builder = new HistoryBuilder();
    const { organisation } = await readRecording(path, (users) => {
      for (const user of users) builder.add(user);
    });
    const history = builder.build(SPAN, organisation.agents);
    const read = performance.now() - begun;
    const policy = { ...defaultPolicy(), mode: 'enforce' as const };
    const replayed = replay(history, { policy, interval: INTERVAL, span: SPAN });
    const column = {
      name: 'default',
      hash: '',
      interval: INTERVAL,
      observes: true,
      ...traitsOf(policy),
      replayed,
    };
    const { columns } = compare(history, SPAN, PLAIN_BILLING, [column]);
    const spent = performance.now() - begun;
    const logoffs = columns[0]?.totals.logoffs ?? 0;
    const facts = `${(changes / 1e6).toFixed(1)} M changes, ${megabytes.toFixed(0)} MB, read in ${(read / 1_000).toFixed(1)} s, ${logoffs} log-offs`;
    return [
      {
        what: `backtest of ${DAYS} days of ${AGENTS} agents (${facts})`,
        measured: `${(spent / 1_000).toFixed(1)} s`,
        target: 'under 60 s',
        met: spent < 60_000 && logoffs > 0,
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Writes the recording; answers how many changes are in it. */
async function record(path: string): Promise<number> {
  const agents = Array.from({ length: AGENTS }, (_, i) => agentOf(i));
  const read = { groups: true, roles: true, queues: [], teams: [] };
  const writer = await RecordingWriter.create(path, SPAN, { agents, names: {}, read });
  let changes = 0;
  for (let day = 0; day < DAYS; day += 1) {
    const from = FROM + day * DAY;
    for (let first = 0; first < AGENTS; first += 500) {
      const users = agents.slice(first, first + 500).map((agent, i) => dayOf(agent, first + i, from));
      for (const { presence, routing } of users) changes += presence.length + routing.length;
      const isLast = first + 500 >= AGENTS;
      await writer.append({ users, place: { doneTo: isLast ? from + DAY : from } });
    }
  }
  await writer.close();
  return changes;
}

/** Five days of seven a shift of eight hours with some forty calls; every tenth agent walks away and stays online. */
function dayOf({ id }: Agent, i: number, from: Instant): UserHistory {
  const presence: HistorySpan[] = [];
  const routing: HistorySpan[] = [];
  const shift = from + 8 * HOUR + (i % 8) * HOUR;
  const day = (from - FROM) / DAY;
  if ((day + i) % 7 >= 5) {
    presence.push({ from, to: from + DAY, state: 'OFFLINE', definitionId: 'OFFLINE' });
    routing.push({ from, to: from + DAY, state: 'OFF_QUEUE' });
    return { userId: id, presence, routing };
  }
  const line = (
    list: HistorySpan[],
    steps: readonly (readonly [Instant, string])[],
    labels = false,
  ): void => {
    steps.forEach(([at, state], index) => {
      const to = steps[index + 1]?.[0] ?? from + DAY;
      // The policy names a label: a presence without the id of its own is unknown to it, and protects.
      if (to > at) list.push({ from: at, to, state, definitionId: labels ? state : undefined });
    });
  };
  const leaves = (i + day) % 10 === 0 ? shift + 5 * HOUR : shift + 8 * HOUR;
  const steps: [Instant, string][] = [
    [from, 'OFFLINE'],
    [shift, 'AVAILABLE'],
  ];
  const calls: [Instant, string][] = [[from, 'OFF_QUEUE']];
  let at = shift + 2 * MINUTE;
  for (let block = 0; block < 6 && at < leaves; block += 1) {
    steps.push([at, 'ON_QUEUE']);
    calls.push([at, 'IDLE']);
    for (let call = 0; call < 7; call += 1) {
      const ring = at + (3 + ((i + call) % 4)) * MINUTE + (i % 50) * SECOND;
      calls.push([ring, 'INTERACTING'], [ring + 5 * MINUTE, 'IDLE']);
      at = ring + 5 * MINUTE;
    }
    at += MINUTE;
    steps.push([at, block % 2 === 0 ? 'BREAK' : 'MEAL'], [at + 10 * MINUTE, 'AVAILABLE']);
    calls.push([at, 'OFF_QUEUE']);
    at += 12 * MINUTE;
  }
  const gone = leaves < shift + 8 * HOUR ? from + DAY - MINUTE : Math.max(at, leaves);
  if (gone < from + DAY) steps.push([gone, 'OFFLINE']);
  line(presence, steps, true);
  line(routing, calls);
  return { userId: id, presence, routing };
}
