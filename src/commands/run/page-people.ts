/** The agents whom the page names to viewers: who is next, who keeps coming back, who is stuck. */
import type { Floor, FloorAgent } from '../../app/floor.ts';
import { isPaused } from '../../domain/planning/holds.ts';
import { profilesFor } from '../../domain/policy/when.ts';
import type { Policy } from '../../domain/policy/policy.ts';
import type { Pause, StoredAgent } from '../../domain/record.ts';
import type { Instant } from '../../domain/time/time.ts';
import type { LoadedPolicy } from '../../policy-file/draft.ts';
import type { Called, NextFacts, PeopleFacts, ReturningFacts, StuckFacts } from '../../server/page/facts.ts';
import { rungNumber } from '../../texts/printed.ts';
import { stateWords } from '../explain/words.ts';
import { numbersOf, stayIn, type ListRow } from '../list/rows.ts';
import { protectionOf } from '../list/words.ts';
import type { ReportedEvent } from '../report/parts.ts';

/** More of each kind are counted on the page, and not listed. */
const MOST_LISTED = 30;

/** Who came back silently after a log-off, and how often. */
export class Returning {
  readonly #agents = new Map<string, { times: number; lastAt: Instant }>();

  add({ kind, at, agentId, reason }: ReportedEvent): void {
    if (kind !== 'return' || agentId === undefined || reason?.startsWith('silent') !== true) return;
    if (!reason.includes('our log-off')) return;
    const { times } = this.#agents.get(agentId) ?? { times: 0 };
    this.#agents.set(agentId, { times: times + 1, lastAt: at });
  }

  /** Those who did so most often. */
  get first(): readonly (readonly [string, { readonly times: number; readonly lastAt: Instant }])[] {
    return [...this.#agents]
      .sort(([, a], [, b]) => b.times - a.times || b.lastAt - a.lastAt)
      .slice(0, MOST_LISTED);
  }
}

/** An agent in one of the lists. */
export type Listed = Pick<StoredAgent, 'id' | 'name' | 'email'>;

/** How agents of the lists are called. */
export type Call = (agent: Pick<Listed, 'id' | 'name'>) => Called;

/** What `peopleOf` starts from. */
export interface PeopleInput {
  readonly floor: Floor;
  readonly loaded: LoadedPolicy;
  readonly policy: Policy;
  readonly returning: readonly (Omit<ReturningFacts, 'agent'> & { readonly agent: Listed })[];
  readonly callApart: (agents: readonly Listed[]) => Call;
  readonly pause: Pause | undefined;
  readonly now: Instant;
}

/** All of them. */
export function peopleOf(input: PeopleInput): PeopleFacts {
  const { floor, loaded, policy, returning, callApart, pause, now } = input;
  const tooLong = loaded.draft.content.caps.engaged_too_long;
  const next = floor.next.slice(0, MOST_LISTED);
  const engaged = floor.engaged.slice(0, MOST_LISTED);
  const call = callApart([...next, ...returning, ...engaged].map(({ agent }) => agent));
  return {
    pause: pause !== undefined && isPaused(pause, now) ? { by: pause.by, reason: pause.reason } : undefined,
    next: next.map((each) => nextOf(each, policy, call)),
    returning: returning.map((each) => ({ ...each, agent: call(each.agent) })),
    stuck: engaged.flatMap(({ agent, state: { session } }): StuckFacts[] => {
      if (session.kind !== 'engaged' || now - session.since <= tooLong) return [];
      const conversations = floor.conversationsOf(agent.id);
      return [{ agent: call(agent), since: session.since, conversations }];
    }),
  };
}

function nextOf({ agent, state, verdict }: FloorAgent, policy: Policy, call: Call): NextFacts {
  const profile = profilesFor(agent.id, policy).find(({ name }) => name === verdict.profile);
  const rule = numbersOf(verdict, state, profile, state.seenAt);
  const row: ListRow = {
    agent: { ...agent, email: '', profile: verdict.profile, exempt: undefined },
    ...{ profile: verdict.profile, state: state.last, seenAt: state.seenAt, lastSignAt: state.seenAt },
    ...{ reason: verdict.reason, detail: verdict.detail, perhapsExempt: [], rule, hold: undefined },
    ...{ engaged: undefined, stay: stayIn(state, state.seenAt) },
  };
  return {
    agent: call(agent),
    profile: verdict.profile,
    state: stateWords(state.last),
    rule: rule?.rung === undefined ? rule?.id : `${rule.id}, rung ${rungNumber(rule.rung)}`,
    measured: rule?.measured,
    limit: rule?.limit,
    dueAt: rule?.dueAt,
    protects: protectionOf(row),
  };
}
