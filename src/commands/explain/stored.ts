/**
 * What the store alone can say of an agent, in the shape that judging takes: the last look again, the profile of the
 * last sweep, and the exemptions of which it is certain that they fit. What stays uncertain is said.
 */
import type { Agent, Observation } from '../../domain/agent.ts';
import type { AgentState } from '../../domain/tracking/state.ts';
import type { Exemption, Matcher, Policy } from '../../domain/policy/policy.ts';
import type { StoredAgent } from '../../domain/record.ts';
import { formatDuration, type Duration, type Instant } from '../../domain/time/time.ts';
import { fitOf, matches } from '../../domain/policy/when.ts';

/** What the last sweep left behind. */
export interface Stored {
  readonly agent: StoredAgent;
  readonly memory: AgentState | undefined;
  readonly policy: Policy;
  readonly interval: Duration;
  readonly now: Instant;
}

/** The same, ready to be judged. */
export interface Judgeable {
  readonly agent: Agent;
  readonly observation: Observation | undefined;
  readonly policy: Policy;
  readonly caveats: readonly string[];
}

const EVERYONE: Matcher = {
  users: undefined,
  groups: undefined,
  roles: undefined,
  divisions: undefined,
  queues: undefined,
  teams: undefined,
  not: undefined,
};

/** Longer than so many intervals since the last look, and the clocks leave the time out. */
const GAP = 3;

/** Groups and the like are not stored: the profile that the last sweep found stands for them. */
export function withStoredFacts({ agent: stored, memory, policy, interval, now }: Stored): Judgeable {
  const agent = agentOf(stored);
  const caveats: string[] = [];
  const profile = policy.profiles.find(({ name }) => name === stored.profile);
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
  const exempt = exemptionsOf(policy, agent, memory, now, caveats);
  const profiles = profile === undefined ? [] : [{ ...profile, match: undefined }];
  const observation = memory === undefined ? undefined : observationOf(memory);
  const judged = { ...policy, exempt, profiles };
  if (policy.former === undefined) return { agent, observation, policy: judged, caveats };
  caveats.push(
    'Names of the policy stood for other ids before, which still protect; whether they give the agent another profile is not stored: use --live.',
  );
  const former = {
    ...policy.former,
    exempt: exemptionsOf(policy.former, agent, memory, now, []),
    profiles: [],
  };
  return { agent, observation, policy: { ...judged, former }, caveats };
}

/** The exemptions of which it is certain that they fit. */
function exemptionsOf(
  policy: Policy,
  agent: Agent,
  memory: AgentState | undefined,
  now: Instant,
  caveats: string[],
): readonly Exemption[] {
  const exempt: Exemption[] = [];
  for (const exemption of policy.exempt) {
    const fits = fit(exemption.match, agent);
    if (fits === 'yes') exempt.push({ ...exemption, match: EVERYONE });
    else if (fits === 'unknown' && mayApply(exemption, memory, now)) {
      caveats.push(
        `Whether the exemption "${exemption.label}" fits depends on groups, roles, divisions, queues or teams, which are not stored: use --live.`,
      );
    }
  }
  return exempt;
}

function mayApply({ until, when }: Exemption, memory: AgentState | undefined, now: Instant): boolean {
  if (until !== undefined && now >= until) return false;
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
