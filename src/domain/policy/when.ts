/** Whether a condition or a matcher of the policy fits. */
import type { Agent, Shown } from '../agent.ts';
import type { Matcher, Policy, Profile, Rule, UserPatterns, When } from './policy.ts';
import { isId, looseName, normaliseName } from '../name.ts';

/** How a state stands to a condition. `unknown`: that hangs on the label of the presence, which is not known. */
export type Fit = 'yes' | 'no' | 'unknown';

/**
 * Weighs a state against a condition: every key that is there must fit, and `not` must not. Where the label of the presence is
 * not known, `mayBe` says whether it may be one of these; any may, unless given.
 */
export function fitOf(when: When, state: Shown, mayBe: (labels: ReadonlySet<string>) => boolean = any): Fit {
  if (when.presence?.has(state.presence) === false || when.routing?.has(state.routing) === false) return 'no';
  const label = fitOfLabel(when.secondaryPresence, state.presenceId, mayBe);
  const other = when.not === undefined ? 'yes' : OPPOSITE[fitOf(when.not, state, mayBe)];
  if (label === 'no' || other === 'no') return 'no';
  return label === 'unknown' || other === 'unknown' ? 'unknown' : 'yes';
}

const OPPOSITE = { yes: 'no', no: 'yes', unknown: 'unknown' } as const satisfies Record<Fit, Fit>;

function any(): boolean {
  return true;
}

function fitOfLabel(
  labels: ReadonlySet<string> | undefined,
  label: string | undefined,
  mayBe: (labels: ReadonlySet<string>) => boolean,
): Fit {
  if (labels === undefined) return 'yes';
  if (label === undefined) return mayBe(labels) ? 'unknown' : 'no';
  return labels.has(label) ? 'yes' : 'no';
}

/** Whether a state surely fulfils a condition. */
export function whenHolds(when: When, state: Shown): boolean {
  return fitOf(when, state) === 'yes';
}

/** An agent who waits on queue is at work, unless a rule says that it means these agents too. */
export function isLeftAlone({ waitingOnQueue }: Pick<Rule, 'waitingOnQueue'>, { routing }: Shown): boolean {
  return routing === 'IDLE' && !waitingOnQueue;
}

/** Whether a rule counts in a state: its condition holds, and it does not leave agents in this state alone. */
export function isInCondition(rule: Pick<Rule, 'when' | 'waitingOnQueue'>, state: Shown): boolean {
  return !isLeftAlone(rule, state) && whenHolds(rule.when, state);
}

/** Whether a condition speaks of presence, or of routing: a new stamp of the other is no break in it. */
export function mentions(when: When, part: 'presence' | 'routing'): boolean {
  const here =
    part === 'presence'
      ? when.presence !== undefined || when.secondaryPresence !== undefined
      : when.routing !== undefined;
  return here || (when.not !== undefined && mentions(when.not, part));
}

/** The first profile that fits; the rules of all others do not apply. */
export function profileOf(agent: Agent, { profiles }: Policy): Profile | undefined {
  return profiles.find(({ match }) => match === undefined || matches(match, agent));
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
  // An agent who takes another agent's address or id for a display name does not become that agent.
  if (exact.has(name) && !name.includes('@') && !isId(name)) return true;
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
