/** What one agent's verdict hands to the plan. */
import type { Due, Verdict } from '../judging/judge.ts';
import type { Policy } from '../policy/policy.ts';
import type { AgentState } from '../tracking/state.ts';

/** The log-off to be carried out, if the verdict calls for one. */
export function enforcedIn({ due }: Verdict): Due | undefined {
  return due?.mode === 'enforce' ? due : undefined;
}

/** Due rules in observe mode that were not counted in this idle episode yet. */
export function observedIn({ observed }: Verdict, state: AgentState | undefined): readonly Due[] {
  if (state === undefined || observed.length === 0) return NONE;
  return observed.filter((due) => !state.episode.observedRules.includes(observedAs(due)));
}

/**
 * Under which name an episode remembers what was observed: what waits for the licence peak is another thing than what the rule would
 * do, and does not keep that from being counted. No rule has a blank in its id.
 */
export function observedAs({ ruleId, belowPeak }: Due): string {
  return belowPeak === true ? `${ruleId} below the peak` : ruleId;
}

/** The limit of an enforcing rule is reached, and the rule waits for the licence peak: the breaker counts the agent as due. */
export function waitsForPeak({ observed }: Verdict, { mode }: Policy): boolean {
  return mode === 'enforce' && observed.some(({ belowPeak }) => belowPeak === true);
}

const NONE: readonly Due[] = [];
