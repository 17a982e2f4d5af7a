/** What would hold a log-off of one agent back now: asked of the plan itself, as far as it is known between two sweeps. */
import { isPaused, sweepHold } from '../../domain/planning/holds.ts';
import type { Due, Verdict } from '../../domain/judging/judge.ts';
import {
  backoff,
  EMPTY_LEDGER,
  plan,
  type Candidate,
  type Failure,
  type Hold,
  type Ledger,
  type SweepHold,
} from '../../domain/planning/plan.ts';
import type { Policy } from '../../domain/policy/policy.ts';
import type { Pause, ControllerState } from '../../domain/record.ts';
import { settleLeft } from '../../domain/tracking/settle.ts';
import { formatDuration, HOUR, type Duration, type Instant } from '../../domain/time/time.ts';

/** What is known between two sweeps. */
export interface HoldsInput {
  readonly agent: { readonly id: string };
  readonly policy: Policy;
  readonly standing: ControllerState | undefined;
  readonly pause: Pause | undefined;
  /** The usual time between two sweeps. */
  readonly interval: Duration;
  readonly now: Instant;
}

/** One sentence for what holds all agents back, and one for what holds this agent back beside that. */
export function holdsOf(input: HoldsInput, verdict: Verdict | undefined): readonly string[] {
  const { standing, policy } = input;
  const everybody = holdOfAll(input);
  const sentences = everybody === undefined ? [] : [everybodyHeld(everybody, input)];
  if (standing === undefined) return sentences;
  const ledger = policy.mode === 'observe' ? standing.imaginedLedger : standing.ledger;
  const own = ownHeld(holdOfOne(input, verdict, ledger), input, ledger);
  return own === undefined ? sentences : [...sentences, own];
}

/** What holds each of these agents back, who are due; planned together, as the next sweep would. Nothing for those it would act on. */
export function holdsOfDue(
  input: Omit<HoldsInput, 'agent'>,
  due: readonly Candidate[],
): ReadonlyMap<string, Hold> {
  const ledger = input.standing?.ledger ?? EMPTY_LEDGER;
  const ids = new Set(due.map(({ agentId }) => agentId));
  const { held } = plan(due, ids, holdOfAll(input), input.policy.caps, ledger, input.now);
  return new Map(held.map(({ candidate, hold }) => [candidate.agentId, hold]));
}

/** Clocks, the store and the last sweep are seen only by the worker. */
function holdOfAll({
  standing,
  pause,
  policy,
  interval,
  now,
}: Omit<HoldsInput, 'agent'>): SweepHold | undefined {
  const seen = { complete: true, clockError: 0, storeLost: false, paused: isPaused(pause, now) };
  const left = standing === undefined ? 0 : settleLeft(standing, policy, now, interval);
  return sweepHold({ ...seen, settleLeft: left }, true);
}

/** Planned as if only this agent were due. */
function holdOfOne(
  { agent, policy, now }: HoldsInput,
  verdict: Verdict | undefined,
  ledger: Ledger,
): Hold | undefined {
  const byLadder = verdict?.reason === 'ladder_waiting';
  const candidate: Candidate = { agentId: agent.id, due: verdict?.due ?? { ...AS_IF_DUE, byLadder } };
  const { held } = plan([candidate], new Set([agent.id]), undefined, policy.caps, ledger, now);
  return held[0]?.hold;
}

/** A log-off of no particular agent: planning looks only at which agents are due, by what, and for how long. */
const AS_IF_DUE: Due = {
  ruleId: '',
  mode: 'enforce',
  actions: [],
  byLadder: false,
  rung: undefined,
  clock: 'since_sign',
  measured: 0,
  limit: 0,
  overdue: 0,
  cause: {
    ruleId: '',
    clock: 'since_sign',
    measured: 0,
    state: { presence: 'AVAILABLE', presenceId: undefined, routing: 'OFF_QUEUE' },
  },
};

function everybodyHeld(hold: SweepHold, input: HoldsInput): string {
  const { pause, standing, policy, interval, now } = input;
  if (hold === 'paused') {
    const why = pause?.reason === undefined ? '' : ` (${pause.reason})`;
    const end = pause?.until === undefined ? 'resume' : 'resume or the end of the pause';
    return `paused${why}: no agent is logged off until ${end}`;
  }
  if (standing?.policyHash !== policy.hash)
    return 'no sweep has used this policy yet: its first sweeps only observe';
  const left = settleLeft(standing, policy, now, interval);
  return `settling: ${left === 1 ? 'one more sweep only observes' : `${left} more sweeps only observe`}`;
}

/** What is told of a hold, from what is known of the agent. */
interface Known {
  readonly failure: Failure | undefined;
  readonly brokenUntil: Instant | undefined;
  readonly now: Instant;
}

const OWN: Readonly<Record<Exclude<Hold, SweepHold>, (known: Known) => string>> = {
  breaker: ({ brokenUntil, now }) =>
    `held back by the breaker${rest(brokenUntil, now)}: too many agents became due at once`,
  forbidden: ({ failure, now }) =>
    `the platform forbids the service to log this agent off: the next try waits an hour${rest(failure && failure.at + HOUR, now)}`,
  backoff: ({ failure, now }) => {
    const count = failure?.count ?? 1;
    const tries = count === 1 ? 'try' : `${count} tries`;
    return `the last ${tries} failed: the next one waits${rest(failure && failure.at + backoff(count), now)}`;
  },
  per_hour: () => 'caps.per_hour is used up by the log-offs of the last hour',
  per_sweep: () => 'caps.per_sweep allows no log-off',
};

/** `undefined` for what holds all agents back, which has its own sentence. */
function ownHeld(hold: Hold | undefined, { agent, now }: HoldsInput, ledger: Ledger): string | undefined {
  if (hold === undefined || !isOwn(hold)) return undefined;
  const failure = ledger.failures.get(agent.id);
  return OWN[hold]({ failure, brokenUntil: ledger.broken.get(agent.id), now });
}

function isOwn(hold: Hold): hold is Exclude<Hold, SweepHold> {
  return hold in OWN;
}

function rest(end: Instant | undefined, now: Instant): string {
  return end === undefined ? '' : `, for ${formatDuration(Math.max(0, end - now))} more`;
}
