/** Steps 3 and 4 of carrying out: off the queue first, one more look at those, then the other actions. */
import type { Observation } from '../../domain/agent.ts';
import { endLogoff, finishLogoff, withdrawLogoff } from '../../domain/tracking/own-logoff.ts';
import { ACTION_TABLE, isBy } from '../../domain/policy/actions.ts';
import { readingOf } from '../../domain/tracking/reading.ts';
import { isNewer } from '../../domain/tracking/state.ts';
import { SECOND, type Duration } from '../../domain/time/time.ts';
import { causeFields } from '../alarms.ts';
import { READING_LASTS, reread, type Attempt, type ActuatorDeps, type Pass } from './attempt.ts';
import { noteOffQueue, performRevalidated, seesQueueLeft } from './revalidate.ts';
import type { ActionFault, Sighting } from '../../ports/agents.ts';
import type { Alarm } from '../../ports/alarms.ts';
import { placesFor } from './places.ts';
import { Progress } from './progress.ts';

/** Our clock of the platform and its stamps may lie this far apart. */
const STAMPS_APART: Duration = 3 * SECOND;
/** Agents acted on at the same time. The rate budget bounds how many requests a minute that makes. */
const CONCURRENCY = 10;

/** Acts on each case that is not ended; what was done, and how it ended if it did, stands in the case. Never throws. */
export async function act(deps: ActuatorDeps, cases: readonly Attempt[], pass: Pass): Promise<void> {
  const place = placesFor(CONCURRENCY);
  const progress = new Progress(deps);
  const onQueue = cases.filter(({ onQueue: on, due }) => on && due.actions.includes('off_queue'));
  await Promise.all(onQueue.map((each) => place(() => takeOffQueue(deps, each, progress, pass))));
  await backOutOfInteractions(deps, onQueue.filter(isOpen), pass);
  await Promise.all(cases.filter(isOpen).map((each) => place(() => performRest(deps, each, progress, pass))));
  const now = deps.directory.serverNow();
  for (const each of cases) {
    const { memory, performed, ladderBefore } = each;
    if (isOpen(each)) each.memory = finishLogoff(memory, now, performed);
    else if (performed.length === 0 || each.outcome === 'dropped') {
      each.memory = withdrawLogoff(finishLogoff(memory, now, performed), now, ladderBefore);
    } else each.memory = endLogoff(finishLogoff(memory, now, performed), now);
    deps.population.put(each.memory);
  }
}

function isOpen({ outcome }: Attempt): boolean {
  return outcome === undefined;
}

async function takeOffQueue(
  deps: ActuatorDeps,
  each: Attempt,
  progress: Progress,
  pass: Pass,
): Promise<void> {
  if (!(await stillAllowed(each, pass))) return;
  const notAfter = each.before.at + READING_LASTS;
  const result = await deps.effects.perform('off_queue', each.agent, notAfter, pass.signal);
  if (result.ok) {
    each.performed.push('off_queue');
    await progress.note(each);
  } else if (result.fault.kind === 'refused' && result.fault.perhapsSo !== undefined) {
    each.refusedQueue = result.fault;
  } else fail(each, result.fault);
}

/** If an interaction began before the agent was taken off the queue, their presence, and with it the queue, is restored. */
async function backOutOfInteractions(
  deps: ActuatorDeps,
  cases: readonly Attempt[],
  pass: Pass,
): Promise<void> {
  const fresh = await reread(
    deps,
    cases.map(({ agent }) => agent.id),
    pass,
  );
  const place = placesFor(CONCURRENCY);
  await Promise.all(
    cases.map((each) => place(() => goOnOrPutBack(deps, each, fresh.get(each.agent.id), pass))),
  );
}

async function goOnOrPutBack(
  deps: ActuatorDeps,
  each: Attempt,
  sighting: Sighting | undefined,
  pass: Pass,
): Promise<void> {
  const now = sighting?.observation;
  if (each.refusedQueue !== undefined && isLeftByNow(each, now)) each.performed.push('off_queue');
  const isOurs = each.performed.includes('off_queue');
  each.reason = whyBackOut(each, sighting, pass);
  if (sighting === undefined || each.reason !== undefined) {
    each.outcome = 'dropped';
    if (isOurs) await putBack(deps, each, now, pass);
  } else if (isOurs) noteOffQueue(deps, each, sighting, pass);
  else goOnUnlessRefused(deps, each, sighting, pass);
}

/** The queue was left just when we asked for that, whatever the answer was. */
function isLeftByNow({ refusedQueue, memory }: Attempt, now: Observation | undefined): boolean {
  if (now?.routing?.status !== 'OFF_QUEUE') return false;
  if (refusedQueue?.kind === 'refused' && refusedQueue.perhapsSo === 'by_us') return true;
  return (now.routing.since ?? -Infinity) >= (memory.logoff?.from ?? Infinity) - STAMPS_APART;
}

/** Leaving the queue was refused: where a look shows that it was left already, that is as good. */
function goOnUnlessRefused(deps: ActuatorDeps, each: Attempt, sighting: Sighting, pass: Pass): void {
  const isLeft = sighting.observation.routing?.status === 'OFF_QUEUE';
  if (!isLeft && each.refusedQueue !== undefined) fail(each, each.refusedQueue);
  else if (seesQueueLeft(deps, each, sighting, pass)) each.performed.push('off_queue');
}

/** Why an agent who was taken off the queue must be left alone now, if so. */
function whyBackOut(each: Attempt, now: Sighting | undefined, { context }: Pass): string | undefined {
  if (now === undefined) return 'unread';
  const { agent, observation } = now;
  const { kind } = readingOf(agent, observation, each.memory, context.policy);
  if (kind === 'unknown' || kind === 'engaged') return kind;
  return hasChosen(each, observation) ? 'sign' : undefined;
}

async function putBack(
  deps: ActuatorDeps,
  each: Attempt,
  now: Observation | undefined,
  pass: Pass,
): Promise<void> {
  const definitionId = each.before.presence?.definitionId;
  if (definitionId === undefined || hasChosen(each, now)) return;
  // Much later it would take a person by surprise who has gone on to something else.
  const notAfter = (now?.at ?? deps.directory.serverNow()) + READING_LASTS;
  const restored = await deps.effects.restorePresence(each.agent.id, definitionId, notAfter, pass.signal);
  if (restored.ok) return;
  const { kind, message, correlationId } = restored.fault;
  const fields = { agent: deps.name(each.agent), fault: kind, detail: message, correlationId };
  deps.log.error(fields, 'a presence could not be put back');
}

/**
 * The agent shows neither the presence of before nor the one that leaving the queue brings, be it one that is not
 * known, or they went back to the queue at once: it is their own choice.
 */
function hasChosen({ before }: Attempt, now: Observation | undefined): boolean {
  const system = now?.presence?.system;
  const isBack = now?.routing?.status === 'IDLE' && isNewer(now.routing.since, before.routing?.since);
  return isBack || (system !== undefined && system !== 'AVAILABLE' && system !== before.presence?.system);
}

async function performRest(deps: ActuatorDeps, each: Attempt, progress: Progress, pass: Pass): Promise<void> {
  if (!(await stillAllowed(each, pass))) return;
  for (const action of each.due.actions) {
    if (action === 'off_queue') continue;
    if (isBy('channels', action)) {
      deps.alarm(returnAlarm(deps, each, pass));
      each.performed.push(action);
      await progress.note(each);
      continue;
    }
    const result = await performRevalidated(deps, each, action, pass);
    if (result === undefined) return;
    if (result.ok) {
      each.performed.push(action);
      await progress.note(each);
    } else if (ACTION_TABLE[action].isOptional && result.fault.kind !== 'late') {
      each.undone.push({ action, fault: result.fault });
    } else {
      each.undone.push({ action, fault: result.fault });
      fail(each, result.fault);
      return;
    }
  }
}

function returnAlarm(deps: ActuatorDeps, { agent, due }: Attempt, pass: Pass): Alarm {
  const { rung, cause } = due;
  const fields = { agent: deps.name(agent), ...causeFields(cause, pass.context.policy), rung };
  const message =
    rung === undefined ? 'an agent is logged off' : 'an agent keeps coming back by single sign-on';
  return { kind: 'return', message, fields };
}

async function stillAllowed(each: Attempt, pass: Pass): Promise<boolean> {
  // Once an action has been performed, the attempt is completed.
  if (each.performed.length > 0) return true;
  if (!pass.signal.aborted && (await pass.mayBegin())) return true;
  each.outcome = 'dropped';
  each.reason = 'stopped';
  return false;
}

function fail(each: Attempt, fault: ActionFault): void {
  each.fault = fault;
  each.outcome = fault.kind === 'late' ? 'dropped' : 'failed';
  each.reason = fault.kind;
}
