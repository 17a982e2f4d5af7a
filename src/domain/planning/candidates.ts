/** What one agent's verdict hands to the plan. */
import type { Due, Verdict } from '../judging/judge.ts';
import type { Memory } from '../tracking/memory.ts';
import { isObserved } from '../logoff/known.ts';

/** The log-off to be carried out, if the verdict calls for one. */
export function enforcedIn({ due }: Verdict): Due | undefined {
  return due?.mode === 'enforce' ? due : undefined;
}

/** Due rules in observe mode that were not counted in this idle episode yet. */
export function observedIn({ observed }: Verdict, memory: Memory | undefined): readonly Due[] {
  if (memory === undefined || observed.length === 0) return NONE;
  return observed.filter(({ ruleId }) => !isObserved(memory, ruleId));
}

const NONE: readonly Due[] = [];
