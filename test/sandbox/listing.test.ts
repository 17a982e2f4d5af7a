/** Reading users over HTTP: both listings, expands, single users, the search. */
import { afterEach, describe, expect, test } from '@jest/globals';
import type { SandboxOptions } from '../../src/sandbox/index.ts';
import { allByCursor, allByNumber, entities, HOUR, T0, Visit } from './visit.ts';

let visit: Visit;

async function begin(options: Partial<SandboxOptions> = {}): Promise<Visit> {
  visit = await Visit.begin(options);
  return visit;
}

afterEach(() => visit.end());

function everyone(): readonly string[] {
  return visit.sandbox.world.organisation.people.map(({ id }) => id).sort();
}

describe('both listings name everyone exactly once', () => {
  for (const [agents, pageSize] of [
    [0, 25],
    [1, 25],
    [49, 10],
    [50, 10],
    [51, 10],
  ] as const) {
    test(`${agents} users, ${pageSize} a page, by number and by cursor`, async () => {
      await begin({ agents, cast: ['ordinary'] });
      expect([...(await allByNumber(visit, pageSize))].sort()).toEqual(everyone());
      expect([...(await allByCursor(visit, pageSize)).ids].sort()).toEqual(everyone());
    });
  }

  test('a full last page carries a cursor to an empty page where the switch says so', async () => {
    await begin({ agents: 30, cast: ['ordinary'], switches: { lastFullPageHasCursor: true } });
    const { ids, pages } = await allByCursor(visit, 10);
    expect(pages).toBe(4);
    expect([...ids].sort()).toEqual(everyone());
  });

  test('and none where it says the other thing', async () => {
    await begin({ agents: 30, cast: ['ordinary'] });
    expect((await allByCursor(visit, 10)).pages).toBe(3);
  });
});

test('a numbered page tells where it is', async () => {
  await begin({ agents: 45, cast: ['ordinary'] });
  const { body } = await visit.get('/api/v2/users?pageSize=20&pageNumber=2');
  expect(body).toMatchObject({
    pageSize: 20,
    pageNumber: 2,
    pageCount: 3,
    total: 45,
    firstUri: '/api/v2/users?pageSize=20&pageNumber=1',
    previousUri: '/api/v2/users?pageSize=20&pageNumber=1',
    nextUri: '/api/v2/users?pageSize=20&pageNumber=3',
    lastUri: '/api/v2/users?pageSize=20&pageNumber=3',
  });
  const last = await visit.get('/api/v2/users?pageSize=20&pageNumber=3');
  expect(entities(last)).toHaveLength(5);
  expect(last.body).not.toHaveProperty('nextUri');
  expect(entities(await visit.get('/api/v2/users?pageSize=20&pageNumber=4'))).toEqual([]);
});

test('a cursor page tells neither total nor page count', async () => {
  await begin({ agents: 45, cast: ['ordinary'] });
  const { body } = await visit.get('/api/v2/users/query?pageSize=20');
  expect(Object.keys(body).sort()).toEqual(['cursor', 'entities', 'nextUri', 'results', 'selfUri']);
  expect(String(body['nextUri'])).toContain(encodeURIComponent(String(body['cursor'])));
});

test.each(['forbidden', 'missing'] as const)(
  'where the cursor listing is %s, page numbers still work',
  async (how) => {
    await begin({ switches: { cursorListing: how } });
    expect((await visit.get('/api/v2/users/query')).status).toBe(how === 'forbidden' ? 403 : 404);
    expect(await allByNumber(visit, 10)).toHaveLength(20);
  },
);

test('the cursor listing asks for all divisions', async () => {
  await begin({ grantedDivisions: ['Home'] });
  const { status, body } = await visit.get('/api/v2/users/query');
  expect([status, body['code']]).toEqual([403, 'missing.any.division.permissions']);
});

test('pages above the largest are too large, in each listing by its own switch', async () => {
  await begin({ switches: { maxPageSize: { users: 100, usersQuery: 250, others: 50 } } });
  const codeOf = async (path: string): Promise<unknown> => (await visit.get(path)).body['code'];
  expect(await codeOf('/api/v2/users?pageSize=101')).toBe('response.entity.too.large');
  expect(await codeOf('/api/v2/users?pageSize=100')).toBeUndefined();
  expect(await codeOf('/api/v2/users/query?pageSize=251')).toBe('response.entity.too.large');
  expect(await codeOf('/api/v2/users/query?pageSize=250')).toBeUndefined();
  expect(await codeOf('/api/v2/groups?pageSize=51')).toBe('response.entity.too.large');
});

test('beyond the wall page numbers are refused although the page count promises more', async () => {
  await begin({ agents: 60, switches: { numberedListingWall: 40 } });
  const { body } = await visit.get('/api/v2/users?pageSize=20&pageNumber=2');
  expect(body['pageCount']).toBe(3);
  expect((await visit.get('/api/v2/users?pageSize=20&pageNumber=3')).status).toBe(400);
});

test('only what was asked for is expanded', async () => {
  await begin({ cast: ['ordinary'] });
  visit.wind(HOUR);
  const [plain] = entities(await visit.get('/api/v2/users?pageSize=1'));
  for (const key of [
    'presence',
    'routingStatus',
    'conversationSummary',
    'lastTokenIssued',
    'groups',
    'authorization',
  ]) {
    expect(plain).not.toHaveProperty(key);
  }
  const { id } = plain!;
  const full = await visit.user(id);
  expect(full.presence).toMatchObject({ source: 'PURECLOUD', primary: true });
  expect(full.routingStatus).toMatchObject({ userId: id });
  expect(Object.keys(full.conversationSummary!)).toEqual(
    'userId call callback email message chat socialExpression video'.split(' '),
  );
  expect(full.groups).toHaveLength(1);
  expect(Date.parse(full.lastTokenIssued!.dateIssued)).toBeGreaterThanOrEqual(T0);
});

test('an agent who never logged on has no token date', async () => {
  await begin({ cast: ['ordinary'] });
  const found = await visit.user(visit.idOf('ordinary'));
  expect(found.presence?.presenceDefinition.systemPresence).toBe('OFFLINE');
  expect(found).not.toHaveProperty('lastTokenIssued');
});

test('an expand that does not exist, or several joined by commas, are refused', async () => {
  await begin();
  for (const expand of ['presense', 'presence,routingStatus']) {
    expect((await visit.get(`/api/v2/users?expand=${expand}`)).status).toBe(400);
  }
});

test('on queue is spelled in the way of the switch', async () => {
  await begin({ cast: ['long-caller'], switches: { presenceSpelling: 'spaced' } });
  visit.wind(HOUR);
  expect(await visit.presenceOf(visit.idOf('long-caller'))).toBe('On Queue');
});

test('users can be asked for by id, at most a hundred at once', async () => {
  await begin({ agents: 120, cast: ['ordinary'] });
  const ids = everyone().slice(0, 101);
  const query = (list: readonly string[]): string => list.map((id) => `id=${id}`).join('&');
  const some = await visit.get(`/api/v2/users?pageSize=100&${query([...ids.slice(0, 3), 'nobody'])}`);
  expect(
    entities(some)
      .map(({ id }) => id)
      .sort(),
  ).toEqual(ids.slice(0, 3));
  expect((await visit.get(`/api/v2/users?pageSize=100&${query(ids.slice(0, 100))}`)).body['total']).toBe(100);
  expect((await visit.get(`/api/v2/users?pageSize=100&${query(ids)}`)).status).toBe(400);
});

test('a joiner appears, a leaver becomes inactive, and no other user does', async () => {
  await begin({ agents: 3, cast: ['new-joiner', 'ordinary', 'leaver'] });
  const [joiner, ordinary, leaver] = ['new-joiner', 'ordinary', 'leaver'].map((name) => visit.idOf(name)) as [
    string,
    string,
    string,
  ];
  expect(await allByNumber(visit, 25)).toEqual([ordinary, leaver]);
  expect((await visit.get(`/api/v2/users/${joiner}`)).status).toBe(404);
  visit.wind(3 * HOUR);
  expect(await allByNumber(visit, 25)).toEqual([joiner, ordinary, leaver]);
  visit.wind(5 * HOUR);
  expect((await allByCursor(visit, 25)).ids).toEqual([joiner, ordinary]);
  expect((await visit.get(`/api/v2/users/${leaver}`)).status).toBe(404);
  expect((await visit.get(`/api/v2/users/${leaver}?state=inactive`)).body['state']).toBe('inactive');
  const inactive = entities(await visit.get('/api/v2/users?state=inactive'));
  expect(inactive.map(({ id }) => id)).toEqual([leaver]);
});

test('turnover: the first leave one after another, and as many come in their places', async () => {
  await begin({ agents: 5, cast: ['ordinary'], turnover: { people: 2, withinMs: 3 * HOUR } });
  const [first, second, third, fourth, fifth] = visit.sandbox.world.organisation.people.map(({ id }) => id);
  expect(await allByNumber(visit, 25)).toEqual([first, second, third]);
  visit.wind(HOUR);
  expect(await allByNumber(visit, 25)).toEqual([second, third, fourth]);
  visit.wind(2 * HOUR);
  expect(await allByNumber(visit, 25)).toEqual([third, fourth, fifth]);
  const inactive = entities(await visit.get('/api/v2/users?state=inactive'));
  expect(inactive.map(({ id }) => id)).toEqual([first, second]);
});

test('the search finds by e-mail and refuses what cannot be searched by', async () => {
  await begin();
  const { email, id } = visit.sandbox.world.organisation.people[3]!;
  const search = (field: string, value: string): ReturnType<Visit['send']> =>
    visit.send('POST', '/api/v2/users/search', { query: [{ type: 'EXACT', fields: [field], value }] });
  const { body } = await search('email', email);
  expect(body).toMatchObject({ total: 1, types: ['users'], results: [{ id }] });
  expect((await search('presence', 'AVAILABLE')).status).toBe(400);
});

test('members of groups, queues and teams together are those who belong there', async () => {
  await begin({ agents: 60 });
  const { people, queues, teams, groups } = visit.sandbox.world.organisation;
  const [queue, team, group] = [queues[0]!, teams[0]!, groups[0]!];
  const now = (person: (typeof people)[number]): boolean => visit.sandbox.world.isActive(person);
  const ids = async (path: string): Promise<string[]> => {
    const found: string[] = [];
    for (let next: unknown = `${path}?pageSize=10`; typeof next === 'string';) {
      const answer = await visit.get(next);
      found.push(...entities(answer).map(({ id }) => id));
      next = answer.body['nextUri'];
    }
    return found;
  };
  const expected = (belongs: (person: (typeof people)[number]) => boolean): string[] =>
    people.filter((person) => now(person) && belongs(person)).map(({ id }) => id);
  const inQueue = expected((person) => person.queues.includes(queue));
  expect(inQueue.length).toBeGreaterThan(10);
  expect(await ids(`/api/v2/routing/queues/${queue.id}/members`)).toEqual(inQueue);
  expect(await ids(`/api/v2/teams/${team.id}/members`)).toEqual(expected((person) => person.team === team));
  expect(await ids(`/api/v2/groups/${group.id}/members`)).toEqual(
    expected(({ groups: of }) => of.includes(group)),
  );
});
