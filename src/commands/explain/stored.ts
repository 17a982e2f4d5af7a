/**
 * What the store alone can say of an agent, in the shape that judging takes: the last look again, the profile of the
 * last sweep, and the exemptions of which it is certain that they fit. What stays uncertain is said.
 */
import type { Agent, Observation } from '../../domain/agent.ts';
import type { AgentState } from '../../domain/tracking/state.ts';
import { EVERYONE } from '../../domain/policy/policy.ts';
import type { Exemption, Matcher, Policy, Profile } from '../../domain/policy/policy.ts';
import type { ControllerState, StoredAgent } from '../../domain/record.ts';
import { formatDuration, type Duration, type Instant } from '../../domain/time/time.ts';
import { fitOfSchedule } from '../../domain/judging/judge.ts';
import { fitOf, matches, profilesFor } from '../../domain/policy/when.ts';

/** What the last sweep left behind. */
export interface Stored {
  readonly agent: StoredAgent;
  readonly memory: AgentState | undefined;
  readonly policy: Policy;
  readonly standing: Pick<ControllerState, 'policyHash'> | undefined;
  readonly interval: Duration;
  readonly now: Instant;
}

/** The same, ready to be judged. */
export interface Judgeable {
  readonly agent: Agent;
  readonly observation: Observation | undefined;
  readonly policy: Policy;
  readonly caveats: readonly string[];
  /** Labels of exemptions that may fit: that depends on what is not stored. */
  readonly perhapsExempt: readonly string[];
}

/** Longer than so many intervals since the last look, and the clocks leave the time out. */
const GAP = 3;

/** Groups and the like are not stored: the profile that the last sweep found stands for them. */
export function withStoredFacts(input: Stored): Judgeable {
  const { agent: stored, memory, policy, standing, interval, now } = input;
  const agent = agentOf(stored);
  const caveats: string[] = [];
  const profile = profilesFor(stored.id, policy).find(({ name }) => name === stored.profile);
  if (stored.profile !== undefined && profile === undefined) {
    caveats.push(
      `The last sweep found profile ${stored.profile}, which this policy does not have: the next sweep decides anew.`,
    );
  }
  if (memory === undefined) caveats.push('No usable reading of this agent has been stored yet.');
  else if (memory.unread !== undefined) {
    caveats.push(
      'Everything below is as of the last usable reading; no clock counts the time since if no usable reading follows.',
    );
  } else if (now - memory.seenAt > GAP * interval) {
    caveats.push(
      `The agent has not been observed for ${formatDuration(now - memory.seenAt)}: everything here is as of the last observation, and no clock will count the time since.`,
    );
  }
  // What the last sweep found is true of the policy that it used.
  const found = standing?.policyHash === policy.hash ? stored.exempt : undefined;
  const { exempt, perhaps } = exemptionsOf(policy, agent, memory, now, found);
  for (const label of perhaps) {
    caveats.push(
      `Whether the exemption "${label}" fits depends on groups, roles, divisions, queues or teams, which are not stored: use --live.`,
    );
  }
  const profiles = profile === undefined ? [] : [{ ...profile, match: undefined }];
  const observation = memory === undefined ? undefined : observationOf(memory);
  const judged = { ...policy, exempt, ...only(profiles, policy) };
  if (policy.former === undefined)
    return { agent, observation, policy: judged, caveats, perhapsExempt: perhaps };
  caveats.push(
    'Names of the policy stood for other ids before, which still protect; whether they give the agent another profile is not stored: use --live.',
  );
  const former = {
    ...policy.former,
    exempt: exemptionsOf(policy.former, agent, memory, now, found).exempt,
    ...only([], policy.former),
  };
  return { agent, observation, policy: { ...judged, former }, caveats, perhapsExempt: perhaps };
}

/** These profiles in the place of all others, whichever policy is in force for the agent. */
function only(profiles: readonly Profile[], { others }: Policy): Pick<Policy, 'profiles' | 'others'> {
  return { profiles, ...(others && { others: { ...others, profiles } }) };
}

/**
 * The exemptions of which it is certain that they fit, and the labels of those that may. `found` is what the last sweep found, where
 * that is known.
 */
function exemptionsOf(
  policy: Policy,
  agent: Agent,
  memory: AgentState | undefined,
  now: Instant,
  found: string | undefined,
): { readonly exempt: readonly Exemption[]; readonly perhaps: readonly string[] } {
  const exempt: Exemption[] = [];
  const perhaps: string[] = [];
  const isTold = found === '' || policy.exempt.some((each) => each.label === found && isInForce(each, now));
  for (const exemption of policy.exempt) {
    const fits = fit(exemption.match, agent);
    if (fits === 'yes') exempt.push({ ...exemption, match: EVERYONE });
    else if (fits === 'no' || !mayApply(exemption, memory, now)) continue;
    else if (exemption.label === found) exempt.push({ ...exemption, match: EVERYONE });
    else if (!isTold) perhaps.push(exemption.label);
  }
  return { exempt, perhaps };
}

function isInForce({ until }: Exemption, now: Instant): boolean {
  return until === undefined || now < until;
}

function mayApply(exemption: Exemption, memory: AgentState | undefined, now: Instant): boolean {
  const { when } = exemption;
  if (!isInForce(exemption, now)) return false;
  if (fitOfSchedule(exemption, memory?.shifts, memory?.seenAt ?? now) === 'no') return false;
  return when === undefined || memory === undefined || fitOf(when, memory.last) !== 'no';
}

function agentOf({ id, name, email }: StoredAgent): Agent {
  return { id, name, email, username: email, divisionId: '', groups: [], roles: [], queues: [], teams: [] };
}

/** Where later looks could not be used, that is what they say: nothing can be told of the agent now. */
function observationOf({
  agentId,
  seenAt,
  last: { presence, presenceId, presenceSince, routing, routingSince, tokenAt },
  session,
  unread,
}: AgentState): Observation {
  const busy = session.kind === 'engaged' ? 1 : 0;
  const isOutside = session.kind === 'engaged' && session.outside;
  return {
    agentId,
    at: seenAt,
    presence: { system: presence, definitionId: presenceId, since: presenceSince },
    routing: { status: routing, since: routingSince },
    conversations: { contactCentre: isOutside ? 0 : busy, enterprise: isOutside ? busy : 0 },
    tokenIssuedAt: tokenAt,
    missing: [],
    faults: unread?.unknown ?? [],
  };
}

/** Whether a matcher fits an agent of whom only name, e-mail and id are known. */
function fit(matcher: Matcher, agent: Agent): 'yes' | 'no' | 'unknown' {
  if (matcher.users !== undefined && !matches({ ...EVERYONE, users: matcher.users }, agent)) return 'no';
  const { groups, roles, divisions, queues, teams } = matcher;
  const inner = matcher.not === undefined ? 'no' : fit(matcher.not, agent);
  if (inner === 'yes') return 'no';
  const asks = [groups, roles, divisions, queues, teams].some((each) => each !== undefined);
  return asks || inner === 'unknown' ? 'unknown' : 'yes';
}
