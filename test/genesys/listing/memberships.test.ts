import { afterEach, describe, expect, test } from '@jest/globals';
import {
  NO_SIGNAL,
  user,
  users,
  type FakePlatform,
  type Handler,
  type Reply,
  type Seen,
} from '../fake-platform.ts';
import { listing, QUERY, sweepOf, type Swept } from './listings.ts';

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

  test.each([{ name: 'no id' }, { id: '' }, null, 'a member'])(
    'with %j among them cannot be read: that member would count as outside',
    async (odd) => {
      const entities = [user(1), odd, user(2)];
      await open(
        members(({ path }) => (path.includes('/queues/') ? { json: { entities, pageCount: 1 } } : undefined)),
        needs,
      );
      const { pages } = await sweep();
      expect(pages[0]!.map(({ observation }) => observation.missing)).toEqual([
        ['queues'],
        ['queues'],
        ['queues'],
      ]);
      expect(fake!.warnings).toMatchObject([{ fields: { id: 'q1' } }]);
    },
  );

  test('are used for half an hour when they cannot be refreshed, then they are missing', async () => {
    let broken = false;
    await open(
      members(({ path }) => (broken && path.includes('/queues/') ? { status: 403 } : undefined)),
      needs,
    );
    await sweep();
    broken = true;
    fake!.clock.time += 15 * 60_000;
    expect((await sweep()).pages[0]![0]!.observation.missing).toEqual([]);
    fake!.clock.time += 16 * 60_000;
    expect((await sweep()).pages[0]![0]!.observation.missing).toEqual(['queues']);
  });

  test('of a queue that is deleted are those of before for as long as the worker runs, said once', async () => {
    let deleted = false;
    await open(
      members(({ path }) => (deleted && path.includes('/queues/') ? { status: 404 } : undefined)),
      needs,
    );
    await sweep();
    deleted = true;
    for (let i = 0; i < 5; i += 1) {
      fake!.clock.time += 15 * 60_000;
      expect((await sweep()).pages[0]!.map(({ agent }) => agent.queues)).toEqual([['q1'], ['q1'], []]);
    }
    expect(fake!.warnings).toMatchObject([{ fields: { id: 'q1', status: 404 } }]);
  });
});

describe('before a log-off', () => {
  /** Queues of this many members each. */
  function queues(sizes: readonly number[]): Handler {
    return ({ path, query }) => {
      if (path === QUERY) return { json: { entities: [user(1)] } };
      const size = sizes[Number(/queues\/q(\d+)\/members/.exec(path)?.[1] ?? NaN)];
      if (size === undefined) return undefined;
      const from = (Number(query.get('pageNumber')) - 1) * 100;
      return { json: { entities: users(from + 1, Math.min(size, from + 100)), pageSize: 100 } };
    };
  }
  const ids = (count: number): string[] => Array.from({ length: count }, (_, i) => `q${i}`);
  const asked = (): number => fake!.requests.filter(({ path }) => path.endsWith('/members')).length;

  test('members that were read before then are read again, and no others', async () => {
    await open(queues([5]), { queues: ids(1) });
    await sweep();
    const read = fake!.clock.now();
    expect(await fake!.platform.freshen(read, NO_SIGNAL)).toEqual([]);
    expect(asked()).toBe(1);
    fake!.clock.time += 60_000;
    expect(await fake!.platform.freshen(fake!.clock.now(), NO_SIGNAL)).toEqual([]);
    expect(asked()).toBe(2);
  });

  test('at most thirty requests go to the members of queues, the longest ago first', async () => {
    await open(queues(Array.from({ length: 20 }, () => 150)), { queues: ids(20) });
    await sweep();
    const first = asked();
    for (let i = 1; i <= 2; i += 1) {
      fake!.clock.time += 60_000;
      await fake!.platform.freshen(fake!.clock.now(), NO_SIGNAL);
      expect(asked()).toBe(first + 30 * i);
    }
    const again = fake!.requests.filter(({ path }) => path.endsWith('/members')).slice(first);
    expect(new Set(again.map(({ path }) => path)).size).toBe(20);
  });

  test('the kinds are told of which some could not be read', async () => {
    await open(
      (seen, count) =>
        seen.path.includes('/q0/') && count > 1 ? { status: 403 } : queues([5, 5])(seen, count),
      { queues: ids(2) },
    );
    await sweep();
    fake!.clock.time += 60_000;
    expect(await fake!.platform.freshen(fake!.clock.now(), NO_SIGNAL)).toEqual(['queues']);
  });
});
