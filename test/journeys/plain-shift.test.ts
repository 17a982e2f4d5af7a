/** A shift in which nothing is out of the ordinary. */
import { expect, test } from '@jest/globals';
import { tornIntents } from './record.ts';
import { playShift } from './shift.ts';

test('a shift of everyone: no agent who works is disturbed, no absent one is missed, nothing unknown is asked', async () => {
  const { truth, shift, events } = await playShift({ agents: 62, hours: 6, inMemory: true });
  expect(truth.disturbed).toEqual([]);
  expect(truth.missed).toEqual([]);
  expect(truth.loggedOff).toBeGreaterThan(10);
  expect(tornIntents(events)).toEqual([]);
  expect(shift.sandbox.requests.unknown).toEqual([]);
  expect(shift.sandbox.requests.rateLimited).toBe(0);
  // Stuck wrap-up and a parked e-mail: never touched, but said.
  expect(shift.alarms.filter((kind) => kind !== 'return')).toEqual(['engaged_too_long', 'engaged_too_long']);
  const named = shift.log.flatMap(({ alarm, conversations }) =>
    alarm === 'engaged_too_long' ? [conversations] : [],
  );
  expect(named).toEqual(named.map(() => [expect.stringMatching(/^[0-9a-f-]{36}$/)]));
});
