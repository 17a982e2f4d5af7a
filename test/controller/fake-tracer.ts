/** A tracing system that keeps what it is told, and fails when it is told to. */
import type { Instant } from '../../src/domain/time/time.ts';
import type { AgentSpan, SpanFacts, Trace, Tracer } from '../../src/ports/tracer.ts';

interface Ended {
  readonly at: Instant;
  readonly failed: boolean;
  readonly facts: SpanFacts;
}

/** Keeps all traces. What `fails` names throws. */
export class FakeTracer implements Tracer {
  readonly traces: {
    readonly id: string;
    readonly begun: Instant;
    readonly spans: AgentSpan[];
    ended?: Ended;
  }[] = [];
  fails: 'begin' | 'add' | 'end' | undefined;
  /** So many spans go into a trace. */
  room = Infinity;

  begin(begun: Instant): Trace {
    this.#mayFail('begin');
    const id = String(this.traces.length + 1).padStart(32, '0');
    const kept: (typeof this.traces)[number] = { id, begun, spans: [] };
    this.traces.push(kept);
    return {
      id,
      add: (span) => {
        this.#mayFail('add');
        if (kept.spans.length >= this.room) return false;
        kept.spans.push(span);
        return true;
      },
      end: (at, failed, facts) => {
        this.#mayFail('end');
        kept.ended = { at, failed, facts };
      },
    };
  }

  #mayFail(what: typeof this.fails): void {
    if (this.fails === what) throw new Error(`no ${String(what)} today`);
  }
}
