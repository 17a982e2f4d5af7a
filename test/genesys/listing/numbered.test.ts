import { afterEach, describe, expect, test } from '@jest/globals';
import { users, type FakePlatform, type Reply, type Seen } from '../fake-platform.ts';
import { byNumber, listing, onlyPaged, PAGED, QUERY, sweepOf, TOO_LARGE, type Swept } from './listings.ts';

let fake: FakePlatform | undefined;
afterEach(async () => {
  await fake?.close();
  fake = undefined;
});

async function open(...how: Parameters<typeof listing>): Promise<FakePlatform> {
  return (fake = await listing(...how));
}

async function sweep(): Promise<Swept> {
  return sweepOf(fake!);
}

describe('a sweep by page number', () => {
  test.each([403, 404, 405, 501])(
    'takes over when the cursor listing answers %s, and remembers that for a while',
    async (status) => {
      const list = byNumber(users(1, 1_300));
      await open((seen) => (seen.path === QUERY ? { status } : seen.path === PAGED ? list(seen) : undefined));
      expect(await sweep()).toMatchObject({ complete: true, ids: { length: 1_300 } });
      await sweep();
      expect(fake!.of(QUERY)).toHaveLength(1);
      expect(fake!.of(PAGED)).toHaveLength(6);
      fake!.clock.time += 61 * 60_000;
      await sweep();
      expect(fake!.of(QUERY)).toHaveLength(2);
    },
  );

  test('says once that it has taken over, however long that lasts, and names the status', async () => {
    let open404 = true;
    const list = byNumber(users(1, 3));
    await open((seen) => {
      if (seen.path === QUERY) return open404 ? { status: 404 } : { json: { entities: users(1, 3) } };
      return seen.path === PAGED ? list(seen) : undefined;
    });
    await sweep();
    fake!.clock.time += 61 * 60_000;
    await sweep();
    await fake!.platform.names('users');
    expect(fake!.warnings).toMatchObject([{ fields: { operation: 'getUsersQuery', status: 404 } }]);
    open404 = false;
    fake!.clock.time += 61 * 60_000;
    await sweep();
    open404 = true;
    await sweep();
    expect(fake!.warnings).toHaveLength(2);
  });

  test('is incomplete when a user left while it went on, so that another slipped to a page read before', async () => {
    const all = users(1, 1_000);
    await open(
      onlyPaged((seen) => {
        const left = seen.query.get('pageNumber') === '1' ? all : all.slice(1);
        return byNumber(left)(seen);
      }),
    );
    const { complete, fault, ids } = await sweep();
    expect([complete, ids.length]).toEqual([false, 999]);
    expect(fault).toBe('the platform listed 999 of 1000 users');
  });

  test('is incomplete, with no user twice, when a user came while it went on', async () => {
    const all = users(2, 1_000);
    await open(
      onlyPaged((seen) =>
        byNumber(seen.query.get('pageNumber') === '1' ? all : [...users(1, 1), ...all])(seen),
      ),
    );
    const { complete, ids } = await sweep();
    // The newcomer is on a page that was read before: they are missed, and that is not called complete.
    expect([complete, ids.length, new Set(ids).size]).toEqual([false, 999, 999]);
  });

  test('is incomplete when fewer came than the platform counts', async () => {
    await open(onlyPaged(byNumber(users(1, 90), 91)));
    expect(await sweep()).toMatchObject({ complete: false, fault: 'the platform listed 90 of 91 users' });
  });

  /** No user between these places of the list can be read, in whatever page they come. */
  function without(from: number, to: number, count: number): (seen: Seen) => Reply {
    const list = byNumber(users(1, count));
    return (seen) => {
      const size = Number(seen.query.get('pageSize'));
      const end = size * Number(seen.query.get('pageNumber'));
      return end > from && end - size < to ? { status: 500 } : list(seen);
    };
  }

  test('goes on behind a page on which no user can be read, and is incomplete', async () => {
    await open(onlyPaged(without(500, 1_000, 2_000)));
    const { complete, fault, ids } = await sweep();
    expect([complete, ids.length]).toEqual([false, 1_500]);
    expect(fault).toContain('page 2');
  });

  test('gives up after two such pages in a row, or the first', async () => {
    await open(onlyPaged(without(500, 5_000, 5_000)));
    expect((await sweep()).ids).toHaveLength(500);
    // Four tries of a page, and four looks into its parts.
    expect(fake!.of(PAGED).length).toBeLessThanOrEqual(1 + 3 * (4 + 19));
    await fake!.close();
    await open(onlyPaged(() => ({ status: 500 })));
    expect((await sweep()).complete).toBe(false);
    expect(fake!.of(PAGED)).toHaveLength(4 + 19);
  });

  test('ends at the last page though no user on it can be read', async () => {
    await open(onlyPaged(without(500, 1_000, 700)));
    expect((await sweep()).complete).toBe(false);
    expect(fake!.of(PAGED)).toHaveLength(5 + 19);
  });

  test('ends after a page without a new user, and is complete when none is missing', async () => {
    const first = byNumber(users(1, 500), 500);
    const again = onlyPaged((seen) => ({
      json: { ...(first(seen).json as object), entities: users(1, 500), pageCount: 9_999, nextUri: '/x' },
    }));
    await open(again);
    expect(await sweep()).toMatchObject({ complete: true, ids: { length: 500 } });
    expect(fake!.of(PAGED).length).toBeLessThanOrEqual(4);
  });

  test('ends after a page without a new user, and is incomplete where the platform does not count them', async () => {
    await open(onlyPaged(() => ({ json: { entities: users(1, 25), nextUri: '/x' } })));
    expect(await sweep()).toMatchObject({ complete: false, fault: 'page 2 brings no new user' });
    expect(fake!.of(PAGED)).toHaveLength(2);
  });

  test('shrinks its pages without losing or repeating anyone', async () => {
    const all = users(1, 1_260);
    const list = byNumber(all);
    // Only pages that reach beyond the thousandth user are too large.
    await open(
      onlyPaged((seen) => {
        const size = Number(seen.query.get('pageSize'));
        return size * Number(seen.query.get('pageNumber')) > 1_000 && size > 100 ? TOO_LARGE : list(seen);
      }),
    );
    const { complete, ids } = await sweep();
    expect([complete, ids.length, new Set(ids).size]).toEqual([true, 1_260, 1_260]);
  });
});
