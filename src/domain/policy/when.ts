/** Whether a condition or a matcher of the policy fits. */
import type { Agent, Shown } from '../agent.ts';
import type { Matcher, Policy, Profile, Rule, UserPatterns, When } from './policy.ts';
import { isId, looseName, normaliseName } from '../name.ts';
import { isInShare } from '../rollout/share.ts';

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

/** The profiles that count for an agent: those of the policy, or of the one before while this one is not in force for the agent. */
export function profilesFor(agentId: string, { profiles, others }: Policy): readonly Profile[] {
  return others === undefined || isInShare(agentId, others.share) ? profiles : others.profiles;
}

/** Every profile by which some agent may be judged. */
export function everyProfile({ profiles, others }: Policy): readonly Profile[] {
  return [...profiles, ...(others?.profiles ?? [])];
}

/** Every rule by which some agent may be judged. */
export function everyRule(policy: Policy): readonly Rule[] {
  return everyProfile(policy).flatMap(({ rules }) => rules);
}

/** The first profile that fits; the rules of all others do not apply. */
export function profileOf(agent: Agent, policy: Policy): Profile | undefined {
  return firstOf(profilesFor(agent.id, policy), agent);
}

/** The profile that an agent had by the policy before, who has another policy that is being brought out. */
export function formerProfileOf(agent: Agent, { others }: Policy): Profile | undefined {
  if (others === undefined || !isInShare(agent.id, others.share)) return undefined;
  return firstOf(others.profiles, agent);
}

function firstOf(profiles: readonly Profile[], agent: Agent): Profile | undefined {
  for (const profile of profiles) {
    if (profile.match === undefined || matches(profile.match, agent)) return profile;
  }
  return undefined;
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
  const { exact, byName, patterns, addresses = NO_PATTERNS, loosely = false } = users;
  if (!byName) return exact.has(normaliseName(agent.id));
  const { loginsOf, othersOf } = loosely ? LOOSE : EXACT;
  if (mayFitOthers(users) && fitsOthers(users, othersOf(agent))) return true;
  for (const login of loginsOf(agent)) {
    if (exact.has(login) || fitsOne(patterns, login) || fitsOne(addresses, login)) return true;
  }
  return false;
}

function fitsOthers({ exact, patterns }: UserPatterns, { id, name }: Others): boolean {
  if (exact.has(id) || fitsOne(patterns, id)) return true;
  // An agent who takes another agent's address or id for a display name does not become that agent.
  return (exact.has(name) && !name.includes('@') && !isId(name)) || fitsOne(patterns, name);
}

const NO_PATTERNS: readonly RegExp[] = [];

interface Others {
  readonly id: string;
  readonly name: string;
}

/** The forms in which an agent's names are compared. */
interface Forms {
  /** What the agent logs in with. */
  readonly loginsOf: (agent: Agent) => readonly string[];
  /** Id and display name. */
  readonly othersOf: (agent: Agent) => Others;
}

const EXACT = formsBy(normaliseName);
const LOOSE = formsBy(looseName);

function formsBy(form: (name: string) => string): Forms {
  return {
    loginsOf: ofLastAgent(({ email, username }) => [form(email), form(username)]),
    othersOf: ofLastAgent(({ id, name }) => ({ id: form(id), name: form(name) })),
  };
}

/** Every exemption and profile asks for the names of the same agent before the next agent comes. */
function ofLastAgent<T>(work: (agent: Agent) => T): (agent: Agent) => T {
  let last: { readonly agent: Agent; readonly answer: T } | undefined;
  return (agent) => {
    if (last?.agent !== agent) last = { agent, answer: work(agent) };
    return last.answer;
  };
}

/** Whether ids and display names may fit, so that an agent's have to be looked at. E-mail addresses never fit those. */
const fitOthers = new WeakMap<UserPatterns, boolean>();

function mayFitOthers(users: UserPatterns): boolean {
  const known = fitOthers.get(users);
  if (known !== undefined) return known;
  const mayFit = users.patterns.length > 0 || [...users.exact].some((one) => !one.includes('@'));
  fitOthers.set(users, mayFit);
  return mayFit;
}

function fitsOne(patterns: readonly RegExp[], name: string): boolean {
  return patterns.some((pattern) => pattern.test(name));
}
