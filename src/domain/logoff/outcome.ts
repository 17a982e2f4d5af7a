/** What an attempt leaves behind: lines of the record, the back-off, and what is learnt of the platform. Pure. */
import type { Agent } from '../agent.ts';
import { BELOW_PEAK, type Due } from '../judging/judge.ts';
import { withOutcome, type Ledger } from '../planning/plan.ts';
import type { Action } from '../policy/policy.ts';
import type { RecordEvent } from '../record.ts';
import type { Instant } from '../time/time.ts';
import type { Attempt, Ending } from './attempt.ts';
import type { ActionFault } from './result.ts';

/** The intention. */
export function intentLine({ agent, due, intentId }: Attempt, at: Instant, sweepId: string): RecordEvent {
  return lineOf('intent', agent, due, at, sweepId, { intentId });
}

/** How it ended. Of an attempt that is not over nothing is known. */
export function outcomeLine(attempt: Attempt, at: Instant, sweepId: string): RecordEvent {
  const { agent, due, intentId, performed: actions } = attempt;
  const { outcome } = endingOf(attempt);
  const correlationId = faultOf(attempt)?.correlationId;
  const reason = reasonOf(attempt);
  return lineOf(outcome, agent, due, at, sweepId, { intentId, reason, correlationId, actions });
}

/** An agent who was planned, and is no longer due, or could not be read again: nothing was begun. */
export function droppedLine(
  agent: Agent,
  due: Due,
  reason: string,
  at: Instant,
  sweepId: string,
): RecordEvent {
  return lineOf('dropped', agent, due, at, sweepId, { reason, actions: [] });
}

/** A log-off that was only observed; `below_peak` where its rule waits for the licence peak. */
export function observedLine(agent: Agent, due: Due, at: Instant, sweepId: string): RecordEvent {
  return lineOf('observed', agent, due, at, sweepId, due.belowPeak === true ? { reason: BELOW_PEAK } : {});
}

/** The end of an attempt. One that is not over counts as unverified: it is not known what came of it. */
export function endingOf({ stage }: Attempt): Ending {
  return stage.kind === 'over' ? stage : UNKNOWN_ENDING;
}

const UNKNOWN_ENDING: Ending = { outcome: 'unverified', reason: undefined, fault: undefined };

/**
 * Why it ended so, for the record. Where something was done, that is what was not: an agent may be off although the station was
 * not released, or the tokens could not be revoked.
 */
export function reasonOf(attempt: Attempt): string | undefined {
  const { performed, undone } = attempt;
  const { outcome, reason } = endingOf(attempt);
  const inPart = undone.length > 0 && performed.length > 0;
  if (!inPart || (outcome !== 'verified' && outcome !== 'failed')) return reason;
  return `not done: ${undone.map(({ action, fault }) => `${action} (${fault.kind})`).join(', ')}`;
}

/** The fault that ended it, or the first that did not. */
export function faultOf(attempt: Attempt): ActionFault | undefined {
  return endingOf(attempt).fault ?? attempt.undone[0]?.fault;
}

/** The ledger with how this attempt ended, for the back-off. */
export function withEnding(ledger: Ledger, attempt: Attempt, now: Instant): Ledger {
  const ended = endedAs(endingOf(attempt));
  return ended === undefined ? ledger : withOutcome(ledger, attempt.agent.id, ended, now);
}

/**
 * A log-off without effect failed, and so did one after which the agent could not be read; one that was dropped for another reason
 * says nothing.
 */
function endedAs({ outcome, reason, fault }: Ending): 'done' | 'failed' | 'forbidden' | undefined {
  if (reason === 'unread') return 'failed';
  if (outcome === 'dropped') return undefined;
  if (outcome === 'failed') return fault?.kind === 'forbidden' ? 'forbidden' : 'failed';
  return reason === 'no_effect' ? 'failed' : 'done';
}

/** Whether this is the first time in a row that the platform forbids logging this agent off. `ledger` is the one after it. */
export function isNewlyForbidden(ledger: Ledger, { agent, stage }: Attempt): boolean {
  const isForbidden =
    stage.kind === 'over' && stage.outcome === 'failed' && stage.fault?.kind === 'forbidden';
  return isForbidden && ledger.failures.get(agent.id)?.count === 1;
}

/** What a log-off teaches of the platform: only a look that shows that it held, or that nothing at all has happened, teaches anything. */
export interface Lesson {
  readonly done: readonly Action[];
  readonly offline: boolean;
}

/** `undefined` where nothing is learnt. */
export function lessonOf(attempt: Attempt): Lesson | undefined {
  const { outcome, reason } = endingOf(attempt);
  if (outcome !== 'verified' && reason !== 'no_effect') return undefined;
  return { done: attempt.performed, offline: outcome === 'verified' };
}

interface LineFacts {
  readonly intentId?: string | undefined;
  readonly reason?: string | undefined;
  readonly correlationId?: string | undefined;
  /** Those that were performed, of an outcome; those that are called for, unless given. */
  readonly actions?: readonly Action[] | undefined;
}

function lineOf(
  kind: RecordEvent['kind'],
  agent: Agent,
  due: Due,
  at: Instant,
  sweepId: string,
  { intentId, reason, correlationId, actions = due.actions }: LineFacts,
): RecordEvent {
  return {
    kind,
    at,
    sweepId,
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
