/** Sweeps in the hands of the real OpenTelemetry: what leaves the process, and what an SDK can do to it. */
import { trace } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
  type ReadableSpan,
  type TracerProviderOptions,
} from '@opentelemetry/sdk-trace';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { flushTraces, openTelemetry } from '../../src/app/tracing.ts';
import type { AgentSpan } from '../../src/ports/tracer.ts';
import { Redactor } from '../../src/texts/redactor.ts';
import { BASE, Sentences } from '../controller/parts.ts';
import { person, SmallOrganisation } from '../journeys/small-organisation.ts';

let exporter: InMemorySpanExporter;

beforeEach(() => {
  exporter = new InMemorySpanExporter();
});

afterEach(() => {
  trace.disable();
});

/** As a user's own file does it, before the program starts. */
function register(options: TracerProviderOptions = {}): void {
  const spanProcessors = [new SimpleSpanProcessor({ exporter })];
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors, ...options }));
}

function spanCalled(name: string): ReadableSpan {
  return exporter.getFinishedSpans().find((span) => span.name === name)!;
}

const DUE: AgentSpan = {
  agent: { id: 'id-1' },
  from: BASE + 1_000,
  to: BASE + 2_500,
  failed: false,
  facts: { rule: 'gone', measured: 90_500, limit: 60_000, rung: 0, outcome: 'verified', reason: undefined },
};

function tracer(redactor = new Redactor(), elapsed = (): number => 0): ReturnType<typeof openTelemetry> {
  return openTelemetry({ name: ({ name }) => name, redactor, elapsed });
}

describe('the whole worker with an SDK', () => {
  const POLICY = `profiles:
  - { name: everyone, rules: [{ id: gone, when: { routing: [off_queue] }, limit: 2m, actions: [offline] }] }
caps: { settle: 0 }
`;
  let site: SmallOrganisation;

  beforeEach(() => {
    site = new SmallOrganisation();
    site.people = [person(1), person(2)];
  });

  afterEach(() => site.end());

  test('sends a trace of each sweep, whose id stands in the record, with no name and no address', async () => {
    register();
    await site.begin(POLICY);
    await site.sweep(4);
    const spans = exporter.getFinishedSpans();
    const sweeps = spans.filter(({ name }) => name === 'sweep');
    const agents = spans.filter(({ name }) => name === 'log_off');
    expect([sweeps.length, agents.length]).toEqual([4, 2]);
    const { traceId, spanId } = sweeps[3]!.spanContext();
    expect(agents.map((span) => [span.spanContext().traceId, span.parentSpanContext?.spanId])).toEqual([
      [traceId, spanId],
      [traceId, spanId],
    ]);
    expect(agents.map(({ attributes }) => attributes['agent']).sort()).toEqual(
      site.people.map(({ id }) => id).sort(),
    );
    const events = await site.store.events({});
    expect(events).toHaveLength(4);
    expect(new Set(events.map((event) => event.traceId))).toEqual(new Set([traceId]));
    const everything = JSON.stringify(
      spans.map(({ name, attributes, status }) => ({ name, attributes, status })),
    );
    for (const { name, email } of site.people) {
      expect(everything).not.toContain(name);
      expect(everything).not.toContain(email);
    }
  });

  test('names agents by their hash where the policy wants that of the log', async () => {
    register();
    await site.begin(`log: { identities: hash }\n${POLICY}`);
    await site.sweep(4);
    const hashes = site.people.map(({ id }) => createHash('sha256').update(id).digest('hex').slice(0, 12));
    const agents = exporter.getFinishedSpans().filter(({ name }) => name === 'log_off');
    expect(agents.map(({ attributes }) => attributes['agent']).sort()).toEqual(hashes.sort());
    for (const { attributes } of agents) expect(JSON.stringify(attributes)).not.toContain(site.people[0]!.id);
  });

  test('without an SDK traces nothing and records no trace', async () => {
    await site.begin(POLICY);
    await site.sweep(4);
    const events = await site.store.events({});
    expect(events).toHaveLength(4);
    expect(events.filter(({ traceId }) => traceId !== undefined)).toEqual([]);
  });

  test('records no trace that the SDK does not sample: it would lead nowhere', async () => {
    register({ sampler: new AlwaysOffSampler() });
    await site.begin(POLICY);
    await site.sweep(4);
    expect((await site.store.events({})).filter(({ traceId }) => traceId !== undefined)).toEqual([]);
  });

  test('goes on where the SDK throws at each span', async () => {
    const fails = (): never => {
      throw new Error('the SDK is broken');
    };
    const broken = { onStart: fails, onEnd: fails, forceFlush: fails, shutdown: fails };
    register({ spanProcessors: [broken] });
    await site.begin(POLICY);
    await site.sweep(4);
    expect(
      (await site.store.events({})).map(({ kind }) => kind).filter((kind) => kind === 'verified'),
    ).toHaveLength(2);
    expect(site.warned).toEqual(['sweeps could not be traced']);
  });
});

describe('a span', () => {
  test('has the words of the log: lengths in seconds with their unit, rungs from 1, nothing that is not known', () => {
    register();
    const sweep = tracer().begin(BASE)!;
    expect(sweep.add(DUE)).toBe(true);
    sweep.end(BASE + 3_000, false, { sweepId: 's1', due: 1, complete: true });
    const { attributes, startTime, endTime, status } = spanCalled('log_off');
    expect(attributes).toEqual({
      agent: 'id-1',
      rule: 'gone',
      measured_seconds: 90.5,
      limit_seconds: 60,
      rung: 1,
      outcome: 'verified',
    });
    expect([startTime, endTime]).toEqual([
      [BASE / 1_000 + 1, 0],
      [BASE / 1_000 + 2, 500_000_000],
    ]);
    expect(status.code).toBe(0);
    expect(spanCalled('sweep').attributes).toEqual({ sweepId: 's1', due: 1, complete: true });
    expect(sweep.id).toBe(spanCalled('sweep').spanContext().traceId);
  });

  test('that failed says so without a message', () => {
    register();
    const sweep = tracer().begin(BASE)!;
    sweep.add({ ...DUE, failed: true });
    sweep.end(BASE, true, {});
    for (const name of ['log_off', 'sweep']) expect(spanCalled(name).status).toEqual({ code: 2 });
  });

  test('has texts of 256 characters at most, and no secret in them', () => {
    register();
    const redactor = new Redactor();
    redactor.know('a-secret-of-the-policy');
    const sweep = tracer(redactor).begin(BASE)!;
    const rule = `${'r'.repeat(240)} a-secret-of-the-policy and more`;
    sweep.add({ ...DUE, facts: { rule, reason: `${'r'.repeat(255)}👩🏽‍💻` } });
    sweep.end(BASE, false, {});
    const { attributes } = spanCalled('log_off');
    expect(String(attributes['rule']).length).toBeLessThanOrEqual(256);
    expect(String(attributes['rule'])).not.toContain('a-secret');
    expect(attributes['reason']).toBe(`${'r'.repeat(255)}\ufffd`);
  });

  test('is no part of another trace that the process has open', () => {
    register();
    const other = trace.getTracer('other').startSpan('other');
    const sweep = tracer().begin(BASE)!;
    expect(sweep.id).not.toBe(other.spanContext().traceId);
    sweep.end(BASE, false, {});
    expect(spanCalled('sweep').parentSpanContext).toBeUndefined();
  });

  test('is the last where the SDK has taken a quarter of a second of this sweep', () => {
    register();
    let time = 0;
    const slow = tracer(new Redactor(), () => (time += 100)).begin(BASE)!;
    expect(Array.from({ length: 5 }, () => slow.add(DUE))).toEqual([true, true, true, false, false]);
    slow.end(BASE, false, {});
  });
});

describe('at the end of the program', () => {
  const said = async (options?: TracerProviderOptions): Promise<readonly string[]> => {
    if (options !== undefined) register(options);
    const log = new Sentences();
    await flushTraces(log, 1);
    return log.said;
  };
  const processorThat = (forceFlush: () => Promise<void>): TracerProviderOptions => ({
    spanProcessors: [
      { onStart: () => undefined, onEnd: () => undefined, forceFlush, shutdown: () => Promise.resolve() },
    ],
  });
  const WARNING = ['warn: the last traces could not be sent'];

  test('the SDK sends what it holds', async () => {
    let flushed = 0;
    const sends = processorThat(() => {
      flushed += 1;
      return Promise.resolve();
    });
    expect([await said(sends), flushed]).toEqual([[], 1]);
  });

  test('nothing is waited for where there is no SDK', async () => {
    expect(await said()).toEqual([]);
  });

  test('an SDK that cannot send is a line in the log', async () => {
    expect(await said(processorThat(() => Promise.reject(new Error('refused'))))).toEqual(WARNING);
  });

  test('an SDK that never answers is waited for only so long', async () => {
    expect(await said(processorThat(() => new Promise(() => undefined)))).toEqual(WARNING);
  });
});
