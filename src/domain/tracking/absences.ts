/** Going and coming back: whose doing a departure was, and whether a browser or a person stands behind a return. */
import type { Returns } from '../policy/policy.ts';
import { MINUTE, type Duration, type Instant } from '../time/time.ts';
import { fits, samePresence, type Comparison } from './compare.ts';
import { beforeSuspect, isAfterTimeout, mayBeLateReturn } from './doubts.ts';
import { OWN_STAMP_TOLERANCE } from './reading.ts';
import { departureOf, isDoneKnown, isNewer, mayHaveDone, silentReturnOf } from './state.ts';
import type { AgentState, Arrival, Checkpoint, Departure, Logoff, SilentReturn, Snapshot } from './state.ts';
import type { Change } from './transitions.ts';

/** A change this soon before going Offline belongs to the departure, and one this soon after a return to the return. */
export const SAME_CHANGE_WINDOW: Duration = MINUTE;
/** So long evidence may say that a change was a browser's. Then the sign stands. */
export const EVIDENCE_WINDOW: Duration = 10 * MINUTE;
/** A client that asserts its presence does so within seconds: an Offline of ours that held longer than this was not undone. */
const QUIET_OFFLINE_HELD_AFTER: Duration = 5 * MINUTE;

/** Changes of the last minute belong to the departure, unless it is our own doing: the change was not part of that. */
export function departed(s: AgentState, c: Comparison, returns: Returns): readonly Change[] {
  const { at, earliest } = c.presence;
  const { logoff } = s;
  if (logoff !== undefined && mayHaveCaused(logoff, at, returns)) {
    const departure = ownDeparture(logoff, Math.max(earliest, logoff.from));
    return [{ kind: 'departed', departure, undo: undefined }];
  }
  const undo = checkpointBefore(s, at);
  // In doubt the earlier instant: an absence that is taken for a short one would make a silent return of a login.
  const departure = platformDeparture(earliest, s, undo?.shown);
  if (!c.inGap) return [{ kind: 'departed', departure, undo }];
  // The time before was not watched: an agent who was there until then must not get back the clocks of before the gap.
  return [{ kind: 'departed', departure, undo: undefined }, personAt(at)];
}

/** How things stood before the changes that belong to a departure, or a bounce, of this time. */
function checkpointBefore({ undo }: AgentState, at: Instant): Checkpoint | undefined {
  const isNear = (before: Instant): boolean => before >= at - SAME_CHANGE_WINDOW;
  // A click after our Offline is no part of the departure that follows.
  return undo.find((checkpoint) => isNear(checkpoint.at) && checkpoint.suspect?.kind !== 'click');
}

function personAt(at: Instant, before?: Checkpoint): Change {
  return { kind: 'person_arrived', sign: { kind: 'presence', at }, before };
}

function platformDeparture(at: Instant, { last }: AgentState, former: Snapshot = last): Departure {
  return { at, by: 'platform', quiet: false, former: { ...former, tokenAt: last.tokenAt } };
}

function ownDeparture(logoff: Logoff, at: Instant): Departure {
  // After a crash in the middle it is unknown how far it came: the tokens may have been left.
  const quiet = !isDoneKnown(logoff) || !logoff.done.includes('revoke_tokens');
  return { at, by: 'enforcer', quiet, former: logoff.former };
}

/** The departure may be the effect of this log-off: begun before, not long ago, and not answered by another. */
function mayHaveCaused({ kind, from, to }: Logoff, at: Instant, { window }: Returns): boolean {
  return kind !== 'seen' && at >= from - OWN_STAMP_TOLERANCE && at <= to + window;
}

/** Our own log-off took effect, and the agent was back before the next reading. */
export function hiddenDeparture(
  logoff: Logoff | undefined,
  c: Comparison,
  { window }: Returns,
): Departure | undefined {
  if (logoff === undefined || logoff.kind === 'seen' || logoff.kind === 'ended') return undefined;
  const { presence, seen, inGap, shown } = c;
  const since = logoff.from - OWN_STAMP_TOLERANCE;
  // A presence that moved after a crash may as well be a person's choice: only a new login shows that the agent was gone.
  const isCertain = (inGap || seen <= logoff.to + window) && logoff.kind === 'acted';
  const isUndone = isCertain && logoff.done.includes('offline') && presence.moved && presence.at >= since;
  if (!isUndone && !showsLogin(logoff, shown.tokenAt, since)) return undefined;
  // In doubt the earlier instant, as for every departure.
  return ownDeparture(logoff, Math.min(logoff.from, returnTime(c)));
}

function showsLogin(logoff: Logoff, token: Instant | undefined, since: Instant): boolean {
  return (
    mayHaveDone(logoff).includes('revoke_tokens') && isNewer(token, logoff.former.tokenAt) && token >= since
  );
}

/** When the agent came back: the presence's stamp, or the new token's where the presence never moved. */
function returnTime({ presence, shown, seen }: Comparison): Instant {
  return presence.moved ? presence.at : Math.min(shown.tokenAt ?? seen, seen);
}

/** The agent is no longer Offline: a login, the person's one click, or a silent return. */
export function arrived(
  s: AgentState,
  c: Comparison,
  returns: Returns,
  departure: Departure = departureOf(s) ?? platformDeparture(s.seenAt, s),
): readonly Change[] {
  const { window } = returns;
  const at = Math.max(returnTime(c), departure.at);
  const delay = at - departure.at;
  const isOwnQuiet = departure.by === 'enforcer' && departure.quiet;
  const quietHeld = isOwnQuiet ? delay > Math.min(window, QUIET_OFFLINE_HELD_AFTER) : undefined;
  if (delay > window) return arrivedLate(s, c, returns, { departure, quietHeld }, at);
  const back = returned(s, c, returns, { departure, quietHeld }, at, delay);
  return isClick(c, departure) ? [...back, personAt(at, beforeSuspect(s, c, 'click', back, true))] : back;
}

/** Later than the window it is a login, unless the native timeout stands behind it. */
function arrivedLate(
  s: AgentState,
  c: Comparison,
  returns: Returns,
  { departure, quietHeld }: Arrival,
  at: Instant,
): readonly Change[] {
  const hidden: Departure = { ...departure, by: 'platform', quiet: false };
  const back = returned(s, c, returns, { departure: hidden, quietHeld }, at, undefined);
  if (isNativeTimeout(s, c, departure, returns)) return back;
  const isDoubtful = isTokenless(c, departure) && mayBeLateReturn(s, c, departure, returns);
  const before = isDoubtful ? beforeSuspect(s, c, 'click', back, false) : undefined;
  const login = { kind: 'logged_in', departure, quietHeld, delay: at - departure.at } as const;
  if (!isClick(c, departure)) return [{ ...login, sign: { kind: 'login', at }, before }];
  return [{ ...login, sign: { kind: 'presence', at } }, personAt(at, before)];
}

/** A click is a person's: it takes the agent off the ladder. */
function isClick(c: Comparison, departure: Departure): boolean {
  return c.shown.presence === 'AVAILABLE' && isTokenless(c, departure);
}

/** The session that our Offline left alone is still the same, as far as its token tells. */
function isTokenless({ shown }: Comparison, { quiet, former }: Departure): boolean {
  return quiet && !isNewer(shown.tokenAt, former.tokenAt);
}

/** A return within the window: silent, unless it shows something that no browser brings. */
function returned(
  s: AgentState,
  c: Comparison,
  { grace }: Returns,
  { departure, quietHeld }: Arrival,
  at: Instant,
  delay: Duration | undefined,
): readonly Change[] {
  const { former } = departure;
  const earliest = Math.max(departure.at, Math.min(at, c.presence.earliest));
  const silent: SilentReturn = { at, earliest, delay, after: departure.by, former, tokenAt: c.shown.tokenAt };
  // A browser that bounces more often than grace lasts would put an absent person out of reach for good: a return that
  // follows hard on the grace of another opens no new one.
  const open = s.episode.graceFrom;
  const goesOn = open !== undefined && at < open + grace + 2 * c.context.usualInterval;
  const graceFrom = goesOn ? open : at;
  const change: Change = { kind: 'returned', departure, quietHeld, silent, graceFrom };
  return isBrought(c, former, at) ? [change] : [change, personAt(Math.max(at, c.presence.at))];
}

/**
 * Whether the platform's own timeout, and not a person, stands behind an arrival after our quiet Offline. That Offline left
 * the session alone, so a person who is there needs one click and no login. Where the browser itself had opened the session,
 * a login within `window` after its idle time is attributed to the browser: the hidden departure ended the session. It idles
 * from its token's date on, or from the Offline, should the client have answered that with a request.
 */
function isNativeTimeout(s: AgentState, c: Comparison, departure: Departure, returns: Returns): boolean {
  const { at, by, quiet, former } = departure;
  const opened = former.tokenAt;
  const token = c.shown.tokenAt;
  const silent = silentReturnOf(s);
  if (c.inGap || by !== 'enforcer' || !quiet || opened === undefined || token === undefined) return false;
  // While a return is silent there has been no sign of a person: a token of then or later is the browser's own.
  if (silent === undefined || opened < silent.at - SAME_CHANGE_WINDOW) return false;
  if (c.presence.earliest > token + SAME_CHANGE_WINDOW) return false;
  return isAfterTimeout(token, [opened, at], c.context.nativeTimeouts, returns);
}

/**
 * Whether everything that moved is what a return brings with it: the former presence or Available, the former routing, off
 * queue or the queue restored, each stamped close to the return.
 */
export function isBrought(
  { shown, presence, routing }: Comparison,
  former: Snapshot,
  returnedAt: Instant,
): boolean {
  const until = returnedAt + SAME_CHANGE_WINDOW;
  const presenceFits = samePresence(shown, former) || shown.presence === 'AVAILABLE';
  const routingFits =
    shown.routing === 'OFF_QUEUE' ||
    shown.routing === former.routing ||
    (shown.routing === 'IDLE' && former.routing !== 'OFF_QUEUE');
  return fits(presence, presenceFits, -Infinity, until) && fits(routing, routingFits, -Infinity, until);
}

/**
 * Whether a bounce through Offline happened between two readings: the same presence with a newer date, or Available, stamped
 * shortly after a token that is newer than the last one known.
 */
export function isHiddenBounce(s: AgentState, { shown, presence }: Comparison, { window }: Returns): boolean {
  // After a longer pause it may as well be the login of a person who was away for longer than the window.
  if (presence.at - s.seenAt > window) return false;
  const { tokenAt: token, presenceSince: stamp } = shown;
  const bounces = presence.restamped || (presence.changed && shown.presence === 'AVAILABLE');
  if (!bounces || token === undefined || stamp === undefined) return false;
  return datesNewReturn(s, token) && stamp >= token && stamp <= token + SAME_CHANGE_WINDOW;
}

/** Whether a token can be the trace of a return that was not seen. */
function datesNewReturn(s: AgentState, token: Instant): boolean {
  const { last, tokenMoved } = s;
  if (!isNewer(token, last.tokenAt) && !tokenMoved) return false;
  // The former presence is younger than the token: whatever changed it came after the login.
  if (last.presenceSince !== undefined && last.presenceSince >= token) return false;
  // The return that this token belongs to has been seen already.
  const silent = silentReturnOf(s);
  return silent === undefined || isNewer(token, silent.tokenAt ?? silent.at);
}

/** The return of an agent who was gone and back between two readings. */
export function bounced(s: AgentState, c: Comparison, returns: Returns): readonly Change[] {
  const { at } = c.presence;
  const wentAt = Math.max(s.seenAt, Math.min(c.shown.tokenAt ?? c.seen, at));
  const departure = platformDeparture(wentAt, s, checkpointBefore(s, at)?.shown);
  return returned(s, c, returns, { departure, quietHeld: undefined }, at, undefined);
}
