/**
 * One trace for each sweep, and in it one span for each agent who was due: by which rule, on what numbers, and how it ended.
 * The spans are made when nothing is left to do, so that no tracing system, however slow, stands between a look and an action. One
 * that fails costs the trace and nothing else.
 */
import type { Due, Reason } from '../domain/judging/judge.ts';
import type { Candidate, Plan } from '../domain/planning/plan.ts';
import { INTENT_OUTCOMES, type EventKind, type RecordEvent } from '../domain/record.ts';
import type { Instant } from '../domain/time/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { SweepReport } from '../ports/metrics.ts';
import { NO_TRACER, type AgentSpan, type SpanFacts, type Trace, type Tracer } from '../ports/tracer.ts';
import { FailureLatch } from './failure-latch.ts';
import type { Plans } from './watched.ts';

/** Most spans in one trace. When the breaker holds a whole organisation back, the first thousand tell why. */
const MOST_SPANS = 1_000;

/** How a log-off ended; `undefined` while it goes on. */
interface Told {
  readonly from: Instant;
  readonly to: Instant;
  readonly outcome: RecordEvent | undefined;
}

/** Where sweeps are traced. */
export interface Traced {
  /** Traces nothing unless given. */
  readonly tracer?: Tracer | undefined;
}

type TracingCrew = Traced & { readonly clock: Pick<Clock, 'now'>; readonly log: Pick<Log, 'error'> };

/** The traces of one worker's sweeps, one at a time. */
export class SweepTraces {
  readonly #tracer: Tracer;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #trouble: FailureLatch;
  readonly #told = new Map<string, Told>();
  #trace: Trace | undefined;
  #traceId: string | undefined;
  #facts: SpanFacts = {};
  /** The sweep failed. */
  #failed = false;
  /** The tracing of it did. */
  #isBroken = false;
  #added = 0;

  constructor({ tracer = NO_TRACER, clock, log }: TracingCrew) {
    this.#tracer = tracer;
    this.#clock = clock;
    this.#trouble = new FailureLatch(log, 'sweeps could not be traced');
  }

  /** Of the sweep under way; `undefined` where it is not traced. */
  get traceId(): string | undefined {
    return this.#traceId;
  }

  /** Traces a sweep. Answers what it answers, and rejects with what it rejects with. */
  async around<T>(sweepId: string, sweep: () => Promise<T>): Promise<T> {
    this.#begin(sweepId);
    try {
      return await sweep();
    } catch (error) {
      this.#failed = true;
      this.#facts = { ...this.#facts, error: error instanceof Error ? error.name : 'unknown' };
      throw error;
    } finally {
      this.#end();
    }
  }

  /** Notes a line of the record that this sweep brings. An outcome of an earlier sweep's intention is no part of the trace. */
  told(line: RecordEvent): void {
    const { kind, agentId, rule, intentId } = line;
    if (this.#trace === undefined || agentId === undefined) return;
    const key = keyOf(agentId, kind === 'observed' ? rule : undefined);
    const to = this.#clock.now();
    const begun = this.#told.get(key);
    if (kind === 'intent') this.#told.set(key, { from: to, to, outcome: undefined });
    else if (isOutcome(kind) && (intentId === undefined || begun !== undefined))
      this.#told.set(key, { from: begun?.from ?? to, to, outcome: line });
  }

  /** Makes the spans of a sweep that has done all it could. */
  tell(plans: Plans, report: SweepReport): void {
    const { complete, hold, listed, seen, online, left, outcomes } = report;
    if (this.#trace === undefined) return;
    const due = sizeOf(plans.enforced);
    const imagined = sizeOf(plans.imagined);
    this.#failed = !complete;
    this.#facts = { ...this.#facts, complete, hold, listed, seen, online, due, imagined, left, ...outcomes };
    this.#guarded((trace) => {
      for (const span of spansOf(plans, this.#told, this.#clock.now())) {
        if (this.#added === MOST_SPANS || !trace.add(span)) break;
        this.#added += 1;
      }
    });
    const withoutSpan = due + imagined - this.#added;
    if (withoutSpan > 0) this.#facts = { ...this.#facts, withoutSpan };
  }

  #begin(sweepId: string): void {
    this.#facts = { sweepId };
    this.#failed = false;
    this.#isBroken = false;
    this.#added = 0;
    try {
      this.#trace = this.#tracer.begin(this.#clock.now());
      this.#traceId = this.#trace?.id;
    } catch (error) {
      this.#trace = undefined;
      this.#broke(error);
    }
  }

  #end(): void {
    this.#guarded((trace) => {
      trace.end(this.#clock.now(), this.#failed, this.#facts);
    });
    // Where no agent was due it is not known whether spans would be taken.
    if (!this.#isBroken && this.#added > 0) this.#trouble.clear();
    this.#told.clear();
    this.#trace = undefined;
    this.#traceId = undefined;
  }

  #guarded(work: (trace: Trace) => void): void {
    if (this.#trace === undefined) return;
    try {
      work(this.#trace);
    } catch (error) {
      this.#broke(error);
    }
  }

  #broke(error: unknown): void {
    this.#isBroken = true;
    this.#trouble.fail(error);
  }
}

/** A log-off is told of once for each agent, one of observe mode once for each rule. */
function keyOf(agentId: string, observedBy: string | undefined): string {
  return observedBy === undefined ? agentId : `${agentId} ${observedBy}`;
}

function isOutcome(kind: EventKind): boolean {
  return kind === 'observed' || INTENT_OUTCOMES.some((outcome) => outcome === kind);
}

function sizeOf({ act, held }: Plan): number {
  return act.length + held.length;
}

/** Of everyone who was due: first those whose turn it was. */
function* spansOf(
  { enforced, imagined }: Plans,
  told: ReadonlyMap<string, Told>,
  now: Instant,
): Generator<AgentSpan> {
  for (const each of enforced.act) yield spanOf(each, told.get(each.agentId), now);
  for (const each of imagined.act) yield spanOf(each, told.get(keyOf(each.agentId, each.due.ruleId)), now);
  for (const { candidate, hold } of [...enforced.held, ...imagined.held])
    yield deferredSpan(candidate, hold, now);
}

function spanOf(candidate: Candidate, told: Told | undefined, now: Instant): AgentSpan {
  if (told === undefined) return deferredSpan(candidate, 'not_begun', now);
  const { from, to, outcome } = told;
  const { agentId: id, due } = candidate;
  // Without one the store failed in the middle of it: what came of it is not known here.
  const line: Pick<RecordEvent, 'kind' | 'reason' | 'correlationId'> = outcome ?? NOT_RECORDED;
  const { kind, reason = reasonOf(due), correlationId } = line;
  const facts = {
    ...factsOf(due),
    ...factsOn(outcome),
    mode: due.mode,
    outcome: kind,
    reason,
    correlationId,
  };
  return { agent: { id }, from, to, failed: kind === 'failed', facts };
}

const NOT_RECORDED = { kind: 'unverified', reason: 'not_recorded' } as const;

function deferredSpan({ agentId: id, due }: Candidate, reason: string, now: Instant): AgentSpan {
  const facts = { ...factsOf(due), mode: due.mode, outcome: 'deferred', reason };
  return { agent: { id }, from: now, to: now, failed: false, facts };
}

function factsOf({ ruleId: rule, rung, measured, limit }: Due): SpanFacts {
  return { rule, rung, measured, limit };
}

/** The look before a log-off may have found another rule due. */
function factsOn(line: RecordEvent | undefined): SpanFacts {
  if (line === undefined) return {};
  const { rule, rung, measured, limit } = line;
  return { rule, rung, measured, limit };
}

/** Why the agent was due, where nothing else is to be said. */
function reasonOf({ byLadder, mode }: Due): Reason {
  if (mode === 'observe') return 'observed';
  return byLadder ? 'ladder_due' : 'due';
}
