/**
 * Which differences between two looks are a person's doing. The rule of thumb is "protect": only changes that are known
 * to come from a desktop, a browser, a departure or the enforcer itself are not signs.
 */
import type { WholeObservation } from '../agent.ts';
import type { Memory, OwnLogoff, Sign, State } from './memory.ts';
import { MINUTE, SECOND, type Duration, type Instant } from '../time/time.ts';

/** A change this soon before going Offline belongs to the departure, and one this soon after a return to the return. */
export const TOGETHER: Duration = MINUTE;
/** How far our own log-off's times and the platform's stamps of it may lie apart. */
export const OWN_SLACK: Duration = 3 * SECOND;
/** A stamp this little before the last look is the rounding of `Date` to whole seconds, not a contradiction. */
const ROUNDING: Duration = 2 * SECOND;

export function stateOf(o: WholeObservation): State {
  return { presence: o.presence.system, presenceId: o.presence.definitionId, routing: o.routing.status };
}

/** `later` is known, and later than `earlier`. */
export function isNewer(later: Instant | undefined, earlier: Instant | undefined): later is Instant {
  return later !== undefined && earlier !== undefined && later > earlier;
}

/**
 * When a change happened that was seen at `sighted` at the latest and not yet at `lastSeen`: the platform's stamp where it
 * is believable, else the sighting. In doubt the later instant, so that no clock runs fast.
 */
export function changeTime(stamp: Instant | undefined, lastSeen: Instant, sighted: Instant): Instant {
  if (!isBelievable(stamp, lastSeen)) return sighted;
  return Math.min(Math.max(stamp, lastSeen), sighted + MINUTE);
}

function isBelievable(stamp: Instant | undefined, lastSeen: Instant): stamp is Instant {
  return stamp !== undefined && stamp >= lastSeen - ROUNDING;
}

/** How one part of a reading differs from what is remembered. */
export interface PartDifference {
  readonly changed: boolean;
  readonly restamped: boolean;
  /** When it changed, if it did, at the latest; and at the earliest. They differ where the stamp says nothing. */
  readonly at: Instant;
  readonly from: Instant;
}

/** What differs between memory and a new reading. */
export interface Difference {
  readonly presence: PartDifference;
  readonly routing: PartDifference;
}

/** Whether anything of this part is new. */
export function isMoved({ changed, restamped }: PartDifference): boolean {
  return changed || restamped;
}

/** Whether anything of a reading but its token is new. */
export function isAnyMoved({ presence, routing }: Difference): boolean {
  return isMoved(presence) || isMoved(routing);
}

/** Compares a reading with what is remembered. */
export function difference(m: Memory, o: WholeObservation, sighted: Instant): Difference {
  const presenceChanged =
    o.presence.system !== m.state.presence ||
    (o.presence.definitionId !== m.state.presenceId &&
      o.presence.definitionId !== undefined &&
      m.state.presenceId !== undefined);
  const routingChanged = o.routing.status !== m.state.routing;
  return {
    presence: partDifference(presenceChanged, o.presence.since, m.presenceSince, m.seenAt, sighted),
    routing: partDifference(routingChanged, o.routing.since, m.routingSince, m.seenAt, sighted),
  };
}

/** No part of the reading moved. */
export function isStill(m: Memory, o: WholeObservation): boolean {
  const { definitionId } = o.presence;
  return (
    o.presence.system === m.state.presence &&
    (definitionId === m.state.presenceId || definitionId === undefined || m.state.presenceId === undefined) &&
    o.routing.status === m.state.routing &&
    !isRestamped(o.presence.since, m.presenceSince, m.seenAt) &&
    !isRestamped(o.routing.since, m.routingSince, m.seenAt) &&
    !isNewer(o.tokenIssuedAt, m.tokenAt)
  );
}

function partDifference(
  changed: boolean,
  stamp: Instant | undefined,
  stampBefore: Instant | undefined,
  lastSeen: Instant,
  sighted: Instant,
): PartDifference {
  const at = changeTime(stamp, lastSeen, sighted);
  const from = isBelievable(stamp, lastSeen) ? at : lastSeen;
  return { changed, restamped: !changed && isRestamped(stamp, stampBefore, lastSeen), at, from };
}

/** Whether the same state was stamped anew. Where its stamp was not known before, one of since the last look says so. */
export function isRestamped(
  stamp: Instant | undefined,
  stampBefore: Instant | undefined,
  lastSeen: Instant,
): boolean {
  return isNewer(stamp, stampBefore ?? lastSeen);
}

/** The sign that a difference is in ordinary times; the later one when both parts changed. */
export function signIn(m: Memory, o: WholeObservation, d: Difference, inGap: boolean): Sign | undefined {
  const presence = presenceSign(o, d, inGap) ? d.presence.at : undefined;
  const routing = routingSign(m, o, d, inGap) ? d.routing.at : undefined;
  if (presence === undefined && routing === undefined) return undefined;
  return (routing ?? 0) > (presence ?? 0)
    ? { kind: 'routing', at: routing ?? 0 }
    : { kind: 'presence', at: presence ?? 0 };
}

function presenceSign(o: WholeObservation, d: Difference, inGap: boolean): boolean {
  if (d.presence.restamped) return true;
  if (!d.presence.changed || o.presence.system === 'OFFLINE') return false;
  return inGap || o.presence.system !== 'IDLE';
}

function routingSign(m: Memory, o: WholeObservation, d: Difference, inGap: boolean): boolean {
  if (d.routing.restamped) return true;
  if (!d.routing.changed) return false;
  // The cause was not observed: any change in a gap protects.
  if (inGap) return true;
  return (
    m.state.routing === 'OFF_QUEUE' || m.state.routing === 'NOT_RESPONDING' || o.routing.status === 'IDLE'
  );
}

/**
 * Whether a difference is all of it something a return brings with it: the former presence or Available, the former
 * routing, off queue or the queue restored, each stamped close to the return.
 */
export function broughtByReturn(
  o: WholeObservation,
  d: Difference,
  former: State,
  returnedAt: Instant,
): boolean {
  const until = returnedAt + TOGETHER;
  const presenceFits = samePresence(o, former) || o.presence.system === 'AVAILABLE';
  const routing = o.routing.status;
  const routingFits =
    routing === 'OFF_QUEUE' ||
    routing === former.routing ||
    (routing === 'IDLE' && former.routing !== 'OFF_QUEUE');
  return (
    (!isMoved(d.presence) || (presenceFits && d.presence.at <= until)) &&
    (!isMoved(d.routing) || (routingFits && d.routing.at <= until))
  );
}

function samePresence(o: WholeObservation, former: State): boolean {
  return (
    o.presence.system === former.presence &&
    (o.presence.definitionId === former.presenceId ||
      o.presence.definitionId === undefined ||
      former.presenceId === undefined)
  );
}

/**
 * Whether a difference is the trace of taking an agent off the queue, and perhaps of restoring their presence. It
 * must be known that we did that: after an interrupted log-off it is not known whose action it was, and that protects.
 */
export function doneByOurselves(o: WholeObservation, d: Difference, own: OwnLogoff): boolean {
  if (own.known !== true || !own.actions.includes('off_queue')) return false;
  const presenceFits = o.presence.system === 'AVAILABLE' || samePresence(o, own.former);
  const routingFits = o.routing.status === 'OFF_QUEUE' || o.routing.status === own.former.routing;
  const fits = (part: PartDifference, isOurs: boolean): boolean =>
    !isMoved(part) || (isOurs && part.at >= own.from - OWN_SLACK && part.at <= own.to + OWN_SLACK);
  return isAnyMoved(d) && fits(d.presence, presenceFits) && fits(d.routing, routingFits);
}

/**
 * Whether a bounce through Offline happened between two looks: the same presence with a newer date, or Available,
 * stamped shortly after a token that is newer than the last one known.
 */
export function isUnseenBounce(m: Memory, o: WholeObservation, d: Difference): boolean {
  const presenceMoved = d.presence.restamped || (d.presence.changed && o.presence.system === 'AVAILABLE');
  const token = o.tokenIssuedAt;
  const stamp = o.presence.since;
  if (!presenceMoved || token === undefined || stamp === undefined) return false;
  return datesNewReturn(m, token) && stamp >= token && stamp <= token + TOGETHER;
}

/** Whether a token can be the trace of a return that was not observed. */
function datesNewReturn(m: Memory, token: Instant): boolean {
  if (!isNewer(token, m.tokenAt) && !m.tokenMoved) return false;
  // The former presence is younger than the token: whatever changed it came after the login.
  if (m.presenceSince !== undefined && m.presenceSince >= token) return false;
  // The return that this token belongs to has been seen already.
  return m.back === undefined || isNewer(token, m.back.tokenAt ?? m.back.at);
}
