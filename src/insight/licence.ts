/**
 * The concurrent-licence peak by Genesys' published method, on a series of head-counts. Pure.
 *
 * The bill of a billing period goes by the highest number of users present at once; presence, not a session, decides. A
 * height that adds up to less than 30 minutes over the whole period, in however many pieces, is ignored.
 */
import { DAY, HOUR, MINUTE, type Duration, type Instant, type Interval } from '../domain/time.ts';
import { localTimeAt, wallTime } from '../domain/zone.ts';

/** So many were online from `at` on, until the next count. */
export interface HeadCount {
  readonly at: Instant;
  readonly online: number;
}

/** Heights that last less than this, added up over the period, are not billed. */
export const IGNORED_BELOW: Duration = 30 * MINUTE;
/** A count says nothing of the time more than this after it: nobody looked. */
export const COUNT_LASTS: Duration = 15 * MINUTE;

/** The peak of one period. */
export interface Peak {
  /** The largest head-count at or above which the period spent at least 30 minutes; 0 when there is none. */
  readonly billable: number;
  /** The largest head-count of all, however short. */
  readonly highest: number;
  /** When `highest` was first reached. */
  readonly highestAt: Instant | undefined;
  /** How much of the period is covered by counts. */
  readonly watched: Duration;
}

/** What of the series counts in `span`. `series` is in order of time; `lasts` is how long a count is good for. */
export function peak(series: readonly HeadCount[], span: Interval, lasts: Duration = COUNT_LASTS): Peak {
  const spent = new Map<number, Duration>();
  let watched = 0;
  let highest = 0;
  let highestAt: Instant | undefined;
  for (const [i, { at, online }] of series.entries()) {
    const from = Math.max(at, span.from);
    const to = Math.min(series[i + 1]?.at ?? Infinity, at + lasts, span.to);
    if (to <= from) continue;
    watched += to - from;
    spent.set(online, (spent.get(online) ?? 0) + (to - from));
    if (online <= highest) continue;
    highest = online;
    highestAt = from;
  }
  return { billable: heightOf(spent), highest, highestAt, watched };
}

/** From the top down: the first height that, with all above it, lasted long enough. */
function heightOf(spent: ReadonlyMap<number, Duration>): number {
  let sum = 0;
  for (const [online, length] of [...spent].sort(([a], [b]) => b - a)) {
    sum += length;
    if (sum >= IGNORED_BELOW) return online;
  }
  return 0;
}

/** One calendar month in the zone of the bill, cut to what was asked for. */
export interface BillingPeriod extends Interval {
  /** `2026-03`. */
  readonly month: string;
  /** The whole month lies within what was asked for. */
  readonly whole: boolean;
}

/** The calendar months of `zone` that touch `span`, in order. Throws RangeError for an unknown zone. */
export function billingPeriods(span: Interval, zone: string): readonly BillingPeriod[] {
  const periods: BillingPeriod[] = [];
  let { from } = monthAround(span.from, zone);
  while (from < span.to) {
    const month = monthAround(from, zone);
    const cut = { from: Math.max(month.from, span.from), to: Math.min(month.to, span.to) };
    const whole = cut.from === month.from && cut.to === month.to;
    if (cut.to > cut.from) periods.push({ ...cut, month: month.name, whole });
    from = month.to;
  }
  return periods;
}

/** The local month in which `at` lies. */
function monthAround(at: Instant, zone: string): Interval & { readonly name: string } {
  const local = new Date(wallTime(zone, at));
  const [year, month] = [local.getUTCFullYear(), local.getUTCMonth()];
  return {
    from: localTimeAt(zone, Date.UTC(year, month, 1)).first,
    to: localTimeAt(zone, Date.UTC(year, month + 1, 1)).first,
    name: local.toISOString().slice(0, 7),
  };
}

/** The series cut to the highest count in each of at most `points` equal stretches of time, for drawing. */
export function thinned(series: readonly HeadCount[], span: Interval, points = 600): readonly HeadCount[] {
  const step = Math.max(MINUTE, Math.ceil((span.to - span.from) / points / MINUTE) * MINUTE);
  const highest = new Map<Instant, number>();
  for (const { at, online } of series) {
    if (at < span.from || at >= span.to) continue;
    const start = span.from + Math.floor((at - span.from) / step) * step;
    highest.set(start, Math.max(highest.get(start) ?? 0, online));
  }
  return [...highest].map(([at, online]) => ({ at, online }));
}

/** Hours with one decimal, as reports print them. */
export function inHours(length: Duration): number {
  return Math.round((length / HOUR) * 10) / 10;
}

/** Whole local days that a span touches, for sentences about how much was seen. */
export function inDays(length: Duration): number {
  return Math.round((length / DAY) * 10) / 10;
}
