/** What became of a log-off, told to the record, the log, the metrics and the back-off. */
import type { Agent } from '../domain/agent.ts';
import type { Due } from '../domain/judge.ts';
import type { MemoryEvent } from '../domain/memory.ts';
import { withOutcome, type Ledger } from '../domain/plan.ts';
import type { RecordEvent } from '../domain/record.ts';
import type { Instant } from '../domain/time.ts';
import type { Case, Crew, Round } from './case.ts';
import type { Findings } from './findings.ts';
import type { Outcome } from './ports.ts';

export function noOutcomes(): Record<Outcome, number> {
  return { verified: 0, unverified: 0, failed: 0, dropped: 0, observed: 0 };
}

/** Step 6: how each ended, for the record, the back-off and the log. Throws when the store is lost. */
export async function recordOutcomes(
  crew: Crew,
  cases: readonly Case[],
  ledger: Ledger,
  round: Round,
): Promise<Ledger> {
  if (cases.length === 0) return ledger;
  let book = ledger;
  const now = crew.directory.serverNow();
  const events: RecordEvent[] = [];
  for (const each of cases) {
    const { outcome = 'unverified', reason, intentId, agent, due } = each;
    const ended = endedAs(each);
    if (ended !== undefined) book = withOutcome(book, agent.id, ended, now);
    if (ended === 'forbidden' && book.failures.get(agent.id)?.count === 1) alarmForbidden(crew, each);
    const correlationId = each.fault?.correlationId;
    events.push(eventOf(outcome, agent, due, now, round, { intentId, reason, correlationId }));
    crew.meter.logoff(due.ruleId, outcome, 'enforce');
    learn(crew, each);
    logOutcome(crew, each, outcome, round);
  }
  const standing = { ...round.standing, ledger: book };
  await crew.store.saveStep(
    cases.map(({ memory }) => memory),
    events,
    standing,
  );
  return book;
}

/** Only a look that shows the log-off held, or that nothing at all has happened, teaches anything. */
function learn({ learner }: Crew, { performed, outcome, reason }: Case): void {
  if (outcome === 'verified' || reason === 'no_effect') learner.loggedOff(performed, outcome === 'verified');
}

/** For the back-off: a log-off without effect failed, one that was dropped says nothing. */
function endedAs({ outcome, reason, fault }: Case): 'done' | 'failed' | 'forbidden' | undefined {
  if (outcome === 'dropped') return undefined;
  if (outcome === 'failed') return fault?.kind === 'forbidden' ? 'forbidden' : 'failed';
  return reason === 'no_effect' ? 'failed' : 'done';
}

function logOutcome(crew: Crew, { agent, due, reason, fault }: Case, outcome: Outcome, round: Round): void {
  const { ruleId: rule, rung, measured, limit } = due;
  const fields = {
    sweepId: round.sweepId,
    agent: crew.name(agent),
    rule,
    rung,
    outcome,
    reason,
    measured,
    limit,
  };
  if (fault === undefined) crew.log.info(fields, 'log-off carried out');
  else {
    const { message: detail, correlationId } = fault;
    crew.log.warn({ ...fields, detail, correlationId }, 'log-off not carried out');
  }
}

function alarmForbidden(crew: Crew, { agent, due, fault }: Case): void {
  crew.alarm({
    kind: 'forbidden',
    message: 'the service may not log this agent off: grant its role in the agent’s division',
    fields: {
      agent: crew.name(agent),
      rule: due.ruleId,
      measured: due.measured,
      limit: due.limit,
      detail: fault?.message,
      correlationId: fault?.correlationId,
    },
  });
}

/** An agent who is no longer due, or could not be read again, before anything was done. */
export function drop(crew: Crew, agent: Agent, due: Due, reason: string, round: Round): RecordEvent {
  crew.meter.logoff(due.ruleId, 'dropped', 'enforce');
  const fields = { sweepId: round.sweepId, agent: crew.name(agent), rule: due.ruleId, reason };
  crew.log.info(fields, 'log-off dropped before acting');
  return eventOf('dropped', agent, due, crew.directory.serverNow(), round, { reason });
}

/** Counts a return, and a person's sign after one, and learns from it. */
export function countReturn({ meter, learner }: Pick<Crew, 'meter' | 'learner'>, event: MemoryEvent): void {
  learner.returned(event);
  if (event.kind === 'silent_return') meter.returned('silent', event.delay);
  else if (event.kind === 'person_back') meter.returned('person', undefined);
  else if (event.own) meter.returned('late', event.delay);
}

/** A return for the record. A person who logs in after a night is none: only late answers to our own log-offs are kept. */
export function returnEvent(
  agent: Agent,
  event: MemoryEvent,
  { sweepId }: Pick<Round, 'sweepId'>,
): RecordEvent[] {
  if (event.kind === 'person_back' || (event.kind === 'late_return' && !event.own)) return [];
  const reason = `${event.kind === 'silent_return' ? 'silent' : 'late'} after ${event.own ? 'our log-off' : 'the platform’s'}`;
  const { at, delay } = event;
  const base = { kind: 'return', at, sweepId, agentId: agent.id, agentName: agent.name, reason } as const;
  return [delay === undefined ? base : { ...base, delay }];
}

/** Builds one line of the record. */
export function eventOf(
  kind: RecordEvent['kind'],
  agent: Agent,
  due: Due,
  at: Instant,
  round: Pick<Round, 'sweepId'>,
  more: { readonly [K in 'intentId' | 'reason' | 'correlationId']?: string | undefined },
): RecordEvent {
  const { intentId, reason, correlationId } = more;
  return {
    kind,
    at,
    sweepId: round.sweepId,
    agentId: agent.id,
    agentName: agent.name,
    rule: due.ruleId,
    measured: due.measured,
    limit: due.limit,
    actions: due.actions,
    ...(due.rung === undefined ? {} : { rung: due.rung }),
    ...(intentId === undefined ? {} : { intentId }),
    ...(reason === undefined ? {} : { reason }),
    ...(correlationId === undefined ? {} : { correlationId }),
  };
}

/** Whoever came back after a log-off of ours was gone: what looked like a failure then took effect after all. */
export function forgiven(ledger: Ledger, { returns }: Findings): Ledger {
  let book = ledger;
  for (const { agent, event } of returns) {
    if (event.kind === 'person_back' || !event.own || !book.failures.has(agent.id)) continue;
    book = withOutcome(book, agent.id, 'done', event.at);
  }
  return book;
}
