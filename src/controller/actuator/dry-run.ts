/**
 * Carrying out in observe mode: the same interface as `actuator.ts`, and not one request. What would have been done is
 * counted and recorded, once per idle episode.
 */
import { observedLine } from '../../domain/logoff/outcome.ts';
import { observedAs } from '../../domain/planning/candidates.ts';
import { noteObserved } from '../../domain/tracking/own-logoff.ts';
import { withLogoff, type Ledger } from '../../domain/planning/plan.ts';
import type { DueAgent } from '../findings.ts';
import { saveStep } from '../save.ts';
import type { ActuatorDeps, Pass, PassResult } from './deps.ts';
import { noOutcomes } from './outcomes.ts';

/** Records each planned log-off as observed. Throws when the store is lost. */
export async function dryRun(
  deps: ActuatorDeps,
  planned: readonly DueAgent[],
  ledger: Ledger,
  pass: Pass,
): Promise<PassResult> {
  const now = deps.directory.serverNow();
  let book = ledger;
  const memories = planned.flatMap(({ agentId, due }) => {
    const memory = deps.population.memory(agentId);
    if (memory === undefined) return [];
    const observed = noteObserved(memory, observedAs(due));
    deps.population.put(observed);
    return [observed];
  });
  const events = planned.map(({ agent, due }) => {
    book = withLogoff(book, now);
    const { ruleId: rule, measured, limit, belowPeak } = due;
    const fields = { sweepId: pass.sweepId, agent: deps.name(agent), rule, measured, limit };
    if (belowPeak === true) deps.log.debug(fields, 'would have been logged off near the licence peak');
    else deps.log.info(fields, 'would have logged off');
    return observedLine(agent, due, now, pass.sweepId);
  });
  if (events.length > 0) {
    await saveStep(deps, memories, events, { ...pass.standing, observedLedger: book });
  }
  return { ledger: book, outcomes: { ...noOutcomes(), observed: planned.length }, left: 0 };
}
