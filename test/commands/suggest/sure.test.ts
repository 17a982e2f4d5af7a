/** How sure a share and a sum are: always the same numbers, wider for fewer people. */
import { expect, test } from '@jest/globals';
import { shareRange, sumRange } from '../../../src/commands/suggest/sure.ts';

const counts = (...numbers: number[]): Uint32Array => Uint32Array.from(numbers);
const of = (agents: number, value: (i: number) => number): Uint32Array =>
  Uint32Array.from({ length: agents }, (_, i) => value(i));

test('the share lies within its range, and the same facts give the same range', () => {
  const [part, whole] = [of(200, (i) => Number(i % 20 === 0)), of(200, () => 2)];
  const range = shareRange(part, whole)!;
  expect(range.low).toBeLessThan(0.025);
  expect(range.high).toBeGreaterThan(0.025);
  expect(range.high - range.low).toBeLessThan(0.05);
  expect(shareRange(part, whole)).toEqual(range);
});

test('log-offs of one agent are no more than one voice', () => {
  // As many log-offs and as many regrets: those of one agent of four may as well not have been there, or be half of all.
  const many = shareRange(
    of(200, (i) => Number(i % 4 === 0)),
    of(200, () => 1),
  )!;
  const few = shareRange(counts(50, 0, 0, 0), counts(50, 50, 50, 50))!;
  expect(many.high).toBeLessThan(0.35);
  expect(few.low).toBe(0);
  expect(few.high).toBeGreaterThanOrEqual(0.5);
});

test('no regret at all proves no more than so many people can', () => {
  const none = (agents: number): number =>
    shareRange(
      of(agents, () => 0),
      of(agents, () => 9),
    )!.high;
  expect(none(3)).toBeCloseTo(0.63, 2);
  expect(none(150)).toBeCloseTo(0.02, 2);
  expect(shareRange(counts(0, 0), counts(0, 0))).toBeUndefined();
});

test('the sum counts the agents who bring nothing as well', () => {
  const { low, high } = sumRange(Float64Array.from({ length: 100 }, (_, i) => (i < 10 ? 10 : 0)));
  expect(low).toBeLessThan(100);
  expect(low).toBeGreaterThan(0);
  expect(high).toBeGreaterThan(100);
  expect(sumRange(Float64Array.from([5, 5, 5]))).toEqual({ low: 15, high: 15 });
});
