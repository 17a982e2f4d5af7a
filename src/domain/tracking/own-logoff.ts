/** What the enforcer's own acts do to an agent's state: log-offs, their place on the ladder, warnings, observed rules. */
import type { Unknown } from '../agent.ts';
import type { Action, Returns } from '../policy/policy.ts';
import { MINUTE, SECOND, type Duration, type Instant } from '../time/time.ts';
import { isDoneKnown, ladderInForce, placeIn, ssoEndIn, withEpisode, withoutSuspects } from './state.ts';
import type { AgentState, Cause, Ladder, LadderPlace, Logoff, Session } from './state.ts';

/** How long a log-off that broke off may have gone on: until its end is noted, its effects are ours. */
const LONGEST_LOGOFF: Duration = 30 * SECOND;
/** For so long a provider that could not be asked is asked again. Then the rest must do without. */
const SSO_RETRIED_FOR: Duration = 5 * MINUTE;
/** A presence that our request set is stamped within this before the intention, for the platform's clock has whole seconds. */
const STAMPED_EARLY: Duration = 2 * SECOND;

/** What a log-off is to do, and why. */
export interface Intended {
  readonly actions: readonly Action[];
  readonly cause: Cause;
  /** Index of the ladder's rung; `undefined` for a plain rule. */
  readonly rung: number | undefined;
}

/**
 * Notes that a log-off begins, and the place on the ladder that it takes: whatever follows is not read as a person's doing,
 * also after a crash.
 */
export function beginLogoff(s: AgentState, now: Instant, intended: Intended, returns: Returns): AgentState {
  const { actions, cause, rung } = intended;
  const kept = ladderInForce(s, returns, now);
  const was = kept && placeIn(kept);
  const place: LadderPlace = {
    kind: 'answered',
    cause,
    // A quiet answer between repeats does not move the place on the ladder.
    rung: Math.max(was?.rung ?? 0, rung === undefined ? 0 : rung + 1),
    lastLogoffAt: now,
    quietHeld: was?.quietHeld ?? false,
  };
  // Should it have no effect it is tried again, and the identity provider need not be asked a second time.
  const ladder: Ladder = kept?.kind === 'ending_sso' ? { ...kept, place } : place;
  const to = now + LONGEST_LOGOFF;
  const logoff: Logoff = { kind: 'intended', from: now, to, actions, done: [], former: s.last };
  // From here on evidence of a change before would give back a place that this log-off has left.
  return { ...withEpisode(s, { ladder }), logoff, undo: withoutSuspects(s.undo) };
}

function withLogoff(s: AgentState, change: (logoff: Logoff) => Logoff): AgentState {
  return s.logoff === undefined ? s : { ...s, logoff: change(s.logoff) };
}

/** Notes what of a log-off that goes on has been done so far. */
export function noteDone(s: AgentState, done: readonly Action[]): AgentState {
  return withLogoff(s, (logoff) => ({ ...logoff, done: [...done] }));
}

/** Notes that a log-off was carried out: what was really done, and until when. */
export function finishLogoff(s: AgentState, now: Instant, done: readonly Action[]): AgentState {
  const { logoff } = s;
  if (logoff === undefined) return s;
  const facts = { ...logoff, to: Math.max(now, logoff.from), done };
  const isOver = logoff.kind === 'ended' || logoff.kind === 'seen';
  const finished: Logoff = isOver
    ? { ...facts, kind: logoff.kind, isKnown: true }
    : { ...facts, kind: 'acted' };
  return { ...s, logoff: finished, session: withQuiet(s, logoff, !done.includes('revoke_tokens')) };
}

/** A departure that was seen while the log-off still went on: whether it left the session alone is known only now. */
function withQuiet({ session }: AgentState, { from }: Logoff, quiet: boolean): Session {
  if (session.kind !== 'offline' && session.kind !== 'engaged') return session;
  const { departure } = session;
  if (departure?.by !== 'enforcer' || departure.at < from) return session;
  return { ...session, departure: { ...departure, quiet } };
}

/**
 * Notes that a log-off ended, by a failure, a drop, or a reading that showed no effect: what follows from now on is no
 * longer its doing.
 */
export function endLogoff(s: AgentState, now: Instant): AgentState {
  return withLogoff(s, (logoff) => {
    const to = Math.min(logoff.to, Math.max(now, logoff.from));
    return { ...logoff, kind: logoff.kind === 'seen' ? 'seen' : 'ended', isKnown: isDoneKnown(logoff), to };
  });
}

/** Notes that of a log-off that was begun nothing was done: the agent gets back the place on the ladder of before. */
export function withdrawLogoff(s: AgentState, now: Instant, before: Ladder | undefined): AgentState {
  const { ladder } = s.episode;
  return withEpisode(endLogoff(s, now), { ladder: ladder && before });
}

/** Notes that Offline was set once more after a log-off that showed no effect. */
export function noteOfflineAgain(s: AgentState, now: Instant): AgentState {
  return withLogoff(s, (logoff) => {
    return { ...logoff, to: now, done: [...new Set<Action>([...logoff.done, 'offline'])] };
  });
}

/**
 * What is known to have been done of a log-off that broke off: what was noted, and Offline where the presence was set to it while
 * the log-off may have gone on. `begunAt` tells which log-off is meant.
 */
export function knownDone(s: AgentState | undefined, begunAt: Instant): readonly Action[] {
  const logoff = s?.logoff;
  if (s === undefined || logoff === undefined || Math.abs(logoff.from - begunAt) > SECOND) return [];
  const { done } = logoff;
  if (isDoneKnown(logoff) || done.includes('offline') || !wasSetOffline(s, logoff)) return done;
  return [...done, 'offline'];
}

function wasSetOffline({ last }: AgentState, { from, actions, done }: Logoff): boolean {
  const { presence, presenceSince } = last;
  if (presence !== 'OFFLINE' || presenceSince === undefined) return false;
  if (presenceSince < from - STAMPED_EARLY || presenceSince > from + LONGEST_LOGOFF) return false;
  // Revoking tokens may set Offline as well: where that comes first, Offline may be its effect.
  const first = actions.find((action) => action === 'offline' || action === 'revoke_tokens');
  return first === 'offline' || (actions.includes('offline') && done.includes('revoke_tokens'));
}

/**
 * Notes that the session at the identity provider is being, or was, ended, or that it cannot be: the rest follows from
 * `heldFrom` on. An agent without a place has nothing to note it in.
 */
export function noteSsoEnd(
  s: AgentState,
  rung: number,
  at: Instant,
  heldFrom: Instant,
  pending = false,
): AgentState {
  const { ladder } = s.episode;
  if (ladder === undefined) return s;
  const end = { at, heldFrom, rung, pending };
  return withEpisode(s, { ladder: { kind: 'ending_sso', place: placeIn(ladder), end } });
}

/** Notes that the identity provider could not be asked yet. `before` is how the agent stood before this try. */
export function noteSsoPending(
  s: AgentState,
  rung: number,
  now: Instant,
  before: Ladder | undefined,
): AgentState {
  const tried = ssoEndIn(before);
  // The time runs from the first try, or an agent would be out of reach for as long as the provider is.
  const isRepeat = tried?.pending === true && tried.rung === rung;
  return noteSsoEnd(s, rung, now, isRepeat ? tried.heldFrom : now + SSO_RETRIED_FOR, true);
}

/** Notes that the session was not ended after all. */
export function withdrawSsoEnd(s: AgentState): AgentState {
  const { ladder } = s.episode;
  return ladder === undefined ? s : withEpisode(s, { ladder: placeIn(ladder) });
}

/** An exemption takes the agent off the ladder, and evidence does not lead back to it. The same object when they were not on it. */
export function leaveLadder(s: AgentState): AgentState {
  const undo = withoutSuspects(s.undo);
  if (s.episode.ladder === undefined && undo === s.undo) return s;
  return { ...withEpisode(s, { ladder: undefined }), undo };
}

/** Notes that a rule in observe mode has been counted in this episode. */
export function noteObserved(s: AgentState, ruleId: string): AgentState {
  return withEpisode(s, { observedRules: [...s.episode.observedRules, ruleId] });
}

/** Notes that a warning of a rule was delivered, which said that the log-off comes so long after it. */
export function noteWarned(s: AgentState, ruleId: string, at: Instant, dueIn?: Duration): AgentState {
  const { warnedAt, promised } = s.episode;
  const told = dueIn === undefined ? promised : { ...promised, [ruleId]: at + dueIn };
  return withEpisode(s, { warnedAt: { ...warnedAt, [ruleId]: at }, ...(told && { promised: told }) });
}

/** Notes that a reading could not be used. The same object where nothing about it is new. */
export function noteUnread(s: AgentState, unknown: readonly Unknown[], at: Instant): AgentState {
  const { unread } = s;
  if (unread !== undefined && areSame(unread.unknown, unknown)) return s;
  return { ...s, unread: { since: unread?.since ?? at, unknown } };
}

function areSame(a: readonly Unknown[], b: readonly Unknown[]): boolean {
  const isSame = (x: Unknown, y: Unknown | undefined): boolean =>
    x.part === y?.part && x.why === y.why && x.said === y.said;
  return a.length === b.length && a.every((each, i) => isSame(each, b[i]));
}
