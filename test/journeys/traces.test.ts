/** What a tracing system is told of sweeps, and what it can do to them: nothing. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { SpanFacts } from '../../src/ports/tracer.ts';
import { FakeTracer } from '../controller/fake-tracer.ts';
import { person, SmallOrganisation } from './small-organisation.ts';

let site: SmallOrganisation;
let tracer: FakeTracer;

beforeEach(() => {
  site = new SmallOrganisation();
  tracer = new FakeTracer();
  site.tracer = tracer;
});

afterEach(() => site.end());

const GONE =
  'rules: [{ id: gone, when: { routing: [off_queue] }, limit: 2m, actions: [offline, revoke_tokens] }]';

/** Everyone is due in the fourth sweep. */
async function begin(people: number, caps = 'settle: 0', more = ''): Promise<void> {
  site.people = Array.from({ length: people }, (_, i) => person(i + 1));
  await site.begin(`${more}caps: { ${caps} }\nprofiles: [{ name: everyone, ${GONE} }]\n`);
}

/** The spans of the last trace, by what they say. */
function told(): readonly SpanFacts[] {
  return tracer.traces.at(-1)!.spans.map(({ facts }) => facts);
}

describe('a sweep', () => {
  test('is one trace, with one span for each agent who was due: rule, numbers, reason and outcome', async () => {
    await begin(2);
    await site.sweep(4);
    expect(tracer.traces.map(({ spans }) => spans.length)).toEqual([0, 0, 0, 2]);
    const { begun, spans, ended } = tracer.traces[3]!;
    expect(spans.map(({ agent }) => agent.id).sort()).toEqual(site.people.map(({ id }) => id).sort());
    expect(spans[0]).toMatchObject({
      failed: false,
      facts: {
        rule: 'gone',
        measured: 179_000,
        limit: 120_000,
        mode: 'enforce',
        reason: 'due',
        outcome: 'verified',
      },
    });
    expect(ended).toMatchObject({ failed: false, facts: { complete: true, due: 2, verified: 2, failed: 0 } });
    for (const { from, to } of spans) {
      expect(from).toBeGreaterThanOrEqual(begun);
      expect(to).toBeGreaterThanOrEqual(from);
      expect(to).toBeLessThanOrEqual(ended!.at);
    }
  });

  test('hands over no name and no address of an agent', async () => {
    await begin(2);
    await site.sweep(4);
    const everything = JSON.stringify(tracer.traces);
    for (const { name, email } of site.people) {
      expect(everything).not.toContain(name);
      expect(everything).not.toContain(email);
    }
  });

  test('puts the id of its trace on record with each event, and into the log', async () => {
    await begin(1);
    await site.sweep(4);
    const { id } = tracer.traces[3]!;
    const events = await site.store.events({});
    expect(events.map(({ kind, traceId }) => [kind, traceId])).toEqual([
      ['intent', id],
      ['verified', id],
    ]);
    expect(site.lines.filter((line) => line.includes('"sweep done"')).at(-1)).toContain(`"traceId":"${id}"`);
  });

  test('without a trace leaves none on record', async () => {
    site.tracer = { begin: () => undefined };
    await begin(1);
    await site.sweep(4);
    expect((await site.store.events({})).map(({ traceId }) => traceId)).toEqual([undefined, undefined]);
    expect(site.lines.join('')).not.toContain('traceId');
  });
});

describe('an agent who is due and is not logged off has a span that says why', () => {
  test('the caps are used up', async () => {
    await begin(3, 'settle: 0, per_sweep: 1');
    await site.sweep(4);
    expect(told().map(({ outcome, reason }) => `${String(outcome)}: ${String(reason)}`)).toEqual([
      'verified: due',
      'deferred: per_sweep',
      'deferred: per_sweep',
    ]);
  });

  test('the worker is paused', async () => {
    await begin(1);
    await site.store.setPause({ since: site.fake.clock.time, until: undefined, reason: undefined });
    await site.sweep(4);
    expect(told()).toMatchObject([
      { rule: 'gone', outcome: 'deferred', reason: 'paused', measured: 179_000 },
    ]);
  });

  test('the policy only observes', async () => {
    await begin(1, 'settle: 0', '');
    await site.restart(`caps: { settle: 0 }\nprofiles: [{ name: everyone, mode: observe, ${GONE} }]\n`);
    await site.sweep(4);
    expect(told()).toMatchObject([
      { rule: 'gone', mode: 'observe', outcome: 'observed', reason: 'observed' },
    ]);
  });

  test('the agent cannot be read again before the log-off', async () => {
    await begin(1);
    await site.sweep(3);
    site.broken.set('/api/v2/users', 403);
    await site.sweep(1);
    expect(told()).toMatchObject([{ rule: 'gone', outcome: 'dropped', reason: 'unread' }]);
  });

  test('the platform refuses the action: the span has failed', async () => {
    await begin(1);
    site.broken.set(`/api/v2/users/${site.people[0]!.id}/presences/purecloud`, 403);
    site.broken.set(`/api/v2/tokens/${site.people[0]!.id}`, 403);
    await site.sweep(4);
    expect(tracer.traces[3]!.spans).toMatchObject([{ failed: true, facts: { outcome: 'failed' } }]);
  });
});

test('a sweep that reaches no agents is a trace that has failed', async () => {
  await begin(1);
  for (const path of ['/api/v2/users', '/api/v2/users/query']) site.broken.set(path, 403);
  await site.sweep(1);
  expect(tracer.traces).toMatchObject([{ spans: [], ended: { failed: true, facts: { complete: false } } }]);
});

describe('a trace', () => {
  test('is bounded by what the tracing system takes', async () => {
    tracer.room = 1;
    await begin(3);
    await site.sweep(4);
    expect(tracer.traces[3]!.ended!.facts).toMatchObject({ due: 3, withoutSpan: 2 });
    expect(site.loggedOff).toHaveLength(3);
  });
});

describe('a tracing system that throws', () => {
  test.each(['begin', 'add', 'end'] as const)(
    'from `%s` stops no sweep, and is said once until it works again',
    async (what) => {
      await begin(2);
      await site.sweep(3);
      tracer.fails = what;
      await site.sweep(1);
      expect(site.loggedOff).toHaveLength(2);
      site.people.push(person(3));
      await site.sweep(4);
      expect(site.loggedOff).toHaveLength(3);
      const said = (): number =>
        site.lines.filter((line) => line.includes('sweeps could not be traced')).length;
      expect(said()).toBe(1);
      tracer.fails = undefined;
      await site.sweep(1);
      expect(tracer.traces.at(-1)!.ended).toMatchObject({ failed: false });
    },
  );
});
