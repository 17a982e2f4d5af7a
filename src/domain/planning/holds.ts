/** What holds action back: all of it after a sweep, the first reason in the order of the design; or that on one agent. Pure. */
import { plan, type Failure, type Hold, type Ledger, type SweepHold } from './plan.ts';
import type { Due, Verdict } from '../judging/judge.ts';
import type { Policy } from '../policy/policy.ts';
import type { ControllerState, Pause } from '../record.ts';
import { settleLeft } from '../tracking/settle.ts';
import { MINUTE, type Duration, type Instant } from '../time/time.ts';
import { DEFAULT_CLOCK } from '../policy/clocks.ts';

/** The clocks may be this far apart before all action is held. */
const CLOCKS_APART: Duration = 5 * MINUTE;

/** What a sweep saw, as far as it decides whether anything may be done. */
export interface Seen {
  readonly complete: boolean;
  readonly listed: number;
  readonly clockError: Duration;
  readonly storeLost: boolean;
  readonly paused: boolean;
  readonly settleLeft: number;
}

/** Why nothing at all may be done after this sweep, if so. */
export function sweepHold(seen: Omit<Seen, 'listed'>, believed: boolean): SweepHold | undefined {
  if (seen.paused) return 'paused';
  if (areApart(seen.clockError)) return 'clock';
  if (seen.storeLost) return 'store';
  if (!seen.complete || !believed) return 'incomplete';
  return seen.settleLeft > 0 ? 'settling' : undefined;
}

/** Whether this machine's clock and the platform's are so far apart that nothing may rest on either. */
export function areApart(clockError: Duration): boolean {
  return Math.abs(clockError) > CLOCKS_APART;
}

/** Whether a pause is in force at `now` (local time). */
export function isPaused(pause: Pause | undefined, now: Instant): boolean {
  return pause !== undefined && (pause.until === undefined || now < pause.until);
}

/** Whether a pause is still in force when another one begins, and ends later than that. */
export function outlasts(pause: Pause | undefined, other: Pause): boolean {
  if (pause === undefined || other.until === undefined) return false;
  return pause.until === undefined || pause.until > Math.max(other.since, other.until);
}

/** What is known of the controller between two sweeps. */
export interface BetweenSweeps {
  readonly policy: Policy;
  /** `undefined` while no sweep has been made. */
  readonly standing: ControllerState | undefined;
  readonly pause: Pause | undefined;
  /** The usual time between two sweeps. */
  readonly interval: Duration;
  readonly now: Instant;
}

/** A hold that concerns one agent, with what it rests on. */
export interface OwnHold {
  readonly hold: Exclude<Hold, SweepHold>;
  readonly failure: Failure | undefined;
  readonly brokenUntil: Instant | undefined;
}

/** Why no agent would be acted on now, if so. Clocks, the store and the last sweep are seen only by the worker. */
export function holdOnAll({ standing, pause, policy, interval, now }: BetweenSweeps): SweepHold | undefined {
  const seen = { complete: true, clockError: 0, storeLost: false, paused: isPaused(pause, now) };
  const left = standing === undefined ? 0 : settleLeft(standing, policy, now, interval);
  return sweepHold({ ...seen, settleLeft: left }, true);
}

/** Why a log-off of this agent would not be begun now, if so: planned as if only this agent were due. */
export function holdOnOne(
  agentId: string,
  verdict: Verdict | undefined,
  { standing, policy, now }: BetweenSweeps,
): OwnHold | undefined {
  if (standing === undefined) return undefined;
  const byLadder = verdict?.reason === 'ladder_waiting';
  const due = verdict?.due ?? { ...AS_IF_DUE, mode: policy.mode, byLadder };
  const ledger = ledgerFor(due, standing);
  const { held } = plan([{ agentId, due }], new Set([agentId]), undefined, policy.caps, ledger, now);
  const hold = held[0]?.hold;
  if (hold === undefined || !isOwn(hold)) return undefined;
  return { hold, failure: ledger.failures.get(agentId), brokenUntil: ledger.broken.get(agentId) };
}

/** What is only observed passes the gate with a ledger of its own. */
function ledgerFor({ mode }: Due, { ledger, observedLedger }: ControllerState): Ledger {
  return mode === 'observe' ? observedLedger : ledger;
}

function isOwn(hold: Hold): hold is OwnHold['hold'] {
  return !ON_ALL.includes(hold);
}

const ON_ALL: readonly Hold[] = [
  'paused',
  'clock',
  'store',
  'incomplete',
  'settling',
] satisfies readonly SweepHold[];

/** A log-off of no particular agent: planning looks only at which agents are due, by what, and for how long. */
const AS_IF_DUE: Due = {
  ruleId: '',
  mode: 'enforce',
  actions: [],
  byLadder: false,
  rung: undefined,
  clock: DEFAULT_CLOCK,
  measured: 0,
  limit: 0,
  overdue: 0,
  cause: {
    ruleId: '',
    clock: DEFAULT_CLOCK,
    measured: 0,
    state: { presence: 'AVAILABLE', presenceId: undefined, routing: 'OFF_QUEUE' },
  },
};
