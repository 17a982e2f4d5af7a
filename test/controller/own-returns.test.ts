/** Returns by which the sign-ins are tried, for as long as the log may still have to come so far. */
import { expect, test } from '@jest/globals';
import type { OwnLogoff } from '../../src/controller/findings.ts';
import { OwnReturns } from '../../src/controller/own-returns.ts';
import { MINUTE, SECOND } from '../../src/domain/time/time.ts';
import { agent, clockTime } from '../domain/build.ts';

const AT = clockTime('10:00:30');
const RETURNED: OwnLogoff = { agent: agent(), begunAt: clockTime('10:00'), silentAt: AT };
const OFFLINE: OwnLogoff = {
  agent: agent(),
  begunAt: clockTime('10:01:35'),
  offline: { begunAt: clockTime('10:01:35'), stamp: clockTime('10:01:36'), seenAt: clockTime('10:02') },
};

test('a return is asked about for two sweeps, also when the ladder has answered it between them', () => {
  const returns = new OwnReturns();
  expect(returns.with([RETURNED], clockTime('10:01'), MINUTE)).toEqual([RETURNED]);
  expect(returns.with([OFFLINE], clockTime('10:02'), MINUTE)).toEqual([RETURNED, OFFLINE]);
  expect(returns.with([], AT + 2 * MINUTE, MINUTE)).toEqual([RETURNED]);
  expect(returns.with([], AT + 2 * MINUTE + SECOND, MINUTE)).toEqual([]);
});

test('a return that the sweep still sees is asked about once', () => {
  const returns = new OwnReturns();
  returns.with([RETURNED], clockTime('10:01'), MINUTE);
  expect(returns.with([RETURNED], clockTime('10:02'), MINUTE)).toEqual([RETURNED]);
});
