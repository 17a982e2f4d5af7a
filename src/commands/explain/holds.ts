/** What would hold a log-off of one agent back now: asked of the plan itself, as far as it is known between two sweeps. */
import { holdOnAll, holdOnOne, type BetweenSweeps, type OwnHold } from '../../domain/planning/holds.ts';
import type { Verdict } from '../../domain/judging/judge.ts';
import {
  backoff,
  EMPTY_LEDGER,
  plan,
  type Candidate,
  type Hold,
  type SweepHold,
} from '../../domain/planning/plan.ts';
import { settleLeft } from '../../domain/tracking/settle.ts';
import { formatDuration, HOUR, type Instant } from '../../domain/time/time.ts';

/** What is known between two sweeps, and of which agent. */
export interface HoldsInput extends BetweenSweeps {
  readonly agent: { readonly id: string };
}

/** One sentence for what holds all agents back, and one for what holds this agent back beside that. */
export function holdsOf(input: HoldsInput, verdict: Verdict | undefined): readonly string[] {
  const all = holdOnAll(input);
  const own = holdOnOne(input.agent.id, verdict, input);
  return [
    ...(all === undefined ? [] : [everybodyHeld(all, input)]),
    ...(own === undefined ? [] : [OWN[own.hold](own, input.now)]),
  ];
}

/** What holds each of these agents back, who are due; planned together, as the next sweep would. Nothing for those it would act on. */
export function holdsOfDue(input: BetweenSweeps, due: readonly Candidate[]): ReadonlyMap<string, Hold> {
  const ledger = input.standing?.ledger ?? EMPTY_LEDGER;
  const ids = new Set(due.map(({ agentId }) => agentId));
  const { held } = plan(due, ids, holdOnAll(input), input.policy.caps, ledger, input.now);
  return new Map(held.map(({ candidate, hold }) => [candidate.agentId, hold]));
}

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

const OWN: Readonly<Record<OwnHold['hold'], (held: OwnHold, now: Instant) => string>> = {
  breaker: ({ brokenUntil }, now) =>
    `held back by the breaker${rest(brokenUntil, now)}: too many agents became due at once`,
  forbidden: ({ failure }, now) =>
    `the platform forbids the service to log this agent off: the next try waits an hour${rest(failure && failure.at + HOUR, now)}`,
  backoff: ({ failure }, now) => {
    const count = failure?.count ?? 1;
    const tries = count === 1 ? 'try' : `${count} tries`;
    return `the last ${tries} failed: the next one waits${rest(failure && failure.at + backoff(count), now)}`;
  },
  per_hour: () => 'caps.per_hour is used up by the log-offs of the last hour',
  per_sweep: () => 'caps.per_sweep allows no log-off',
};

function rest(end: Instant | undefined, now: Instant): string {
  return end === undefined ? '' : `, for ${formatDuration(Math.max(0, end - now))} more`;
}
