/**
 * The concurrent-licence peak by Genesys' published method, on a series of head-counts. Pure.
 *
 * The bill of a billing period goes by the highest number of users present at once; presence, not a session, decides. The
 * method lists how long each head-count lasted, added up over the whole period in however many pieces, drops those that
 * lasted less than 30 minutes, and takes the largest that is left. Its published example: 500 users for 31 minutes and
 * 503 for 6 make 500.
 */
import { MINUTE, type Duration, type Instant, type Interval } from '../time/time.ts';

/** So many were online from `at` on, until the next count. */
export interface HeadCount {
  readonly at: Instant;
  readonly online: number;
}

/** Heights that last less than this, added up over the period, are not billed. */
export const IGNORED_BELOW: Duration = 30 * MINUTE;
/** Counts further apart than this do not speak for the time between them, which was not watched. */
export const COUNT_LASTS: Duration = 15 * MINUTE;

/** The peak of one period. */
export interface Peak {
  /** The published method to the letter: the largest head-count that itself lasted at least 30 minutes; 0 without one. */
  readonly billable: number;
  /**
   * The stricter reading: the largest head-count at or above which the period spent at least 30 minutes. Never less than
   * `billable`; larger where the top is ragged, so that no single count of it lasts.
   */
  readonly atOrAbove: number;
  /** The largest head-count of all, however short. */
  readonly highest: number;
  /** When `highest` was first reached. */
  readonly highestAt: Instant | undefined;
  /** How much of the period is covered by counts. */
  readonly watched: Duration;
}

/** A series of head-counts in order of time, however it is held. */
export interface HeadSeries {
  readonly length: number;
  readonly at: (index: number) => Instant;
  readonly online: (index: number) => number;
}

/** Counts in order of time as a series. */
export function seriesOf(counts: readonly HeadCount[]): HeadSeries {
  return {
    length: counts.length,
    at: (index) => counts[index]?.at ?? 0,
    online: (index) => counts[index]?.online ?? 0,
  };
}

/** What of the counts, which are in order of time, counts in `span`; see `peakOf`. */
export function peak(counts: readonly HeadCount[], span: Interval, lasts: Duration = COUNT_LASTS): Peak {
  const series = seriesOf(counts);
  return peakOf(series, span, usualDistance(series), lasts);
}

/**
 * What of the series counts in `span`. A count is good until the next one; where that is more than `lasts` away, or there is none,
 * for the usual time between two.
 */
export function peakOf(
  { length, at: atOf, online: onlineOf }: HeadSeries,
  span: Interval,
  usualTime: Duration,
  lasts: Duration = COUNT_LASTS,
): Peak {
  const spent = new Map<number, Duration>();
  const usual = Math.min(lasts, usualTime);
  let watched = 0;
  let highest = 0;
  let highestAt: Instant | undefined;
  for (let i = 0; i < length; i += 1) {
    const [at, online] = [atOf(i), onlineOf(i)];
    const next = i + 1 < length ? atOf(i + 1) : Infinity;
    const from = Math.max(at, span.from);
    const to = Math.min(next - at <= lasts ? next : at + usual, span.to);
    if (to < from || at >= span.to) continue;
    watched += to - from;
    spent.set(online, (spent.get(online) ?? 0) + (to - from));
    if (online <= highest) continue;
    highest = online;
    highestAt = from;
  }
  return { ...heightsOf(spent), highest, highestAt, watched };
}

/** The usual time between two counts; 0 where there are none. */
export function usualDistance({ length, at }: Pick<HeadSeries, 'length' | 'at'>): Duration {
  const distances = new Float64Array(Math.max(0, length - 1));
  for (let i = 0; i < distances.length; i += 1) distances[i] = at(i + 1) - at(i);
  return distances.sort()[Math.floor(distances.length / 2)] ?? 0;
}

/** From the top down: the first height that lasted long enough by itself, and the first that did with all above it. */
function heightsOf(spent: ReadonlyMap<number, Duration>): Pick<Peak, 'billable' | 'atOrAbove'> {
  let atOrAbove = 0;
  let sum = 0;
  for (const [online, length] of [...spent].sort(([a], [b]) => b - a)) {
    sum += length;
    if (atOrAbove === 0 && sum >= IGNORED_BELOW) atOrAbove = online;
    if (length >= IGNORED_BELOW) return { billable: online, atOrAbove };
  }
  return { billable: 0, atOrAbove };
}
