/**
 * What takes too long for the tests: `node bench/blackbox.ts size [AGENTS]` measures a worker that only watches a large
 * organisation, `node bench/blackbox.ts kills [SEED]` and `… faults [SEED]` play the full cast for longer than the tests do.
 * Not run by the test runner.
 */
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { argumentsOf, oneOf, whole } from '../scripts/arguments.ts';
import { play, untilAllGone, type Judgement } from '../test/blackbox/judge.ts';
import { killAndRestart, someFail, someMissing } from '../test/blackbox/mishaps.ts';
import { until } from '../test/blackbox/program.ts';

const MINUTE = 60_000;

/** Reads everyone for a few sweeps; answers the most memory that the process ever had, and what a sweep cost. */
async function size(agents: number): Promise<object> {
  let peak: number | undefined;
  let requests = 0;
  let sweeps = 0;
  const rules = '      - { id: gone, when: { presence: [available, away, busy, meal, idle] }, limit: 12h }';
  const parts = { every: '*/20 * * * * *', rules, returns: '', perMinute: 290 };
  const { judgement, run } = await play(parts, 1, async ({ org, trial }) => {
    const kinds = ['Available', 'Away', 'Busy', 'Offline', 'Meal'] as const;
    for (let n = 0; n < agents; n += 1)
      org.people.add(`Agent ${n}`, { presence: kinds[n % kinds.length] ?? 'Away' });
    const worker = trial.start();
    const complete = (): number =>
      worker.lines('sweep done').filter((line) => line['complete'] === true).length;
    await until(() => complete() >= 1, 2 * MINUTE);
    requests = org.requests;
    await until(() => complete() >= 4, 4 * MINUTE);
    sweeps = complete();
    peak = worker.peakMemory();
    return worker;
  });
  const took = run.lines('sweep done').map((line) => line['took']);
  return {
    agents,
    sweeps,
    requestsOfStartAndFirstSweep: requests,
    took,
    peakMemoryMb: peak,
    ...summary(judgement),
  };
}

async function kills(seed: number): Promise<object> {
  const { judgement } = await play({}, seed, async (stage) => {
    stage.cast.hirePresent(3);
    stage.cast.hireAbsent(3);
    const { run } = await killAndRestart(stage.org, stage.trial, seed, 40);
    await untilAllGone(stage, 5_000, MINUTE);
    return run;
  });
  return summary(judgement);
}

async function faults(seed: number): Promise<object> {
  const { judgement } = await play({ timeout: '2s' }, seed, async (stage) => {
    const { org, cast, trial } = stage;
    cast.hirePresent(3);
    cast.hireAbsent(3);
    cast.hireReturning(3);
    const run = trial.start();
    await until(() => org.requests > 4, MINUTE);
    org.fault = someFail(0.15, seed);
    org.api.drop = someMissing(0.02, seed);
    await sleep(2 * MINUTE);
    org.fault = () => undefined;
    org.api.drop = () => [];
    // Agents whose log-off was given up are tried again two minutes later, or four.
    await untilAllGone(stage, 5_000, 5 * MINUTE);
    return run;
  });
  return summary(judgement);
}

function summary({
  disturbed,
  missed,
  unknownRequests,
  tooMany,
  secrets,
  unrecorded,
  end,
}: Judgement): object {
  return { disturbed, missed, unknownRequests, tooMany, secrets, unrecorded, end };
}

const KINDS = { size, kills, faults } as const;

const {
  words: [word = 'size', number],
} = argumentsOf({}, 2);
const kind = oneOf('The kind of trial', word, ['size', 'kills', 'faults']);
const count = whole(
  kind === 'size' ? 'The number of agents' : 'The seed',
  number ?? (kind === 'size' ? '50000' : '1'),
);
process.stdout.write(`${JSON.stringify(await KINDS[kind](count), undefined, 2)}\n`);
