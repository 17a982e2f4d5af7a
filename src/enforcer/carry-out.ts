/**
 * Carrying out a plan on the platform: read again, judge again, record the intention, act, read back, record the outcome.
 * Agents go in batches, so that reading costs little, and no batch is larger than the rate budget can act on at once:
 * what was read must not grow old while requests wait.
 */
import { randomUUID } from 'node:crypto';
import pLimit from 'p-limit';
import type { Agent, Observation } from '../domain/agent.ts';
import { beginLogoff } from '../domain/ladder.ts';
import type { Memory } from '../domain/memory.ts';
import type { Due } from '../domain/judge.ts';
import { withLogoff, withOutcome, type Ledger } from '../domain/plan.ts';
import type { Policy } from '../domain/policy.ts';
import { engagement, isWhole } from '../domain/signs.ts';
import { SECOND, type Duration, type Instant } from '../domain/time.ts';
import type { DueAgent, Population, SweepContext } from './population.ts';
import type { ActionFault, Alarm, Clock, Directory, Effects, Log, Meter, Outcome, Sighting } from './ports.ts';
import type { RecordEvent, Store } from './store-port.ts';
import { verify } from './verify.ts';

/** A reading older than this is not acted on. */
export const READING_LASTS: Duration = 10 * SECOND;
/** Agents read, acted on and read back together: reading then costs a twenty-fifth of a request an agent. */
const BATCH = 50;
/** Requests that one log-off usually needs beside the reading. */
const REQUESTS_EACH = 2;
/** Below this many agents a batch is not worth its two readings: better wait for the budget. */
const SMALLEST_BATCH = 15;
const CONCURRENCY = 10;

/** What carrying out works with. */
export interface Crew {
  readonly clock: Clock;
  readonly directory: Directory;
  readonly effects: Effects;
  readonly store: Store;
  readonly population: Population;
  readonly log: Log;
  readonly meter: Meter;
  readonly alarm: (alarm: Alarm) => void;
  /** Names an agent as the policy's `log.identities` wants it. */
  readonly name: (agent: Agent) => string;
}

/** One pass of carrying out. */
export interface Round {
  readonly sweepId: string;
  readonly context: SweepContext;
  readonly policy: Policy;
  /** Asked before each batch and each agent: nothing new is begun once it answers false. */
  readonly mayBegin: () => Promise<boolean>;
  readonly signal: AbortSignal;
}

/** One agent on his way through a log-off. */
export interface Case {
  readonly agent: Agent;
  readonly due: Due;
  readonly intentId: string;
  readonly readAt: Instant;
  readonly before: Observation;
  /** As of the last step. */
  memory: Memory;
  readonly performed: Due['actions'][number][];
  onQueue: boolean;
  outcome: Outcome | undefined;
  reason: string | undefined;
  fault: ActionFault | undefined;
}

export interface RoundResult {
  readonly ledger: Ledger;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** Agents that were planned and not begun, because the time was up or the service was told to stop. */
  readonly left: number;
}

/** Carries out a plan for real. Never throws but for a lost store, which must stop all action. */
export async function carryOut(
  crew: Crew,
  planned: readonly DueAgent[],
  ledger: Ledger,
  round: Round,
): Promise<RoundResult> {
  const outcomes: Record<Outcome, number> = { verified: 0, unverified: 0, failed: 0, dropped: 0, observed: 0 };
  let book = ledger;
  let next = 0;
  while (next < planned.length && (await round.mayBegin())) {
    const size = await waitForRoom(crew, planned.length - next, round);
    if (size === 0) break;
    const batch = planned.slice(next, next + size);
    next += batch.length;
    const cases = await readAgain(crew, batch, round);
    book = await recordIntents(crew, cases, book, round);
    await act(crew, cases, round);
    await verify(crew, cases, round);
    book = await recordOutcomes(crew, cases, book, round);
    for (const { outcome } of cases) if (outcome !== undefined) outcomes[outcome] += 1;
  }
  return { ledger: book, outcomes, left: planned.length - next };
}

/** How many agents the rate budget can take now; waits while that is too few. Zero when told to stop meanwhile. */
async function waitForRoom(crew: Crew, wanted: number, round: Round): Promise<number> {
  for (;;) {
    const fits = Math.floor((crew.effects.room() - 2) / REQUESTS_EACH);
    if (fits >= Math.min(wanted, SMALLEST_BATCH)) return Math.min(wanted, fits, BATCH);
    await crew.clock.sleep(SECOND / 2, round.signal).catch(() => undefined);
    if (round.signal.aborted || !(await round.mayBegin())) return 0;
  }
}

/** Step 1: a fresh look at each, folded and judged. Whoever is no longer due is dropped, with the reason. */
async function readAgain(crew: Crew, batch: readonly DueAgent[], round: Round): Promise<Case[]> {
  const fresh = await reread(crew, batch.map(({ agentId }) => agentId), round);
  const cases: Case[] = [];
  for (const { agent, due } of batch) {
    const sighting = fresh.get(agent.id);
    if (sighting === undefined) {
      await drop(crew, agent, due, 'unread', round);
      continue;
    }
    const { memory, verdict, events } = crew.population.look(sighting, round.context);
    for (const event of events) countReturn(crew.meter, event);
    if (memory === undefined || verdict.due?.mode !== 'enforce') {
      await drop(crew, agent, due, verdict.reason, round);
      continue;
    }
    cases.push({
      agent: sighting.agent,
      due: verdict.due,
      intentId: randomUUID(),
      readAt: sighting.observation.at,
      before: sighting.observation,
      memory,
      performed: [],
      onQueue: memory.state.routing !== 'OFF_QUEUE',
      outcome: undefined,
      reason: undefined,
      fault: undefined,
    });
  }
  return cases;
}

/** Reads agents again; a platform that does not answer yields nobody, which drops them. */
export async function reread(
  crew: Crew,
  agentIds: readonly string[],
  round: Round,
): Promise<ReadonlyMap<string, Sighting>> {
  if (agentIds.length === 0) return new Map();
  try {
    return await crew.directory.reread(agentIds, round.signal);
  } catch (error) {
    crew.log.warn({ sweepId: round.sweepId, err: error }, 'agents could not be read again');
    return new Map();
  }
}

async function drop(crew: Crew, agent: Agent, due: Due, reason: string, round: Round): Promise<void> {
  crew.meter.logoff(due.ruleId, 'dropped', 'enforce');
  const fields = { sweepId: round.sweepId, agent: crew.name(agent), rule: due.ruleId, reason };
  crew.log.info(fields, 'log-off dropped before acting');
  const memory = crew.population.memory(agent.id);
  const event = eventOf('dropped', agent, due, crew.directory.serverNow(), round, { reason });
  await crew.store.saveStep(memory === undefined ? [] : [memory], [event]);
}

/** Step 2: the intention is on record, durably, before the first effect. */
async function recordIntents(crew: Crew, cases: readonly Case[], ledger: Ledger, round: Round): Promise<Ledger> {
  let book = ledger;
  const now = crew.directory.serverNow();
  const events: RecordEvent[] = [];
  for (const each of cases) {
    each.memory = beginLogoff(each.memory, now, each.due.actions);
    crew.population.put(each.memory);
    book = withLogoff(book, now);
    events.push(eventOf('intent', each.agent, each.due, now, round, { intentId: each.intentId }));
  }
  if (cases.length > 0) await crew.store.saveStep(cases.map(({ memory }) => memory), events);
  return book;
}

/** Steps 3 and 4: off the queue first, one more look at those, then the other actions. */
async function act(crew: Crew, cases: readonly Case[], round: Round): Promise<void> {
  const limit = pLimit(CONCURRENCY);
  const onQueue = cases.filter(({ onQueue, due }) => onQueue && due.actions.includes('off_queue'));
  await Promise.all(onQueue.map((each) => limit(() => takeOffQueue(crew, each, round))));
  await backOutOfInteractions(crew, onQueue.filter(({ outcome }) => outcome === undefined), round);
  const ready = cases.filter(({ outcome }) => outcome === undefined);
  await Promise.all(ready.map((each) => limit(() => performRest(crew, each, round))));
}

async function takeOffQueue(crew: Crew, each: Case, round: Round): Promise<void> {
  if (!(await stillAllowed(each, round))) return;
  const result = await crew.effects.perform('off_queue', each.agent, each.readAt + READING_LASTS, round.signal);
  if (result.ok) each.performed.push('off_queue');
  else fail(each, result.fault);
}

/** If an interaction slipped in before the queue was left, the agent gets his presence, and with it the queue, back. */
async function backOutOfInteractions(crew: Crew, cases: readonly Case[], round: Round): Promise<void> {
  const fresh = await reread(crew, cases.map(({ agent }) => agent.id), round);
  for (const each of cases) {
    const observation = fresh.get(each.agent.id)?.observation;
    const free = observation !== undefined && isWhole(observation) && engagement(observation) === 'free';
    if (free) continue;
    const definitionId = each.before.presence?.definitionId;
    if (definitionId !== undefined) {
      const restored = await crew.effects.restorePresence(each.agent.id, definitionId, round.signal);
      if (!restored.ok) crew.log.error(faultFields(crew, each, restored.fault), 'presence could not be put back');
    }
    each.outcome = 'dropped';
    each.reason = observation === undefined ? 'unread' : 'engaged';
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
    const notAfter = each.performed.length === 0 ? each.readAt + READING_LASTS : Infinity;
    const result = await crew.effects.perform(action, each.agent, notAfter, round.signal);
    if (!result.ok) {
      fail(each, result.fault);
      return;
    }
    each.performed.push(action);
  }
}

async function stillAllowed(each: Case, round: Round): Promise<boolean> {
  if (round.signal.aborted || !(await round.mayBegin())) {
    // Whoever is off the queue already is seen through to the end.
    if (each.performed.length > 0) return true;
    each.outcome = 'dropped';
    each.reason = 'stopped';
    return false;
  }
  return true;
}

function fail(each: Case, fault: ActionFault): void {
  each.fault = fault;
  each.outcome = fault.kind === 'late' ? 'dropped' : 'failed';
  each.reason = fault.kind;
}

function returnAlarm(crew: Crew, each: Case): Alarm {
  const fields = { agent: crew.name(each.agent), rule: each.due.ruleId, rung: each.due.rung };
  return { kind: 'return', message: 'an agent keeps coming back by single sign-on', fields };
}

function faultFields(crew: Crew, each: Case, fault: ActionFault): object {
  const { kind, message, correlationId } = fault;
  return { agent: crew.name(each.agent), rule: each.due.ruleId, fault: kind, detail: message, correlationId };
}

/** Step 6: what became of each, for the record, the back-off and the log. */
async function recordOutcomes(crew: Crew, cases: readonly Case[], ledger: Ledger, round: Round): Promise<Ledger> {
  let book = ledger;
  const now = crew.directory.serverNow();
  const events: RecordEvent[] = [];
  for (const each of cases) {
    const outcome = each.outcome ?? 'unverified';
    const { reason, fault, intentId, agent, due } = each;
    if (outcome === 'failed' || reason === 'no_effect') {
      book = withOutcome(book, agent.id, fault?.kind === 'forbidden' ? 'forbidden' : 'failed', now);
      if (fault?.kind === 'forbidden' && book.failures.get(agent.id)?.count === 1) alarmForbidden(crew, each, fault);
    } else if (outcome !== 'dropped') book = withOutcome(book, agent.id, 'done', now);
    const correlationId = fault?.correlationId;
    events.push(eventOf(outcome, agent, due, now, round, { intentId, reason, correlationId }));
    crew.meter.logoff(due.ruleId, outcome, 'enforce');
    const fields = { sweepId: round.sweepId, agent: crew.name(agent), rule: due.ruleId, rung: due.rung, outcome, reason };
    if (outcome === 'failed') crew.log.warn({ ...fields, detail: fault?.message, correlationId }, 'log-off failed');
    else crew.log.info({ ...fields, measured: due.measured, limit: due.limit }, 'log-off carried out');
  }
  if (cases.length > 0) await crew.store.saveStep(cases.map(({ memory }) => memory), events);
  return book;
}

function alarmForbidden(crew: Crew, each: Case, fault: ActionFault): void {
  const message = 'the service may not log this agent off: grant its role in the agent’s division';
  crew.alarm({ kind: 'forbidden', message, fields: faultFields(crew, each, fault) });
}

/** Builds one line of the record. */
export function eventOf(
  kind: RecordEvent['kind'],
  agent: Agent,
  due: Due,
  at: Instant,
  round: Pick<Round, 'sweepId'>,
  more: { readonly [K in 'intentId' | 'reason' | 'correlationId']?: string | undefined },
): RecordEvent {
  const { intentId, reason, correlationId } = more;
  return {
    kind,
    at,
    sweepId: round.sweepId,
    agentId: agent.id,
    agentName: agent.name,
    rule: due.ruleId,
    measured: due.measured,
    limit: due.limit,
    actions: due.actions,
    ...(due.rung === undefined ? {} : { rung: due.rung }),
    ...(intentId === undefined ? {} : { intentId }),
    ...(reason === undefined ? {} : { reason }),
    ...(correlationId === undefined ? {} : { correlationId }),
  };
}
