/** What the ladder answers to a silent return. */
import {
  silentReturnOf,
  ssoEndIn,
  type AgentState,
  type Cause,
  type LadderPlace,
  type SsoEnd,
} from '../tracking/state.ts';
import { endsSession, takesOff } from '../policy/actions.ts';
import type { Action, Profile, Returns, Rung } from '../policy/policy.ts';
import { MINUTE, type Duration, type Instant } from '../time/time.ts';
import { isInCondition } from '../policy/when.ts';

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
  const again = place.kind === 'answered';
  const rung = Math.min(again ? place.rung - 1 : place.rung, returns.ladder.length - 1);
  const found = returns.ladder[rung];
  return found === undefined ? { actions: ruleActions, rung: undefined } : { actions: found.actions, rung };
}

/**
 * The first rung, where it is given again between two repeats of the last one: it leaves the session alone, and has kept the
 * agent Offline before, while a revocation only brings the browser back, which would be online until the next repeat.
 */
export function quietBetweenRepeats(place: LadderPlace, { ladder }: Returns): Rung | undefined {
  const [first] = ladder;
  return place.quietHeld && first !== undefined && isQuiet(first) ? first : undefined;
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
  s: AgentState,
  returns: Returns,
  now: Instant,
): RungPart {
  const AT_ONCE = -Infinity;
  if (rung === undefined || !actions.includes('end_sso_session')) return { actions, from: AT_ONCE };
  const end = ssoEndIn(s.episode.ladder);
  const first: RungPart = { actions: ['end_sso_session'], from: AT_ONCE };
  if (end?.rung !== rung || isStillToBeAsked(end, now)) return first;
  const wait = returns.ladder[rung]?.wait ?? 0;
  const silent = silentReturnOf(s);
  const waited = silent !== undefined && silent.at > end.at ? silent.at + wait : AT_ONCE;
  const from = Math.max(end.heldFrom, waited);
  return now > from + SSO_END_LASTS ? first : { actions: restOfRung(actions), from };
}

function isStillToBeAsked({ pending, heldFrom }: SsoEnd, now: Instant): boolean {
  return pending && now < heldFrom;
}

function restOfRung(actions: readonly Action[]): readonly Action[] {
  const rest = actions.filter((action) => action !== 'end_sso_session');
  // Ending the session at the provider alone leaves the platform's own token as good as ever.
  return takesOff(rest) ? rest : [...rest, 'revoke_tokens'];
}
