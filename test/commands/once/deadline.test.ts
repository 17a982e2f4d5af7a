/** The time by which `once` must have ended. */
import process from 'node:process';
import { afterEach, expect, jest, test } from '@jest/globals';
import { Deadline } from '../../../src/commands/once/deadline.ts';
import { SECOND } from '../../../src/domain/time/time.ts';

afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

test('a process that hangs ends with 3 at its deadline, and says why', () => {
  jest.useFakeTimers({ now: 0 });
  const told: unknown[] = [];
  jest.spyOn(process, 'exit').mockImplementation((code) => told.push(code) as never);
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => told.push(text) > 0);
  const deadline = new Deadline(performance.now() + 40 * SECOND);
  jest.advanceTimersByTime(39 * SECOND);
  expect([deadline.signal.aborted, told]).toEqual([true, []]);
  jest.advanceTimersByTime(2 * SECOND);
  expect(told).toEqual([expect.stringMatching(/^The deadline of \S+ has passed: it ends without/), 3]);
});
