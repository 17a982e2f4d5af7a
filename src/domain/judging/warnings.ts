/** Which rules have to warn an agent before a log-off. */
import type { Agent } from '../agent.ts';
import { profileOf, type Verdict } from './judge.ts';
import { weigh } from './weigh.ts';
import { areShifts } from '../time/shifts.ts';
import { silentReturnOf, type AgentState } from '../tracking/state.ts';
import { staysInDay } from '../tracking/stays.ts';
import { takesOff } from '../policy/actions.ts';
import type { Policy } from '../policy/policy.ts';
import type { Duration, Instant } from '../time/time.ts';

/** One warning that is called for and was not delivered yet. */
export interface Warning {
  readonly ruleId: string;
  /** What the rule is for, where its author says so. */
  readonly description: string | undefined;
  readonly limit: Duration;
  /** So long until the log-off, if nothing happens. */
  readonly dueIn: Duration;
  /** Zone of the rule's hours, where it has some. */
  readonly zone: string | undefined;
  /** What the agent may answer it with; `undefined` where the policy has no stay, or no more of them today. */
  readonly stay: StayOffer | undefined;
}

/** That an agent may stay: for how long, and in which episode alone. */
export interface StayOffer {
  readonly length: Duration;
  /** The sign with which the episode began. A later one means that it is over. */
  readonly sinceSign: Instant;
}

/** The warnings that an agent's verdict calls for. No agent is warned of a log-off that will not be carried out. */
export function warningsDue(
  agent: Agent,
  state: AgentState,
  { reason }: Verdict,
  policy: Policy,
  now: Instant,
  peakShare?: number,
): readonly Warning[] {
  if (policy.mode !== 'enforce' || (reason !== 'warned' && reason !== 'observed')) return [];
  const rules = profileOf(agent, policy)?.rules ?? [];
  const stay = stayOffered(state, policy, now);
  return rules.flatMap((rule) => {
    const { id: ruleId, warn: ahead, limit, mode } = rule;
    if (ahead === undefined || mode !== 'enforce' || state.episode.warnedAt[ruleId] !== undefined) return [];
    const { holds, insideHours, nearPeak, warns } = weigh(rule, state, now, peakShare);
    if (!holds || !insideHours || !nearPeak || !warns) return [];
    const zone = rule.hours === undefined || areShifts(rule.hours) ? undefined : rule.hours.calendar.timezone;
    return [{ ruleId, description: rule.description, limit, dueIn: ahead, zone, stay }];
  });
}

function stayOffered(state: AgentState, { stay }: Policy, now: Instant): StayOffer | undefined {
  if (stay === undefined || staysInDay(state, now) >= stay.perDay) return undefined;
  return { length: stay.length, sinceSign: state.episode.clocks.sinceSign };
}

/** A warning as it was given, which the agent may answer. */
export interface Warned {
  readonly agentId: string;
  readonly sinceSign: Instant;
  /** Server time at which it was sent. */
  readonly sentAt: Instant;
}

/**
 * How an answer to a warning finds the agent. `open`: as the warning did. `begun`: the log-off has begun, and nothing of it that takes the
 * agent off is known to be done. `gone`: logged off, or Offline by themselves. `over`: a sign, or a return, has come since.
 */
export type AnswerFinds = 'open' | 'begun' | 'gone' | 'over';

/** How an answer to this warning finds the agent, by what is remembered of them. */
export function answerFinds(state: AgentState | undefined, { sinceSign, sentAt }: Warned): AnswerFinds {
  if (state === undefined) return 'over';
  if (state.episode.clocks.sinceSign > sinceSign) return 'over';
  const ours = logoffSince(state, sentAt);
  if (ours !== undefined) return ours;
  if (state.last.presence === 'OFFLINE') return 'gone';
  return (silentReturnOf(state)?.at ?? -Infinity) > sentAt ? 'over' : 'open';
}

/** What a log-off of ours since then has come to; `undefined` where there was none, or it has come to nothing. */
function logoffSince({ logoff }: AgentState, sentAt: Instant): 'begun' | 'gone' | undefined {
  if (logoff === undefined || logoff.from < sentAt || logoff.kind === 'ended') return undefined;
  return logoff.kind === 'intended' && !takesOff(logoff.done) ? 'begun' : 'gone';
}
