/**
 * The one accounting of what happened. Whatever an observation brought (a sweep, the look before a log-off, in the middle of it or
 * after it, a reconciliation) and however a log-off ended is told to this sink once: it is counted here, learnt from here and kept
 * here for the record, so that nothing is counted without being recorded.
 */
import type { Agent } from '../domain/agent.ts';
import type { Calibration, EvidenceSource, Refusal } from '../domain/evidence/calibration.ts';
import type { Answer } from '../domain/evidence/timeline.ts';
import type { Evaluation } from '../domain/judging/evaluate.ts';
import type { Lesson } from '../domain/logoff/outcome.ts';
import type { TrackingEvent } from '../domain/tracking/state.ts';
import { OUTCOMES, type Outcome, type RecordEvent } from '../domain/record.ts';
import type { Instant } from '../domain/time/time.ts';
import type { Learner } from './learner.ts';
import type { Meter } from '../ports/metrics.ts';
import type { Store } from '../ports/store.ts';

/** Is told of every look at an agent, once, after it has entered memory. */
export interface ObservationSink {
  observed(agent: Agent, evaluation: Evaluation): void;
}

/** Follows a sweep that is traced. */
export interface LineTracer {
  /** `undefined` where the sweep is not traced. */
  readonly traceId: string | undefined;
  /** Is told of every line. Does not throw. */
  told(line: RecordEvent): void;
}

/** The accounting and one more sink, as one. */
export function toldToAll(accounting: Accounting, onlooker: ObservationSink | undefined): ObservationSink {
  if (onlooker === undefined) return accounting;
  return {
    observed: (agent, evaluation) => {
      accounting.observed(agent, evaluation);
      onlooker.observed(agent, evaluation);
    },
  };
}

/** A return after a log-off of ours. */
export interface OwnReturn {
  readonly agentId: string;
  readonly at: Instant;
}

/** While the store is lost lines wait for it; beyond this many the oldest go. */
const MOST_WAITING = 20_000;

/** Mutable; one for each run of the program. */
export class Accounting implements ObservationSink {
  readonly #meter: Pick<Meter, 'returned' | 'logoff' | 'evidence'>;
  readonly #learner: Learner;
  readonly #traces: LineTracer | undefined;
  #sweepId: string | undefined;
  #lines: RecordEvent[] = [];
  /** Lines as they were given, and as they are put on record. */
  readonly #kept = new WeakMap<RecordEvent, RecordEvent>();
  #own: OwnReturn[] = [];

  constructor(meter: Pick<Meter, 'returned' | 'logoff' | 'evidence'>, learner: Learner, traces?: LineTracer) {
    this.#meter = meter;
    this.#learner = learner;
    this.#traces = traces;
  }

  /** From now on returns are put on record with this sweep. */
  begin(sweepId: string): void {
    this.#sweepId = sweepId;
  }

  /** Counts what a look brought, learns from it, and keeps its lines for the record. `shownBy`: the evidence that showed it. */
  observed(agent: Agent, { events }: Pick<Evaluation, 'events'>, shownBy?: EvidenceSource): void {
    for (const event of events) {
      this.#learner.returned(event);
      this.#count(event);
      const line = lineOf(agent, event, this.#sweepId, shownBy);
      if (line !== undefined) this.#keep(line);
      if (isReturn(event) && event.own) this.#own.push({ agentId: agent.id, at: event.at });
    }
  }

  /** Keeps lines for the record, and counts those that tell how a log-off ended. */
  add(lines: readonly RecordEvent[]): void {
    for (const line of lines) {
      const { kind, rule } = line;
      if (rule !== undefined && isOutcome(kind))
        this.#meter.logoff(rule, kind, kind === 'observed' ? 'observe' : 'enforce');
      this.#keep(line);
    }
  }

  /** Learns from a log-off that was read back. */
  learn({ done, offline }: Lesson): void {
    this.#learner.loggedOff(done, offline);
  }

  /** The lines that are not on record yet, to be written now. */
  take(): readonly RecordEvent[] {
    return this.#lines.splice(0);
  }

  /** Lines that could not be written wait for the next write. They have been counted. */
  putBack(lines: readonly RecordEvent[]): void {
    this.#lines = [...lines, ...this.#lines].slice(-MOST_WAITING);
  }

  /** Returns after our own log-offs since this was asked last. */
  takeOwn(): readonly OwnReturn[] {
    return this.#own.splice(0);
  }

  /** Before sources of evidence are asked; `isOn`: the policy asks it. */
  asking(isOn: (source: EvidenceSource) => boolean, now: Instant): void {
    this.#learner.asking(isOn, now);
  }

  /** How a source of evidence stood its trials. */
  calibration(source: EvidenceSource): Calibration {
    return this.#learner.source(source);
  }

  /** After a source showed a log-off of ours rightly, or wrongly. */
  tried(source: EvidenceSource, isRight: boolean, at: Instant): void {
    this.#learner.tried(source, isRight, at);
  }

  /** Counts what a source said of a suspect change. */
  answered(source: EvidenceSource, answer: Answer['kind']): void {
    this.#meter.evidence(source, answer);
    this.#learner.answered(source, answer);
  }

  /** After a question that was refused, or, with `undefined`, one that was not. */
  refused(source: EvidenceSource, refused: Refusal | undefined): void {
    this.#learner.refused(source, refused);
  }

  /** Something has been learnt that is not stored yet. */
  get hasLearnt(): boolean {
    return this.#learner.isNew;
  }

  /** Writes what is newly learnt. Rejects when the store is lost. */
  saveLearnt(store: Pick<Store, 'saveLearnt'>): Promise<void> {
    return this.#learner.save(store);
  }

  /** One that waits already, as its teller does not know, is not kept twice. */
  #keep(line: RecordEvent): void {
    const known = this.#kept.get(line);
    if (known !== undefined && this.#lines.includes(known)) return;
    const traceId = this.#traces?.traceId;
    const kept = known ?? (traceId === undefined ? line : { ...line, traceId });
    this.#kept.set(line, kept);
    this.#lines.push(kept);
    this.#traces?.told(line);
  }

  #count(event: TrackingEvent): void {
    if (event.kind === 'silent_return') this.#meter.returned('silent', event.delay);
    else if (event.kind === 'person_back') this.#meter.returned('person', undefined);
    else if (event.kind === 'late_return' && event.own) this.#meter.returned('late', event.delay);
  }
}

function isOutcome(kind: RecordEvent['kind']): kind is Outcome {
  return OUTCOMES.some((outcome) => outcome === kind);
}

type ReturnEvent = Extract<TrackingEvent, { readonly own: boolean }>;

function isReturn(event: TrackingEvent): event is ReturnEvent {
  return 'own' in event;
}

/**
 * A return, or a regret, for the record. A person who logs in after a night is no return: only late answers to our own log-offs are
 * kept.
 */
function lineOf(
  agent: Agent,
  event: TrackingEvent,
  sweepId: string | undefined,
  shownBy: EvidenceSource | undefined,
): RecordEvent | undefined {
  if (event.kind === 'person_back' || (event.kind === 'late_return' && !event.own)) return undefined;
  const { at, delay } = event;
  const told = isReturn(event)
    ? ({ kind: 'return', reason: returnWords(event, shownBy) } as const)
    : ({ kind: 'regret', reason: event.sign } as const);
  return {
    ...told,
    at,
    agentId: agent.id,
    agentName: agent.name,
    ...(sweepId === undefined ? {} : { sweepId }),
    ...(delay === undefined ? {} : { delay }),
  };
}

function returnWords({ kind, own }: ReturnEvent, shownBy: EvidenceSource | undefined): string {
  const shown = shownBy === undefined ? '' : `, shown by ${shownBy}`;
  return `${kind === 'silent_return' ? 'silent' : 'late'} after ${own ? 'our log-off' : 'the platform’s'}${shown}`;
}
