/** One reading held against what is remembered: what moved, and when. */
import { shownIn, type Observation, type Shown, type WholeObservation } from '../agent.ts';
import { rulesInState } from '../policy/rules-in-state.ts';
import { MINUTE, SECOND, type Duration, type Instant } from '../time/time.ts';
import { conversationsIn, isFoldable, showsWork, withheldStamps, withholdsToken } from './reading.ts';
import type { Concern } from './reading.ts';
import { isNewer, type AgentState, type Snapshot, type Stay } from './state.ts';

/** A stamp this little before the last reading is the rounding of `Date` to whole seconds, not a contradiction. */
const ROUNDING: Duration = 2 * SECOND;
/** More usual intervals than this without a reading are a gap. */
const GAP = 3;

/** What tracking needs to know besides the state and the reading. */
export interface TrackingContext extends Concern {
  /** The usual time between two readings. A longer pause than three of them is a gap. */
  readonly usualInterval: Duration;
  /** The server's clock jumped against the local one since the last reading: the time between cannot be trusted. */
  readonly clockJumped: boolean;
  /** After how long the platform ends an idle session: all that it may be for this agent. Empty when off; `undefined` when not known. */
  readonly nativeTimeouts: readonly Duration[] | undefined;
  /** The newest stay of the agent that is on record; it may have been taken in before. */
  readonly stay?: Stay | undefined;
  /** The window of returns by the policy that was in force before, where one with a longer window is being brought out to the agent. */
  readonly windowBefore?: Duration | undefined;
}

/** How one part of a reading, presence or routing, differs from what is remembered. */
export interface Difference {
  readonly changed: boolean;
  /** The same value with a newer stamp. */
  readonly restamped: boolean;
  readonly moved: boolean;
  /** When it moved, if it did: at the latest, and at the earliest. They differ where the stamp says nothing. */
  readonly at: Instant;
  readonly earliest: Instant;
}

/** A reading that can be taken in, with what of it is new. */
export interface Comparison {
  /** What the reading shows, with the stamps that it brings itself. */
  readonly shown: Snapshot;
  /** A counter above zero that is not known is taken for work. */
  readonly conversations: 'engaged' | 'possibly' | 'free';
  readonly outsideCall: boolean;
  /** Server time of the reading, never before the last one; and the latest that it can have been. */
  readonly seen: Instant;
  readonly latest: Instant;
  readonly presence: Difference;
  readonly routing: Difference;
  /** The token, where the reading has one that is newer than the last one known. */
  readonly newToken: Instant | undefined;
  readonly inGap: boolean;
  /** A stamp of the same state, or the token of a login that moved nothing else, is kept back. Asked of a gap only. */
  readonly hides: 'stamp' | 'login' | undefined;
  readonly context: TrackingContext;
}

/**
 * Compares a reading with what is remembered. `undefined` where nothing can be told from it, so that for the clocks it did not
 * take place: a conversation may be hidden, a stamp is withheld, or the presence moved without its token. In a gap a stamp or
 * a token that is withheld restarts the clocks instead.
 */
export function compare(
  s: AgentState,
  o: WholeObservation,
  context: TrackingContext,
): Comparison | undefined {
  const { last, seenAt } = s;
  const seen = Math.max(o.at, seenAt);
  const latest = Math.max(seen, latestOf(o));
  const shown = snapshotOf(o);
  const differs = (changed: boolean, part: 'presenceSince' | 'routingSince'): Difference =>
    differenceOf(changed, shown[part], last[part], seenAt, latest);
  const presence = differs(!samePresence(shown, last), 'presenceSince');
  const routing = differs(shown.routing !== last.routing, 'routingSince');
  const newToken = isNewer(shown.tokenAt, last.tokenAt) ? shown.tokenAt : undefined;
  const isStill = !presence.moved && !routing.moved && newToken === undefined;
  const inGap = isGap(s, seen, context);
  const isOnline = shown.presence !== 'OFFLINE';
  const conversations = conversationsIn(o);
  // A conversation outside the contact centre leaves no stamp: without the summary it may come and go unseen.
  if (isOnline && isStill && conversations === 'possibly') return undefined;
  const withholdsStamp = withheldStamps(s, o).length > 0;
  if (isOnline && !inGap && (withholdsStamp || waitsForToken(presence, shown, last))) return undefined;
  return {
    shown,
    conversations: showsWork(o) ? 'engaged' : conversations,
    outsideCall: hasOutsideCall(o),
    seen,
    latest,
    presence,
    routing,
    newToken,
    inGap,
    hides: hiddenIn(shown, last, isStill, withholdsStamp),
    context,
  };
}

/** Return or person? The next reading can tell, unless the token stays away until a gap opens; then it was a person. */
function waitsForToken({ moved }: Difference, shown: Snapshot, last: Snapshot): boolean {
  return moved && shown.tokenAt === undefined && last.tokenAt !== undefined;
}

function hiddenIn(
  shown: Snapshot,
  last: Snapshot,
  isStill: boolean,
  isWithheld: boolean,
): Comparison['hides'] {
  if (isWithheld || lacksStamp(shown, last)) return 'stamp';
  return isStill && withholdsToken(last, shown) ? 'login' : undefined;
}

/** The stamp that would tell of a change in a gap is not there: the same state may have been left and taken up again. */
function lacksStamp(shown: Snapshot, last: Snapshot): boolean {
  if (shown.presence === 'OFFLINE') return false;
  const presence = shown.presence === last.presence && shown.presenceSince === undefined;
  return presence || (shown.routing === last.routing && shown.routingSince === undefined);
}

/** What a reading shows, with the stamps that it brings itself. */
export function snapshotOf(o: WholeObservation): Snapshot {
  const stamps = { presenceSince: o.presence.since, routingSince: o.routing.since };
  return { ...shownIn(o), ...stamps, tokenAt: o.tokenIssuedAt };
}

/** The latest that a reading can have been taken. */
export function latestOf({ at, latest = at }: Observation): Instant {
  return Math.max(at, latest);
}

function isGap(s: AgentState, seen: Instant, { clockJumped, usualInterval }: TrackingContext): boolean {
  return clockJumped || seen - s.seenAt > GAP * usualInterval;
}

/** A conversation outside the contact centre. */
export function hasOutsideCall({ conversations }: Observation): boolean {
  return (conversations?.enterprise ?? 0) > 0;
}

/** The same presence and label; a label that one of the two does not name is no difference. */
export function samePresence(a: Shown, b: Shown): boolean {
  return a.presence === b.presence && sameLabel(a.presenceId, b.presenceId);
}

function sameLabel(a: string | undefined, b: string | undefined): boolean {
  return a === b || a === undefined || b === undefined;
}

/** A part that did not move fits; one that did must show what is expected, in time. */
export function fits({ moved, at }: Difference, isExpected: boolean, from: Instant, to: Instant): boolean {
  return !moved || (isExpected && at >= from && at <= to);
}

function differenceOf(
  changed: boolean,
  stamp: Instant | undefined,
  known: Instant | undefined,
  lastSeen: Instant,
  latest: Instant,
): Difference {
  // Where its stamp was not known before, one of since the last reading says that the same state was stamped anew.
  const restamped = !changed && isNewer(stamp, known ?? lastSeen);
  const at = dateOf(stamp, lastSeen, latest);
  const earliest = isBelievable(stamp, lastSeen) ? at : lastSeen;
  return { changed, restamped, moved: changed || restamped, at, earliest };
}

/**
 * When a change happened that was seen at `latest` at the latest and not yet at `lastSeen`: the platform's stamp where it is
 * believable, else the sighting. In doubt the later instant, so that no clock runs fast.
 */
export function dateOf(stamp: Instant | undefined, lastSeen: Instant, latest: Instant): Instant {
  if (!isBelievable(stamp, lastSeen)) return latest;
  return Math.min(Math.max(stamp, lastSeen), latest + MINUTE);
}

function isBelievable(stamp: Instant | undefined, lastSeen: Instant): stamp is Instant {
  return stamp !== undefined && stamp >= lastSeen - ROUNDING;
}

/**
 * The time of a reading that shows nothing at all that is new, as nearly every reading does. Makes no garbage: tens of
 * thousands of agents pass through here in each sweep.
 */
export function steadyAt(s: AgentState, o: Observation, context: TrackingContext): Instant | undefined {
  return isFoldable(o, s, context) ? steadyOf(s, o, context) : undefined;
}

/** The same of a reading that is known to be foldable. */
export function steadyOf(s: AgentState, o: WholeObservation, context: TrackingContext): Instant | undefined {
  if (s.unread !== undefined || s.undo.length > 0) return undefined;
  const seen = Math.max(o.at, s.seenAt);
  if (isGap(s, seen, context) || !isShownSteady(s.last, o) || !isEngagementSteady(s, o)) return undefined;
  return withheldStamps(s, o).length === 0 && areConditionsSteady(s, context) ? seen : undefined;
}

function isShownSteady(last: Snapshot, { presence, routing, tokenIssuedAt }: WholeObservation): boolean {
  return (
    presence.system === last.presence &&
    routing.status === last.routing &&
    sameLabel(presence.definitionId, last.presenceId) &&
    isStampSteady(presence.since, last.presenceSince) &&
    isStampSteady(routing.since, last.routingSince) &&
    isStampSteady(tokenIssuedAt, last.tokenAt)
  );
}

/** A stamp that is known only now is nothing new, but it is to be remembered. */
function isStampSteady(stamp: Instant | undefined, known: Instant | undefined): boolean {
  return stamp === undefined || (known !== undefined && stamp <= known);
}

function isEngagementSteady({ session }: AgentState, o: WholeObservation): boolean {
  const seen = conversationsIn(o);
  if (session.kind !== 'engaged') return seen === 'free';
  return seen === 'engaged' && session.outside === hasOutsideCall(o);
}

function areConditionsSteady({ last, episode }: AgentState, { profile }: TrackingContext): boolean {
  if (profile === undefined || last.presence === 'OFFLINE') return true;
  for (const { whenKey, holds } of rulesInState(profile, last).inState) {
    if (holds !== whenKey in episode.clocks.inState) return false;
  }
  return true;
}
