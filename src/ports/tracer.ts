/** Tracing of sweeps, for people who look at them in a tracing system. */
import type { Agent } from '../domain/agent.ts';
import type { Instant } from '../domain/time/time.ts';

/** Facts of a span. Instants and lengths of time are ms, rungs are places in a list; those that are `undefined` are left out. */
export type SpanFacts = Readonly<Record<string, string | number | boolean | undefined>>;

/** A span that is over. Times are local. */
export interface AgentSpan {
  /** By this the agent is named as `log.identities` has it, and never by their name. */
  readonly agent: Pick<Agent, 'id'>;
  readonly from: Instant;
  readonly to: Instant;
  readonly failed: boolean;
  readonly facts: SpanFacts;
}

/** Any method may throw; none is waited for. */
export interface Tracer {
  /** Begins the trace of a sweep. `undefined` where no tracing system wants it. */
  begin(at: Instant): Trace | undefined;
}

/** The trace of one sweep. */
export interface Trace {
  /** 32 hexadecimal digits. */
  readonly id: string;
  /** Adds the span of an agent who was due. False once the trace takes no more. */
  add(span: AgentSpan): boolean;
  /** Ends the sweep's own span. Called once, and last. */
  end(at: Instant, failed: boolean, facts: SpanFacts): void;
}

/** Traces nothing. */
export const NO_TRACER: Tracer = { begin: () => undefined };
