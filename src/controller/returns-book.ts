/**
 * The one accounting of returns. Wherever a look first shows one (a sweep, the look before a log-off, in the middle of it or after
 * it, a reconciliation), it is counted, learnt from and put on record exactly once: every look tells this book.
 */
import type { Agent } from '../domain/agent.ts';
import type { TrackingEvent } from '../domain/tracking/state.ts';
import type { RecordEvent } from '../domain/record.ts';
import type { Instant } from '../domain/time/time.ts';
import type { Learner } from './learner.ts';
import type { Meter } from '../ports/metrics.ts';

/** What a look tells of returns. */
export interface ReturnSink {
  note(agent: Agent, events: readonly TrackingEvent[]): void;
}

/** A return after a log-off of ours. */
export interface OwnReturn {
  readonly agentId: string;
  readonly at: Instant;
}

/** While the store is lost lines wait for it; beyond this many the oldest go. */
const MOST_WAITING = 20_000;

/** Mutable; one for each run of the program. */
export class ReturnsBook implements ReturnSink {
  readonly #meter: Pick<Meter, 'returned'>;
  readonly #learner: Learner;
  #sweepId: string | undefined;
  #lines: RecordEvent[] = [];
  #own: OwnReturn[] = [];

  constructor(meter: Pick<Meter, 'returned'>, learner: Learner) {
    this.#meter = meter;
    this.#learner = learner;
  }

  /** From now on returns are put on record with this sweep. */
  begin(sweepId: string): void {
    this.#sweepId = sweepId;
  }

  /** Counts what a look brought, learns from it, and keeps its lines for the record. */
  note(agent: Agent, events: readonly TrackingEvent[]): void {
    for (const event of events) {
      this.#learner.returned(event);
      this.#count(event);
      const line = lineOf(agent, event, this.#sweepId);
      if (line !== undefined) this.#lines.push(line);
      if (event.kind !== 'person_back' && event.own) this.#own.push({ agentId: agent.id, at: event.at });
    }
  }

  /** The lines that are not on record yet, to be written now. */
  take(): readonly RecordEvent[] {
    return this.#lines.splice(0);
  }

  /** Lines that could not be written, be they of returns or of whatever was to be written with them: they wait for the next write. */
  putBack(lines: readonly RecordEvent[]): void {
    this.#lines = [...lines, ...this.#lines].slice(-MOST_WAITING);
  }

  /** Returns after our own log-offs since this was asked last. */
  takeOwn(): readonly OwnReturn[] {
    return this.#own.splice(0);
  }

  #count(event: TrackingEvent): void {
    if (event.kind === 'silent_return') this.#meter.returned('silent', event.delay);
    else if (event.kind === 'person_back') this.#meter.returned('person', undefined);
    else if (event.own) this.#meter.returned('late', event.delay);
  }
}

/** A return for the record. A person who logs in after a night is none: only late answers to our own log-offs are kept. */
function lineOf(agent: Agent, event: TrackingEvent, sweepId: string | undefined): RecordEvent | undefined {
  if (event.kind === 'person_back' || (event.kind === 'late_return' && !event.own)) return undefined;
  const reason = `${event.kind === 'silent_return' ? 'silent' : 'late'} after ${event.own ? 'our log-off' : 'the platform’s'}`;
  const { at, delay } = event;
  return {
    kind: 'return',
    at,
    agentId: agent.id,
    agentName: agent.name,
    reason,
    ...(sweepId === undefined ? {} : { sweepId }),
    ...(delay === undefined ? {} : { delay }),
  };
}
