/** Whether a condition or a matcher of the policy fits. */
import type { Agent } from './agent.ts';
import type { State } from './memory.ts';
import { looseName, normaliseName } from './name.ts';
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

function isNamed(
  { exact, byName, patterns, addresses = [], loosely = false }: UserPatterns,
  agent: Agent,
): boolean {
  if (!byName) return exact.has(normaliseName(agent.id));
  const { id, name, logins } = formsOf(agent, loosely);
  if (exact.has(id) || fitsOne(patterns, id)) return true;
  // An agent who takes another agent's address for a display name does not become that agent.
  if (!name.includes('@') && exact.has(name)) return true;
  if (fitsOne(patterns, name)) return true;
  return logins.some((login) => exact.has(login) || fitsOne(patterns, login) || fitsOne(addresses, login));
}

function fitsOne(patterns: readonly RegExp[], name: string): boolean {
  return patterns.some((pattern) => pattern.test(name));
}

/** An agent's id, display name, and what the agent logs in with, as they are compared. */
interface Forms {
  readonly agent: Agent;
  readonly id: string;
  readonly name: string;
  readonly logins: readonly string[];
}

/** Every exemption and profile asks for the names of the same agent before the next agent comes. */
const last: { exact: Forms | undefined; loose: Forms | undefined } = { exact: undefined, loose: undefined };

function formsOf(agent: Agent, loosely: boolean): Forms {
  const kept = loosely ? last.loose : last.exact;
  if (kept?.agent === agent) return kept;
  const form = loosely ? looseName : normaliseName;
  const email = form(agent.email);
  const username = agent.username === agent.email ? email : form(agent.username);
  const forms = { agent, id: form(agent.id), name: form(agent.name), logins: [email, username] };
  last[loosely ? 'loose' : 'exact'] = forms;
  return forms;
}
