/**
 * A verdict that takes into account that names of the policy may stand for other ids than before, or could not be looked up.
 * What the ids of now say decides; ids of before, and doubt, only ever protect.
 */
import type { Agent, Observation, Shown } from '../agent.ts';
import { judge, type Verdict } from './judge.ts';
import { concernOf, type Concern } from '../tracking/reading.ts';
import type { AgentState } from '../tracking/state.ts';
import type { Matcher, NameKind, Policy, When } from '../policy/policy.ts';
import type { Instant } from '../time/time.ts';
import { matches, profilesFor, whenHolds } from '../policy/when.ts';

/**
 * Judges one agent as `judge` does. An agent is not due, or warned, while the ids of before exempt the agent, or give a
 * profile in which no rule is due, or while the verdict needs a name that could not be looked up. Pure; costs nothing for all other agents.
 */
export function judgeByNames(
  agent: Agent,
  state: AgentState | undefined,
  observation: Observation,
  policy: Policy,
  now: Instant,
  concern?: Concern,
): Verdict {
  const verdict = judge(agent, state, observation, policy, now, concern);
  if (!callsForAction(verdict) || state === undefined) return verdict;
  return (
    byIdsOfBefore(verdict, agent, state, observation, policy, now, concern?.peakShare) ??
    byDoubt(verdict, agent, state, policy, now)
  );
}

/** What the ids of before make of an agent who is due, where they protect. */
function byIdsOfBefore(
  verdict: Verdict,
  agent: Agent,
  state: AgentState,
  observation: Observation,
  { former }: Policy,
  now: Instant,
  peakShare: number | undefined,
): Verdict | undefined {
  if (former === undefined) return undefined;
  const before = judge(agent, state, observation, former, now, concernOf(agent, former, peakShare));
  const { reason, detail = '', profile = '' } = before;
  if (reason === 'exempt') return notDue(verdict, 'exempt', `${detail}, by the id that a name had before`);
  if (!protectsStill(before, verdict)) return undefined;
  const why = `by the ids that names had before, profile ${profile} counts, in which no rule is due`;
  return notDue(verdict, 'names_unsure', why);
}

/** The verdict, unless it needs a name that could not be looked up. */
function byDoubt(
  verdict: Verdict,
  agent: Agent,
  { last }: AgentState,
  policy: Policy,
  now: Instant,
): Verdict {
  const kinds = policy.unsure === undefined ? [] : [...policy.unsure];
  const needed = kinds.find((kind) => needsNames(verdict, agent, last, policy, kind, now));
  if (needed === undefined) return verdict;
  return notDue(verdict, 'names_unsure', `the ${needed} of the policy could not be looked up`);
}

function notDue(verdict: Verdict, reason: 'exempt' | 'names_unsure', detail: string): Verdict {
  return { ...verdict, reason, detail, due: undefined, observed: [], nextAt: undefined };
}

/** The agent is to be logged off, reported, or told of a log-off to come. */
function callsForAction({ due, reason }: Verdict): boolean {
  return due !== undefined || reason === 'warned';
}

/** By the ids of before the agent has a profile in which no rule would act. */
function protectsStill(before: Verdict, { due }: Verdict): boolean {
  if (before.reason === 'no_profile') return false;
  if (due === undefined) return !callsForAction(before);
  return before.due === undefined || (due.mode === 'enforce' && before.due.mode === 'observe');
}

/** Whether another id of a name of this kind could protect the agent. */
function needsNames(
  { due }: Verdict,
  agent: Agent,
  state: Shown,
  policy: Policy,
  kind: NameKind,
  now: Instant,
): boolean {
  const protecting = policy.exempt.some(({ match, when, until }) => {
    if (until !== undefined && now >= until) return false;
    const fits = [fit(match, agent, kind), when === undefined ? 'yes' : holds(when, state, kind)];
    return !fits.includes('no') && fits.includes('maybe');
  });
  if (protecting) return true;
  for (const { match, rules } of profilesFor(agent.id, policy)) {
    const fits = match === undefined ? 'yes' : fit(match, agent, kind);
    if (fits === 'maybe') return true;
    if (fits === 'no') continue;
    // An agent is told of a log-off to come by any of the rules.
    const mayAct = rules.filter(({ id }) => due === undefined || id === due.ruleId);
    return mayAct.some(({ when }) => holds(when, state, kind) === 'maybe');
  }
  return false;
}

type Fit = 'yes' | 'no' | 'maybe';

/** Whether a matcher fits while names of this kind may stand for anything. */
function fit(matcher: Matcher, agent: Agent, kind: NameKind): Fit {
  const sure: Matcher = { ...matcher, [kind]: undefined, not: undefined };
  if (!matches(sure, agent)) return 'no';
  const inner = matcher.not === undefined ? 'no' : fit(matcher.not, agent, kind);
  if (inner === 'yes') return 'no';
  const asks = kind !== 'presences' && matcher[kind] !== undefined;
  return asks || inner === 'maybe' ? 'maybe' : 'yes';
}

/** The same for a condition. */
function holds(when: When, state: Shown, kind: NameKind): Fit {
  const asks = kind === 'presences' && when.secondaryPresence !== undefined;
  const sure: When = { ...when, ...(asks ? { secondaryPresence: undefined } : {}), not: undefined };
  if (!whenHolds(sure, state)) return 'no';
  const inner = when.not === undefined ? 'no' : holds(when.not, state, kind);
  if (inner === 'yes') return 'no';
  return asks || inner === 'maybe' ? 'maybe' : 'yes';
}
