/** What became of log-offs, told to the log and to people. Lines of the record and the back-off are `domain/logoff/outcome.ts`. */
import type { Agent } from '../../domain/agent.ts';
import type { Due } from '../../domain/judging/judge.ts';
import { endingOf, faultOf, isNewlyForbidden, reasonOf } from '../../domain/logoff/outcome.ts';
import type { Attempt } from '../../domain/logoff/attempt.ts';
import { withOutcome, type Ledger } from '../../domain/planning/plan.ts';
import type { Outcome } from '../../domain/record.ts';
import type { OwnReturn } from '../accounting.ts';
import type { ActuatorDeps, Pass } from './deps.ts';

type Telling = Pick<ActuatorDeps, 'log' | 'name' | 'alarm'>;

export function noOutcomes(): Record<Outcome, number> {
  return { verified: 0, unverified: 0, failed: 0, dropped: 0, observed: 0 };
}

/** An agent who came back after our log-off was gone: what looked like a failure took effect after all. */
export function forgiven(ledger: Ledger, returns: readonly OwnReturn[]): Ledger {
  let book = ledger;
  for (const { agentId, at } of returns) {
    if (book.failures.has(agentId)) book = withOutcome(book, agentId, 'done', at);
  }
  return book;
}

/** Tells how a log-off ended. `ledger` is the one after it. */
export function tellOutcome(deps: Telling, attempt: Attempt, ledger: Ledger, pass: Pass): void {
  if (isNewlyForbidden(ledger, attempt)) alarmForbidden(deps, attempt);
  const { agent, due } = attempt;
  const { ruleId: rule, rung, measured, limit } = due;
  const { outcome } = endingOf(attempt);
  const fields = {
    sweepId: pass.sweepId,
    agent: deps.name(agent),
    rule,
    rung,
    outcome,
    reason: reasonOf(attempt),
    measured,
    limit,
  };
  const fault = faultOf(attempt);
  if (fault === undefined) deps.log.info(fields, 'log-off carried out');
  else {
    const { message: detail, correlationId } = fault;
    const said = outcome === 'verified' ? 'log-off carried out in part' : 'log-off not carried out';
    deps.log.warn({ ...fields, detail, correlationId }, said);
  }
}

function alarmForbidden(deps: Telling, attempt: Attempt): void {
  const { agent, due } = attempt;
  const { fault } = endingOf(attempt);
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

/** Tells of an agent who is no longer due, or could not be read again, before anything was done. */
export function tellDropped(
  deps: Telling,
  agent: Agent,
  { ruleId: rule }: Due,
  reason: string,
  pass: Pass,
): void {
  const fields = { sweepId: pass.sweepId, agent: deps.name(agent), rule, reason };
  deps.log.info(fields, 'log-off dropped before acting');
}
