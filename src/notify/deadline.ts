/** The time of a log-off to come, as people read it. */
import { MINUTE, type Instant } from '../domain/time/time.ts';
import { wallTime } from '../domain/time/zone.ts';

/**
 * `2026-03-02 10:04 America/Chicago (UTC-06:00)`: with the zone, for what an agent's own is the platform does not say. Seconds are left
 * out, so that the time told is never after the log-off. Throws RangeError for an unknown zone.
 */
export function deadlineText(at: Instant, zone: string): string {
  const minute = Math.floor(at / MINUTE) * MINUTE;
  const wall = wallTime(zone, minute);
  const time = new Date(wall).toISOString().slice(0, 16).replace('T', ' ');
  return zone === 'UTC' ? `${time} UTC` : `${time} ${zone} (${offsetText(wall - minute)})`;
}

function offsetText(offset: number): string {
  const minutes = Math.round(Math.abs(offset) / MINUTE);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `UTC${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
