/**
 * The actions of a log-off, one after the other, each on a reading that is fresh. Where the platform asked for patience in the
 * middle, somebody may sit at the desk again by then: what is left goes on only after another look.
 */
import { finishLogoff } from '../../domain/judging/ladder.ts';
import type { Memory } from '../../domain/tracking/memory.ts';
import type { Action } from '../../domain/policy/policy.ts';
import { readingOf } from '../../domain/tracking/reading.ts';
import { READING_LASTS, reread, type Case, type Crew, type Round } from './attempt.ts';
import type { ActionResult, Sighting } from '../../ports/agents.ts';

/** So often one action is begun anew after another look. */
const MOST_LOOKS = 3;

/** Carries out one action; `undefined` when another look has shown that the rest must not follow: the case is ended then. */
export async function performFresh(
  crew: Crew,
  each: Case,
  action: Action,
  round: Round,
): Promise<ActionResult | undefined> {
  for (let looks = 0; ; looks += 1) {
    const notAfter = each.readAt + READING_LASTS;
    const result = await crew.effects.perform(action, each.agent, notAfter, round.signal);
    // With nothing done yet there is nothing to go on with: the next sweep judges anew.
    if (result.ok || result.fault.kind !== 'late' || each.performed.length === 0) return result;
    if (looks >= MOST_LOOKS) return { ok: false, fault: { ...result.fault, kind: 'transient' } };
    if (!(await mayGoOn(crew, each, round))) return undefined;
  }
}

/** Whether nothing but our own log-off has happened since; otherwise ends the case. */
async function mayGoOn(crew: Crew, each: Case, round: Round): Promise<boolean> {
  const sighting = (await reread(crew, [each.agent.id], round)).get(each.agent.id);
  if (sighting === undefined) return end(each, 'unread');
  const { agent, observation } = sighting;
  // What was not done yet must not be read out of what was.
  const before = finishLogoff(each.memory, crew.directory.serverNow(), each.performed);
  crew.population.put(before);
  const { memory = before, verdict, events } = crew.population.look(sighting, round.context);
  each.memory = memory;
  const { kind } = readingOf(agent, observation, before, round.context.policy);
  if (kind === 'unknown' || kind === 'engaged') return end(each, kind);
  if (['exempt', 'no_profile', 'names_unsure', 'unknown'].includes(verdict.reason))
    return end(each, verdict.reason);
  if (hasSigned(memory, before)) return end(each, 'sign');
  if (events.length > 0) return end(each, 'returned');
  each.readAt = observation.at;
  return true;
}

/**
 * Takes in what leaving the queue did by itself, so that the look after the log-off cannot take its stamps for those of
 * somebody who left and came back.
 */
export function noteOffQueue(crew: Crew, each: Case, sighting: Sighting, round: Round): void {
  each.readAt = sighting.observation.at;
  const { memory } = each;
  crew.population.put(finishLogoff(memory, crew.directory.serverNow(), each.performed));
  const look = crew.population.peek(sighting, round.context);
  const quiet = look.events.length === 0 && look.memory?.lastSign?.at === memory.lastSign?.at;
  // Stamps that contradict the clock are not worth a sign here: nothing but the queue was left a moment ago.
  if (!quiet || look.memory === undefined) {
    crew.population.put(memory);
    return;
  }
  crew.population.take(sighting, look);
  each.memory = look.memory;
}

/**
 * Whether an agent who was found off the queue, though not by our doing, may be logged off as planned. An agent who left it by
 * themselves a moment ago has shown a sign: then the case is ended.
 */
export function seesQueueLeft(crew: Crew, each: Case, sighting: Sighting, round: Round): boolean {
  const before = finishLogoff(each.memory, crew.directory.serverNow(), each.performed);
  crew.population.put(before);
  const { memory = before, verdict, events } = crew.population.look(sighting, round.context);
  each.memory = memory;
  each.readAt = sighting.observation.at;
  if (hasSigned(memory, before)) return end(each, 'sign');
  if (verdict.due === undefined) return end(each, verdict.reason);
  return events.length > 0 ? end(each, 'returned') : true;
}

function hasSigned({ lastSign }: Memory, before: Memory): boolean {
  return lastSign !== undefined && lastSign.at !== before.lastSign?.at;
}

function end(each: Case, reason: string): false {
  const isOff = each.performed.some((action) => action !== 'off_queue');
  each.outcome = isOff ? 'unverified' : 'dropped';
  each.reason = reason;
  return false;
}
