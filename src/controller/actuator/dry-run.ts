/**
 * Carrying out in observe mode: the same interface as `actuator.ts`, and not one request. What would have been done is
 * counted and recorded, once per idle episode.
 */
import { withLogoff, type Ledger } from '../../domain/planning/plan.ts';
import type { Crew, Round, RoundResult } from './attempt.ts';
import { eventOf, noOutcomes } from './outcomes.ts';
import type { DueAgent } from '../findings.ts';

/** Records each planned log-off as observed. Throws when the store is lost. */
export async function imagine(
  crew: Crew,
  planned: readonly DueAgent[],
  ledger: Ledger,
  round: Round,
): Promise<RoundResult> {
  const now = crew.directory.serverNow();
  let book = ledger;
  const memories = planned.flatMap(({ agentId, due }) => {
    const memory = crew.population.memory(agentId);
    if (memory === undefined) return [];
    const imagined = { ...memory, imagined: [...memory.imagined, due.ruleId] };
    crew.population.put(imagined);
    return [imagined];
  });
  const events = planned.map(({ agent, due }) => {
    book = withLogoff(book, now);
    crew.meter.logoff(due.ruleId, 'observed', 'observe');
    const { ruleId: rule, measured, limit } = due;
    const fields = { sweepId: round.sweepId, agent: crew.name(agent), rule, measured, limit };
    crew.log.info(fields, 'would have logged off');
    return eventOf('observed', agent, due, now, round, {});
  });
  if (events.length > 0) {
    await crew.store.saveStep(memories, events, { ...round.standing, imaginedLedger: book });
  }
  return { ledger: book, outcomes: { ...noOutcomes(), observed: planned.length }, left: 0 };
}
