/** Steps 3 and 4 of carrying out: off the queue first, one more look at those, then the other actions. */
import type { Observation } from '../../domain/agent.ts';
import { endLogoff, finishLogoff, withdrawLogoff } from '../../domain/judging/ladder.ts';
import { readingOf } from '../../domain/tracking/reading.ts';
import { isNewer } from '../../domain/tracking/signs.ts';
import { SECOND, type Duration } from '../../domain/time/time.ts';
import { causeFields } from '../alarms.ts';
import { READING_LASTS, reread, type Case, type Crew, type Round } from './attempt.ts';
import { noteOffQueue, performFresh, seesQueueLeft } from './revalidate.ts';
import type { ActionFault, Sighting } from '../../ports/agents.ts';
import type { Alarm } from '../../ports/alarms.ts';
import { placesFor } from './places.ts';
import { Progress } from './progress.ts';

/** Our clock of the platform and its stamps may lie this far apart. */
const STAMPS_APART: Duration = 3 * SECOND;
/** Agents acted on at the same time. The rate budget bounds how many requests a minute that makes. */
const CONCURRENCY = 10;

/** Acts on each case that is not ended; what was done, and how it ended if it did, stands in the case. Never throws. */
export async function act(crew: Crew, cases: readonly Case[], round: Round): Promise<void> {
  const place = placesFor(CONCURRENCY);
  const progress = new Progress(crew);
  const onQueue = cases.filter(({ onQueue: on, due }) => on && due.actions.includes('off_queue'));
  await Promise.all(onQueue.map((each) => place(() => takeOffQueue(crew, each, progress, round))));
  await backOutOfInteractions(crew, onQueue.filter(isOpen), round);
  await Promise.all(
    cases.filter(isOpen).map((each) => place(() => performRest(crew, each, progress, round))),
  );
  const now = crew.directory.serverNow();
  for (const each of cases) {
    const { memory, performed, ladderBefore } = each;
    if (isOpen(each)) each.memory = finishLogoff(memory, now, performed);
    else if (performed.length === 0 || each.outcome === 'dropped') {
      each.memory = withdrawLogoff(finishLogoff(memory, now, performed), now, ladderBefore);
    } else each.memory = endLogoff(finishLogoff(memory, now, performed), now);
    crew.population.put(each.memory);
  }
}

function isOpen({ outcome }: Case): boolean {
  return outcome === undefined;
}

async function takeOffQueue(crew: Crew, each: Case, progress: Progress, round: Round): Promise<void> {
  if (!(await stillAllowed(each, round))) return;
  const notAfter = each.before.at + READING_LASTS;
  const result = await crew.effects.perform('off_queue', each.agent, notAfter, round.signal);
  if (result.ok) {
    each.performed.push('off_queue');
    await progress.note(each);
  } else if (result.fault.kind === 'refused' && result.fault.perhapsSo !== undefined) {
    each.refusedQueue = result.fault;
  } else fail(each, result.fault);
}

/** If an interaction slipped in before the queue was left, the agent gets his presence, and with it the queue, back. */
async function backOutOfInteractions(crew: Crew, cases: readonly Case[], round: Round): Promise<void> {
  const fresh = await reread(
    crew,
    cases.map(({ agent }) => agent.id),
    round,
  );
  const place = placesFor(CONCURRENCY);
  await Promise.all(
    cases.map((each) => place(() => goOnOrPutBack(crew, each, fresh.get(each.agent.id), round))),
  );
}

async function goOnOrPutBack(
  crew: Crew,
  each: Case,
  sighting: Sighting | undefined,
  round: Round,
): Promise<void> {
  const now = sighting?.observation;
  if (each.refusedQueue !== undefined && isLeftByNow(each, now)) each.performed.push('off_queue');
  const isOurs = each.performed.includes('off_queue');
  each.reason = whyBackOut(each, sighting, round);
  if (sighting === undefined || each.reason !== undefined) {
    each.outcome = 'dropped';
    if (isOurs) await putBack(crew, each, now, round);
  } else if (isOurs) noteOffQueue(crew, each, sighting, round);
  else goOnUnlessRefused(crew, each, sighting, round);
}

/** The queue was left just when we asked for that, whatever the answer was. */
function isLeftByNow({ refusedQueue, memory }: Case, now: Observation | undefined): boolean {
  if (now?.routing?.status !== 'OFF_QUEUE') return false;
  if (refusedQueue?.kind === 'refused' && refusedQueue.perhapsSo === 'by_us') return true;
  return (now.routing.since ?? -Infinity) >= (memory.own?.from ?? Infinity) - STAMPS_APART;
}

/** Leaving the queue was refused: where a look shows that it was left already, that is as good. */
function goOnUnlessRefused(crew: Crew, each: Case, sighting: Sighting, round: Round): void {
  const isLeft = sighting.observation.routing?.status === 'OFF_QUEUE';
  if (!isLeft && each.refusedQueue !== undefined) fail(each, each.refusedQueue);
  else if (seesQueueLeft(crew, each, sighting, round)) each.performed.push('off_queue');
}

/** Why an agent who was taken off the queue must be left alone now, if so. */
function whyBackOut(each: Case, now: Sighting | undefined, { context }: Round): string | undefined {
  if (now === undefined) return 'unread';
  const { agent, observation } = now;
  const { kind } = readingOf(agent, observation, each.memory, context.policy);
  if (kind === 'unknown' || kind === 'engaged') return kind;
  return hasChosen(each, observation) ? 'sign' : undefined;
}

async function putBack(crew: Crew, each: Case, now: Observation | undefined, round: Round): Promise<void> {
  const definitionId = each.before.presence?.definitionId;
  if (definitionId === undefined || hasChosen(each, now)) return;
  // Much later it would take a person by surprise who has gone on to something else.
  const notAfter = (now?.at ?? crew.directory.serverNow()) + READING_LASTS;
  const restored = await crew.effects.restorePresence(each.agent.id, definitionId, notAfter, round.signal);
  if (restored.ok) return;
  const { kind, message, correlationId } = restored.fault;
  const fields = { agent: crew.name(each.agent), fault: kind, detail: message, correlationId };
  crew.log.error(fields, 'a presence could not be put back');
}

/**
 * The agent shows neither the presence of before nor the one that leaving the queue brings, be it one that is not
 * known, or they went back to the queue at once: it is their own choice.
 */
function hasChosen({ before }: Case, now: Observation | undefined): boolean {
  const system = now?.presence?.system;
  const isBack = now?.routing?.status === 'IDLE' && isNewer(now.routing.since, before.routing?.since);
  return isBack || (system !== undefined && system !== 'AVAILABLE' && system !== before.presence?.system);
}

async function performRest(crew: Crew, each: Case, progress: Progress, round: Round): Promise<void> {
  if (!(await stillAllowed(each, round))) return;
  for (const action of each.due.actions) {
    if (action === 'off_queue') continue;
    if (action === 'notify') {
      crew.alarm(returnAlarm(crew, each, round));
      each.performed.push(action);
      continue;
    }
    const result = await performFresh(crew, each, action, round);
    if (result === undefined) return;
    if (result.ok) {
      each.performed.push(action);
      await progress.note(each);
    } else if (action === 'release_station' && result.fault.kind !== 'late') {
      // The agent is logged off all the same: a station is set free by the next who logs on to it.
      each.undone.push({ action, fault: result.fault });
    } else {
      each.undone.push({ action, fault: result.fault });
      fail(each, result.fault);
      return;
    }
  }
}

function returnAlarm(crew: Crew, { agent, due }: Case, round: Round): Alarm {
  const { rung, cause } = due;
  const fields = { agent: crew.name(agent), ...causeFields(cause, round.context.policy), rung };
  const message =
    rung === undefined ? 'an agent is logged off' : 'an agent keeps coming back by single sign-on';
  return { kind: 'return', message, fields };
}

async function stillAllowed(each: Case, round: Round): Promise<boolean> {
  // Whoever is off the queue already is seen through to the end.
  if (each.performed.length > 0) return true;
  if (!round.signal.aborted && (await round.mayBegin())) return true;
  each.outcome = 'dropped';
  each.reason = 'stopped';
  return false;
}

function fail(each: Case, fault: ActionFault): void {
  each.fault = fault;
  each.outcome = fault.kind === 'late' ? 'dropped' : 'failed';
  each.reason = fault.kind;
}
