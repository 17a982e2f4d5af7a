/**
 * The actions of a log-off, one after the other, each on a reading that is fresh. Where the platform asked for patience in the
 * middle, the person may be back by then: the rest follows only after another look.
 */
import type { Reason, Verdict } from '../../domain/judging/judge.ts';
import { finishLogoff } from '../../domain/tracking/own-logoff.ts';
import type { AgentState } from '../../domain/tracking/state.ts';
import type { Action } from '../../domain/policy/policy.ts';
import { readingOf } from '../../domain/tracking/reading.ts';
import { READING_LASTS, reread, type Attempt, type ActuatorDeps, type Pass } from './attempt.ts';
import type { ActionResult, Sighting } from '../../ports/agents.ts';

/** So often one action is begun anew after another look. */
const MOST_LOOKS = 3;

/** Carries out one action; `undefined` when another look has shown that the rest must not follow: the case is ended then. */
export async function performRevalidated(
  deps: ActuatorDeps,
  each: Attempt,
  action: Action,
  pass: Pass,
): Promise<ActionResult | undefined> {
  for (let looks = 0; ; looks += 1) {
    const notAfter = each.readAt + READING_LASTS;
    const result = await deps.effects.perform(action, each.agent, notAfter, pass.signal);
    // With nothing done yet there is nothing to go on with: the next sweep judges anew.
    if (result.ok || result.fault.kind !== 'late' || each.performed.length === 0) return result;
    if (looks >= MOST_LOOKS) return { ok: false, fault: { ...result.fault, kind: 'transient' } };
    if (!(await mayGoOn(deps, each, pass))) return undefined;
  }
}

/** Whether nothing but our own log-off has happened since; otherwise ends the case. */
async function mayGoOn(deps: ActuatorDeps, each: Attempt, pass: Pass): Promise<boolean> {
  const sighting = (await reread(deps, [each.agent.id], pass)).get(each.agent.id);
  if (sighting === undefined) return end(each, 'unread');
  const { agent, observation } = sighting;
  // What was not done yet must not be read out of what was.
  const before = finishLogoff(each.memory, deps.directory.serverNow(), each.performed);
  deps.population.put(before);
  const { memory = before, verdict, events } = deps.population.look(sighting, pass.context);
  each.memory = memory;
  const { kind } = readingOf(agent, observation, before, pass.context.policy);
  if (kind === 'unknown' || kind === 'engaged') return end(each, kind);
  if (isLeftAlone(verdict)) return end(each, verdict.reason);
  if (hasSigned(memory, before)) return end(each, 'sign');
  if (events.length > 0) return end(each, 'returned');
  each.readAt = observation.at;
  return true;
}

/**
 * Takes in what leaving the queue did by itself, so that the look after the log-off cannot take its stamps for those of
 * an agent who left and came back.
 */
export function noteOffQueue(deps: ActuatorDeps, each: Attempt, sighting: Sighting, pass: Pass): void {
  each.readAt = sighting.observation.at;
  const { memory } = each;
  deps.population.put(finishLogoff(memory, deps.directory.serverNow(), each.performed));
  const look = deps.population.peek(sighting, pass.context);
  const quiet = look.events.length === 0 && look.memory?.episode.sign?.at === memory.episode.sign?.at;
  // Stamps that contradict the clock are not worth a sign here: nothing but the queue was left a moment ago.
  if (!quiet || look.memory === undefined) {
    deps.population.put(memory);
    return;
  }
  deps.population.take(sighting, look);
  each.memory = look.memory;
}

/**
 * Whether an agent who was found off the queue, though not by our doing, may be logged off as planned. An agent who left it by
 * themselves a moment ago has shown a sign: then the case is ended.
 */
export function seesQueueLeft(deps: ActuatorDeps, each: Attempt, sighting: Sighting, pass: Pass): boolean {
  const before = finishLogoff(each.memory, deps.directory.serverNow(), each.performed);
  deps.population.put(before);
  const { memory = before, verdict, events } = deps.population.look(sighting, pass.context);
  each.memory = memory;
  each.readAt = sighting.observation.at;
  if (hasSigned(memory, before)) return end(each, 'sign');
  if (verdict.due === undefined) return end(each, verdict.reason);
  return events.length > 0 ? end(each, 'returned') : true;
}

/** Whether a verdict in the middle of a log-off, or after it, says that nothing more must be done, whatever came of it so far. */
export function isLeftAlone({ reason }: Verdict): boolean {
  return LEFT_ALONE.has(reason);
}

const LEFT_ALONE: ReadonlySet<Reason> = new Set(['exempt', 'no_profile', 'names_unsure', 'unknown']);

function hasSigned({ episode: { sign } }: AgentState, before: AgentState): boolean {
  return sign !== undefined && sign.at !== before.episode.sign?.at;
}

function end(each: Attempt, reason: string): false {
  const isOff = each.performed.some((action) => action !== 'off_queue');
  each.outcome = isOff ? 'unverified' : 'dropped';
  each.reason = reason;
  return false;
}
