import { afterEach, describe, expect, test } from '@jest/globals';
import type { Needs } from '../../src/genesys/directory.ts';
import type { Sighting } from '../../src/genesys/read-user.ts';
import {
  fakePlatform,
  NO_SIGNAL,
  T0,
  user,
  users,
  type FakeOptions,
  type FakePlatform,
  type Handler,
  type Reply,
  type Seen,
} from './fake-platform.ts';

const QUERY = '/api/v2/users/query';
const PAGED = '/api/v2/users';
const NEEDS: Needs = { groups: false, roles: false, queues: [], teams: [], tokens: true };
const TOO_LARGE: Reply = {
  status: 400,
  json: { status: 400, code: 'response.entity.too.large', message: 'too large' },
};
const NOT_ALLOWED: Reply = { status: 403, json: { status: 403, code: 'missing.any.division.permissions' } };

let fake: FakePlatform | undefined;
afterEach(async () => {
  await fake?.close();
  fake = undefined;
});

async function open(
  handler: Handler,
  needs: Partial<Needs> = {},
  options: FakeOptions = {},
): Promise<FakePlatform> {
  fake = await fakePlatform(handler, options);
  fake.platform.setNeeds({ ...NEEDS, ...needs });
  return fake;
}

async function sweep(signal = NO_SIGNAL): Promise<{
  pages: Sighting[][];
  ids: string[];
  complete: boolean;
  fault: string | undefined;
  startedAt: number;
  clockError: number;
}> {
  const pages: Sighting[][] = [];
  const summary = await fake!.platform.directory.sweep((page) => pages.push([...page]), signal);
  return { ...summary, pages, ids: pages.flat().map(({ agent }) => agent.id) };
}

/** Lists these users by cursor. */
function byCursor(all: readonly object[]): (seen: Seen) => Reply {
  return ({ query }) => {
    const from = Number(query.get('cursor') ?? '0');
    const to = from + Number(query.get('pageSize'));
    return { json: { entities: all.slice(from, to), ...(to < all.length ? { cursor: String(to) } : {}) } };
  };
}

/** Lists these users by page number. */
function byNumber(all: readonly object[], total = all.length): (seen: Seen) => Reply {
  return ({ query }) => {
    const size = Number(query.get('pageSize'));
    const number = Number(query.get('pageNumber'));
    const pageCount = Math.ceil(total / size);
    const nextUri = number < pageCount ? { nextUri: `/api/v2/users?pageNumber=${number + 1}` } : {};
    return {
      json: {
        entities: all.slice((number - 1) * size, number * size),
        total,
        pageCount,
        pageNumber: number,
        ...nextUri,
      },
    };
  };
}

const onlyPaged =
  (list: (seen: Seen, count: number) => Reply): Handler =>
  (seen, count) => {
    if (seen.path === QUERY) return NOT_ALLOWED;
    return seen.path === PAGED ? list(seen, count) : undefined;
  };

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

  test('asks for groups and roles when the policy does, and for no token when nobody wants it', async () => {
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
    await open(({ path, query }) =>
      path === QUERY
        ? { json: { entities: [user(1)], cursor: query.get('cursor') === 'a' ? 'b' : 'a' } }
        : undefined,
    );
    const { complete, fault } = await sweep();
    expect(complete).toBe(false);
    expect(fault).toContain('circle');
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

  test('leaves out whoever is not active, whatever was asked for', async () => {
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

  test('leaves a fifth of the rate budget to actions', async () => {
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
      if (pages.length === 16) expect(fake!.platform.budget().remaining).toBeGreaterThanOrEqual(4);
    }, NO_SIGNAL);
    expect(pages).toHaveLength(90);
    expect(fake!.clock.now() - before).toBeGreaterThanOrEqual(5 * 60_000);
  });
});

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

  test('is incomplete when fewer came than the platform counts', async () => {
    await open(onlyPaged(byNumber(users(1, 90), 91)));
    expect(await sweep()).toMatchObject({ complete: false, fault: 'the platform listed 90 of 91 users' });
  });

  test('goes on behind a page that failed, and is incomplete', async () => {
    const list = byNumber(users(1, 2_000));
    await open(onlyPaged((seen) => (seen.query.get('pageNumber') === '2' ? { status: 500 } : list(seen))));
    const { complete, fault, ids } = await sweep();
    expect([complete, ids.length]).toEqual([false, 1_500]);
    expect(fault).toContain('page 2');
  });

  test('gives up after two pages in a row, or the first', async () => {
    const list = byNumber(users(1, 5_000));
    await open(onlyPaged((seen) => (seen.query.get('pageNumber') === '1' ? list(seen) : { status: 500 })));
    expect((await sweep()).ids).toHaveLength(500);
    expect(fake!.of(PAGED).length).toBeLessThanOrEqual(1 + 3 * 4);
    await fake!.close();
    await open(onlyPaged(() => ({ status: 500 })));
    expect((await sweep()).complete).toBe(false);
    expect(fake!.of(PAGED)).toHaveLength(4);
  });

  test('ends at the last page though that one failed', async () => {
    const list = byNumber(users(1, 700));
    await open(onlyPaged((seen) => (seen.query.get('pageNumber') === '2' ? { status: 500 } : list(seen))));
    expect((await sweep()).complete).toBe(false);
    expect(fake!.of(PAGED)).toHaveLength(5);
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

describe('members of queues and teams', () => {
  function members(more: (seen: Seen, count: number) => Reply | undefined = () => undefined): Handler {
    return (seen, count) => {
      const own = more(seen, count);
      if (own !== undefined) return own;
      if (seen.path === QUERY) return { json: { entities: users(1, 3) } };
      if (seen.path === '/api/v2/routing/queues/q1/members') {
        const first = seen.query.get('pageNumber') === '1';
        return {
          json: { entities: [first ? user(1) : user(2)], pageCount: 2, ...(first ? { nextUri: 'x' } : {}) },
        };
      }
      if (seen.path === '/api/v2/teams/t1/members') {
        return seen.query.get('after') === 'k'
          ? { json: { entities: [user(3)] } }
          : { json: { entities: [user(2)], nextUri: '/api/v2/teams/t1/members?after=k' } };
      }
      return undefined;
    };
  }
  const needs = { queues: ['q1'], teams: ['t1'] };

  test('come from the listings of just those that are named', async () => {
    await open(members(), needs);
    const { pages } = await sweep();
    expect(pages[0]!.map(({ agent }) => [agent.queues, agent.teams])).toEqual([
      [['q1'], []],
      [['q1'], ['t1']],
      [[], ['t1']],
    ]);
  });

  test('are read again after ten minutes only', async () => {
    await open(members(), needs);
    await sweep();
    fake!.clock.time += 9 * 60_000;
    await sweep();
    expect(fake!.of('/api/v2/teams/t1/members')).toHaveLength(2);
    fake!.clock.time += 2 * 60_000;
    await sweep();
    expect(fake!.of('/api/v2/teams/t1/members')).toHaveLength(4);
  });

  test('that cannot be read are missing from everyone, and the warning names the place', async () => {
    await open(
      members(({ path }) =>
        path.includes('/queues/') ? { status: 403, json: { code: 'missing.permissions' } } : undefined,
      ),
      needs,
    );
    const { pages, complete } = await sweep();
    expect(complete).toBe(true);
    expect(pages[0]!.every(({ observation }) => observation.missing.includes('queues'))).toBe(true);
    expect(fake!.warnings).toMatchObject([{ fields: { id: 'q1', status: 403 } }]);
  });

  test('are used for half an hour when they cannot be refreshed, then they are missing', async () => {
    let broken = false;
    await open(
      members(({ path }) => (broken && path.includes('/queues/') ? { status: 404 } : undefined)),
      needs,
    );
    await sweep();
    broken = true;
    fake!.clock.time += 15 * 60_000;
    expect((await sweep()).pages[0]![0]!.observation.missing).toEqual([]);
    fake!.clock.time += 16 * 60_000;
    expect((await sweep()).pages[0]![0]!.observation.missing).toEqual(['queues']);
  });
});

describe('reading again', () => {
  test('asks for fifty at a time, with the same expands, and leaves out who did not come back', async () => {
    await open(({ path, query }) => {
      if (path !== PAGED) return undefined;
      const ids = query.getAll('id');
      return {
        json: {
          entities: [
            ...users(1, 120).filter(({ id }) => ids.includes(String(id)) && id !== String(user(7)['id'])),
            user(999),
          ],
        },
      };
    });
    const ids = users(1, 120).map(({ id }) => String(id));
    const found = await fake!.platform.directory.reread(ids, NO_SIGNAL);
    expect(found.size).toBe(119);
    expect(found.has(ids[6]!)).toBe(false);
    const asked = fake!.of(PAGED);
    expect(asked.map(({ query }) => query.getAll('id').length).sort((a, b) => a - b)).toEqual([20, 50, 50]);
    expect(asked[0]!.query.getAll('expand')).toEqual([
      'presence',
      'routingStatus',
      'conversationSummary',
      'lasttokenissued',
    ]);
    expect(Number(asked[0]!.query.get('pageSize'))).toBeGreaterThanOrEqual(
      asked[0]!.query.getAll('id').length,
    );
  });

  test('halves a chunk that is too large', async () => {
    await open(({ path, query }) => {
      if (path !== PAGED) return undefined;
      const ids = query.getAll('id');
      return ids.length > 20
        ? TOO_LARGE
        : { json: { entities: users(1, 50).filter(({ id }) => ids.includes(String(id))) } };
    });
    expect(
      (
        await fake!.platform.directory.reread(
          users(1, 50).map(({ id }) => String(id)),
          NO_SIGNAL,
        )
      ).size,
    ).toBe(50);
  });
});
