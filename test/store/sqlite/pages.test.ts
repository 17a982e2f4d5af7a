/** The record and the head-counts page by page: the same as all at once, however long they are. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { appendFileSync, writeFileSync } from 'node:fs';
import type { EventQuery, RecordEvent, StoredEvent, SweepCount } from '../../../src/domain/record.ts';
import { DAY, MINUTE, SECOND } from '../../../src/domain/time/time.ts';
import { StoreError } from '../../../src/store/errors.ts';
import type { SqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import { BASE, Place, STANDING } from './fixtures.ts';

const place = new Place();
const KINDS = ['intent', 'verified', 'return', 'gap'] as const;
/** More than two pages. */
const EVENTS: readonly RecordEvent[] = Array.from({ length: 4_500 }, (_, n) => ({
  kind: KINDS[n % 4]!,
  // The platform's own stamps come a little out of order.
  at: BASE + n * MINUTE - (n % 7) * 20 * SECOND,
  agentId: `agent-${n % 50}`,
  rule: 'gone',
  measured: n,
  actions: ['offline'],
}));

let store: SqliteStore;

beforeAll(async () => {
  store = await place.open(place.path());
  await store.saveStep([], EVENTS.slice(0, 3_000));
  // The first days are forgotten: places in the record do not begin with 1.
  await store.prune(BASE + 500 * MINUTE);
  await store.saveStep([], EVENTS.slice(3_000));
});

afterAll(() => place.remove());

async function inPages(query: EventQuery): Promise<{ pages: number; events: StoredEvent[] }> {
  let pages = 0;
  const events: StoredEvent[] = [];
  for await (const page of store.eventPages(query)) {
    pages += 1;
    events.push(...page);
  }
  return { pages, events };
}

describe('the record', () => {
  test.each<[string, EventQuery, number]>([
    ['all of it', {}, 2],
    ['a span', { from: BASE + DAY, to: BASE + 2 * DAY }, 1],
    ['one kind', { kinds: ['gap', 'return'] }, 1],
    ['one agent', { agentId: 'agent-7' }, 1],
    ['one agent in a span', { agentId: 'agent-7', from: BASE + DAY, to: BASE + 2 * DAY }, 1],
    ['what there is not', { agentId: 'nobody' }, 0],
    ['a time before all', { to: BASE }, 0],
  ])('is the same page by page: %s', async (_, query, most) => {
    const { pages, events } = await inPages(query);
    expect(events).toEqual(await store.events(query));
    expect(pages).toBeGreaterThanOrEqual(most);
  });

  test('is read on in its own order, beyond what is added while it is read', async () => {
    const seen: number[] = [];
    let isFirst = true;
    for await (const page of store.eventPages({ kinds: ['verified'] })) {
      if (isFirst) await store.saveStep([], [{ kind: 'verified', at: BASE + 2 * DAY }]);
      isFirst = false;
      seen.push(...page.map(({ seq }) => seq));
    }
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(new Set(seen).size).toBe(seen.length);
  });

  test('has only the parts that are wanted', async () => {
    const { events } = await inPages({ to: BASE + 505 * MINUTE, parts: ['kind', 'at', 'rung'] });
    expect(events.length).toBeGreaterThan(0);
    for (const event of events) expect(Object.keys(event)).toEqual(['seq', 'kind', 'at']);
  });

  test('that is lost in the middle says so as the store does', async () => {
    const path = place.path();
    const other = await place.open(path);
    await other.saveStep([], EVENTS);
    await other.close();
    writeFileSync(path, Buffer.alloc(4_096, 1));
    appendFileSync(path, Buffer.alloc(40_960, 1));
    const reading = async (): Promise<void> => {
      for await (const page of (await place.open(path, { readOnly: true })).eventPages({}))
        expect(page).toEqual([]);
    };
    await expect(reading()).rejects.toBeInstanceOf(StoreError);
  });
});

test('head-counts are the same page by page', async () => {
  const counts: SweepCount[] = Array.from({ length: 40 }, (_, n) => ({
    at: BASE + n * MINUTE,
    online: n,
    kept: n % 3,
    deferred: n % 2 === 0 ? {} : { per_sweep: n },
  }));
  for (const count of counts)
    await store.saveSweep({ at: count.at, changed: [], notSeen: [], standing: STANDING, events: [], count });
  const read: SweepCount[] = [];
  for await (const page of store.countPages(BASE, BASE + 30 * MINUTE)) read.push(...page);
  expect(read).toEqual(counts.slice(0, 30));
});
