/** Steps 3 and 4 of carrying out: off the queue first, one more look at those, then the other actions. */
import pLimit from 'p-limit';
import { endLogoff, finishLogoff, withdrawLogoff } from '../domain/ladder.ts';
import { engagement, isWhole } from '../domain/signs.ts';
import { READING_LASTS, reread, type Case, type Crew, type Round } from './case.ts';
import type { ActionFault, Alarm } from './ports.ts';

/** Agents acted on at the same time. The rate budget bounds how many requests a minute that makes. */
const CONCURRENCY = 10;

/** Acts on each case that is not ended; what was done, and how it ended if it did, stands in the case. Never throws. */
export async function act(crew: Crew, cases: readonly Case[], round: Round): Promise<void> {
  const limit = pLimit(CONCURRENCY);
  const onQueue = cases.filter(({ onQueue: on, due }) => on && due.actions.includes('off_queue'));
  await Promise.all(onQueue.map((each) => limit(() => takeOffQueue(crew, each, round))));
  await backOutOfInteractions(crew, onQueue.filter(isOpen), round);
  await Promise.all(cases.filter(isOpen).map((each) => limit(() => performRest(crew, each, round))));
  const now = crew.directory.serverNow();
  for (const each of cases) {
    const { memory, performed, ladderBefore } = each;
    if (isOpen(each)) each.memory = finishLogoff(memory, now, performed);
    else if (performed.length === 0 || each.outcome === 'dropped') {
      each.memory = withdrawLogoff(memory, now, ladderBefore);
    } else each.memory = endLogoff(finishLogoff(memory, now, performed), now);
    crew.population.put(each.memory);
  }
}

function isOpen({ outcome }: Case): boolean {
  return outcome === undefined;
}

async function takeOffQueue(crew: Crew, each: Case, round: Round): Promise<void> {
  if (!(await stillAllowed(each, round))) return;
  const notAfter = each.before.at + READING_LASTS;
  const result = await crew.effects.perform('off_queue', each.agent, notAfter, round.signal);
  if (result.ok) each.performed.push('off_queue');
  else fail(each, result.fault);
}

/** If an interaction slipped in before the queue was left, the agent gets his presence, and with it the queue, back. */
async function backOutOfInteractions(crew: Crew, cases: readonly Case[], round: Round): Promise<void> {
  const fresh = await reread(
    crew,
    cases.map(({ agent }) => agent.id),
    round,
  );
  for (const each of cases) {
    const observation = fresh.get(each.agent.id)?.observation;
    if (observation !== undefined && isWhole(observation) && engagement(observation) === 'free') continue;
    each.outcome = 'dropped';
    each.reason = observation === undefined ? 'unread' : 'engaged';
    const definitionId = each.before.presence?.definitionId;
    if (definitionId === undefined) continue;
    const restored = await crew.effects.restorePresence(each.agent.id, definitionId, round.signal);
    if (restored.ok) continue;
    const { kind, message, correlationId } = restored.fault;
    const fields = { agent: crew.name(each.agent), fault: kind, detail: message, correlationId };
    crew.log.error(fields, 'a presence could not be put back');
  }
}

async function performRest(crew: Crew, each: Case, round: Round): Promise<void> {
  if (!(await stillAllowed(each, round))) return;
  for (const action of each.due.actions) {
    if (action === 'off_queue') continue;
    if (action === 'notify') {
      crew.alarm(returnAlarm(crew, each));
      continue;
    }
    // Once the first effect is made the rest belongs to it: half a log-off helps nobody.
    const notAfter = each.performed.length === 0 ? each.before.at + READING_LASTS : Infinity;
    const result = await crew.effects.perform(action, each.agent, notAfter, round.signal);
    if (!result.ok) {
      fail(each, result.fault);
      return;
    }
    each.performed.push(action);
  }
}

function returnAlarm(crew: Crew, { agent, due }: Case): Alarm {
  const fields = { agent: crew.name(agent), rule: due.ruleId, rung: due.rung };
  return { kind: 'return', message: 'an agent keeps coming back by single sign-on', fields };
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
