/**
 * Carrying out a plan on the platform: read again, judge again, record the intention, act, read back, record the outcome.
 * Agents go in batches, so that reading costs little, and no batch is larger than the rate budget can act on at once:
 * what was read must not grow old while requests wait.
 */
import { randomUUID } from 'node:crypto';
import { begin, intend, isSsoPart, notIntended, type Attempt } from '../../domain/logoff/attempt.ts';
import {
  droppedLine,
  endingOf,
  intentLine,
  lessonOf,
  outcomeLine,
  withEnding,
} from '../../domain/logoff/outcome.ts';
import type { AgentState } from '../../domain/tracking/state.ts';
import { withLogoff, withOutcome, type Ledger } from '../../domain/planning/plan.ts';
import type { Outcome, RecordEvent } from '../../domain/record.ts';
import { SECOND, type Duration } from '../../domain/time/time.ts';
import type { DueAgent } from '../findings.ts';
import type { Sighting } from '../../ports/agents.ts';
import { saveStep } from '../save.ts';
import { carry } from './carry.ts';
import { reread, type ActuatorDeps, type Pass, type PassResult } from './deps.ts';
import { noOutcomes, tellDropped, tellOutcome } from './outcomes.ts';
import { endSessions } from './sso.ts';

/** Agents read, acted on and read back together: reading then costs a twenty-fifth of a request an agent. */
const BATCH = 50;
/** Requests of a batch that are not for one agent: reading before and after, and again for those on queue. */
const READINGS = 3;
/** Below this many agents a batch is not worth its readings: better wait for the budget. */
const SMALLEST_BATCH = 15;
/** How long a batch waits for room in the rate budget. */
const ROOM_WAIT: Duration = 5 * SECOND;
/** Looking for an agent who cannot be read may take longer than the readings of the others last: then these are read anew. */
const READ_ANEW: Duration = 5 * SECOND;

/** Carries out a plan for real. Throws only when the store is lost, which must stop all action. */
export async function carryOut(
  deps: ActuatorDeps,
  planned: readonly DueAgent[],
  ledger: Ledger,
  pass: Pass,
): Promise<PassResult> {
  const outcomes = noOutcomes();
  let book = ledger;
  let next = 0;
  while (next < planned.length && (await pass.mayBegin())) {
    const size = await waitForRoom(deps, planned.slice(next, next + BATCH), pass);
    if (size === 0) break;
    const batch = planned.slice(next, next + size);
    next += batch.length;
    const fresh = await readAgain(deps, batch, book, pass);
    outcomes.dropped += batch.length - fresh.attempts.length;
    const intended = await recordIntents(deps, fresh, pass);
    // A slow identity provider must not let the readings of the others grow old.
    const sessions = endSessions(deps, fresh.attempts.filter(isSsoPart), outcomes, pass);
    const carried = carry(deps, intended.attempts, pass);
    await Promise.allSettled([carried, sessions]);
    book = await recordOutcomes(deps, await carried, intended.ledger, outcomes, pass);
    // A session that could not be ended changes nothing of what the others came to.
    await sessions;
    // Finding out that no agent can be read takes long: once a pass is enough.
    if (fresh.unread === batch.length) break;
  }
  return { ledger: book, outcomes, left: planned.length - next };
}

/** How many of these agents the rate budget can take now; waits while that is too few. Zero when told to stop meanwhile. */
async function waitForRoom(deps: ActuatorDeps, wanted: readonly DueAgent[], pass: Pass): Promise<number> {
  const patientUntil = deps.clock.now() + ROOM_WAIT;
  for (;;) {
    const room = deps.effects.room();
    const fits = fitting(wanted, room - READINGS);
    if (fits >= Math.min(wanted.length, SMALLEST_BATCH)) return fits;
    // A small budget may never have room for a batch: then one by one, with what the first effect needs.
    if (deps.clock.now() >= patientUntil && (fits > 0 || room >= READINGS)) return Math.max(1, fits);
    await deps.clock.sleep(SECOND / 2, pass.signal).catch(() => undefined);
    if (pass.signal.aborted || !(await pass.mayBegin())) return 0;
  }
}

function fitting(wanted: readonly DueAgent[], room: number): number {
  let left = room;
  let fits = 0;
  for (const { due } of wanted) {
    left -= due.actions.length;
    if (left < 0) break;
    fits += 1;
  }
  return fits;
}

/** What step 1 found: who is still due, and what to put on record besides. */
interface Fresh {
  readonly attempts: readonly Attempt[];
  readonly memories: readonly AgentState[];
  readonly events: readonly RecordEvent[];
  /** How many could not be read. */
  readonly unread: number;
  readonly ledger: Ledger;
}

/** Step 1: a fresh look at each, folded and judged. Agents who are no longer due are dropped, with the reason. */
async function readAgain(
  deps: ActuatorDeps,
  batch: readonly DueAgent[],
  ledger: Ledger,
  pass: Pass,
): Promise<Fresh> {
  const fresh = await readBatch(deps, batch, pass);
  const attempts: Attempt[] = [];
  const memories: AgentState[] = [];
  const events: RecordEvent[] = [];
  let unread = 0;
  let book = ledger;
  const drop = ({ agent, due }: DueAgent, reason: string): void => {
    tellDropped(deps, agent, due, reason, pass);
    events.push(droppedLine(agent, due, reason, deps.directory.serverNow(), pass.sweepId));
  };
  for (const each of batch) {
    const sighting = fresh.get(each.agentId);
    if (sighting === undefined) {
      drop(each, 'unread');
      unread += 1;
      // An agent who cannot be read waits like one whose log-off failed, so that others have the place.
      if (!pass.signal.aborted) book = withOutcome(book, each.agentId, 'failed', deps.directory.serverNow());
      continue;
    }
    const evaluation = deps.population.look(sighting, pass.context);
    const attempt = begin(sighting, evaluation, pass.context.policy, randomUUID());
    if (attempt === undefined) {
      if (evaluation.state !== undefined) memories.push(evaluation.state);
      drop(each, evaluation.verdict.reason);
    } else attempts.push(attempt);
  }
  return { attempts, memories, events, unread, ledger: book };
}

/** Readings of the batch that are fresh enough to act on, where the platform gives them in time. */
async function readBatch(
  deps: ActuatorDeps,
  batch: readonly DueAgent[],
  pass: Pass,
): Promise<ReadonlyMap<string, Sighting>> {
  const ids = batch.map(({ agentId }) => agentId);
  const first = await reread(deps, ids, pass);
  const now = deps.directory.serverNow();
  const old = [...first.values()].filter(({ observation }) => now - observation.at > READ_ANEW);
  const second = await reread(
    deps,
    old.map(({ agent }) => agent.id),
    pass,
  );
  return new Map([...first, ...second]);
}

/** Step 2: the intention, and with it the place on the ladder, is on record, durably, before the first effect. */
async function recordIntents(
  deps: ActuatorDeps,
  fresh: Fresh,
  pass: Pass,
): Promise<Pick<Fresh, 'attempts' | 'ledger'>> {
  let { ledger } = fresh;
  const now = deps.directory.serverNow();
  const events = [...fresh.events];
  const attempts = fresh.attempts
    .filter((attempt) => !isSsoPart(attempt))
    .map((attempt) => intend(attempt, pass.context.policy, now));
  for (const attempt of attempts) {
    deps.population.put(attempt.state);
    ledger = withLogoff(ledger, now);
    events.push(intentLine(attempt, now, pass.sweepId));
  }
  const memories = [...fresh.memories, ...attempts.map(({ state }) => state)];
  try {
    await saveStep(deps, memories, events, { ...pass.standing, ledger });
  } catch (error) {
    // Else what the agents do now would be read as the work of a log-off that was never begun.
    for (const attempt of attempts) deps.population.put(notIntended(attempt, now).state);
    throw error;
  }
  return { attempts, ledger };
}

/** Step 6: how each ended, for the record, the back-off and the log. Throws when the store is lost. */
async function recordOutcomes(
  deps: ActuatorDeps,
  ended: readonly Attempt[],
  ledger: Ledger,
  outcomes: Record<Outcome, number>,
  pass: Pass,
): Promise<Ledger> {
  if (ended.length === 0) return ledger;
  let book = ledger;
  const now = deps.directory.serverNow();
  for (const attempt of ended) {
    book = withEnding(book, attempt, now);
    tellOutcome(deps, attempt, book, pass);
    const lesson = lessonOf(attempt);
    if (lesson !== undefined) deps.accounting.learn(lesson);
    const { outcome } = endingOf(attempt);
    if (outcome !== 'sso_ended') outcomes[outcome] += 1;
  }
  const events = ended.map((attempt) => outcomeLine(attempt, now, pass.sweepId));
  const memories = ended.map(({ state }) => state);
  await saveStep(deps, memories, events, { ...pass.standing, ledger: book });
  return book;
}
