/** What one sweep did, in numbers, for the log and the metrics. */
import type { Hold, Plan, SweepHold } from '../domain/planning/plan.ts';
import type { SweepCount } from '../domain/record.ts';
import type { Duration, Instant } from '../domain/time/time.ts';
import type { PassResult } from './actuator/deps.ts';
import type { DueAgent, Findings } from './findings.ts';
import type { ReadingSummary } from '../ports/agents.ts';
import type { SweepReport } from '../ports/metrics.ts';
import type { SweepContext } from './tracker.ts';

/** One sweep once it is over. */
export interface Swept {
  readonly sweepId: string;
  readonly summary: ReadingSummary;
  readonly findings: Findings;
  readonly hold: SweepHold | undefined;
  readonly enforced: Plan;
  readonly real: PassResult;
  readonly imagined: PassResult;
}

/** The report of a sweep. */
export function reportOf(
  { sweepId, summary, findings, hold, enforced, real, imagined }: Swept,
  { usualInterval, policy, peak }: Pick<SweepContext, 'usualInterval' | 'policy' | 'peak'>,
  took: Duration,
): SweepReport {
  const { complete, fault, clockError, startedAt } = summary;
  return {
    ...{ sweepId, startedAt, took, complete, fault, hold, clockError, peak },
    ...numbersOf(findings, enforced, usualInterval, real),
    engagedTooLong: stuckIn(findings, policy.caps.engagedTooLong, startedAt),
    outcomes: { ...real.outcomes, observed: imagined.outcomes.observed },
  };
}

/** The agents of a plan, with what carrying out needs. */
export function agentsOf({ act }: Plan, due: readonly DueAgent[]): readonly DueAgent[] {
  // By the log-off itself: rules in observe mode may call for several of one agent at once.
  const byDue = new Map(due.map((each) => [each.due, each]));
  return act.flatMap((each) => byDue.get(each.due) ?? []);
}

/** What a sweep found and did, in numbers. */
function numbersOf(
  { listed, seen, online, verdicts, unknown, due, nextDueAt, waitingForPeak }: Findings,
  { held, tripped, ledger }: Plan,
  usual: Duration,
  { left }: PassResult,
): Pick<
  SweepReport,
  | 'listed'
  | 'seen'
  | 'online'
  | 'verdicts'
  | 'unknown'
  | 'deferred'
  | 'breakerHolds'
  | 'overdue'
  | 'nextDueAt'
  | 'left'
> {
  const deferred = deferredIn(held);
  const broken = waitingForPeak.filter((id) => ledger.broken.has(id)).length;
  return {
    listed: listed.size,
    seen: seen.size,
    online,
    verdicts,
    unknown,
    deferred,
    left,
    breakerHolds: Math.max((deferred.breaker ?? 0) + broken, tripped?.newlyDue ?? 0),
    overdue: due.filter(({ due: { overdue } }) => overdue > 2 * usual).length,
    nextDueAt,
  };
}

/** How many are in an interaction for longer than that. */
function stuckIn({ engaged }: Pick<Findings, 'engaged'>, tooLong: Duration, at: Instant): number {
  return engaged.filter(({ since }) => at - since > tooLong).length;
}

/** Counts worth a line in the log. */
export function nonZero(counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

function deferredIn(held: Plan['held']): Partial<Record<Hold, number>> {
  const deferred: Partial<Record<Hold, number>> = {};
  for (const { hold } of held) deferred[hold] = (deferred[hold] ?? 0) + 1;
  return deferred;
}

/** The row of a complete sweep in the series of head-counts. */
export function countOf({ online, kept }: Findings, { held }: Plan, at: Instant): SweepCount {
  return { at, online, kept, deferred: deferredIn(held) };
}
