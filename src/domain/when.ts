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
  return (
    (matcher.users === undefined || isNamed(matcher.users, agent)) &&
    isAmong(matcher.groups, agent.groups) &&
    isAmong(matcher.roles, agent.roles) &&
    (matcher.divisions === undefined || matcher.divisions.has(agent.divisionId)) &&
    isAmong(matcher.queues, agent.queues) &&
    isAmong(matcher.teams, agent.teams) &&
    (matcher.not === undefined || !matches(matcher.not, agent))
  );
}

function isAmong(wanted: ReadonlySet<string> | undefined, has: readonly string[]): boolean {
  if (wanted === undefined) return true;
  for (const id of has) if (wanted.has(id)) return true;
  return false;
}

function isNamed(users: UserPatterns, agent: Agent): boolean {
  if (fitsName(users, agent.id)) return true;
  if (!users.byName) return false;
  return fitsName(users, agent.email) || fitsName(users, agent.name) || fitsName(users, agent.username);
}

function fitsName({ exact, patterns }: UserPatterns, name: string): boolean {
  const lower = name.toLowerCase();
  return exact.has(lower) || patterns.some((pattern) => pattern.test(lower));
}
