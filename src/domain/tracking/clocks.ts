/**
 * Measuring: how much of the time since an instant counts. Everything here can only make a clock show less.
 */
import { timeInside, whenInside } from '../time/hours.ts';
import { hoursFor, type AgentHours } from '../time/shifts.ts';
import { departureOf, isWorking, type AgentState } from './state.ts';
import type { ClockName } from '../policy/clocks.ts';
import type { Rule } from '../policy/policy.ts';
import type { Duration, Instant, Interval } from '../time/time.ts';

/**
 * More spans than this are merged, oldest first: the time between two merged spans is lost to the clock, which protects.
 */
const MAX_SPANS = 500;

/** Adds a span that does not count. Overlapping and touching ones become one; one that is learnt late finds its place. */
export function addSpan(spans: readonly Interval[], span: Interval): readonly Interval[] {
  if (span.to <= span.from) return spans;
  const last = spans.at(-1);
  if (last === undefined) return [span];
  if (span.to < last.from) return [...addSpan(spans.slice(0, -1), span), last];
  if (span.from <= last.to) {
    const joined = { from: Math.min(last.from, span.from), to: Math.max(last.to, span.to) };
    return addSpan(spans.slice(0, -1), joined);
  }
  const all = [...spans, span];
  const [first, second] = all;
  if (all.length <= MAX_SPANS || first === undefined || second === undefined) return all;
  return [{ from: first.from, to: second.to }, ...all.slice(2)];
}

/** Forgets the spans that ended before the oldest clock started. */
export function dropSpansBefore(spans: readonly Interval[], oldest: Instant): readonly Interval[] {
  return spans.some((span) => span.to <= oldest) ? spans.filter((span) => span.to > oldest) : spans;
}

/** The parts of `whole` that none of `spans` covers. */
function uncovered(whole: Interval, spans: readonly Interval[]): readonly Interval[] {
  const parts: Interval[] = [];
  let from = whole.from;
  for (const span of spans) {
    if (span.to <= from) continue;
    if (span.from >= whole.to) break;
    if (span.from > from) parts.push({ from, to: span.from });
    from = span.to;
  }
  if (from < whole.to) parts.push({ from, to: whole.to });
  return parts;
}

/** How much of the time from `from` to `now` counts: watched, not Offline and within the rule's hours. */
export function countable(
  from: Instant,
  now: Instant,
  leftOut: readonly Interval[],
  hours: AgentHours | undefined,
): Duration {
  if (now <= from) return 0;
  if (leftOut.length === 0) return hours === undefined ? now - from : timeInside(hours, { from, to: now });
  let sum = 0;
  for (const part of uncovered({ from, to: now }, leftOut)) {
    sum += hours === undefined ? part.to - part.from : timeInside(hours, part);
  }
  return sum;
}

/** Where each clock started, or `undefined` while it stands at zero. */
const STARTS = {
  since_sign: ({ session, episode }) => (session.kind === 'engaged' ? undefined : episode.clocks.sinceSign),
  since_work: (state) => (isWorking(state) ? undefined : state.episode.clocks.sinceWork),
  in_state: ({ episode }, { whenKey }) => episode.clocks.inState[whenKey],
} satisfies Record<ClockName, (state: AgentState, rule: TimedRule) => Instant | undefined>;

/** What of a rule its clock depends on. */
export type TimedRule = Pick<Rule, 'clock' | 'whenKey' | 'hours'>;

/** Where the rule's clock started, or `undefined` while it stands at zero. */
export function clockStart(state: AgentState, rule: TimedRule): Instant | undefined {
  return STARTS[rule.clock](state, rule);
}

/** What the rule's clock shows at `now`. Never more than the time watched. */
export function measure(state: AgentState, rule: TimedRule, now: Instant): Duration {
  const start = clockStart(state, rule);
  if (start === undefined) return 0;
  // The span of an absence is noted when it ends; until then it does not count either.
  const goneAt = departureOf(state)?.at ?? now;
  const hours = rule.hours && hoursFor(rule.hours, state.shifts, now);
  return countable(start, Math.min(now, goneAt), state.leftOut, hours);
}

/** When a clock that shows `measured` at `now` reaches `limit` if nothing happens; `undefined` if its hours never come. */
export function reachesAt(
  measured: Duration,
  limit: Duration,
  now: Instant,
  hours: AgentHours | undefined,
): Instant | undefined {
  const rest = Math.max(0, limit - measured);
  if (hours === undefined) return now + rest;
  return whenInside(hours, now, rest);
}
