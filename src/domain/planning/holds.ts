/** What holds all action back after a sweep: the first reason in the order of the design. Pure. */
import type { SweepHold } from './plan.ts';
import type { Pause } from '../record.ts';
import { MINUTE, type Duration, type Instant } from '../time/time.ts';

/** The clocks may be this far apart before all action is held. */
const CLOCKS_APART: Duration = 5 * MINUTE;

/** What a sweep saw, as far as it decides whether anything may be done. */
export interface Seen {
  readonly complete: boolean;
  readonly listed: number;
  readonly clockError: Duration;
  readonly storeLost: boolean;
  readonly paused: boolean;
  readonly settleLeft: number;
}

/** Why nothing at all may be done after this sweep, if so. */
export function sweepHold(seen: Omit<Seen, 'listed'>, believed: boolean): SweepHold | undefined {
  if (seen.paused) return 'paused';
  if (areApart(seen.clockError)) return 'clock';
  if (seen.storeLost) return 'store';
  if (!seen.complete || !believed) return 'incomplete';
  return seen.settleLeft > 0 ? 'settling' : undefined;
}

/** Whether this machine's clock and the platform's are so far apart that nothing may rest on either. */
export function areApart(clockError: Duration): boolean {
  return Math.abs(clockError) > CLOCKS_APART;
}

/** Whether a pause is in force at `now` (local time). */
export function isPaused(pause: Pause | undefined, now: Instant): boolean {
  return pause !== undefined && (pause.until === undefined || now < pause.until);
}
