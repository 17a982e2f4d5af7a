/** Agents with their memory, page by page, as `list` reads them. */
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, test } from '@jest/globals';
import type { RememberedAgent, RememberedQuery } from '../../../src/domain/record.ts';
import type { SqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import { BASE, stateOf, Place, STANDING } from './fixtures.ts';

const place = new Place();
afterAll(() => place.remove());

async function all(store: SqliteStore, wanted: RememberedQuery): Promise<readonly RememberedAgent[]> {
  const found: RememberedAgent[] = [];
  for await (const page of store.rememberedPages(wanted)) found.push(...page);
  return found.sort((a, b) => (a.memory.agentId < b.memory.agentId ? -1 : 1));
}

test('have the time of the last sweep that saw them unchanged', async () => {
  const store = await place.open(place.path());
  const sweep = { notSeen: [], standing: STANDING, events: [] };
  await store.saveSweep({ ...sweep, at: BASE, changed: [stateOf('a', BASE)] });
  await store.saveSweep({ ...sweep, at: BASE + 60_000, changed: [] });
  const [one] = await all(store, 'online');
  expect(one?.memory.seenAt).toBe(BASE + 60_000);
});

test('are read to the end, however many pages that takes', async () => {
  const store = await place.open(place.path());
  const changed = Array.from({ length: 4_001 }, (_, n) => stateOf(`agent-${n}`, BASE));
  await store.saveSweep({ at: BASE, changed, notSeen: [], standing: STANDING, events: [] });
  expect(new Set((await all(store, 'online')).map(({ agent }) => agent.id)).size).toBe(4_001);
});

test('whose body is damaged are passed over, and keep no others from being read', async () => {
  const path = place.path();
  const store = await place.open(path);
  const changed = ['a', 'b', 'c'].map((id) => stateOf(id, BASE));
  await store.saveSweep({ at: BASE, changed, notSeen: [], standing: STANDING, events: [] });
  const db = new DatabaseSync(path);
  db.prepare("UPDATE memory SET body = '{' WHERE agent_id = 'a'").run();
  db.prepare(`UPDATE memory SET body = '{"v":1,"body":{}}' WHERE agent_id = 'b'`).run();
  db.close();
  for (const wanted of ['all', 'online', 'not_at_work'] as const)
    expect((await all(store, wanted)).map(({ agent }) => agent.id)).toEqual(['c']);
});

test('who are Offline stay out when a body beside theirs is no JSON', async () => {
  const path = place.path();
  const store = await place.open(path);
  const changed = ['a', 'b', 'c'].map((id) => stateOf(id, BASE));
  await store.saveSweep({ at: BASE, changed, notSeen: [], standing: STANDING, events: [] });
  const db = new DatabaseSync(path);
  db.prepare("UPDATE memory SET body = '{' WHERE agent_id = 'a'").run();
  db.prepare(
    `UPDATE memory SET body = json_set(body, '$.body.last.presence', 'OFFLINE') WHERE agent_id = 'b'`,
  ).run();
  db.close();
  for (const wanted of ['online', 'not_at_work'] as const)
    expect((await all(store, wanted)).map(({ agent }) => agent.id)).toEqual(['c']);
});
