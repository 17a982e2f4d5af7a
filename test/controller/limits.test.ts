import { expect, test } from '@jest/globals';
import { inSpareTime } from '../../src/controller/limits.ts';

const limits = { mayBegin: () => Promise.resolve(true) };

test('what has no time left before the next sweep is over before it begins', () => {
  const { signal } = new AbortController();
  expect(inSpareTime({ ...limits, signal, rest: () => 0 }).aborted).toBe(true);
  expect(signal.aborted).toBe(false);
});

test.each([
  ['an hour', 3_600_000],
  ['any time', Infinity],
  ['more than a timer can wait', Number.MAX_SAFE_INTEGER],
])('what has %s left ends with the sweep that is stopped', (_, left) => {
  const stop = new AbortController();
  const spare = inSpareTime({ ...limits, signal: stop.signal, rest: () => left });
  expect(spare.aborted).toBe(false);
  stop.abort();
  expect(spare.aborted).toBe(true);
});
