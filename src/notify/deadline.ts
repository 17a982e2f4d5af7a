/** The time of a log-off to come, as people read it. */
import { MINUTE, type Instant } from '../domain/time/time.ts';
import { offsetText, wallTime } from '../domain/time/zone.ts';

/**
 * `2026-03-02 10:04 America/Chicago (UTC-06:00)`: with the zone, for what an agent's own is the platform does not say. Seconds are left
 * out, so that the time told is never after the log-off. Throws RangeError for an unknown zone.
 */
export function deadlineText(at: Instant, zone: string): string {
  const minute = Math.floor(at / MINUTE) * MINUTE;
  const time = new Date(wallTime(zone, minute)).toISOString().slice(0, 16).replace('T', ' ');
  return zone === 'UTC' ? `${time} UTC` : `${time} ${zone} (${offsetText(zone, at)})`;
}
