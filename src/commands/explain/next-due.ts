/** When an agent would be logged off, or is due since, if nothing happens. Pure. */
import { BELOW_PEAK, type Reason, type Verdict } from '../../domain/judging/judge.ts';
import type { Weighed } from '../../domain/judging/weigh.ts';
import type { LadderPlace } from '../../domain/tracking/state.ts';
import type { Instant } from '../../domain/time/time.ts';

/** By which rule, and when. */
export interface NextDue {
  readonly rule: string;
  readonly at: Instant;
}

/** Reasons with which some clock runs towards a log-off. */
const RUNNING: readonly (Reason | undefined)[] = ['waiting', 'warned', 'outside_hours', 'grace'];

/** Rules that only report log no agent off, unless there are no others. */
export function nextDue(
  verdict: Verdict | undefined,
  rules: readonly Weighed[],
  place: LadderPlace | undefined,
  graceUntil: Instant | undefined,
): NextDue | undefined {
  if (verdict === undefined) return undefined;
  const at = verdict.nextAt ?? 0;
  if (verdict.reason === 'ladder_waiting') return place && { rule: place.cause.ruleId, at };
  const waits = verdict.detail === BELOW_PEAK;
  if (verdict.due !== undefined && !waits) return { rule: verdict.due.ruleId, at };
  if (!waits && !RUNNING.includes(verdict.reason)) return undefined;
  const running = rules.filter(({ dueAt, due }) => dueAt !== undefined && !due);
  const enforcing = running.filter(({ rule }) => rule.mode === 'enforce');
  const from = verdict.reason === 'grace' ? (graceUntil ?? 0) : 0;
  const candidates = (enforcing.length > 0 ? enforcing : running)
    .map(({ rule, dueAt }) => ({ rule: rule.id, at: Math.max(dueAt ?? 0, from) }))
    .toSorted((a, b) => a.at - b.at);
  return candidates[0];
}
