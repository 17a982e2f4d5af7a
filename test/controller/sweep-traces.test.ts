/** The traces of sweeps: which agents have a span, and what it says where the record does not. */
import { beforeEach, expect, test } from '@jest/globals';
import type { Due } from '../../src/domain/judging/judge.ts';
import { EMPTY_LEDGER, type Candidate, type Plan } from '../../src/domain/planning/plan.ts';
import type { RecordEvent } from '../../src/domain/record.ts';
import { MINUTE, SECOND } from '../../src/domain/time/time.ts';
import { SweepTraces } from '../../src/controller/sweep-traces.ts';
import { FakeTracer } from './fake-tracer.ts';
import { stateOf } from '../store/examples.ts';
import { BASE, report, Sentences } from './parts.ts';

const DUE: Due = {
  ruleId: 'gone',
  mode: 'enforce',
  actions: ['offline'],
  byLadder: false,
  rung: undefined,
  clock: 'since_sign',
  measured: 61 * MINUTE,
  limit: 60 * MINUTE,
  overdue: MINUTE,
  cause: { ruleId: 'gone', clock: 'since_sign', measured: 61 * MINUTE, state: stateOf('a0', BASE).last },
};

let now: number;
let tracer: FakeTracer;
let traces: SweepTraces;

beforeEach(() => {
  now = BASE;
  tracer = new FakeTracer();
  traces = new SweepTraces({ tracer, clock: { now: () => now }, log: new Sentences() });
});

function candidates(count: number, more: Partial<Due> = {}): readonly Candidate[] {
  return Array.from({ length: count }, (_, i) => ({ agentId: `a${i}`, due: { ...DUE, ...more } }));
}

function planOf(act: readonly Candidate[], held: Plan['held'] = []): Plan {
  return { act, held, tripped: undefined, ledger: EMPTY_LEDGER };
}

function line(kind: RecordEvent['kind'], more: Partial<RecordEvent> = {}): RecordEvent {
  return { kind, at: BASE, agentId: 'a0', rule: 'gone', measured: 61 * MINUTE, limit: 60 * MINUTE, ...more };
}

/** The spans of a sweep that plans this, and brings these lines, each a second after the one before. */
async function spansOf(
  plan: Plan,
  lines: readonly RecordEvent[],
  imagined = planOf([]),
): Promise<FakeTracer['traces'][0]['spans']> {
  await traces.around('s1', () => {
    for (const each of lines) {
      now += SECOND;
      traces.told(each);
    }
    traces.tell({ enforced: plan, imagined }, report());
    return Promise.resolve();
  });
  return tracer.traces.at(-1)!.spans;
}

test('a span lasts from the intention to the outcome, by the local clock', async () => {
  const lines = [line('intent', { intentId: 'i' }), line('verified', { intentId: 'i' })];
  expect(await spansOf(planOf(candidates(1)), lines)).toMatchObject([
    { agent: { id: 'a0' }, from: BASE + SECOND, to: BASE + 2 * SECOND, facts: { outcome: 'verified' } },
  ]);
});

test('a span tells the rule that the look before the log-off found due', async () => {
  const more = { intentId: 'i', rule: 'ladder', rung: 1, measured: 90 * SECOND, limit: MINUTE };
  const [span] = await spansOf(planOf(candidates(1)), [line('intent', more), line('verified', more)]);
  expect(span!.facts).toMatchObject({ rule: 'ladder', rung: 1, measured: 90 * SECOND, limit: MINUTE });
});

test('an outcome of an intention that an earlier sweep left behind is no part of the trace', async () => {
  const told = line('unverified', { intentId: 'old', reason: 'told after an interruption' });
  expect(
    await spansOf(planOf([], [{ candidate: candidates(1)[0]!, hold: 'settling' }]), [told]),
  ).toMatchObject([{ facts: { outcome: 'deferred', reason: 'settling' } }]);
  expect(await spansOf(planOf(candidates(1)), [told])).toMatchObject([{ facts: { outcome: 'deferred' } }]);
});

test('an agent whose turn did not come has a span that says so', async () => {
  expect(await spansOf(planOf(candidates(1)), [])).toMatchObject([
    { facts: { rule: 'gone', outcome: 'deferred', reason: 'not_begun' } },
  ]);
});

test('a log-off whose outcome the store did not take is not called carried out', async () => {
  expect(await spansOf(planOf(candidates(1)), [line('intent', { intentId: 'i' })])).toMatchObject([
    { facts: { rule: 'gone', outcome: 'unverified', reason: 'not_recorded' } },
  ]);
});

test('rules in observe mode that are due at once for one agent have a span each', async () => {
  const all = ['gone', 'away'].map((ruleId) => ({
    agentId: 'a0',
    due: { ...DUE, ruleId, mode: 'observe' as const },
  }));
  const lines = all.map(({ due: { ruleId: rule } }) => line('observed', { rule }));
  const spans = await spansOf(planOf([]), lines, planOf(all));
  expect(spans.map(({ facts: { rule, outcome, reason } }) => [rule, outcome, reason])).toEqual([
    ['gone', 'observed', 'observed'],
    ['away', 'observed', 'observed'],
  ]);
});

test('an answer to a silent return says so', async () => {
  const more = { intentId: 'i', rung: 0 };
  const plan = planOf(candidates(1, { byLadder: true, rung: 0 }));
  const spans = await spansOf(plan, [line('intent', more), line('verified', more)]);
  expect(spans).toMatchObject([{ facts: { reason: 'ladder_due', rung: 0 } }]);
});

test('a trace has a thousand spans at most, first those of agents whose turn it was, and says how many have none', async () => {
  const [first, ...rest] = candidates(1_003);
  const held = rest.map((candidate) => ({ candidate, hold: 'breaker' as const }));
  const spans = await spansOf(planOf([first!], held), [
    line('intent', { intentId: 'i' }),
    line('verified', { intentId: 'i' }),
  ]);
  expect(spans).toHaveLength(1_000);
  expect(spans[0]!.facts).toMatchObject({ outcome: 'verified' });
  expect(tracer.traces[0]!.ended!.facts).toMatchObject({ due: 1_003, withoutSpan: 3 });
});

test('a sweep that fails fails as without a trace, and its trace has failed', async () => {
  const lost = new RangeError('a text that stays here');
  await expect(traces.around('s1', () => Promise.reject(lost))).rejects.toBe(lost);
  expect(tracer.traces).toMatchObject([
    { ended: { failed: true, facts: { sweepId: 's1', error: 'RangeError' } } },
  ]);
  expect(JSON.stringify(tracer.traces)).not.toContain(lost.message);
  expect(traces.traceId).toBeUndefined();
});
