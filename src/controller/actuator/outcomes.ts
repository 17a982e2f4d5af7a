/** What became of a log-off, told to the record, the log, the metrics and the back-off. */
import type { Agent } from '../../domain/agent.ts';
import type { Due } from '../../domain/judging/judge.ts';
import { withOutcome, type Ledger } from '../../domain/planning/plan.ts';
import type { Action } from '../../domain/policy/policy.ts';
import type { RecordEvent } from '../../domain/record.ts';
import type { Instant } from '../../domain/time/time.ts';
import type { Attempt, ActuatorDeps, Pass } from './attempt.ts';
import type { Outcome } from '../../ports/metrics.ts';
import type { OwnReturn } from '../returns-book.ts';
import { saveStep } from '../save.ts';

export function noOutcomes(): Record<Outcome, number> {
  return { verified: 0, unverified: 0, failed: 0, dropped: 0, observed: 0 };
}

/** Step 6: how each ended, for the record, the back-off and the log. Throws when the store is lost. */
export async function recordOutcomes(
  deps: ActuatorDeps,
  cases: readonly Attempt[],
  ledger: Ledger,
  pass: Pass,
): Promise<Ledger> {
  if (cases.length === 0) return ledger;
  let book = ledger;
  const now = deps.directory.serverNow();
  const events: RecordEvent[] = [];
  for (const each of cases) {
    const { outcome = 'unverified', intentId, agent, due, performed: actions } = each;
    const ended = endedAs(each);
    if (ended !== undefined) book = withOutcome(book, agent.id, ended, now);
    if (ended === 'forbidden' && book.failures.get(agent.id)?.count === 1) alarmForbidden(deps, each);
    const correlationId = faultOf(each)?.correlationId;
    const more = { intentId, reason: reasonOf(each), correlationId, actions };
    events.push(eventOf(outcome, agent, due, now, pass, more));
    deps.meter.logoff(due.ruleId, outcome, 'enforce');
    learn(deps, each);
    logOutcome(deps, each, outcome, pass);
  }
  const standing = { ...pass.standing, ledger: book };
  const memories = cases.map(({ memory }) => memory);
  await saveStep(deps, memories, events, standing);
  return book;
}

/**
 * Why it ended so, for the record. Where something was done, that is what was not: an agent may be off although the station was
 * not released, or the tokens could not be revoked.
 */
function reasonOf({ outcome, reason, performed, undone }: Attempt): string | undefined {
  const inPart = undone.length > 0 && performed.length > 0;
  if (!inPart || (outcome !== 'verified' && outcome !== 'failed')) return reason;
  return `not done: ${undone.map(({ action, fault }) => `${action} (${fault.kind})`).join(', ')}`;
}

function faultOf({ fault, undone }: Attempt): Attempt['fault'] {
  return fault ?? undone[0]?.fault;
}

/** Only a look that shows the log-off held, or that nothing at all has happened, teaches anything. */
function learn({ learner }: ActuatorDeps, { performed, outcome, reason }: Attempt): void {
  if (outcome === 'verified' || reason === 'no_effect') learner.loggedOff(performed, outcome === 'verified');
}

/** An agent who came back after our log-off was gone: what looked like a failure took effect after all. */
export function forgiven(ledger: Ledger, returns: readonly OwnReturn[]): Ledger {
  let book = ledger;
  for (const { agentId, at } of returns) {
    if (book.failures.has(agentId)) book = withOutcome(book, agentId, 'done', at);
  }
  return book;
}

/**
 * For the back-off: a log-off without effect failed, and so did one after which the agent could not be read; one that was dropped
 * for another reason says nothing.
 */
function endedAs({ outcome, reason, fault }: Attempt): 'done' | 'failed' | 'forbidden' | undefined {
  if (reason === 'unread') return 'failed';
  if (outcome === 'dropped') return undefined;
  if (outcome === 'failed') return fault?.kind === 'forbidden' ? 'forbidden' : 'failed';
  return reason === 'no_effect' ? 'failed' : 'done';
}

function logOutcome(deps: ActuatorDeps, each: Attempt, outcome: Outcome, pass: Pass): void {
  const { agent, due } = each;
  const { ruleId: rule, rung, measured, limit } = due;
  const [reason, fault] = [reasonOf(each), faultOf(each)];
  const fields = {
    sweepId: pass.sweepId,
    agent: deps.name(agent),
    rule,
    rung,
    outcome,
    reason,
    measured,
    limit,
  };
  if (fault === undefined) deps.log.info(fields, 'log-off carried out');
  else {
    const { message: detail, correlationId } = fault;
    const said = outcome === 'verified' ? 'log-off carried out in part' : 'log-off not carried out';
    deps.log.warn({ ...fields, detail, correlationId }, said);
  }
}

function alarmForbidden(deps: ActuatorDeps, { agent, due, fault }: Attempt): void {
  deps.alarm({
    kind: 'forbidden',
    message: 'the service may not log this agent off: grant its role in the agent’s division',
    fields: {
      agent: deps.name(agent),
      rule: due.ruleId,
      measured: due.measured,
      limit: due.limit,
      detail: fault?.message,
      correlationId: fault?.correlationId,
    },
  });
}

/** An agent who is no longer due, or could not be read again, before anything was done. */
export function drop(deps: ActuatorDeps, agent: Agent, due: Due, reason: string, pass: Pass): RecordEvent {
  deps.meter.logoff(due.ruleId, 'dropped', 'enforce');
  const fields = { sweepId: pass.sweepId, agent: deps.name(agent), rule: due.ruleId, reason };
  deps.log.info(fields, 'log-off dropped before acting');
  return eventOf('dropped', agent, due, deps.directory.serverNow(), pass, { reason, actions: [] });
}

interface EventFacts {
  readonly intentId?: string | undefined;
  readonly reason?: string | undefined;
  readonly correlationId?: string | undefined;
  /** Those that were performed, of an outcome; those that are called for, unless given. */
  readonly actions?: readonly Action[] | undefined;
}

/** Builds one line of the record. */
export function eventOf(
  kind: RecordEvent['kind'],
  agent: Agent,
  due: Due,
  at: Instant,
  pass: Pick<Pass, 'sweepId'>,
  more: EventFacts,
): RecordEvent {
  const { intentId, reason, correlationId, actions = due.actions } = more;
  return {
    kind,
    at,
    sweepId: pass.sweepId,
    agentId: agent.id,
    agentName: agent.name,
    rule: due.ruleId,
    measured: due.measured,
    limit: due.limit,
    actions,
    ...(due.rung === undefined ? {} : { rung: due.rung }),
    ...(intentId === undefined ? {} : { intentId }),
    ...(reason === undefined ? {} : { reason }),
    ...(correlationId === undefined ? {} : { correlationId }),
  };
}
