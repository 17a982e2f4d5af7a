/** The hours in which a rule counts, for one agent: whether it counts now, for how long it did, and when it will have. */
import { hoursOverlap, insideHours, walkHours } from './calendar.ts';
import type { AgentHours } from './shifts.ts';
import type { Duration, Instant, Interval } from './time.ts';

/** Whether `at` lies inside the hours. */
export function isInside(hours: AgentHours, at: Instant): boolean {
  if (!('spans' in hours)) return insideHours(hours, at);
  return hours.spans.some(({ from, to }) => from <= at && at < to);
}

/** How much of `span` lies inside the hours. */
export function timeInside(hours: AgentHours, span: Interval): Duration {
  if (!('spans' in hours)) return hoursOverlap(hours, span);
  let inside = 0;
  for (const { from, to } of hours.spans)
    inside += Math.max(0, Math.min(to, span.to) - Math.max(from, span.from));
  return inside;
}

/**
 * The first instant from `from` on at which `amount` of time inside the hours has passed and the hours are on; `undefined` when that
 * is more than about a year away, or further than an agent's schedule is known.
 */
export function whenInside(hours: AgentHours, from: Instant, amount: Duration): Instant | undefined {
  if (!('spans' in hours)) return walkHours(hours, from, amount);
  let rest = amount;
  for (const span of hours.spans) {
    const begin = Math.max(from, span.from);
    const length = Math.max(0, span.to - begin);
    if (rest < length) return begin + rest;
    rest -= length;
  }
  return undefined;
}
