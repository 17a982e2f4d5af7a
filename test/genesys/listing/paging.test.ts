/** Listings of small things that say little, or something wrong, of where they end. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { fakePlatform, user, users, type FakePlatform, type Reply, type Seen } from '../fake-platform.ts';
import { listing, QUERY, sweepOf } from './listings.ts';

const MEMBERS = '/api/v2/routing/queues/q1/members';
const TEAM = '/api/v2/teams/t1/members';
const LATE = user(140);

let fake: FakePlatform | undefined;
afterEach(async () => {
  await fake?.close();
  fake = undefined;
});

/** What is said around a page. */
type Words = (place: { number: number; size: number; from: number; total: number }) => object;

const SILENT: Words = () => ({});
const ECHO: Words = ({ number, size }) => ({ pageNumber: number, pageSize: size });
const REAL: Words = ({ number, size, from, total }) => ({
  ...ECHO({ number, size, from, total }),
  ...(from + size < total ? { nextUri: `${MEMBERS}?pageNumber=${number + 1}` } : {}),
});
const COUNTED: Words = ({ number, size, total }) => ({
  pageNumber: number,
  pageSize: size,
  total,
  pageCount: Math.ceil(total / size),
});

/** Lists so many by number, as many on a page as are asked for, or at most `most`. */
function numbered(count: number, words: Words, most = 500): (seen: Seen) => Reply {
  return ({ query }) => {
    const size = Math.min(most, Number(query.get('pageSize')));
    const number = Number(query.get('pageNumber'));
    const from = (number - 1) * size;
    return {
      json: {
        entities: users(1, count).slice(from, from + size),
        ...words({ number, size, from, total: count }),
      },
    };
  };
}

/** The queues of an agent on the second page of the listing, after one sweep; `undefined` when they are not known. */
async function queuesOfLate(list: (seen: Seen) => Reply): Promise<readonly string[] | undefined> {
  fake = await listing(
    (seen) =>
      seen.path === QUERY ? { json: { entities: [LATE] } } : seen.path === MEMBERS ? list(seen) : undefined,
    { queues: ['q1'] },
  );
  const { pages } = await sweepOf(fake);
  const { agent, observation } = pages[0]![0]!;
  return observation.missing.includes('queues') ? undefined : agent.queues;
}

describe('the members of a queue are read to the end', () => {
  test.each<[string, (seen: Seen) => Reply]>([
    ['where no answer says that there is a second page', numbered(150, SILENT)],
    ['where the answers only say how large a page is', numbered(150, ECHO)],
    ['where the answers are as the platform documents them', numbered(150, REAL)],
    ['where the answers count', numbered(150, COUNTED)],
    ['where the count of pages is wrong', numbered(150, () => ({ pageCount: 1 }))],
    ['where the platform gives smaller pages than asked for, and says so', numbered(150, ECHO, 25)],
    ['where the platform gives smaller pages than asked for, and says nothing', numbered(150, SILENT, 25)],
    [
      'where a page in the middle is empty',
      (seen) => {
        const number = Number(seen.query.get('pageNumber'));
        if (number === 2) return { json: { entities: [], pageCount: 3 } };
        return {
          json: {
            entities: number === 1 ? users(1, 100) : number === 3 ? users(101, 150) : [],
            pageCount: 3,
          },
        };
      },
    ],
  ])('%s', async (_, list) => {
    expect(await queuesOfLate(list)).toEqual(['q1']);
  });

  test.each<[string, number, (seen: Seen) => Reply]>([
    ['one request where a short page shows that it is the last', 1, numbered(37, ECHO)],
    ['two where a page is just full', 2, numbered(100, ECHO)],
    ['two where nothing is said, the second being empty', 2, numbered(37, SILENT)],
    [
      'two where the page behind the last one does not exist',
      2,
      (seen) => (seen.query.get('pageNumber') === '1' ? numbered(100, COUNTED)(seen) : { status: 404 }),
    ],
    [
      'two where the page behind the last one is the last one again',
      2,
      () => ({ json: { entities: users(1, 100), pageSize: 100, pageCount: 1, total: 100 } }),
    ],
  ])('with %s', async (_, requests, list) => {
    expect(await queuesOfLate(list)).toEqual([]);
    expect(fake!.of(MEMBERS)).toHaveLength(requests);
  });
});

describe('the members of a queue are not known', () => {
  test.each<[string, (seen: Seen) => Reply]>([
    ['when fewer members came than the platform counts', numbered(100, () => ({ total: 150 }))],
    [
      'when the page after a full one cannot be read',
      (seen) => (seen.query.get('pageNumber') === '1' ? numbered(150, ECHO)(seen) : { status: 403 }),
    ],
    [
      'when a second page that was promised does not exist',
      (seen) => (seen.query.get('pageNumber') === '1' ? numbered(150, REAL)(seen) : { status: 404 }),
    ],
    ['when each page is the first one again', () => ({ json: { entities: users(1, 100), pageSize: 100 } })],
    [
      'when each page points to another and brings no member',
      () => ({ json: { entities: [], nextUri: 'x' } }),
    ],
    ['when a member has no id', () => ({ json: { entities: [user(1), { name: 'x' }], pageSize: 100 } })],
    [
      'when a member left while the pages were read, so that another slipped to a page read before',
      (seen) => {
        const number = Number(seen.query.get('pageNumber'));
        const left = number === 1 ? users(1, 150) : users(2, 150);
        return { json: { entities: left.slice((number - 1) * 100, number * 100), total: left.length } };
      },
    ],
  ])('%s', async (_, list) => {
    expect(await queuesOfLate(list)).toBeUndefined();
    expect(fake!.of(MEMBERS).length).toBeLessThan(30);
  });

  test('when the listing never ends', async () => {
    const endless = (seen: Seen): Reply => ({
      json: { entities: [user(1_000 + Number(seen.query.get('pageNumber')))], nextUri: 'x' },
    });
    expect(await queuesOfLate(endless)).toBeUndefined();
  }, 60_000);
});

describe('a listing by cursor', () => {
  async function teamsOf(list: (seen: Seen) => Reply): Promise<readonly string[] | undefined> {
    fake = await listing(
      (seen) =>
        seen.path === QUERY ? { json: { entities: [LATE] } } : seen.path === TEAM ? list(seen) : undefined,
      { teams: ['t1'] },
    );
    const { agent, observation } = (await sweepOf(fake)).pages[0]![0]!;
    return observation.missing.includes('teams') ? undefined : agent.teams;
  }
  const byCursor =
    (count: number, points: (from: number, size: number) => boolean) =>
    ({ query }: Seen): Reply => {
      const size = Number(query.get('pageSize'));
      const from = Number(query.get('after') ?? '0');
      const next = points(from, size) ? { nextUri: `${TEAM}?after=${from + size}` } : {};
      return { json: { entities: users(1, count).slice(from, from + size), ...next } };
    };

  test('goes on behind a full page that points nowhere, if it leads on for one entry less', async () => {
    expect(await teamsOf(byCursor(150, (from, size) => from + size < 150 && size !== 100))).toEqual(['t1']);
  });

  test('ends with a full page behind which there is nothing', async () => {
    expect(await teamsOf(byCursor(100, (from, size) => from + size < 100))).toEqual([]);
    expect(fake!.of(TEAM)).toHaveLength(3);
  });

  test('is not known when it points nowhere, however it is asked', async () => {
    expect(await teamsOf(byCursor(150, () => false))).toBeUndefined();
    expect(fake!.of(TEAM)).toHaveLength(2);
  });
});

describe('names', () => {
  test.each([
    ['groups', '/api/v2/groups'],
    ['roles', '/api/v2/authorization/roles'],
    ['divisions', '/api/v2/authorization/divisions'],
    ['queues', '/api/v2/routing/queues'],
  ] as const)('of %s are read to the end where no answer says that there is more', async (kind, path) => {
    fake = await fakePlatform((seen) => (seen.path === path ? numbered(250, ECHO)(seen) : undefined));
    expect(await fake.platform.names(kind)).toHaveLength(250);
  });

  test('of users are read to the end where they are listed by number and no answer says that there is more', async () => {
    fake = await fakePlatform((seen) => {
      if (seen.path === QUERY) return { status: 403 };
      return seen.path === '/api/v2/users' ? numbered(1_100, SILENT)(seen) : undefined;
    });
    expect(await fake.platform.names('users')).toHaveLength(1_100);
  });

  test('of fewer groups than the platform counts are not given', async () => {
    fake = await fakePlatform(({ path }) =>
      path === '/api/v2/groups'
        ? { json: { entities: [{ id: 'a', name: 'A' }], total: 2, pageCount: 1 } }
        : undefined,
    );
    await expect(fake.platform.names('groups')).rejects.toMatchObject({
      kind: 'transient',
      message: 'getGroups: the platform listed 1 of 2',
    });
  });
});
