/** Users whom the platform cannot list: they are left alone, and everyone else is watched. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { users, type FakePlatform, type Handler, type Reply, type Seen } from '../fake-platform.ts';
import { byCursor, byNumber, listing, PAGED, QUERY, sweepOf } from './listings.ts';

let fake: FakePlatform | undefined;
afterEach(async () => {
  await fake?.close();
  fake = undefined;
});

/** A listing that answers with this reply wherever one of these places is on the page. */
function unless(places: readonly number[], list: (seen: Seen) => Reply, reply: Reply): (seen: Seen) => Reply {
  return (seen) => {
    const size = Number(seen.query.get('pageSize'));
    const number = Number(seen.query.get('pageNumber') ?? 0);
    const from = number > 0 ? (number - 1) * size : Number(seen.query.get('cursor') ?? 0);
    return places.some((place) => place >= from && place < from + size) ? reply : list(seen);
  };
}

/** Both listings of so many users, neither of which can give those at these places. */
function organisation(count: number, places: readonly number[], reply: Reply): Handler {
  const all = users(1, count);
  const cursor = unless(places, byCursor(all), reply);
  const number = unless(places, byNumber(all), reply);
  return (seen) => (seen.path === QUERY ? cursor(seen) : seen.path === PAGED ? number(seen) : undefined);
}

describe('one user who cannot be listed', () => {
  test.each<[string, Reply]>([
    ['500', { status: 500 }],
    ['400', { status: 400, json: { code: 'bad.request' } }],
    ['404', { status: 404 }],
    ['JSON that is cut short', { text: '{"entities": [' }],
    ['no list', { json: { entities: {} } }],
    ['silence', { hang: true }],
  ])('(%s) is left out, and the sweep is complete', async (_, reply) => {
    fake = await listing(
      organisation(1_400, [777], reply),
      {},
      { settings: { timeout: reply.hang ? 500 : 5_000 } },
    );
    const { complete, fault, ids } = await sweepOf(fake);
    expect([complete, fault, ids.length, new Set(ids).size]).toEqual([true, undefined, 1_399, 1_399]);
    // Page 1 by cursor and page 2 tried four times; three pages by number, one of them four times; its parts.
    expect(fake.requests.length).toBeLessThanOrEqual(2 + 1 + 4 + 2 + 4 + 19);
    expect(fake.warnings).toContainEqual({
      message: 'users that cannot be read are left alone',
      fields: { operation: 'getUsers', count: 1 },
    });
  });

  test('is left out from then on without asking the other listing, which is tried again after an hour', async () => {
    fake = await listing(organisation(600, [3], { status: 500 }));
    await sweepOf(fake);
    const asked = fake.of(QUERY).length;
    expect(await sweepOf(fake)).toMatchObject({ complete: true, ids: { length: 599 } });
    expect(fake.of(QUERY)).toHaveLength(asked);
    fake.clock.time += 61 * 60_000;
    await sweepOf(fake);
    expect(fake.of(QUERY).length).toBeGreaterThan(asked);
  });

  test('is left out where there are five users in all', async () => {
    fake = await listing(organisation(5, [0], { status: 500 }));
    expect(await sweepOf(fake)).toMatchObject({ complete: true, ids: { length: 4 } });
  });
});

test.each([2, 10, 50])('%i users who cannot be listed are left out', async (count) => {
  const places = Array.from({ length: count }, (_, i) => i * 9);
  fake = await listing(organisation(1_200, places, { status: 500 }));
  const { complete, ids } = await sweepOf(fake);
  expect([complete, ids.length]).toEqual([true, 1_200 - count]);
  expect(fake.of(PAGED).length).toBeLessThanOrEqual(420);
});

test('more than fifty of them are not single users any more: the sweep is incomplete', async () => {
  const places = Array.from({ length: 60 }, (_, i) => i * 9);
  fake = await listing(organisation(1_200, places, { status: 500 }));
  expect((await sweepOf(fake)).complete).toBe(false);
  expect(fake.of(PAGED).length).toBeLessThanOrEqual(420);
});

test('a listing by cursor that repeats itself is left for the one that counts its users', async () => {
  const all = users(1, 1_200);
  const list = byNumber(all);
  fake = await listing((seen, count) => {
    if (seen.path === PAGED) return list(seen);
    return seen.path === QUERY ? { json: { entities: all.slice(0, 500), cursor: `c${count}` } } : undefined;
  });
  const { complete, ids } = await sweepOf(fake);
  expect([complete, ids.length, new Set(ids).size]).toEqual([true, 1_200, 1_200]);
  expect(fake.of(QUERY)).toHaveLength(2);
  expect(await sweepOf(fake)).toMatchObject({ complete: true, ids: { length: 1_200 } });
  expect(fake.of(QUERY)).toHaveLength(2);
});
