import { expect, test } from '@jest/globals';
import { printed } from '../../src/texts/printed.ts';

const T = Date.parse('2026-03-02T14:00:00.250Z');

test('instants are ISO texts, with fractions of milliseconds left out', () => {
  expect(printed({ at: T + 0.75, lastSign: { kind: 'login', at: T }, nextDueAt: T, since: T })).toEqual({
    at: '2026-03-02T14:00:00.250Z',
    lastSign: { kind: 'login', at: '2026-03-02T14:00:00.250Z' },
    nextDueAt: '2026-03-02T14:00:00.250Z',
    since: '2026-03-02T14:00:00.250Z',
  });
});

test('an instant that never comes is none', () => {
  expect(printed({ at: Infinity, until: Number.NaN })).toEqual({ at: null, until: null });
});

test('lengths of time are in seconds and say so, one by one and in lists', () => {
  expect(printed({ measured: 3_720_000, limit: 3_600_000, took: 1_234.5, delays: [1_000, 2_500] })).toEqual({
    measured_seconds: 3_720,
    limit_seconds: 3_600,
    took_seconds: 1.235,
    delays_seconds: [1, 2.5],
  });
});

test('the first rung is 1', () => {
  expect(printed({ events: [{ kind: 'intent', rung: 0 }, { kind: 'held' }], rungsUsed: 1 })).toEqual({
    events: [{ kind: 'intent', rung: 1 }, { kind: 'held' }],
    rungsUsed: 1,
  });
});

test('everything else stays as it is', () => {
  const error = new Error('as it is');
  const facts = { listed: 12, share: 0.5, pause: { since: null }, limit: 'none', err: error, of: undefined };
  expect(printed(facts)).toEqual(facts);
  expect((printed({ err: error }) as { err: unknown }).err).toBe(error);
  expect(printed({ presence: new Set(['AWAY']) })).toEqual({ presence: ['AWAY'] });
});
