/** Agents with their memory, page by page, as `list` reads them. */
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, test } from '@jest/globals';
import type { RememberedAgent, RememberedQuery } from '../../../src/domain/record.ts';
import type { Memory } from '../../../src/domain/tracking/memory.ts';
import type { SqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import { BASE, memoryOf, Place, STANDING } from './fixtures.ts';

const place = new Place();
afterAll(() => place.remove());

async function all(store: SqliteStore, wanted: RememberedQuery): Promise<readonly RememberedAgent[]> {
  const found: RememberedAgent[] = [];
  for await (const page of store.rememberedPages(wanted)) found.push(...page);
  return found.sort((a, b) => (a.memory.agentId < b.memory.agentId ? -1 : 1));
}

const OFFLINE = { presence: 'OFFLINE', presenceId: undefined, routing: 'OFF_QUEUE' } as const;

test('come with their name, or with their id in its place, and without those Offline where only the others are wanted', async () => {
  const path = place.path();
  const store = await place.open(path);
  const changed = [memoryOf('b', BASE), memoryOf('a', BASE, { state: OFFLINE }), memoryOf('c', BASE)];
  await store.saveSweep({ at: BASE, changed, notSeen: [], standing: STANDING, events: [] });
  await store.saveAgents([{ id: 'b', name: 'Bo', email: 'bo@example.com', profile: 'agents' }]);
  expect((await all(store, 'all')).map(({ agent, memory }) => [agent.name, memory.agentId])).toEqual([
    ['a', 'a'],
    ['Bo', 'b'],
    ['c', 'c'],
  ]);
  expect((await all(store, 'online')).map(({ agent }) => agent)).toEqual([
    { id: 'b', name: 'Bo', email: 'bo@example.com', profile: 'agents' },
    { id: 'c', name: 'c', email: '', profile: undefined },
  ]);
});

test('come without those at work where only the others are wanted, but with those on the ladder whom a browser put on queue', async () => {
  const store = await place.open(place.path());
  const state = (routing: 'IDLE' | 'INTERACTING' | 'NOT_RESPONDING'): Memory['state'] => {
    return { presence: 'ON_QUEUE', presenceId: undefined, routing };
  };
  const cause = { ruleId: 'gone', clock: 'since_sign', measured: 1, state: state('IDLE') } as const;
  const ladder = { cause, rung: 1, active: true, returnedAt: BASE, lastLogoffAt: BASE };
  const changed = [
    memoryOf('available', BASE),
    memoryOf('deaf', BASE, { state: state('NOT_RESPONDING') }),
    memoryOf('offline', BASE, { state: OFFLINE }),
    memoryOf('restored', BASE, { state: state('IDLE'), ladder }),
    memoryOf('talking', BASE, { state: state('INTERACTING') }),
    memoryOf('waiting', BASE, { state: state('IDLE') }),
  ];
  await store.saveSweep({ at: BASE, changed, notSeen: [], standing: STANDING, events: [] });
  const found = await all(store, 'not_at_work');
  expect(found.map(({ agent }) => agent.id)).toEqual(['available', 'deaf', 'restored']);
});

test('have the time of the last sweep that saw them unchanged', async () => {
  const store = await place.open(place.path());
  const sweep = { notSeen: [], standing: STANDING, events: [] };
  await store.saveSweep({ ...sweep, at: BASE, changed: [memoryOf('a', BASE)] });
  await store.saveSweep({ ...sweep, at: BASE + 60_000, changed: [] });
  const [one] = await all(store, 'online');
  expect(one?.memory.seenAt).toBe(BASE + 60_000);
});

test('are read to the end, however many pages that takes', async () => {
  const store = await place.open(place.path());
  const changed = Array.from({ length: 4_001 }, (_, n) => memoryOf(`agent-${n}`, BASE));
  await store.saveSweep({ at: BASE, changed, notSeen: [], standing: STANDING, events: [] });
  expect(new Set((await all(store, 'online')).map(({ agent }) => agent.id)).size).toBe(4_001);
});

test('whose body is damaged are passed over, and keep no others from being read', async () => {
  const path = place.path();
  const store = await place.open(path);
  const changed = ['a', 'b', 'c'].map((id) => memoryOf(id, BASE));
  await store.saveSweep({ at: BASE, changed, notSeen: [], standing: STANDING, events: [] });
  const db = new DatabaseSync(path);
  db.prepare("UPDATE memory SET body = '{' WHERE agent_id = 'a'").run();
  db.prepare(`UPDATE memory SET body = '{"v":1,"body":{}}' WHERE agent_id = 'b'`).run();
  db.close();
  for (const wanted of ['all', 'online', 'not_at_work'] as const)
    expect((await all(store, wanted)).map(({ agent }) => agent.id)).toEqual(['c']);
});

test('the lease tells who holds it and until when', async () => {
  const store = await place.open(place.path());
  expect(await store.lease()).toBeUndefined();
  await store.holdLease('one', BASE, 60_000);
  expect(await store.lease()).toEqual({ holder: 'one', until: BASE + 60_000 });
});
