/**
 * Carrying out a plan on the platform: read again, judge again, record the intention, act, read back, record the outcome.
 * Agents go in batches, so that reading costs little, and no batch is larger than the rate budget can act on at once:
 * what was read must not grow old while requests wait.
 */
import { randomUUID } from 'node:crypto';
import { profileOf, type Due } from '../../domain/judging/judge.ts';
import { beginLogoff } from '../../domain/tracking/own-logoff.ts';
import type { AgentState } from '../../domain/tracking/state.ts';
import { withLogoff, withOutcome, type Ledger } from '../../domain/planning/plan.ts';
import type { Returns } from '../../domain/policy/policy.ts';
import type { RecordEvent } from '../../domain/record.ts';
import { SECOND, type Duration } from '../../domain/time/time.ts';
import { act } from './act.ts';
import { endSessions, isSsoPart } from './sso.ts';
import { reread, type Attempt, type ActuatorDeps, type Pass, type PassResult } from './attempt.ts';
import { drop, eventOf, noOutcomes, recordOutcomes } from './outcomes.ts';
import type { DueAgent } from '../findings.ts';
import type { Sighting } from '../../ports/agents.ts';
import { saveStep } from '../save.ts';
import { verify } from './verify.ts';

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
    const cases = fresh.cases.filter((each) => !isSsoPart(each));
    outcomes.dropped += batch.length - fresh.cases.length;
    book = await recordIntents(deps, { ...fresh, cases }, pass);
    // A slow identity provider must not let the readings of the others grow old.
    const sessions = endSessions(deps, fresh.cases.filter(isSsoPart), outcomes, pass);
    for (const part of await Promise.allSettled([sessions, actAndVerify(deps, cases, pass)])) {
      if (part.status === 'rejected') throw part.reason as Error;
    }
    book = await recordOutcomes(deps, cases, book, pass);
    for (const { outcome } of cases) if (outcome !== undefined) outcomes[outcome] += 1;
    // Finding out that no agent can be read takes long: once a pass is enough.
    if (fresh.unread === batch.length) break;
  }
  return { ledger: book, outcomes, left: planned.length - next };
}

async function actAndVerify(deps: ActuatorDeps, cases: readonly Attempt[], pass: Pass): Promise<void> {
  await act(deps, cases, pass);
  await verify(deps, cases, pass);
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
  readonly cases: readonly Attempt[];
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
  const cases: Attempt[] = [];
  const memories: AgentState[] = [];
  const events: RecordEvent[] = [];
  let unread = 0;
  let book = ledger;
  for (const { agent, due } of batch) {
    const sighting = fresh.get(agent.id);
    if (sighting === undefined) {
      events.push(drop(deps, agent, due, 'unread', pass));
      unread += 1;
      // An agent who cannot be read waits like one whose log-off failed, so that others have the place.
      if (!pass.signal.aborted) book = withOutcome(book, agent.id, 'failed', deps.directory.serverNow());
      continue;
    }
    const look = deps.population.look(sighting, pass.context);
    const profile = profileOf(sighting.agent, pass.context.policy);
    if (look.memory === undefined || profile === undefined || look.verdict.due?.mode !== 'enforce') {
      if (look.memory !== undefined) memories.push(look.memory);
      events.push(drop(deps, agent, due, look.verdict.reason, pass));
      continue;
    }
    cases.push(caseOf(sighting, look.verdict.due, profile.returns, look.memory));
  }
  return { cases, memories, events, unread, ledger: book };
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

function caseOf({ agent, observation }: Sighting, due: Due, returns: Returns, memory: AgentState): Attempt {
  return {
    agent,
    due,
    returns,
    intentId: randomUUID(),
    before: observation,
    readAt: observation.at,
    ladderBefore: memory.episode.ladder,
    onQueue: memory.last.routing !== 'OFF_QUEUE',
    memory,
    performed: [],
    undone: [],
    refusedQueue: undefined,
    outcome: undefined,
    reason: undefined,
    fault: undefined,
  };
}

/** Step 2: the intention, and with it the place on the ladder, is on record, durably, before the first effect. */
async function recordIntents(deps: ActuatorDeps, fresh: Fresh, pass: Pass): Promise<Ledger> {
  let book = fresh.ledger;
  const now = deps.directory.serverNow();
  const events = [...fresh.events];
  for (const each of fresh.cases) {
    const { due, returns, intentId } = each;
    each.memory = beginLogoff(each.memory, now, due, returns);
    deps.population.put(each.memory);
    book = withLogoff(book, now);
    events.push(eventOf('intent', each.agent, due, now, pass, { intentId }));
  }
  const memories = [...fresh.memories, ...fresh.cases.map(({ memory }) => memory)];
  await saveStep(deps, memories, events, { ...pass.standing, ledger: book });
  return book;
}
