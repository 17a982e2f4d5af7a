import { afterEach, describe, expect, test } from '@jest/globals';
import { NO_SIGNAL, T0, user, users, type FakePlatform } from '../fake-platform.ts';
import { byCursor, listing, PAGED, QUERY, sweepOf, TOO_LARGE, type Swept } from './listings.ts';

let fake: FakePlatform | undefined;
afterEach(async () => {
  await fake?.close();
  fake = undefined;
});

async function open(...how: Parameters<typeof listing>): Promise<FakePlatform> {
  return (fake = await listing(...how));
}

async function sweep(signal = NO_SIGNAL): Promise<Swept> {
  return sweepOf(fake!, signal);
}

describe('a sweep by cursor', () => {
  test('reads everyone, 500 a page, only active users, with only what is needed', async () => {
    const list = byCursor(users(1, 1_201));
    await open((seen) => (seen.path === QUERY ? list(seen) : undefined));
    const { ids, complete, fault, pages } = await sweep();
    expect([ids.length, new Set(ids).size, complete, fault]).toEqual([1_201, 1_201, true, undefined]);
    expect(pages.map(({ length }) => length)).toEqual([500, 500, 201]);
    const { query } = fake!.of(QUERY)[0]!;
    expect(query.get('pageSize')).toBe('500');
    expect(query.get('state')).toBe('active');
    expect(query.getAll('expand')).toEqual([
      'presence',
      'routingStatus',
      'conversationSummary',
      'lasttokenissued',
    ]);
  });

  test('asks for groups and roles when the policy does, and for no token when it is not needed', async () => {
    const list = byCursor(users(1, 1));
    await open((seen) => (seen.path === QUERY ? list(seen) : undefined), {
      groups: true,
      roles: true,
      tokens: false,
    });
    await sweep();
    expect(fake!.of(QUERY)[0]!.query.getAll('expand')).toEqual([
      'presence',
      'routingStatus',
      'conversationSummary',
      'groups',
      'authorization',
    ]);
  });

  test('follows nextUri where there is no cursor', async () => {
    await open(({ path, query }) => {
      if (path !== QUERY) return undefined;
      return query.get('cursor') === 'b/2'
        ? { json: { entities: [user(2)] } }
        : {
            json: {
              entities: [user(1)],
              nextUri: `/api/v2/users/query?cursor=${encodeURIComponent('b/2')}&pageSize=500`,
            },
          };
    });
    expect((await sweep()).ids).toHaveLength(2);
  });

  test('never follows an address of another host', async () => {
    await open(({ path }) =>
      path === QUERY ? { json: { entities: [user(1)], nextUri: 'http://evil.example.com/next' } } : undefined,
    );
    const { complete, fault } = await sweep();
    expect([complete, fault]).toEqual([false, 'page 1 points to a next page without a cursor']);
  });

  test('ends when the cursors run in a circle', async () => {
    await open(({ path, query }, count) =>
      path === QUERY
        ? { json: { entities: [user(count)], cursor: query.get('cursor') === 'a' ? 'b' : 'a' } }
        : undefined,
    );
    const { complete, fault } = await sweep();
    expect(complete).toBe(false);
    expect(fault).toContain('circle');
    expect(fake!.of(QUERY)).toHaveLength(3);
  });

  test('ends after a page without a new user, though its cursor is new each time', async () => {
    await open(({ path }, count) =>
      path === QUERY ? { json: { entities: users(1, 40), cursor: `after-${count}` } } : undefined,
    );
    const { complete, fault, ids } = await sweep();
    expect([complete, ids.length, fault]).toEqual([
      false,
      40,
      'page 2 brings no new user: the listing does not come to an end',
    ]);
    expect(fake!.of(QUERY)).toHaveLength(2);
  });

  test('ends though each page brings users whom no page brought before', async () => {
    await open(({ path, query }, count) => {
      if (path !== QUERY) return undefined;
      const size = Number(query.get('pageSize'));
      const entities = Array.from({ length: size }, (_, i) => ({ id: `made-up-${count}-${i}` }));
      return { json: { entities, cursor: `after-${count}` } };
    });
    expect(await sweep()).toMatchObject({
      complete: false,
      fault: expect.stringMatching('more than 250000 users'),
    });
    expect(fake!.of(QUERY).length).toBeLessThanOrEqual(501);
  });

  test('ends when empty pages do not', async () => {
    await open(({ path }, count) =>
      path === QUERY ? { json: { entities: [], cursor: String(count) } } : undefined,
    );
    expect((await sweep()).complete).toBe(false);
    expect(fake!.of(QUERY).length).toBeLessThan(10);
  });

  test('hands each user over once, though pages overlap', async () => {
    await open(({ path, query }) => {
      if (path !== QUERY) return undefined;
      return query.has('cursor')
        ? { json: { entities: users(3, 6) } }
        : { json: { entities: users(1, 4), cursor: 'x' } };
    });
    expect((await sweep()).ids).toHaveLength(6);
  });

  test('takes an agent whom a page shows twice, and not alike, for unknown, and keeps the work that one of them shows', async () => {
    const busy = user(2, { routingStatus: { status: 'INTERACTING', startTime: '2026-03-02T08:59:00.000Z' } });
    const away = user(3, { division: { id: 'd2' } });
    await open(({ path }) =>
      path === QUERY ? { json: { entities: [...users(1, 3), user(1), busy, user(2), away] } } : undefined,
    );
    const { pages, complete } = await sweep();
    expect(complete).toBe(true);
    const contradiction = [{ part: 'user', why: 'contradiction' }];
    expect(pages[0]?.map(({ observation: { routing, faults } }) => [routing?.status, faults])).toEqual([
      ['OFF_QUEUE', undefined],
      ['INTERACTING', contradiction],
      ['OFF_QUEUE', contradiction],
    ]);
  });

  test('shrinks its pages when they are too large, goes on where it stood, and remembers', async () => {
    const all = users(1, 260);
    const list = byCursor(all);
    await open((seen) => {
      if (seen.path !== QUERY) return undefined;
      return Number(seen.query.get('pageSize')) > 100 ? TOO_LARGE : list(seen);
    });
    expect(await sweep()).toMatchObject({ complete: true });
    const sizes = fake!.of(QUERY).map(({ query }) => query.get('pageSize'));
    expect(sizes).toEqual(['500', '250', '100', '100', '100']);
    expect((await sweep()).ids).toHaveLength(260);
    expect(
      fake!
        .of(QUERY)
        .slice(5)
        .map(({ query }) => query.get('pageSize')),
    ).toEqual(['100', '100', '100']);
    fake!.clock.time += 61 * 60_000;
    await sweep();
    expect(fake!.of(QUERY)[8]!.query.get('pageSize')).toBe('500');
  });

  test('is incomplete when even the smallest page is too large', async () => {
    await open(({ path }) => (path === QUERY ? TOO_LARGE : undefined));
    const { complete, fault } = await sweep();
    expect(complete).toBe(false);
    expect(fault).toContain('response.entity.too.large');
    expect(fake!.of(QUERY)).toHaveLength(5);
  });

  test('is incomplete when a page stays away, and what came before is handed over', async () => {
    const list = byCursor(users(1, 1_200));
    await open((seen) => {
      if (seen.path !== QUERY) return undefined;
      return seen.query.get('cursor') === '500' ? { status: 503 } : list(seen);
    });
    const { complete, fault, ids } = await sweep();
    expect([complete, ids.length]).toEqual([false, 500]);
    expect(fault).toContain('page 2');
  });

  test('is incomplete when a page is cut short each time', async () => {
    await open(({ path }) =>
      path === QUERY ? { json: { entities: users(1, 3) }, cut: 'within' } : undefined,
    );
    expect((await sweep()).complete).toBe(false);
    expect(fake!.of(QUERY)).toHaveLength(4);
  });

  test.each([{ json: [] }, { json: { entities: 'many' } }, { json: 'null' }])(
    'is incomplete when the answer is %j',
    async (reply) => {
      await open(({ path }) => (path === QUERY ? reply : undefined));
      expect((await sweep()).complete).toBe(false);
    },
  );

  test('skips users without an id, counts them, and reads the rest', async () => {
    await open(({ path }) =>
      path === QUERY ? { json: { entities: [user(1), { name: 'nobody' }, null, user(2)] } } : undefined,
    );
    const { complete, ids } = await sweep();
    expect([complete, ids.length]).toEqual([true, 2]);
    expect(fake!.warnings).toEqual([{ message: 'users without an id were skipped', fields: { count: 2 } }]);
  });

  test('leaves out users who are not active, whatever was asked for', async () => {
    await open(({ path }) =>
      path === QUERY ? { json: { entities: [user(1), user(2, { state: 'deleted' })] } } : undefined,
    );
    expect((await sweep()).ids).toHaveLength(1);
  });

  test('ends when it is told to, and says so instead of throwing', async () => {
    const stop = new AbortController();
    await open(({ path }) => {
      if (path !== QUERY) return undefined;
      stop.abort();
      return { json: { entities: [user(1)], cursor: 'x' } };
    });
    expect(await sweep(stop.signal)).toMatchObject({ complete: false, fault: 'the sweep was stopped' });
  });

  test('tells server time and the error of the local clock, from the first sweep on', async () => {
    await open(
      ({ path }) => (path === QUERY ? { json: { entities: [user(1)] } } : undefined),
      {},
      { skew: 3_600_000 },
    );
    const { startedAt, clockError, pages } = await sweep();
    const truth = T0 + 3_600_000;
    expect(startedAt).toBeLessThanOrEqual(truth);
    expect(startedAt).toBeGreaterThan(truth - 2_000);
    expect(Math.abs(clockError + 3_600_000)).toBeLessThanOrEqual(1_000);
    expect(pages[0]![0]!.observation.at).toBeLessThanOrEqual(truth);
    expect(pages[0]![0]!.observation.at).toBeGreaterThan(truth - 2_000);
  });

  test('leaves three tenths of the rate budget to actions', async () => {
    const list = byCursor(users(1, 500 * 90));
    await open(
      (seen) =>
        seen.path === QUERY
          ? list(seen)
          : seen.path === PAGED
            ? { json: { entities: [user(1)] } }
            : undefined,
      {},
      { settings: { requestsPerMinute: 20 } },
    );
    const pages: number[] = [];
    const before = fake!.clock.now();
    await fake!.platform.directory.sweep((page) => {
      pages.push(page.length);
      if (pages.length === 14) expect(fake!.platform.budget().remaining).toBeGreaterThanOrEqual(6);
    }, NO_SIGNAL);
    expect(pages).toHaveLength(90);
    expect(fake!.clock.now() - before).toBeGreaterThanOrEqual(5 * 60_000);
  });
});
