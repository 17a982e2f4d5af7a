/** Whether a condition or a matcher of the policy fits. */
import type { Agent } from './agent.ts';
import type { State } from './memory.ts';
import type { Matcher, UserPatterns, When } from './policy.ts';

/** Whether a state fulfils a condition: every key that is there fits, and `not` does not. */
export function whenHolds(when: When, state: State): boolean {
  return (
    (when.presence === undefined || when.presence.has(state.presence)) &&
    (when.secondaryPresence === undefined ||
      (state.presenceId !== undefined && when.secondaryPresence.has(state.presenceId))) &&
    (when.routing === undefined || when.routing.has(state.routing)) &&
    (when.not === undefined || !whenHolds(when.not, state))
  );
}

/** Whether a condition speaks of presence, or of routing: a new stamp of the other is no break in it. */
export function mentions(when: When, part: 'presence' | 'routing'): boolean {
  const here =
    part === 'presence'
      ? when.presence !== undefined || when.secondaryPresence !== undefined
      : when.routing !== undefined;
  return here || (when.not !== undefined && mentions(when.not, part));
}

/** Whether an agent fits a matcher: every key that is there fits, and `not` does not. */
export function matches(matcher: Matcher, agent: Agent): boolean {
  const among = (wanted: ReadonlySet<string> | undefined, has: readonly string[]): boolean =>
    wanted === undefined || has.some((id) => wanted.has(id));
  return (
    (matcher.users === undefined || isNamed(matcher.users, agent)) &&
    among(matcher.groups, agent.groups) &&
    among(matcher.roles, agent.roles) &&
    among(matcher.divisions, [agent.divisionId]) &&
    among(matcher.queues, agent.queues) &&
    among(matcher.teams, agent.teams) &&
    (matcher.not === undefined || !matches(matcher.not, agent))
  );
}

function isNamed(users: UserPatterns, agent: Agent): boolean {
  const names = [agent.id, agent.email, agent.name, agent.username].map((name) => name.toLowerCase());
  return names.some((name) => users.exact.has(name) || users.patterns.some((pattern) => pattern.test(name)));
}
