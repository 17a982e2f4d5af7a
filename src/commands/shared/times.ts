/** Instants as people read them, in the time zone that they asked for. */
import { MINUTE, SECOND, type Instant } from '../../domain/time/time.ts';
import { wallTime, type WallTime } from '../../domain/time/zone.ts';

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

/** More than the minutes of a day. */
const MOST_MINUTES = 10_000;

/** Times in an IANA zone. Throws RangeError for an unknown zone. */
export function timesIn(zone: string, today: Instant): Times {
  const minutes = new Map<Instant, string>();
  /** The zone is asked once for each minute: zones change at whole minutes, and agents share few of them. */
  const minuteOf = (minute: Instant): string => {
    const text = minutes.get(minute) ?? textOf(wallTime(zone, minute));
    if (minutes.size < MOST_MINUTES) minutes.set(minute, text);
    return text;
  };
  const full = (at: Instant): string => {
    const minute = Math.floor(at / MINUTE) * MINUTE;
    const second = Math.floor((at - minute) / SECOND);
    return `${minuteOf(minute)}${String(second).padStart(2, '0')}`;
  };
  const date = full(today).slice(0, 10);
  const exact = (at: Instant): string => {
    const text = full(at);
    return text.startsWith(date) ? text.slice(11) : text;
  };
  return { zone, short: (at) => exact(at).slice(0, -3), exact, full };
}

/** `2026-03-02 15:42:` */
function textOf(wall: WallTime): string {
  return new Date(wall).toISOString().slice(0, -'00.000Z'.length).replace('T', ' ');
}
