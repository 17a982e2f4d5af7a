/** What does not work for a while is said once for each reason. */
import { expect, test } from '@jest/globals';
import { FailureLatch } from '../../src/controller/failure-latch.ts';

test('reasons that alternate are said once each, and again after it has worked', () => {
  const said: unknown[] = [];
  const latch = new FailureLatch(
    { error: (fields) => void said.push((fields as { err: Error }).err.message) },
    '',
  );
  for (const why of ['reset', 'refused', 'reset', 'refused']) latch.fail(new Error(why));
  expect([said, latch.why]).toEqual([['reset', 'refused'], 'refused']);
  latch.clear();
  latch.fail(new Error('reset'));
  expect(said).toEqual(['reset', 'refused', 'reset']);
});

test('a reason that has been said elsewhere is not said again', () => {
  const said: unknown[] = [];
  const latch = new FailureLatch({ error: (fields) => void said.push(fields) }, '');
  latch.inherit('the lease is lost');
  latch.fail(new Error('the lease is lost'));
  expect([said, latch.why]).toEqual([[], 'the lease is lost']);
});

test('of reasons that are another each time the newest twenty are known', () => {
  const said: unknown[] = [];
  const latch = new FailureLatch({ error: (fields) => void said.push(fields) }, '');
  const failed = (n: number): number => {
    latch.fail(new Error(`refused after ${n} ms`));
    return said.length;
  };
  for (let n = 1; n <= 21; n += 1) failed(n);
  expect([failed(2), failed(21), failed(1)]).toEqual([21, 21, 22]);
});
