/** How much time a log-off is said to have won. */
import { expect, test } from '@jest/globals';
import { recoveredBy } from '../../src/domain/record.ts';
import { HOUR } from '../../src/domain/time/time.ts';
import { clockTime } from './build.ts';

test.each<[string, string, string, number]>([
  ['all of it, where the agent was off from then on', '09:00', '11:00', 2],
  ['none before it', '07:00', '09:30', 0.5],
  ['none after eight hours, for the agent would have gone at some time', '16:00', '18:00', 1],
  ['none of an Offline that was over before', '07:00', '08:00', 0],
  ['none of an Offline that began more than eight hours later', '17:30', '18:00', 0],
])('a log-off at 09:00 wins of the time off %s', (_, from, to, hours) => {
  const span = { from: clockTime(from), to: clockTime(to) };
  expect(recoveredBy(clockTime('09:00'), span)).toBe(hours * HOUR);
});
