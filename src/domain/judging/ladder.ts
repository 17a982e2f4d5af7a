/**
 * The enforcer's own log-offs in an agent's memory, and the ladder that follows them.
 */
import type { Cause, LadderPlace, Memory, OwnLogoff, SsoEnd } from '../tracking/memory.ts';
import { endsSession, takesOff } from '../policy/actions.ts';
import type { Action, Profile, Returns, Rung } from '../policy/policy.ts';
import { MINUTE, type Duration, type Instant } from '../time/time.ts';
import { isInCondition } from '../policy/when.ts';

/** The agent's place, unless the time after which a place without a return is forgotten has passed. */
export function placeOf(m: Memory, returns: Returns, now: Instant): LadderPlace | undefined {
  const { ladder } = m;
  if (ladder === undefined) return undefined;
  const last = Math.max(ladder.lastLogoffAt, m.back?.at ?? 0);
  return now - last > returns.forget ? undefined : ladder;
}

/** An exemption, or forgetting, takes the agent off the ladder. The same object when they were not on it. */
export function leaveLadder(m: Memory): Memory {
  return m.ladder === undefined ? m : { ...m, ladder: undefined };
}

/** After a login the place is kept, but the rules judge. */
export function rulesJudgeAgain(place: LadderPlace | undefined): LadderPlace | undefined {
  return place === undefined
    ? undefined
    : { ...place, active: false, returnedAt: undefined, ssoEnd: undefined };
}

/** Whether the policy now in force would still have brought the log-off that put the agent on the ladder. */
export function stillCalledFor(cause: Cause, profile: Profile): boolean {
  return profile.rules.some(
    (rule) =>
      rule.mode === 'enforce' &&
      rule.clock === cause.clock &&
      rule.limit <= cause.measured &&
      isInCondition(rule, cause.state),
  );
}

/** What the log-off of a rule does to an agent who keeps a place on the ladder: their next rung, or the same rung again. */
export function actionsAtPlace(
  place: LadderPlace | undefined,
  returns: Returns,
  ruleActions: readonly Action[],
): { readonly actions: readonly Action[]; readonly rung: number | undefined } {
  if (place === undefined) return { actions: ruleActions, rung: undefined };
  // Still at the same place and not returned: the last log-off had no effect, so it is tried again as it was.
  const again = place.active && place.returnedAt === undefined;
  const rung = Math.min(again ? place.rung - 1 : place.rung, returns.ladder.length - 1);
  const found = returns.ladder[rung];
  return rung < 0 || found === undefined
    ? { actions: ruleActions, rung: undefined }
    : { actions: found.actions, rung };
}

/**
 * The first rung, where it is given again between two repeats of the last one: it leaves the session alone, and has kept the
 * agent Offline before, while a revocation only brings the browser back, which would be online until the next repeat.
 */
export function quietBetweenRepeats(place: LadderPlace, { ladder }: Returns): Rung | undefined {
  const [first] = ladder;
  return place.quietStood === true && first !== undefined && isQuiet(first) ? first : undefined;
}

/** Whether a rung sets the agent Offline and leaves the session alone. */
export function isQuiet({ actions }: Rung): boolean {
  return actions.includes('offline') && !endsSession(actions);
}

/** After this long the identity provider may have let the browser in again, so that its session is ended anew. */
const SSO_END_LASTS: Duration = 30 * MINUTE;

/** What of a rung's actions is to be done, and from when on. */
export interface RungPart {
  readonly actions: readonly Action[];
  readonly from: Instant;
}

/**
 * A rung that ends the SSO session comes in two parts, whatever the order in which it is written: the identity provider
 * first, and when that has taken hold the rest, which is judged like any log-off. A browser that came back in between may
 * be a person who had to log in: the agent gets the rung's wait once more for a sign.
 */
export function partOfRung(
  actions: readonly Action[],
  rung: number | undefined,
  m: Memory,
  returns: Returns,
  now: Instant,
): RungPart {
  const AT_ONCE = -Infinity;
  if (rung === undefined || !actions.includes('end_sso_session')) return { actions, from: AT_ONCE };
  const end = m.ladder?.ssoEnd;
  const first: RungPart = { actions: ['end_sso_session'], from: AT_ONCE };
  if (end?.rung !== rung || isStillToBeAsked(end, now)) return first;
  const wait = returns.ladder[rung]?.wait ?? 0;
  const back = m.back !== undefined && m.back.at > end.at ? m.back.at + wait : AT_ONCE;
  const from = Math.max(end.heldFrom, back);
  return now > from + SSO_END_LASTS ? first : { actions: restOfRung(actions), from };
}

function isStillToBeAsked({ pending = false, heldFrom }: SsoEnd, now: Instant): boolean {
  return pending && now < heldFrom;
}

function restOfRung(actions: readonly Action[]): readonly Action[] {
  const rest = actions.filter((action) => action !== 'end_sso_session');
  // Ending the session at the provider alone leaves the platform's own token as good as ever.
  return takesOff(rest) ? rest : [...rest, 'revoke_tokens'];
}

/**
 * Notes that the session at the identity provider is being, or was, ended, or that it cannot be: the rest follows from
 * `heldFrom` on. An agent without a place has nothing to note it in.
 */
export function noteSsoEnd(m: Memory, rung: number, at: Instant, heldFrom: Instant): Memory {
  return m.ladder === undefined ? m : { ...m, ladder: { ...m.ladder, ssoEnd: { at, heldFrom, rung } } };
}

/** For so long a provider that could not be asked is asked again. Then the rest must do without. */
const PENDING_LASTS: Duration = 5 * MINUTE;

/** Notes that the identity provider could not be asked yet. `before` is how the agent stood before this try. */
export function noteSsoPending(
  m: Memory,
  rung: number,
  now: Instant,
  before: LadderPlace | undefined,
): Memory {
  if (m.ladder === undefined) return m;
  const tried = before?.ssoEnd;
  // The time runs from the first try, or an agent would be out of reach for as long as the provider is.
  const first = tried?.pending === true && tried.rung === rung ? tried : undefined;
  const ssoEnd = { at: now, heldFrom: first?.heldFrom ?? now + PENDING_LASTS, rung, pending: true };
  return { ...m, ladder: { ...m.ladder, ssoEnd } };
}

/** Notes that the session was not ended after all: the agent keeps the place of before. */
export function withdrawSsoEnd(m: Memory): Memory {
  return m.ladder === undefined ? m : { ...m, ladder: { ...m.ladder, ssoEnd: undefined } };
}

/** How long a log-off that broke off in the middle may have gone on: until its end is noted, its effects are ours. */
const LONGEST = 30_000;

/** Notes that a log-off begins, so that whatever follows is not read as a person's doing, even after a crash. */
export function beginLogoff(m: Memory, now: Instant, actions: readonly Action[]): Memory {
  const own = { from: now, to: now + LONGEST, actions, former: m.state, tokenAt: m.tokenAt, open: true };
  return { ...m, own };
}

/** Notes what of a log-off that goes on has been done so far. */
export function noteDone(m: Memory, done: readonly Action[]): Memory {
  return m.own === undefined ? m : { ...m, own: { ...m.own, done: [...done] } };
}

/** A presence that our request set is stamped within this before the intention, for the platform's clock has whole seconds. */
const STAMPED_EARLY = 2_000;

/**
 * What is known to have been done of a log-off that broke off: what was noted, and Offline where the presence was set to it while
 * the log-off may have gone on. `begunAt` tells which log-off is meant.
 */
export function knownDone(m: Memory | undefined, begunAt: Instant): readonly Action[] {
  const own = m?.own;
  if (m === undefined || own === undefined || Math.abs(own.from - begunAt) > 1_000) return [];
  if (own.known === true) return own.actions;
  const done = own.done ?? [];
  return !done.includes('offline') && wasSetOffline(m, own, done) ? [...done, 'offline'] : done;
}

function wasSetOffline({ state, presenceSince }: Memory, own: OwnLogoff, done: readonly Action[]): boolean {
  if (state.presence !== 'OFFLINE' || presenceSince === undefined) return false;
  if (presenceSince < own.from - STAMPED_EARLY || presenceSince > own.from + LONGEST) return false;
  // Revoking tokens may set Offline as well: where that comes first, Offline may be its effect.
  const first = own.actions.find((action) => action === 'offline' || action === 'revoke_tokens');
  return first === 'offline' || (own.actions.includes('offline') && done.includes('revoke_tokens'));
}

/** Notes that the actions of a log-off succeeded, and where on the ladder the agent now stands. */
export function placeOnLadder(
  m: Memory,
  now: Instant,
  cause: Cause,
  rung: number | undefined,
  returns: Returns,
): Memory {
  const kept = placeOf(m, returns, now);
  const ladder: LadderPlace = {
    cause,
    // A quiet answer between repeats does not move the place on the ladder.
    rung: Math.max(kept?.rung ?? 0, rung === undefined ? 0 : rung + 1),
    active: true,
    returnedAt: undefined,
    lastLogoffAt: now,
    // Should it have no effect it is tried again, and the identity provider need not be asked a second time.
    ssoEnd: kept?.ssoEnd,
    quietStood: kept?.quietStood,
  };
  return { ...m, ladder, own: m.own === undefined ? undefined : { ...m.own, to: now } };
}

/** Notes that a log-off was carried out: what was really done, and until when. */
export function finishLogoff(m: Memory, now: Instant, performed: readonly Action[]): Memory {
  if (m.own === undefined) return m;
  const { departure, own } = m;
  const seen = departure?.by === 'enforcer' && departure.at >= own.from;
  return {
    ...m,
    own: { ...own, to: Math.max(now, own.from), actions: performed, known: true },
    // Seen while the log-off still went on: whether it left the session alone is known only now.
    departure: seen ? { ...departure, quiet: !performed.includes('revoke_tokens') } : departure,
  };
}

/**
 * Notes that a log-off ended, by a failure, a drop, or a look that showed no effect: what follows from now on is no
 * longer its doing.
 */
export function endLogoff(m: Memory, now: Instant): Memory {
  if (m.own === undefined) return m;
  return { ...m, own: { ...m.own, to: Math.min(m.own.to, Math.max(now, m.own.from)), open: false } };
}

/** Notes that a log-off was begun and none of it performed: the agent gets back the place on the ladder of before. */
export function withdrawLogoff(m: Memory, now: Instant, before: LadderPlace | undefined): Memory {
  return { ...endLogoff(m, now), ladder: m.ladder === undefined ? undefined : before };
}
