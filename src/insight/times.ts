/** Instants as people read them, in the time zone that they asked for. */
import type { Instant } from '../domain/time.ts';
import { wallTime } from '../domain/zone.ts';

/** Writes instants of one zone, leaving out the date where it is that of `today`. */
export interface Times {
  readonly zone: string;
  /** `15:42 UTC`, or with the date in front when it is another day. */
  readonly short: (at: Instant) => string;
  /** `2026-03-02 15:42:07`, without the zone: for tables that name it once. */
  readonly full: (at: Instant) => string;
}

/** Times in an IANA zone. Throws RangeError for an unknown zone. */
export function timesIn(zone: string, today: Instant): Times {
  const full = (at: Instant): string =>
    new Date(wallTime(zone, at)).toISOString().slice(0, 19).replace('T', ' ');
  const date = full(today).slice(0, 10);
  const short = (at: Instant): string => {
    const text = full(at).slice(0, 16);
    return `${text.startsWith(date) ? text.slice(11) : text} ${zone}`;
  };
  return { zone, short, full };
}
