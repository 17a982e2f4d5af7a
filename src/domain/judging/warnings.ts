/** Which rules have to warn an agent before a log-off. */
import type { Agent } from '../agent.ts';
import { profileOf, type Verdict } from './judge.ts';
import { weigh } from './weigh.ts';
import type { AgentState } from '../tracking/state.ts';
import type { Policy } from '../policy/policy.ts';
import type { Duration, Instant } from '../time/time.ts';

/** One warning that is called for and was not delivered yet. */
export interface Warning {
  readonly ruleId: string;
  readonly limit: Duration;
  /** So long until the log-off, if nothing happens. */
  readonly dueIn: Duration;
}

/** The warnings that an agent's verdict calls for. No agent is warned of a log-off that will not be carried out. */
export function warningsDue(
  agent: Agent,
  state: AgentState,
  { reason }: Verdict,
  policy: Policy,
  now: Instant,
): readonly Warning[] {
  if (policy.mode !== 'enforce' || (reason !== 'warned' && reason !== 'observed')) return [];
  const rules = profileOf(agent, policy)?.rules ?? [];
  return rules.flatMap((rule) => {
    const { id: ruleId, warn: ahead, limit, mode } = rule;
    if (ahead === undefined || mode !== 'enforce' || state.episode.warnedAt[ruleId] !== undefined) return [];
    const { holds, insideHours, measured } = weigh(rule, state, now);
    if (!holds || !insideHours || measured < limit - ahead) return [];
    return [{ ruleId, limit, dueIn: ahead }];
  });
}
