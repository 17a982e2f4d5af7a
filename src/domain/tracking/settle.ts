/** How long the service only watches after it could not be said to have watched. Pure. */
import type { Policy } from '../policy/policy.ts';
import type { ControllerState } from '../record.ts';
import type { Duration, Instant } from '../time/time.ts';

/** A pause longer than so many usual intervals is an outage. */
const OUTAGE = 3;

/** What settling has to know of the past. */
export type WatchedSpan = Pick<ControllerState, 'policyHash' | 'settleLeft' | 'lastCompleteAt'>;

/** Whether so much time without a complete sweep has passed that it counts as unwatched. */
export function isOutage(
  { lastCompleteAt }: Pick<WatchedSpan, 'lastCompleteAt'>,
  now: Instant,
  usual: Duration,
): boolean {
  return lastCompleteAt !== undefined && now - lastCompleteAt > OUTAGE * usual;
}

/** How many sweeps must still be watched, this one included, before anything is done. */
export function settleLeft(watched: WatchedSpan, policy: Policy, now: Instant, usual: Duration): number {
  const anew = watched.policyHash !== policy.hash || watched.lastCompleteAt === undefined;
  return anew || isOutage(watched, now, usual) ? policy.caps.settle : watched.settleLeft;
}
