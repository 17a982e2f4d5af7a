/**
 * Carrying out a plan on the platform: read again, judge again, record the intention, act, read back, record the outcome.
 * Agents go in batches, so that reading costs little, and no batch is larger than the rate budget can act on at once:
 * what was read must not grow old while requests wait.
 */
import { randomUUID } from 'node:crypto';
import { profileOf, type Due } from '../../domain/judging/judge.ts';
import { beginLogoff, placeOnLadder } from '../../domain/judging/ladder.ts';
import type { Memory } from '../../domain/tracking/memory.ts';
import { withLogoff, withOutcome, type Ledger } from '../../domain/planning/plan.ts';
import type { Returns } from '../../domain/policy/policy.ts';
import type { RecordEvent } from '../../domain/record.ts';
import { SECOND, type Duration } from '../../domain/time/time.ts';
import { act } from './act.ts';
import { endSessions, isSsoPart } from './sso.ts';
import { reread, type Case, type Crew, type Round, type RoundResult } from './attempt.ts';
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
/** So long room for such a batch is waited for. */
const PATIENCE: Duration = 5 * SECOND;
/** Looking for an agent who cannot be read may take longer than the readings of the others last: then these are read anew. */
const READ_ANEW: Duration = 5 * SECOND;

/** Carries out a plan for real. Throws only when the store is lost, which must stop all action. */
export async function carryOut(
  crew: Crew,
  planned: readonly DueAgent[],
  ledger: Ledger,
  round: Round,
): Promise<RoundResult> {
  const outcomes = noOutcomes();
  let book = ledger;
  let next = 0;
  while (next < planned.length && (await round.mayBegin())) {
    const size = await waitForRoom(crew, planned.slice(next, next + BATCH), round);
    if (size === 0) break;
    const batch = planned.slice(next, next + size);
    next += batch.length;
    const fresh = await readAgain(crew, batch, book, round);
    const cases = fresh.cases.filter((each) => !isSsoPart(each));
    outcomes.dropped += batch.length - fresh.cases.length;
    book = await recordIntents(crew, { ...fresh, cases }, round);
    // A slow identity provider must not let the readings of the others grow old.
    const sessions = endSessions(crew, fresh.cases.filter(isSsoPart), outcomes, round);
    for (const part of await Promise.allSettled([sessions, actAndVerify(crew, cases, round)])) {
      if (part.status === 'rejected') throw part.reason as Error;
    }
    book = await recordOutcomes(crew, cases, book, round);
    for (const { outcome } of cases) if (outcome !== undefined) outcomes[outcome] += 1;
    // Finding out that no agent can be read takes long: once a round is enough.
    if (fresh.unread === batch.length) break;
  }
  return { ledger: book, outcomes, left: planned.length - next };
}

async function actAndVerify(crew: Crew, cases: readonly Case[], round: Round): Promise<void> {
  await act(crew, cases, round);
  await verify(crew, cases, round);
}

/** How many of these agents the rate budget can take now; waits while that is too few. Zero when told to stop meanwhile. */
async function waitForRoom(crew: Crew, wanted: readonly DueAgent[], round: Round): Promise<number> {
  const patientUntil = crew.clock.now() + PATIENCE;
  for (;;) {
    const room = crew.effects.room();
    const fits = fitting(wanted, room - READINGS);
    if (fits >= Math.min(wanted.length, SMALLEST_BATCH)) return fits;
    // A small budget may never have room for a batch: then one by one, with what the first effect needs.
    if (crew.clock.now() >= patientUntil && (fits > 0 || room >= READINGS)) return Math.max(1, fits);
    await crew.clock.sleep(SECOND / 2, round.signal).catch(() => undefined);
    if (round.signal.aborted || !(await round.mayBegin())) return 0;
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
  readonly cases: readonly Case[];
  readonly memories: readonly Memory[];
  readonly events: readonly RecordEvent[];
  /** How many could not be read. */
  readonly unread: number;
  readonly ledger: Ledger;
}

/** Step 1: a fresh look at each, folded and judged. Whoever is no longer due is dropped, with the reason. */
async function readAgain(
  crew: Crew,
  batch: readonly DueAgent[],
  ledger: Ledger,
  round: Round,
): Promise<Fresh> {
  const fresh = await readBatch(crew, batch, round);
  const cases: Case[] = [];
  const memories: Memory[] = [];
  const events: RecordEvent[] = [];
  let unread = 0;
  let book = ledger;
  for (const { agent, due } of batch) {
    const sighting = fresh.get(agent.id);
    if (sighting === undefined) {
      events.push(drop(crew, agent, due, 'unread', round));
      unread += 1;
      // An agent who cannot be read waits like one whose log-off failed, so that others have the place.
      if (!round.signal.aborted) book = withOutcome(book, agent.id, 'failed', crew.directory.serverNow());
      continue;
    }
    const look = crew.population.look(sighting, round.context);
    const profile = profileOf(sighting.agent, round.context.policy);
    if (look.memory === undefined || profile === undefined || look.verdict.due?.mode !== 'enforce') {
      if (look.memory !== undefined) memories.push(look.memory);
      events.push(drop(crew, agent, due, look.verdict.reason, round));
      continue;
    }
    cases.push(caseOf(sighting, look.verdict.due, profile.returns, look.memory));
  }
  return { cases, memories, events, unread, ledger: book };
}

/** Readings of the batch that are fresh enough to act on, where the platform gives them in time. */
async function readBatch(
  crew: Crew,
  batch: readonly DueAgent[],
  round: Round,
): Promise<ReadonlyMap<string, Sighting>> {
  const ids = batch.map(({ agentId }) => agentId);
  const first = await reread(crew, ids, round);
  const now = crew.directory.serverNow();
  const old = [...first.values()].filter(({ observation }) => now - observation.at > READ_ANEW);
  const second = await reread(
    crew,
    old.map(({ agent }) => agent.id),
    round,
  );
  return new Map([...first, ...second]);
}

function caseOf({ agent, observation }: Sighting, due: Due, returns: Returns, memory: Memory): Case {
  return {
    agent,
    due,
    returns,
    intentId: randomUUID(),
    before: observation,
    readAt: observation.at,
    ladderBefore: memory.ladder,
    onQueue: memory.state.routing !== 'OFF_QUEUE',
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
async function recordIntents(crew: Crew, fresh: Fresh, round: Round): Promise<Ledger> {
  let book = fresh.ledger;
  const now = crew.directory.serverNow();
  const events = [...fresh.events];
  for (const each of fresh.cases) {
    const { due, returns, intentId } = each;
    each.memory = beginLogoff(
      placeOnLadder(each.memory, now, due.cause, due.rung, returns),
      now,
      due.actions,
    );
    crew.population.put(each.memory);
    book = withLogoff(book, now);
    events.push(eventOf('intent', each.agent, due, now, round, { intentId }));
  }
  const memories = [...fresh.memories, ...fresh.cases.map(({ memory }) => memory)];
  await saveStep(crew, memories, events, { ...round.standing, ledger: book });
  return book;
}
