/** Agents' answers to warnings, on their way from the record to the sweep. */
import { expect, test } from '@jest/globals';
import { Stays } from '../../src/controller/stays.ts';
import { DAY, HOUR } from '../../src/domain/time/time.ts';
import type { StoredEvent } from '../../src/domain/record.ts';
import type { Store } from '../../src/ports/store.ts';
import { BASE } from './parts.ts';

test('an answer that another machine takes reaches the next sweep, also where the clock of the worker runs days ahead', async () => {
  const events: StoredEvent[] = [];
  const store: Pick<Store, 'events'> = {
    events: ({ after = 0, limit }) =>
      Promise.resolve(limit === 1 ? events.slice(-1) : events.filter(({ seq }) => seq > after)),
  };
  let now = BASE;
  const stays = new Stays(store, () => now);
  await stays.begin();
  now += 2 * DAY;
  events.push({ seq: 7, kind: 'stay', at: BASE, agentId: 'ada', limit: HOUR });
  await stays.begin();
  expect(stays.of('ada')).toEqual({ seq: 7, at: BASE, until: BASE + HOUR });
  await stays.begin();
  expect(stays.of('ada')).toBeUndefined();
});
