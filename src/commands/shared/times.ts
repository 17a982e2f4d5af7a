/** Instants as people read them, in the time zone that they asked for. */
import type { Instant } from '../../domain/time/time.ts';
import { wallTime } from '../../domain/time/zone.ts';

/** Writes instants of one zone, without naming it; without the date where it is that of `today`. */
export interface Times {
  readonly zone: string;
  /** `15:42`, or with the date in front when it is another day. */
  readonly short: (at: Instant) => string;
  /** The same to the second. */
  readonly exact: (at: Instant) => string;
  /** `2026-03-02 15:42:07`. */
  readonly full: (at: Instant) => string;
}

/** Times in an IANA zone. Throws RangeError for an unknown zone. */
export function timesIn(zone: string, today: Instant): Times {
  const full = (at: Instant): string =>
    new Date(wallTime(zone, at)).toISOString().slice(0, 19).replace('T', ' ');
  const date = full(today).slice(0, 10);
  const exact = (at: Instant): string => {
    const text = full(at);
    return text.startsWith(date) ? text.slice(11) : text;
  };
  return { zone, short: (at) => exact(at).slice(0, -3), exact, full };
}
