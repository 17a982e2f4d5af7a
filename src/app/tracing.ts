/**
 * Sweeps as traces of OpenTelemetry. Only its API is part of the program, and does nothing by itself: a user who wants traces registers
 * an SDK before the program starts, which is all the switch there is.
 */
import {
  isSpanContextValid,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Attributes,
  type Context,
  type Span,
  type Tracer as ApiTracer,
} from '@opentelemetry/api';
import { SECOND, type Duration, type Instant } from '../domain/time/time.ts';
import type { Log } from '../ports/log.ts';
import type { AgentSpan, SpanFacts, Trace, Tracer } from '../ports/tracer.ts';
import { printed } from '../texts/printed.ts';
import type { Redactor } from '../texts/redactor.ts';
import type { Telling } from './compose-notify.ts';
import { VERSION } from './version.ts';

const NAME = 'idle-enforcer';
/** Longest text of an attribute: an SDK sets no bound of its own. */
const LONGEST = 256;
/** An SDK that writes each span at once, to a disk or a terminal, gets no more of them in one sweep, in real time. */
const PATIENCE: Duration = SECOND / 4;

/** What the adapter works with. */
export interface TracingParts {
  /** Names agents; never by their name here. */
  readonly name: Telling['name'];
  readonly redactor: Pick<Redactor, 'hide'>;
  /** Real time, whose zero does not matter. */
  readonly elapsed?: () => Duration;
}

/** A tracer that hands sweeps to the SDK that is registered, if any. */
export function openTelemetry({ name, redactor, elapsed = () => performance.now() }: TracingParts): Tracer {
  const attributesOf = (facts: SpanFacts): Attributes => {
    const attributes: Attributes = {};
    for (const [key, value] of Object.entries(printed(facts) as SpanFacts)) {
      if (value === undefined) continue;
      // Hidden first: half of a secret would not be known any more.
      attributes[key] =
        typeof value === 'string' ? redactor.hide(value).slice(0, LONGEST).toWellFormed() : value;
    }
    return attributes;
  };
  const named = ({ agent: { id }, facts }: AgentSpan): SpanFacts => ({
    agent: name({ id, name: id }),
    ...facts,
  });
  return {
    begin: (at) => {
      const tracer = trace.getTracer(NAME, VERSION);
      // Whatever else the SDK traces in this process is no part of a sweep, nor the other way round.
      const span = tracer.startSpan('sweep', { startTime: at }, ROOT_CONTEXT);
      const context = span.spanContext();
      // Without an SDK there is no id, and of a trace that is not sampled nothing arrives anywhere.
      const isWanted = isSpanContextValid(context) && (context.traceFlags & TraceFlags.SAMPLED) !== 0;
      return isWanted ? new OpenTrace(tracer, span, { attributesOf, named, elapsed }) : undefined;
    },
  };
}

interface Flushable {
  readonly forceFlush: (options: { readonly timeoutMillis: Duration }) => unknown;
}

interface Hand {
  readonly attributesOf: (facts: SpanFacts) => Attributes;
  readonly named: (span: AgentSpan) => SpanFacts;
  readonly elapsed: () => Duration;
}

class OpenTrace implements Trace {
  readonly id: string;
  readonly #tracer: ApiTracer;
  readonly #sweep: Span;
  readonly #context: Context;
  readonly #hand: Hand;
  #spent: Duration = 0;

  constructor(tracer: ApiTracer, sweep: Span, hand: Hand) {
    this.id = sweep.spanContext().traceId;
    this.#tracer = tracer;
    this.#sweep = sweep;
    this.#context = trace.setSpan(ROOT_CONTEXT, sweep);
    this.#hand = hand;
  }

  add(told: AgentSpan): boolean {
    if (this.#spent > PATIENCE) return false;
    const { attributesOf, named, elapsed } = this.#hand;
    const begun = elapsed();
    const attributes = attributesOf(named(told));
    const span = this.#tracer.startSpan('log_off', { startTime: told.from, attributes }, this.#context);
    close(span, told.to, told.failed);
    this.#spent += elapsed() - begun;
    return true;
  }

  end(at: Instant, failed: boolean, facts: SpanFacts): void {
    this.#sweep.setAttributes(this.#hand.attributesOf(facts));
    close(this.#sweep, at, failed);
  }
}

/** Why it failed stands in the attributes: a message would be a text from outside. */
function close(span: Span, at: Instant, failed: boolean): void {
  if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end(at);
}

/**
 * Has the SDK send what it still holds, for at most `limit` of real time. Never rejects. What went wrong is the SDK's to tell: its
 * errors may hold what a collector answered, or the password for it.
 */
export async function flushTraces(log: Pick<Log, 'warn'>, limit: Duration = 3 * SECOND): Promise<void> {
  const provider = registered();
  if (provider === undefined) return;
  const { promise: late, resolve } = Promise.withResolvers<'late'>();
  const timer = setTimeout(() => {
    resolve('late');
  }, limit);
  const outcome = await Promise.race([flushed(provider, limit), late]);
  clearTimeout(timer);
  if (outcome !== 'sent') log.warn({ outcome }, 'the last traces could not be sent');
}

async function flushed(provider: Flushable, timeoutMillis: Duration): Promise<'sent' | 'failed'> {
  try {
    await provider.forceFlush({ timeoutMillis });
    return 'sent';
  } catch {
    return 'failed';
  }
}

/** The SDK's provider, where one is registered that can be told to send. Flushing is not part of the API. */
function registered(): Flushable | undefined {
  const proxy: object = trace.getTracerProvider();
  const provider: unknown = canDo(proxy, 'getDelegate') ? proxy.getDelegate() : proxy;
  return canDo(provider, 'forceFlush') ? provider : undefined;
}

function canDo<K extends string>(value: unknown, name: K): value is Record<K, () => unknown> {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, name) === 'function';
}
