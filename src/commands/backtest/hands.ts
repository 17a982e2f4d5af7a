/**
 * History's hands: a log-off is carried through by the engine of the worker, and history answers for the platform. It does not show
 * the effects of a log-off, so every action succeeds, and the look that verifies shows what the actions bring. Pure.
 */
import type { Observation, PresenceReading, Sighting } from '../../domain/agent.ts';
import type { Evaluation, Watch } from '../../domain/judging/evaluate.ts';
import { advance } from '../../domain/logoff/advance.ts';
import { begin, intend, wanted, type Answer, type Attempt, type Want } from '../../domain/logoff/attempt.ts';
import { endingOf } from '../../domain/logoff/outcome.ts';
import type { Action, ListedLabels } from '../../domain/policy/policy.ts';
import type { Instant } from '../../domain/time/time.ts';
import { takesOff } from '../../domain/policy/actions.ts';

/** The actions of a log-off that came about at `now`; `undefined` when it did not. */
export function logOffInHistory(
  sighting: Sighting,
  evaluation: Evaluation,
  watch: Watch,
  now: Instant,
): readonly Action[] | undefined {
  const begun = begin(sighting, evaluation, watch.policy, 'history');
  if (begun === undefined) return undefined;
  let attempt = intend(begun, watch.policy, now);
  for (let want = wanted(attempt); want !== undefined; want = wanted(attempt)) {
    attempt = advance(attempt, answerOf(attempt, want, watch.policy.labels, now), watch, now).attempt;
  }
  return endingOf(attempt).outcome === 'verified' ? attempt.performed : undefined;
}

function answerOf(attempt: Attempt, want: Want, labels: ListedLabels | undefined, now: Instant): Answer {
  if (want.kind !== 'look') {
    return { kind: 'done', result: { ok: true, correlationId: undefined }, askedAt: now };
  }
  const { agent, before, performed } = attempt;
  return { kind: 'seen', sighting: { agent, observation: afterwards(before, performed, labels, now) } };
}

function afterwards(
  before: Observation,
  performed: readonly Action[],
  labels: ListedLabels | undefined,
  now: Instant,
): Observation {
  const presence = takesOff(performed)
    ? { system: 'OFFLINE' as const, definitionId: undefined, since: now }
    : presenceOffQueue(before.presence, labels, now);
  return { ...before, at: now, presence, routing: { status: 'OFF_QUEUE', since: now } };
}

/** Agents who are taken off the queue become Available, with the platform's own label; any other presence stays. */
function presenceOffQueue(
  before: PresenceReading | undefined,
  labels: ListedLabels | undefined,
  now: Instant,
): PresenceReading | undefined {
  if (before?.system !== 'ON_QUEUE') return before;
  return { system: 'AVAILABLE', definitionId: availableLabel(labels), since: now };
}

/** Lists that do not say which labels are the platform's own name that of Available first. */
function availableLabel(labels: ListedLabels | undefined): string | undefined {
  const own = labels?.builtIn.get('AVAILABLE');
  return own ?? [...(labels?.systems ?? [])].find(([, system]) => system === 'AVAILABLE')?.[0];
}
