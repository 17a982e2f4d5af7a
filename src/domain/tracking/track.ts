/**
 * track(state, reading) -> state: how one more reading changes what is remembered of an agent. Pure. The reading is held
 * against the state (`compare.ts`), it is said what it means (`classify.ts`), and that is applied (`transitions.ts`).
 */
import type { Observation, WholeObservation } from '../agent.ts';
import { isOfCondition } from '../policy/clocks.ts';
import type { Returns, Rule } from '../policy/policy.ts';
import { isInCondition, mentions } from '../policy/when.ts';
import { HOUR, MINUTE, type Instant } from '../time/time.ts';
import { EVIDENCE_WINDOW, SAME_CHANGE_WINDOW } from './absences.ts';
import { classify } from './classify.ts';
import { dropSpansBefore } from './clocks.ts';
import { compare, hasOutsideCall, latestOf, snapshotOf, steadyOf } from './compare.ts';
import type { Comparison, Difference, TrackingContext } from './compare.ts';
import { isFoldable, showsWork } from './reading.ts';
import { isAhead, pulledBack } from './set-back.ts';
import { isWorking, NO_WARNING, NONE } from './state.ts';
import type { AgentState, Clocks, Session, Stay, TrackingEvent } from './state.ts';
import { newStay, stayAt, withStay } from './stays.ts';
import { apply, beginning, eventOf, TRANSITIONS, type Change } from './transitions.ts';

export interface Tracked {
  readonly state: AgentState;
  readonly events: readonly TrackingEvent[];
  /** Something other than the time of the last reading is new: worth storing. */
  readonly changed: boolean;
}

/** For agents whom no profile matches: their returns are told apart like everyone else's. Only a return asks for these terms. */
export const PLAIN_RETURNS: Returns = {
  window: 2 * MINUTE,
  grace: 0,
  forget: 12 * HOUR,
  ladder: [],
  repeat: 'never',
};
const NO_EVENTS: readonly TrackingEvent[] = [];

/**
 * Takes in one reading. One that nothing can be told from leaves the state as it was: for the clocks it did not take place.
 * Only work that it shows all the same is not passed over. `state` is `undefined` at first sight; the answer is `undefined`
 * while no whole reading has been had.
 */
export function track(
  state: AgentState | undefined,
  o: Observation,
  context: TrackingContext,
): Tracked | undefined {
  const stay = newStay(state, context.stay);
  if (stay !== undefined && state !== undefined) return afterStay(state, stay, o, context);
  const isWhole = isFoldable(o, state, context);
  if (state === undefined)
    return isWhole ? { state: firstSight(o, context), events: NO_EVENTS, changed: true } : undefined;
  if (!isWhole) return passedOver(state, o);
  // It is unknown how long the clock was wrong: like a gap, in which every change is a sign.
  if (isAhead(state, o.at)) return track(pulledBack(state, o.at), o, { ...context, clockJumped: true });
  const seenAt = steadyOf(state, o, context);
  if (seenAt !== undefined) return { state: { ...state, seenAt }, events: NO_EVENTS, changed: false };
  const comparison = compare(state, o, context);
  return comparison === undefined ? passedOver(state, o) : takenIn(state, comparison);
}

/** A stay is on record whatever the reading shows, and comes before it: the reading may show what the agent did next. */
function afterStay(state: AgentState, told: Stay, o: Observation, context: TrackingContext): Tracked {
  const change = stayedAt(told, latestOf(o));
  const event = eventOf(state, change, undefined);
  const stayed = apply(state, change, PLAIN_RETURNS);
  const { state: next = stayed, events = NO_EVENTS } =
    track(stayed, o, { ...context, stay: undefined }) ?? {};
  return { state: next, events: event === undefined ? events : [event, ...events], changed: true };
}

function stayedAt(told: Stay, now: Instant): Extract<Change, { kind: 'stayed' }> {
  const stay = stayAt(told, now);
  return { kind: 'stayed', sign: { kind: 'stay', at: stay.at }, stay };
}

/** Takes in an answer to a warning without a reading. The same object where it is known. */
export function takeStay(state: AgentState, told: Stay, now: Instant): AgentState {
  return newStay(state, told) === undefined ? state : apply(state, stayedAt(told, now), PLAIN_RETURNS);
}

function takenIn(state: AgentState, comparison: Comparison): Tracked {
  const returns = comparison.context.profile?.returns ?? PLAIN_RETURNS;
  const events: TrackingEvent[] = [];
  let next = state;
  let keeping: Keeping = 'by stamps';
  for (const change of classify(state, comparison, returns)) {
    const event = eventOf(next, change, comparison.shown.tokenAt);
    if (event !== undefined) events.push(event);
    next = apply(next, change, returns);
    if (keeping === 'by stamps') keeping = TRANSITIONS[change.kind].inState;
  }
  return { state: settled(next, state, comparison, keeping), events, changed: true };
}

type Keeping = (typeof TRANSITIONS)[keyof typeof TRANSITIONS]['inState'];

/** For the clocks this reading did not take place. Work that it shows is a sign all the same. */
function passedOver(state: AgentState, o: Observation): Tracked {
  if (!showsWork(o) || state.session.kind === 'engaged') return { state, events: NO_EVENTS, changed: false };
  const at = Math.max(state.seenAt, latestOf(o));
  const outside = hasOutsideCall(o);
  const change = beginning(at, outside);
  const event = eventOf(state, change, undefined);
  const next = apply(state, change, PLAIN_RETURNS);
  return {
    state: outside ? { ...next, outsideCallAt: at } : next,
    events: event === undefined ? NO_EVENTS : [event],
    changed: true,
  };
}

function firstSight(o: WholeObservation, context: TrackingContext): AgentState {
  const { agentId, at } = o;
  const latest = latestOf(o);
  const last = snapshotOf(o);
  const engaged = showsWork(o);
  const outside = hasOutsideCall(o);
  const held =
    last.presence === 'OFFLINE' ? [] : rulesWithClock(context).filter((r) => isInCondition(r, last));
  const inState = Object.fromEntries(held.map(({ whenKey }) => [whenKey, latest]));
  return {
    agentId,
    firstSeenAt: at,
    seenAt: at,
    last,
    session: firstSession(last, engaged, outside, at),
    logoff: undefined,
    episode: {
      sign: engaged ? { kind: 'interaction', at } : undefined,
      clocks: { sinceSign: latest, sinceWork: latest, inState },
      graceFrom: undefined,
      ladder: undefined,
      observedRules: NONE,
      warnedAt: NO_WARNING,
    },
    undo: NONE,
    leftOut: NONE,
    tokenMoved: false,
    outsideCallAt: outside ? at : undefined,
    stays: context.stay === undefined ? NONE : withStay(NONE, stayAt(context.stay, latest)),
    evidence: undefined,
    unread: undefined,
  };
}

/** The rules with a clock of their condition, which is kept in the state. */
function rulesWithClock({ profile }: TrackingContext): readonly Rule[] {
  return profile?.rules.filter(({ clock }) => isOfCondition(clock)) ?? [];
}

function firstSession(last: AgentState['last'], engaged: boolean, outside: boolean, at: Instant): Session {
  const offline = last.presence === 'OFFLINE';
  const wentAt = Math.min(last.presenceSince ?? at, at);
  const departure = { at: wentAt, by: 'platform', quiet: false, former: last } as const;
  if (engaged) return { kind: 'engaged', since: at, outside, departure: offline ? departure : undefined };
  return offline ? { kind: 'offline', departure, before: undefined } : { kind: 'online' };
}

/** Takes over what the reading shows: values, stamps, token, work, and the conditions that hold. */
function settled(s: AgentState, before: AgentState, c: Comparison, keeping: Keeping): AgentState {
  const { shown, presence, routing, seen, newToken, inGap, conversations, outsideCall } = c;
  const { last, session } = before;
  const stampOf = (stamp: Instant | undefined, known: Instant | undefined, changed: boolean) =>
    stamp ?? (changed || inGap ? undefined : known);
  const hasCalled =
    outsideCall || (conversations === 'free' && session.kind === 'engaged' && session.outside);
  const state: AgentState = {
    ...s,
    // What moved beside a conversation that may be hidden is taken in; the agent has not been watched since.
    seenAt: conversations === 'possibly' && shown.presence !== 'OFFLINE' ? s.seenAt : seen,
    last: {
      ...shown,
      presenceSince: stampOf(shown.presenceSince, last.presenceSince, presence.changed),
      routingSince: stampOf(shown.routingSince, last.routingSince, routing.changed),
      tokenAt: newToken ?? last.tokenAt ?? shown.tokenAt,
    },
    session:
      s.session.kind === 'engaged' && conversations === 'engaged'
        ? { ...s.session, outside: outsideCall }
        : s.session,
    undo: recent(s.undo, seen),
    tokenMoved: before.tokenMoved || newToken !== undefined,
    outsideCallAt: hasCalled ? seen : s.outsideCallAt,
    unread: undefined,
  };
  const clocks: Clocks = {
    ...s.episode.clocks,
    sinceWork: sinceWorkOf(state, before, c),
    inState: heldConditions(s, before, c, keeping),
  };
  const starts = [clocks, ...state.undo.map((each) => each.episode.clocks)].map(oldestStart);
  const leftOut = dropSpansBefore(s.leftOut, Math.min(...starts));
  return { ...state, episode: { ...s.episode, clocks }, leftOut };
}

/** Checkpoints to which a change may still lead back. */
function recent(undo: AgentState['undo'], now: Instant): AgentState['undo'] {
  const left = undo.filter(
    ({ at, suspect }) => now - at <= (suspect === undefined ? 2 * SAME_CHANGE_WINDOW : EVIDENCE_WINDOW),
  );
  return left.length === 0 ? NONE : left;
}

/** Leaving the queue ends work, as the end of an interaction does. */
function sinceWorkOf(state: AgentState, before: AgentState, { routing, latest }: Comparison): Instant {
  const { sinceWork } = state.episode.clocks;
  const left = isWorking(before) && before.session.kind !== 'engaged' && !isWorking(state);
  return left ? Math.max(sinceWork, routing.changed ? routing.at : latest) : sinceWork;
}

function oldestStart({ sinceSign, sinceWork, inState }: Clocks): Instant {
  return Math.min(sinceSign, sinceWork, ...Object.values(inState));
}

/**
 * Since when each condition of an `in_state` rule has held. Offline suspends it: a return may continue it. A newer stamp of
 * the same state breaks it, unless the change explains the stamp; moving between two listed states does not.
 */
function heldConditions(
  { episode }: AgentState,
  { last }: AgentState,
  c: Comparison,
  keeping: Keeping,
): Clocks['inState'] {
  const { inState } = episode.clocks;
  if (c.shown.presence === 'OFFLINE') return inState;
  const held: Record<string, Instant> = {};
  for (const rule of rulesWithClock(c.context)) {
    const since = heldSince(rule, inState[rule.whenKey], last, c, keeping === 'kept');
    if (since !== undefined) held[rule.whenKey] = since;
  }
  return held;
}

function heldSince(
  rule: Rule,
  since: Instant | undefined,
  last: AgentState['last'],
  { shown, presence, routing, latest, inGap }: Comparison,
  isKept: boolean,
): Instant | undefined {
  // A return may restore the former state in a second step: what held before it is kept for one more reading.
  if (!isInCondition(rule, shown)) return isKept ? since : undefined;
  if (since !== undefined && isKept) return since;
  const latestOfThose = (parts: readonly Difference[]): Instant => Math.max(...parts.map(({ at }) => at));
  if (since === undefined) {
    const moved = [presence, routing].filter((part) => part.moved);
    return isInCondition(rule, last) || moved.length === 0 ? latest : latestOfThose(moved);
  }
  const mentioned = [
    ...(mentions(rule.when, 'presence') ? [presence] : []),
    ...(mentions(rule.when, 'routing') ? [routing] : []),
  ];
  const breaks = mentioned.filter((part) => part.restamped || (inGap && part.changed));
  return Math.max(since, latestOfThose(breaks));
}
