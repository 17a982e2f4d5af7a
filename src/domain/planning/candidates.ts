/** What one agent's verdict hands to the plan. */
import type { Due, Verdict } from '../judging/judge.ts';
import type { AgentState } from '../tracking/state.ts';

/** The log-off to be carried out, if the verdict calls for one. */
export function enforcedIn({ due }: Verdict): Due | undefined {
  return due?.mode === 'enforce' ? due : undefined;
}

/** Due rules in observe mode that were not counted in this idle episode yet. */
export function observedIn({ observed }: Verdict, state: AgentState | undefined): readonly Due[] {
  if (state === undefined || observed.length === 0) return NONE;
  return observed.filter(({ ruleId }) => !state.episode.observedRules.includes(ruleId));
}

const NONE: readonly Due[] = [];
