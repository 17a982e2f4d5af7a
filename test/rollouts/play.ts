/** A changed policy brought out on a floor of agents, and what came of it. */
import { isInShare } from '../../src/domain/rollout/share.ts';
import { createRandom, mixSeed } from '../../src/sandbox/random.ts';
import { Floor } from './floor.ts';
import { CHANGED, changedPolicy, FORMER, type ChangeKind } from './policies.ts';

/** How a change is brought out in these trials. */
export const STEPS = [0.02, 0.1, 1] as const;
const ROLLOUT = '{ steps: [2%, 10%, 100%], every: 20m }';
/** Sweeps before the change, until the rollout must have ended, and after a stop. */
const BEFORE = 10;
const MOST = 70;
const AFTER = 15;

/** What came of one change. */
export interface Played {
  readonly kind: string;
  /** The rollout was stopped, and the policy of before is in force for all. */
  readonly isStopped: boolean;
  /** The change is in force for all. */
  readonly isDone: boolean;
  /** The share that the rollout reached. */
  readonly reached: number;
  /** Of the agents, those on whom the change acted. */
  readonly touched: number;
  /** Agents on whom it acted without being among them. */
  readonly outside: number;
  /** Log-offs by it in the sweep that stopped it, and after that. */
  readonly afterStop: number;
  /** Sweeps from the change to its end. */
  readonly sweeps: number;
  readonly regrets: number;
  /** Alarms of a rollout that was stopped. */
  readonly alarms: number;
}

/** Plays the `n`th change of a kind on a floor of so many agents: the same each time. */
export async function playChange(which: ChangeKind, n: number, size: number): Promise<Played> {
  const seed = mixSeed(n, which.length);
  const { kind, text } = changedPolicy(which, n, createRandom(seed), ROLLOUT);
  const floor = await Floor.open(size, seed, FORMER);
  await floor.sweep(BEFORE);
  floor.use(text);
  let reached = 0;
  /** Log-offs before the last sweep. */
  let before = 0;
  const sweeps = await floor.sweep(MOST, async () => {
    const candidate = await floor.candidate();
    if (candidate?.stopped === undefined) before = (await floor.loggedOffBy(CHANGED)).length;
    reached = Math.max(reached, candidate?.steps.at(-1)?.share ?? 0);
    return candidate === undefined ? reached === 0 : candidate.stopped === undefined;
  });
  await floor.sweep(AFTER);
  const loggedOff = await floor.loggedOffBy(CHANGED);
  const touched = new Set(loggedOff);
  const candidate = await floor.candidate();
  const isStopped = candidate?.stopped !== undefined;
  if (candidate === undefined) reached = 1;
  return {
    kind,
    isStopped,
    isDone: candidate === undefined,
    reached,
    touched: touched.size / size,
    outside: [...touched].filter((id) => !isInShare(id, reached)).length,
    afterStop: isStopped ? loggedOff.length - before : 0,
    sweeps,
    regrets: await floor.regrets(),
    alarms: floor.alarms.filter((one) => one === 'rollout').length,
  };
}
