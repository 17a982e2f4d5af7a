/** `in_state`: since when each condition has held. */
import type { State } from './memory.ts';
import { isOfCondition } from '../policy/clocks.ts';
import type { Rule } from '../policy/policy.ts';
import { isMoved, stateOf, type Difference, type PartDifference } from './signs.ts';
import type { Step } from './step.ts';
import type { Instant } from '../time/time.ts';
import { isInCondition, mentions } from '../policy/when.ts';

/**
 * Since when each condition has held. Offline suspends it: a return may continue it. A newer stamp of the same state
 * breaks it, unless a return or the enforcer itself explains the stamp; moving between two listed states does not.
 */
export function foldInState(
  old: Readonly<Record<string, Instant>>,
  stateBefore: State | undefined,
  step: Pick<Step, 'o' | 'd' | 'sighted' | 'context' | 'inGap'>,
  isExplained: boolean,
): Readonly<Record<string, Instant>> {
  if (step.o.presence.system === 'OFFLINE') return old;
  const inState: Record<string, Instant> = {};
  for (const rule of step.context.profile?.rules ?? []) {
    if (!isOfCondition(rule.clock)) continue;
    const since = heldSince(rule, old[rule.whenKey], stateBefore, step, isExplained);
    if (since !== undefined) inState[rule.whenKey] = since;
  }
  return inState;
}

function heldSince(
  rule: Rule,
  since: Instant | undefined,
  stateBefore: State | undefined,
  step: Pick<Step, 'o' | 'd' | 'sighted' | 'inGap'>,
  isExplained: boolean,
): Instant | undefined {
  // A return may restore the former state in a second step: what held before it is kept for one more look.
  if (!isInCondition(rule, stateOf(step.o))) return isExplained ? since : undefined;
  if (since !== undefined) return isExplained ? since : Math.max(since, brokenAt(rule, step) ?? since);
  const heldUnremembered = stateBefore === undefined || isInCondition(rule, stateBefore);
  return heldUnremembered ? step.sighted : (movedAt(step.d) ?? step.sighted);
}

/** When the platform stamped the same state anew, in a part that the condition speaks of. */
function brokenAt({ when }: Rule, { d, inGap }: Pick<Step, 'd' | 'inGap'>): Instant | undefined {
  const breaks = (part: PartDifference): boolean => part.restamped || (inGap && part.changed);
  const presence = mentions(when, 'presence') && breaks(d.presence) ? d.presence.at : undefined;
  const routing = mentions(when, 'routing') && breaks(d.routing) ? d.routing.at : undefined;
  return newest(presence, routing);
}

/** The newest change in a difference, if anything moved. */
function movedAt(d: Difference): Instant | undefined {
  const presence = isMoved(d.presence) ? d.presence.at : undefined;
  const routing = isMoved(d.routing) ? d.routing.at : undefined;
  return newest(presence, routing);
}

/** The later of two instants of which either may be unknown. */
export function newest(a: Instant | undefined, b: Instant | undefined): Instant | undefined {
  if (a === undefined) return b;
  return b === undefined ? a : Math.max(a, b);
}
