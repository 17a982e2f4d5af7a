/**
 * Which changes may be a browser's as well as a person's. They count as a person's. How things stood before is kept, with what the
 * change is if a browser made it, in case evidence says so.
 */
import type { Returns } from '../policy/policy.ts';
import { MINUTE, type Duration, type Instant } from '../time/time.ts';
import type { Comparison } from './compare.ts';
import { OWN_STAMP_TOLERANCE } from './reading.ts';
import { silentReturnOf, type AgentState, type Checkpoint, type Departure, type Suspect } from './state.ts';
import { checkpointOf, type Change } from './transitions.ts';

/** The platform ends an idle session no sooner, whatever the organisation has set. */
const SHORTEST_NATIVE_TIMEOUT: Duration = 5 * MINUTE;

/**
 * Whether a browser may have made this change, whose session the native timeout ended between two looks: the presence moved as a
 * return moves it, no token tells of one, and the session had been idle for long enough.
 */
export function mayBeBounce(s: AgentState, { presence, newToken, inGap, context }: Comparison): boolean {
  // An interaction goes on over a bounce, and is a sign for as long as it lasts: there is nothing to give back.
  if (inGap || !presence.moved || newToken !== undefined || s.session.kind === 'engaged') return false;
  const { nativeTimeouts = [SHORTEST_NATIVE_TIMEOUT], usualInterval } = context;
  // Two intervals less, because a look may be so late.
  return presence.at - idleFrom(s) >= Math.min(...nativeTimeouts) - 2 * usualInterval;
}

/** Since when the session may have been idle: the last sign, or a session that was opened later. */
function idleFrom(s: AgentState): Instant {
  const { episode, firstSeenAt, last } = s;
  const opened = Math.max(last.tokenAt ?? -Infinity, silentReturnOf(s)?.at ?? -Infinity);
  return Math.max(episode.sign?.at ?? firstSeenAt, opened);
}

/**
 * Whether a browser may have made an arrival that comes without a newer token, later than the window after our quiet Offline: the
 * native timeout may have ended the session that a browser had opened.
 */
export function mayBeLateReturn(
  s: AgentState,
  c: Comparison,
  { at, former }: Departure,
  returns: Returns,
): boolean {
  const silent = silentReturnOf(s);
  if (silent === undefined) return false;
  // A return that brings no fresh stamp is dated by the look that found it: the session may be older by an interval.
  const opened = [silent.earliest, silent.at].map((back) => Math.max(back, former.tokenAt ?? -Infinity));
  return isAfterTimeout(c.presence.at, [...opened, at], c.context.nativeTimeouts, returns);
}

/** Whether this time follows within the window on a timeout that began to run at one of these. */
export function isAfterTimeout(
  at: Instant,
  idleFrom: readonly Instant[],
  timeouts: readonly Duration[] = [],
  { window }: Pick<Returns, 'window'>,
): boolean {
  return timeouts.some((timeout) =>
    idleFrom.some((idle) => {
      const after = at - (idle + timeout);
      return after >= -OWN_STAMP_TOLERANCE && after <= window;
    }),
  );
}

/**
 * How things stood before a suspect change. `undefined` where a browser would have brought more than was seen, or where there
 * is no stamp by which it could be found. `isTold`: the return has been told of, only what stands behind it is in question.
 */
export function beforeSuspect(
  s: AgentState,
  { shown, inGap, presence, routing, latest }: Comparison,
  kind: Suspect['kind'],
  [instead, more]: readonly Change[],
  isTold: boolean,
): Checkpoint | undefined {
  const stamp = presence.at;
  // A timeline is searched for the platform's stamp; a sign-in need only lie between the looks.
  if (inGap || (kind === 'bounce' && stamp !== shown.presenceSince)) return undefined;
  if (instead?.kind !== 'returned' || more !== undefined) return undefined;
  const { departure, quietHeld, silent, graceFrom } = instead;
  const movedAt = Math.min(presence.earliest, routing.moved ? routing.earliest : Infinity);
  return checkpointOf(s, movedAt, {
    kind,
    stamp,
    before: s.seenAt,
    after: latest,
    shown: shown.presence,
    instead: { departure, quietHeld, silent, graceFrom },
    isTold,
  });
}
