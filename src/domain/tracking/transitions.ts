/**
 * apply(state, change) -> state: what a reading can mean for an agent, and what each meaning does. The table is the whole of it;
 * the functions below carry out its words. A clock that runs is left alone, one that restarts begins at the change.
 */
import type { Returns } from '../policy/policy.ts';
import type { Duration, Instant, Interval } from '../time/time.ts';
import { addSpan } from './clocks.ts';
import { OWN_STAMP_TOLERANCE } from './reading.ts';
import {
  departureOf,
  isDoneKnown,
  isNewer,
  ladderInForce,
  NO_WARNING,
  NONE,
  placeIn,
  silentReturnOf,
  withoutSuspects,
} from './state.ts';
import type { AgentState, Arrival, Checkpoint, Clocks, Departure, Episode, Ladder } from './state.ts';
import type { ReturnFacts, Session, Sign, Stay, Suspect, TrackingEvent } from './state.ts';
import { withStay } from './stays.ts';

interface MaybeSuspect {
  /** Of a suspect change: how things stood before, with what evidence may make of it. */
  readonly before?: Checkpoint | undefined;
}

/** What a reading means. Closed: `TRANSITIONS` has a row for each. */
export type Change =
  /** `hiding_sign`: the agent may have shown a sign that cannot be seen. `hiding_stamp`: so may the state have changed. */
  | { readonly kind: 'gap' | 'gap_hiding_sign' | 'gap_hiding_stamp'; readonly span: Interval }
  /** Nothing that a person does. `movedAt`: the earliest that something moved, if anything did. */
  | { readonly kind: 'no_sign'; readonly movedAt: Instant | undefined }
  | (MaybeSuspect & { readonly kind: 'sign'; readonly sign: Sign; readonly movedAt: Instant })
  /** A person behind an arrival, or before a departure that was not watched: the Offline breaks what a condition held. */
  | (MaybeSuspect & { readonly kind: 'person_arrived'; readonly sign: Sign })
  | { readonly kind: 'logged_in_unwatched'; readonly sign: Sign }
  | {
      readonly kind: 'interaction_began';
      readonly sign: Sign;
      readonly since: Instant;
      readonly outside: boolean;
    }
  | { readonly kind: 'interaction_ended'; readonly sign: Sign }
  /** The agent has answered a warning. No reading shows it. */
  | { readonly kind: 'stayed'; readonly sign: Sign; readonly stay: Stay }
  /** What our own log-off left behind, or what a return brings with it in a second step. */
  | { readonly kind: 'explained' }
  | { readonly kind: 'departed'; readonly departure: Departure; readonly undo: Checkpoint | undefined }
  | (ReturnFacts & { readonly kind: 'returned' })
  | (Arrival & MaybeSuspect & { readonly kind: 'logged_in'; readonly delay: Duration; readonly sign: Sign });

/** An interaction that is seen for the first time at `at`. */
export function beginning(at: Instant, outside: boolean, since: Instant = at): Change {
  return { kind: 'interaction_began', sign: { kind: 'interaction', at }, since, outside };
}

/** What one kind of change does to a state. */
interface Effect {
  readonly sinceSign: 'runs' | 'restarts';
  readonly sinceWork: 'runs' | 'restarts';
  /** While a condition still holds, its clock is broken by newer stamps of the same state, is kept, or begins anew. */
  readonly inState: 'by stamps' | 'kept' | 'restarts';
  /** The span that no clock counts. */
  readonly leftOut: 'nothing' | 'the gap' | 'the absence';
  readonly ladder: 'stays' | 'leaves' | 'parks' | 'advances';
  /** `new`: counted rules and warnings begin anew. `undone`: the episode before the departure's own changes comes back whole. */
  readonly episode: 'same' | 'new' | 'undone';
  /** Whether a departure within a minute may take the change back. `carried`: those of before it, and this one never. */
  readonly undo: 'kept' | 'checkpoint' | 'carried' | 'cleared';
}

/** The table. In ARCHITECTURE.md it stands with a sentence for each row. */
export const TRANSITIONS: Readonly<Record<Change['kind'], Effect>> = {
  no_sign: row('runs', 'runs', 'by stamps', 'nothing', 'stays', 'same', 'checkpoint'),
  sign: row('restarts', 'runs', 'by stamps', 'nothing', 'leaves', 'new', 'checkpoint'),
  person_arrived: row('restarts', 'runs', 'restarts', 'nothing', 'leaves', 'new', 'kept'),
  interaction_began: row('restarts', 'runs', 'by stamps', 'nothing', 'leaves', 'new', 'carried'),
  interaction_ended: row('restarts', 'restarts', 'by stamps', 'nothing', 'leaves', 'new', 'carried'),
  stayed: row('restarts', 'runs', 'by stamps', 'nothing', 'leaves', 'new', 'carried'),
  explained: row('runs', 'runs', 'kept', 'nothing', 'stays', 'same', 'kept'),
  departed: row('runs', 'runs', 'kept', 'nothing', 'stays', 'undone', 'cleared'),
  returned: row('runs', 'runs', 'kept', 'the absence', 'advances', 'same', 'cleared'),
  logged_in: row('restarts', 'restarts', 'restarts', 'nothing', 'parks', 'new', 'cleared'),
  logged_in_unwatched: row('restarts', 'runs', 'by stamps', 'nothing', 'parks', 'new', 'kept'),
  gap: row('runs', 'runs', 'by stamps', 'the gap', 'stays', 'same', 'kept'),
  gap_hiding_sign: row('restarts', 'restarts', 'by stamps', 'the gap', 'parks', 'new', 'cleared'),
  gap_hiding_stamp: row('restarts', 'restarts', 'restarts', 'the gap', 'parks', 'new', 'cleared'),
};

function row(
  sinceSign: Effect['sinceSign'],
  sinceWork: Effect['sinceWork'],
  inState: Effect['inState'],
  leftOut: Effect['leftOut'],
  ladder: Effect['ladder'],
  episode: Effect['episode'],
  undo: Effect['undo'],
): Effect {
  return { sinceSign, sinceWork, inState, leftOut, ladder, episode, undo };
}

/** The state after one change. What the reading itself shows is taken over later: see `track.ts`. */
export function apply(s: AgentState, change: Change, returns: Returns): AgentState {
  const effect = TRANSITIONS[change.kind];
  return {
    ...s,
    session: sessionAfter(s.session, change),
    logoff: logoffAfter(s.logoff, change),
    episode: episodeAfter(s, change, effect, returns),
    undo: undoAfter(s, change, effect, returns),
    leftOut: leftOutAfter(s.leftOut, change),
    stays: 'stay' in change ? withStay(s.stays, change.stay) : s.stays,
  };
}

function leftOutAfter(leftOut: AgentState['leftOut'], change: Change): AgentState['leftOut'] {
  if ('span' in change) return addSpan(leftOut, change.span);
  if (change.kind !== 'returned') return leftOut;
  return addSpan(leftOut, { from: change.departure.at, to: change.silent.at });
}

function sessionAfter(session: Session, change: Change): Session {
  if (change.kind === 'departed') {
    const { departure, undo } = change;
    if (session.kind === 'engaged') return { ...session, departure };
    const before = undo === undefined ? silentReturnOf({ session }) : undo.silent;
    return { kind: 'offline', departure, before };
  }
  if (change.kind === 'returned') return { kind: 'returned', silent: change.silent };
  if (change.kind === 'logged_in') return { kind: 'online' };
  const departure = departureOf({ session });
  if (change.kind === 'interaction_began')
    return { kind: 'engaged', since: change.since, outside: change.outside, departure };
  if (change.kind === 'interaction_ended')
    return departure === undefined ? { kind: 'online' } : { kind: 'offline', departure, before: undefined };
  return 'sign' in change ? withoutReturn(session) : session;
}

/** A sign ends a silent return, also one from which the agent has gone again. */
function withoutReturn(session: Session): Session {
  if (session.kind === 'offline') return { ...session, before: undefined };
  return session.kind === 'returned' ? { kind: 'online' } : session;
}

/** A departure is the effect of our log-off, or leaves it nothing to wait for. */
function logoffAfter(logoff: AgentState['logoff'], change: Change): AgentState['logoff'] {
  if (logoff === undefined || logoff.kind === 'seen' || !('departure' in change)) return logoff;
  const { by, at } = change.departure;
  const isOver = change.kind === 'departed' || logoff.kind === 'ended';
  const isSeen = by === 'enforcer' || (isOver && at >= logoff.from - OWN_STAMP_TOLERANCE);
  if (!isSeen && !isOver) return logoff;
  return { ...logoff, kind: isSeen ? 'seen' : 'ended', isKnown: isDoneKnown(logoff) };
}

/** Keeps how things stood before a change for as long as the change may turn out to belong to a departure. */
function undoAfter(s: AgentState, change: Change, effect: Effect, returns: Returns): AgentState['undo'] {
  const { undo, episode } = effect;
  if (undo === 'carried') {
    const after = episodeAfter(s, change, effect, returns);
    return s.undo.map((each) => carriedOver(each, after));
  }
  const suspect = 'before' in change ? change.before : undefined;
  if (undo === 'cleared') return suspect === undefined ? NONE : [suspect];
  if (suspect !== undefined) return [...s.undo, suspect];
  // Evidence gives nothing back while a later sign stands.
  const before = episode === 'new' ? withoutSuspects(s.undo) : s.undo;
  const at = 'movedAt' in change ? change.movedAt : undefined;
  return undo === 'kept' || at === undefined ? before : [...before, checkpointOf(s, at)];
}

/** What was shown before an earlier change, with all that this one brought. A condition that the earlier one broke stays broken. */
function carriedOver(before: Checkpoint, episode: Episode): Checkpoint {
  const clocks = { ...episode.clocks, inState: {} };
  return { ...before, episode: { ...episode, clocks }, silent: undefined, suspect: undefined };
}

/** How things stand before a change of this time. */
export function checkpointOf(s: AgentState, at: Instant, suspect?: Suspect): Checkpoint {
  return { at, shown: s.last, silent: silentReturnOf(s), episode: s.episode, suspect };
}

function episodeAfter(s: AgentState, change: Change, effect: Effect, returns: Returns): Episode {
  const { episode } = s;
  if (change.kind === 'departed') return change.undo?.episode ?? episode;
  const from = startOf(change);
  const isNew = effect.episode === 'new';
  return {
    sign: 'sign' in change ? { ...change.sign, at: Math.max(from, episode.clocks.sinceSign) } : episode.sign,
    clocks: clocksAfter(episode.clocks, effect, from),
    graceFrom: graceFromAfter(episode.graceFrom, change),
    ladder: ladderAfter(s, change, effect, returns),
    observedRules: isNew ? NONE : episode.observedRules,
    warnedAt: isNew ? NO_WARNING : episode.warnedAt,
    ...(!isNew && episode.promised && { promised: episode.promised }),
  };
}

/** Where a clock begins that this change restarts. */
function startOf(change: Change): Instant {
  if ('sign' in change) return change.sign.at;
  return 'span' in change ? change.span.to : -Infinity;
}

/** A clock never begins earlier than it did: instants of two readings may overtake each other. */
function clocksAfter(clocks: Clocks, { sinceSign, sinceWork, inState }: Effect, from: Instant): Clocks {
  return {
    sinceSign: sinceSign === 'runs' ? clocks.sinceSign : Math.max(from, clocks.sinceSign),
    sinceWork: sinceWork === 'runs' ? clocks.sinceWork : Math.max(from, clocks.sinceWork),
    inState: inState === 'restarts' ? {} : clocks.inState,
  };
}

function graceFromAfter(graceFrom: Instant | undefined, change: Change): Instant | undefined {
  if (change.kind === 'logged_in') return undefined;
  return change.kind === 'returned' ? change.graceFrom : graceFrom;
}

function ladderAfter(s: AgentState, change: Change, effect: Effect, returns: Returns): Ladder | undefined {
  const { ladder } = s.episode;
  if (ladder === undefined || effect.ladder === 'leaves') return undefined;
  if (effect.ladder === 'stays') return ladder;
  const was = placeIn(ladder);
  const quietHeld = ('quietHeld' in change ? change.quietHeld : undefined) ?? was.quietHeld;
  const { cause, rung, lastLogoffAt } = was;
  if (change.kind !== 'returned') return { kind: 'parked', cause, rung, lastLogoffAt, quietHeld };
  const { at } = change.silent;
  // A place that was forgotten before this return is not brought back by it.
  if (ladderInForce(s, returns, at) === undefined) return undefined;
  if (was.kind !== 'answered') {
    const place = { ...was, quietHeld };
    return ladder.kind === 'ending_sso' ? { ...ladder, place } : place;
  }
  // An agent who is back past an ended session may have had to log in: a person, who is not hurried by a quiet answer.
  const serves = quietHeld && ladder.kind !== 'ending_sso';
  return { kind: 'returned', cause, rung, lastLogoffAt, returnedAt: at, quietHeld: serves };
}

/** What is worth telling of a change. `s` is the state before it; `tokenAt` the token that the reading shows. */
export function eventOf(
  s: AgentState,
  change: Change,
  tokenAt: Instant | undefined,
): TrackingEvent | undefined {
  if (change.kind === 'logged_in') {
    const { sign, delay, departure } = change;
    return { kind: 'late_return', at: sign.at, delay, own: departure.by === 'enforcer' };
  }
  if (change.kind === 'returned') {
    const { departure, silent } = change;
    const { by, quiet, former } = departure;
    const bothKnown = former.tokenAt !== undefined && tokenAt !== undefined;
    const tokenMoved = bothKnown ? isNewer(tokenAt, former.tokenAt) : undefined;
    const { at, delay } = silent;
    return { kind: 'silent_return', at, delay, own: by === 'enforcer', quiet, tokenMoved };
  }
  if (!('sign' in change) || silentReturnOf(s) === undefined) return undefined;
  const { kind, at } = change.sign;
  return { kind: 'person_back', at: Math.max(at, s.episode.clocks.sinceSign), sign: kind };
}
