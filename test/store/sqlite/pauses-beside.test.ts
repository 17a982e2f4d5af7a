/** Stores in one folder, as a fleet keeps them: what is paused in the others. */
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { BASE, Place } from './fixtures.ts';

const place = new Place();
afterAll(() => place.remove());

test('knows what is paused in stores beside it that have a fact, also while a worker writes there, and passes over all else', async () => {
  const folder = dirname(place.path());
  const pause = { since: BASE, until: undefined, reason: 'audit', by: 'ops@host' };
  const path = (name: string): string => join(folder, `${name}.db`);
  const [own, other, third] = [
    await place.open(path('own')),
    await place.open(path('other')),
    await place.open(path('third')),
  ];
  for (const store of [own, other]) await store.setFacts(new Map([['id', 'x']]));
  for (const store of [own, other, third]) await store.setPause(pause);
  writeFileSync(path('broken'), 'no store at all');
  writeFileSync(path('empty'), '');
  await other.holdLease('worker', BASE, 30_000);
  expect(await own.pausesElsewhere('id', 'x')).toEqual([pause]);
  expect(await own.pausesElsewhere('id', 'y')).toEqual([]);
});

test('has none beside a store that keeps nothing', async () => {
  const store = await place.open(':memory:');
  expect(await store.pausesElsewhere('id', 'x')).toEqual([]);
});
