/**
 * fold(memory, observation) -> memory: how one more look changes what is remembered. Pure; the table of what is a sign
 * stands in `signs.ts`, what a return means in `returns.ts`, what work is in `work.ts`.
 */
import type { Observation, WholeObservation } from '../agent.ts';
import { addSpan, dropSpansBefore } from './clocks.ts';
import { foldInState, newest } from './in-state.ts';
import { rulesJudgeAgain } from '../judging/ladder.ts';
import { episodeOf, type Memory, type MemoryEvent } from './memory.ts';
import type { Returns } from '../policy/policy.ts';
import {
  conversationsIn,
  isFoldable,
  leftByUsIn,
  showsWork,
  untoldIn,
  withheldStamps,
  withholdsToken,
} from './reading.ts';
import { isAhead, pulledBack } from './rebase.ts';
import { noteReturn, bounce, depart, leftUnseen } from './returns.ts';
import {
  broughtByReturn,
  changeTime,
  difference,
  doneByOurselves,
  isAnyMoved,
  isMoved,
  isNewer,
  isStill,
  isUnseenBounce,
  signIn,
  stateOf,
  TOGETHER,
  type Difference,
} from './signs.ts';
import { applySign, explained, nothing, type FoldContext, type Step, type Transition } from './step.ts';
import { HOUR, MINUTE, type Instant } from '../time/time.ts';
import { rulesInState } from '../policy/rules-in-state.ts';
import { callsOutside, foldEngagement, foldWork, mayCallUnseen, noteWork } from './work.ts';

export interface Folded {
  readonly memory: Memory;
  readonly events: readonly MemoryEvent[];
  /** Something other than `seenAt` is new: worth storing. */
  readonly changed: boolean;
  readonly inGap: boolean;
}

/** For people whom no profile matches: their returns are told apart like everyone else's. */
const PLAIN_RETURNS: Returns = {
  window: 2 * MINUTE,
  grace: 0,
  forget: 12 * HOUR,
  ladder: [],
  repeat: 'never',
};

/**
 * When a look shows nothing at all that is new, as nearly every look does: the time of that look. All that a fold would
 * change is `seenAt`, and the owner of the memory may set it in place instead of copying everything.
 */
export function seenAgain(
  memory: Memory,
  observation: Observation,
  context: FoldContext,
): Instant | undefined {
  if (!isFoldable(observation, memory, context) || isAhead(memory, observation.at)) return undefined;
  const seen = Math.max(observation.at, memory.seenAt);
  if (isGap(memory, seen, context) || withheldStamps(memory, observation).length > 0) return undefined;
  return isStill(memory, observation) && isSteady(memory, observation, context) ? seen : undefined;
}

function isGap(memory: Memory, seen: Instant, { clockJumped, usualInterval }: FoldContext): boolean {
  return clockJumped || seen - memory.seenAt > 3 * usualInterval;
}

/**
 * Folds one reading. A reading with something missing or unknown leaves memory as it was: for the clocks it is no observation.
 * Only work that it shows all the same is not passed over. `memory` is `undefined` at first sight; the answer is
 * `undefined` while no whole reading has been had.
 */
export function fold(
  memory: Memory | undefined,
  observation: Observation,
  context: FoldContext,
): Folded | undefined {
  const o = observation;
  if (!isFoldable(o, memory, context)) return memory === undefined ? undefined : notFolded(memory, o);
  if (memory === undefined)
    return { memory: firstSight(o, context), events: [], changed: true, inGap: false };
  // It is unknown how long the clock was wrong: like a gap, in which every change is a sign.
  if (isAhead(memory, o.at)) return fold(pulledBack(memory, o.at), o, { ...context, clockJumped: true });
  const again = seenAgain(memory, o, context);
  if (again !== undefined) {
    return { memory: { ...memory, seenAt: again }, events: NO_EVENTS, changed: false, inGap: false };
  }
  const seen = Math.max(o.at, memory.seenAt);
  const inGap = isGap(memory, seen, context);
  const sighted = Math.max(seen, latestOf(o));
  const d = difference(memory, o, sighted);
  if (untoldIn(memory, o, d, inGap).length > 0) return notFolded(memory, o);
  const returns = context.profile?.returns ?? PLAIN_RETURNS;
  const step: Step = { o, seen, sighted, d, returns, context, inGap };
  return foldWhole(memory, step);
}

const NO_EVENTS: readonly MemoryEvent[] = [];

function latestOf({ at, latest = at }: Observation): Instant {
  return Math.max(at, latest);
}

/** For the clocks this look did not take place. Work that it shows is a sign all the same. */
function notFolded(memory: Memory, o: Observation): Folded {
  if (!showsWork(o) || memory.engagedSince !== undefined)
    return { memory, events: NO_EVENTS, changed: false, inGap: false };
  const noted = noteWork(memory, o, Math.max(memory.seenAt, latestOf(o)));
  return { ...noted, changed: true, inGap: false };
}

function firstSight(o: WholeObservation, context: FoldContext): Memory {
  const state = stateOf(o);
  const engaged = showsWork(o);
  const offline = state.presence === 'OFFLINE';
  const { at } = o;
  const sighted = latestOf(o);
  const still = { changed: false, restamped: false, at, from: at };
  const step = { o, d: { presence: still, routing: still }, sighted, context, inGap: false };
  const inState = foldInState({}, undefined, step, false);
  const departure = {
    at: Math.min(o.presence.since ?? at, at),
    by: 'platform' as const,
    quiet: false,
    tokenAt: o.tokenIssuedAt,
    former: state,
  };
  return {
    agentId: o.agentId,
    firstSeenAt: at,
    seenAt: at,
    state,
    presenceSince: o.presence.since,
    routingSince: o.routing.since,
    tokenAt: o.tokenIssuedAt,
    tokenMoved: false,
    engagedSince: engaged ? at : undefined,
    enterpriseCall: callsOutside(o),
    calledAt: callsOutside(o) ? at : undefined,
    working: engaged || state.routing !== 'OFF_QUEUE',
    lastSign: engaged ? { kind: 'interaction', at } : undefined,
    clocks: { sinceSign: sighted, sinceWork: sighted, inState, unwatched: [] },
    recent: [],
    departure: offline ? departure : undefined,
    back: undefined,
    graceFrom: undefined,
    ladder: undefined,
    own: undefined,
    imagined: [],
    warned: {},
  };
}

function foldWhole(m: Memory, step: Step): Folded {
  const { o, d, inGap } = step;
  const moved = isAnyMoved(d);
  const watched = inGap ? withGap(m, step, moved) : m;
  const tokenNewer = isNewer(o.tokenIssuedAt, m.tokenAt);
  const transition = stateTransition(watched, step, moved || tokenNewer);
  const engaged = foldEngagement(transition.memory, step);
  const memory = finish(engaged.memory, m, step, transition.explained);
  return { memory, events: [...transition.events, ...engaged.events], changed: true, inGap };
}

/** Nothing that is remembered has to be brought up to date, although nothing moved. */
function isSteady(m: Memory, o: WholeObservation, context: FoldContext): boolean {
  const engaged = conversationsIn(o);
  const engagementSteady =
    engaged !== 'possibly' && (engaged === 'engaged') === (m.engagedSince !== undefined);
  const sameKind = engaged !== 'engaged' || callsOutside(o) === m.enterpriseCall;
  const datesSteady =
    !isNews(o.tokenIssuedAt, m.tokenAt) &&
    !isNews(o.presence.since, m.presenceSince) &&
    !isNews(o.routing.since, m.routingSince);
  const nothingKept = m.recent.length === 0 && m.unread === undefined;
  return engagementSteady && sameKind && datesSteady && nothingKept && conditionsSteady(m, context);
}

function isNews(date: Instant | undefined, known: Instant | undefined): boolean {
  return date !== undefined && known === undefined;
}

function conditionsSteady(m: Memory, { profile }: FoldContext): boolean {
  if (profile === undefined || m.state.presence === 'OFFLINE') return true;
  for (const { whenKey, holds } of rulesInState(profile, m.state).inState) {
    if (whenKey in m.clocks.inState !== holds) return false;
  }
  return true;
}

/**
 * An unwatched span: its time does not count. Most signs in it have left a stamp; a call outside the contact centre leaves
 * none, and a stamp, or the token of a login that moved nothing else, may be kept back. Where an agent may have shown a
 * sign that cannot be seen, the clocks start anew.
 */
function withGap(m: Memory, { o, sighted }: Step, moved: boolean): Memory {
  const unwatched = addSpan(m.clocks.unwatched, { from: m.seenAt, to: sighted });
  const hidden = withheldStamps(m, o).length > 0;
  const hidesLogin = !moved && withholdsToken(m, o);
  if (!hidden && !hidesLogin && !mayCallUnseen(m)) return { ...m, clocks: { ...m.clocks, unwatched } };
  const inState = hidden ? {} : m.clocks.inState;
  // What was before can be taken back no more: it is none of what a departure brings with it.
  const clocks = { sinceSign: sighted, sinceWork: sighted, inState, unwatched };
  return { ...m, clocks, recent: [], imagined: [], warned: {} };
}

/** Sorts a change into departure, return, what a return brings, our own doing, or a sign. */
function stateTransition(m: Memory, step: Step, moved: boolean): Transition {
  const { o, d, inGap } = step;
  if (!moved) return nothing(m);
  const wasOffline = m.state.presence === 'OFFLINE';
  if (o.presence.system === 'OFFLINE') return wasOffline ? nothing(m) : explained(depart(m, step));
  if (wasOffline) return noteReturn(m, step);
  const left = leftUnseen(m, step);
  if (left !== undefined) return noteReturn(left, step);
  if (m.own !== undefined && doneByOurselves(o, d, m.own)) return explained(m);
  const returned = inGap ? undefined : partOfReturn(m, step);
  if (returned !== undefined) return returned;
  const sign = signIn(m, o, d, inGap);
  if (sign === undefined) return inGap ? loginInGap(m, step) : nothing(remember(m, d));
  return applySign(remember(m, d), sign);
}

/** A bounce between two looks, or what a return brings with it. Neither is read out of a gap. */
function partOfReturn(m: Memory, step: Step): Transition | undefined {
  const { o, d, returns } = step;
  // After a longer pause it may as well be the login of an agent who was away for longer than the window.
  const isShort = d.presence.at - m.seenAt <= returns.window;
  if (isShort && isUnseenBounce(m, o, d)) return bounce(m, step);
  if (m.back !== undefined && broughtByReturn(o, d, m.back.former, m.back.from ?? m.back.at))
    return explained(m);
  return undefined;
}

/**
 * A newer token alone shows a login that was not seen. While watched it is a browser's; in a gap the agent may have been
 * away for longer than the window and come back in person, to the presence of before.
 */
function loginInGap(m: Memory, { o, sighted }: Step): Transition {
  const token = o.tokenIssuedAt;
  if (!isNewer(token, m.tokenAt)) return nothing(m);
  const at = changeTime(token, m.seenAt, sighted);
  return applySign({ ...m, ladder: rulesJudgeAgain(m.ladder) }, { kind: 'login', at });
}

/** Keeps how things stood before a change for as long as the change may turn out to belong to a departure. */
function remember(m: Memory, d: Difference): Memory {
  const parts = [d.presence, d.routing].filter(isMoved);
  if (parts.length === 0) return m;
  // In doubt the earlier instant: only what surely belongs to a departure is taken back with it.
  const at = Math.min(...parts.map(({ from }) => from));
  return { ...m, recent: [...m.recent, { at, state: m.state, episode: episodeOf(m) }] };
}

/** Brings the plain parts up to date: state, stamps, token, work, `in_state`, and what need not be kept longer. */
function finish(m: Memory, before: Memory, step: Step, isExplained: boolean): Memory {
  const { o, seen, d, inGap } = step;
  const state = stateOf(o);
  const { working, sinceWork } = foldWork(m, before, step);
  const inState = foldInState(m.clocks.inState, before.state, step, isExplained);
  const recent = m.recent.filter((b) => seen - b.at <= 2 * TOGETHER);
  const clocks = { ...m.clocks, sinceWork, inState };
  const oldest = Math.min(...[clocks, ...recent.map(({ episode }) => episode.clocks)].map(oldestStart));
  return {
    ...m,
    seenAt: seen,
    state,
    presenceSince: o.presence.since ?? (d.presence.changed || inGap ? undefined : m.presenceSince),
    routingSince: o.routing.since ?? (d.routing.changed || inGap ? undefined : m.routingSince),
    tokenAt: newest(m.tokenAt, o.tokenIssuedAt),
    tokenMoved: m.tokenMoved || isNewer(o.tokenIssuedAt, before.tokenAt),
    leftByUs: leftByUsIn(o),
    unread: undefined,
    working,
    clocks: { ...clocks, unwatched: dropSpansBefore(clocks.unwatched, oldest) },
    recent,
  };
}

function oldestStart(clocks: Memory['clocks']): Instant {
  return Math.min(clocks.sinceSign, clocks.sinceWork, ...Object.values(clocks.inState));
}
