/** What reports say of the licence peak, and how they draw head-counts. The measure itself is `domain/licence/`. */
import type { HeadCount, HeadSeries } from '../../domain/licence/head-counts.ts';
import { DAY, HOUR, MINUTE, type Duration, type Instant, type Interval } from '../../domain/time/time.ts';

/** The sentence that goes with each such number. */
export const LICENCE_METHOD =
  'The licence peak follows the published method for concurrent licences: of all head-counts by presence in a billing month, those that add up to less than 30 minutes are dropped, and the largest that is left is the peak. Where the top is ragged no single head-count lasts so long; "at or above" is the stricter reading, the head-count at or above which the month spent 30 minutes.';

/** The series cut to the highest count in each of at most `points` equal stretches of time, for drawing. */
export function thinned(
  { length, at: atOf, online: onlineOf }: HeadSeries,
  span: Interval,
  points = 600,
): readonly HeadCount[] {
  const step = Math.max(MINUTE, Math.ceil((span.to - span.from) / points / MINUTE) * MINUTE);
  const highest = new Map<Instant, number>();
  for (let i = 0; i < length; i += 1) {
    const at = atOf(i);
    if (at < span.from || at >= span.to) continue;
    const start = span.from + Math.floor((at - span.from) / step) * step;
    highest.set(start, Math.max(highest.get(start) ?? 0, onlineOf(i)));
  }
  return [...highest].map(([at, online]) => ({ at, online }));
}

/** Hours with one decimal, as reports print them. */
export function inHours(length: Duration): number {
  return Math.round((length / HOUR) * 10) / 10;
}

/** Days with one decimal. */
export function inDays(length: Duration): number {
  return Math.round((length / DAY) * 10) / 10;
}
