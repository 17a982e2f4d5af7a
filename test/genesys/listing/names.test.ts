import { afterEach, describe, expect, test } from '@jest/globals';
import type { NameKind } from '../../../src/domain/policy/policy.ts';
import { fakePlatform, user, type FakePlatform } from '../fake-platform.ts';

let fake: FakePlatform | undefined;
afterEach(async () => {
  await fake?.close();
  fake = undefined;
});

describe('names', () => {
  test.each<[NameKind, string]>([
    ['groups', '/api/v2/groups'],
    ['roles', '/api/v2/authorization/roles'],
    ['divisions', '/api/v2/authorization/divisions'],
    ['queues', '/api/v2/routing/queues'],
  ])('of %s are read from %s, page by page', async (kind, path) => {
    fake = await fakePlatform((seen) => {
      if (seen.path !== path) return undefined;
      const page = Number(seen.query.get('pageNumber'));
      return {
        json: {
          entities: [{ id: `x${page}`, name: `Name ${page}` }, { name: 'no id' }],
          pageCount: 3,
          pageNumber: page,
        },
      };
    });
    expect(await fake.platform.names(kind)).toEqual([
      { id: 'x1', names: ['Name 1'] },
      { id: '', names: [] },
      { id: 'x2', names: ['Name 2'] },
      { id: 'x3', names: ['Name 3'] },
    ]);
  });

  test('of teams are read by cursor', async () => {
    fake = await fakePlatform(({ path, query }) => {
      if (path !== '/api/v2/teams') return undefined;
      return query.get('after') === 'z'
        ? { json: { entities: [{ id: 't2', name: 'B' }] } }
        : { json: { entities: [{ id: 't1', name: 'A' }], nextUri: '/api/v2/teams?after=z' } };
    });
    expect((await fake.platform.names('teams')).map(({ id }) => id)).toEqual(['t1', 't2']);
  });

  test('of teams do not go on for ever', async () => {
    fake = await fakePlatform(({ path }) =>
      path === '/api/v2/teams' ? { json: { entities: [], nextUri: '/api/v2/teams?after=z' } } : undefined,
    );
    await expect(fake.platform.names('teams')).rejects.toMatchObject({ kind: 'malformed' });
  });

  test.each<[string, NameKind, string]>([
    ['teams, whose cursor is new each time,', 'teams', '/api/v2/teams'],
    ['groups, of which there is always one more page,', 'groups', '/api/v2/groups'],
  ])('of %s are given up after six pages in a row that bring nothing new', async (_, kind, path) => {
    fake = await fakePlatform((seen, count) =>
      seen.path === path
        ? { json: { entities: [{ id: 'x', name: 'X' }], nextUri: `${path}?after=${count}`, pageCount: 1e9 } }
        : undefined,
    );
    await expect(fake.platform.names(kind)).rejects.toMatchObject({ kind: 'malformed' });
    expect(fake.of(path)).toHaveLength(7);
  });

  test('of users are their name, e-mail and username', async () => {
    fake = await fakePlatform(({ path }) =>
      path === '/api/v2/users/query'
        ? { json: { entities: [user(1, { username: 'agent.one' })] } }
        : undefined,
    );
    expect(await fake.platform.names('users')).toEqual([
      { id: user(1)['id'], names: ['agent1@example.com', 'agent.one'], ownNames: ['Agent 1'] },
    ]);
    expect(fake.of('/api/v2/users/query')[0]!.query.has('expand')).toBe(false);
  });

  test('of users are not given when the list is not complete', async () => {
    fake = await fakePlatform(({ path }) => (path === '/api/v2/users/query' ? { status: 500 } : undefined));
    await expect(fake.platform.names('users')).rejects.toMatchObject({ kind: 'transient' });
  });

  test('of presences are their labels, with the system presence they belong to', async () => {
    const entities = [
      {
        id: 'p1',
        type: 'System',
        systemPresence: 'OnQueue',
        languageLabels: { en_US: 'On Queue', de: 'In Warteschlange' },
      },
      { id: 'p2', type: 'User', systemPresence: 'Busy', languageLabels: { en_US: 'Coaching' } },
      { id: 'p3', type: 'User', systemPresence: 'Busy', languageLabels: { en_US: 'Old' }, deactivated: true },
    ];
    fake = await fakePlatform(({ path }) =>
      path === '/api/v2/presence/definitions' ? { json: { entities } } : undefined,
    );
    expect(await fake.platform.names('presences')).toEqual([
      { id: 'p1', names: ['On Queue', 'In Warteschlange'], system: 'ON_QUEUE', builtIn: true },
      { id: 'p2', names: ['Coaching'], system: 'BUSY' },
    ]);
  });
});

describe('settings of the organisation', () => {
  test('tell how long a former presence comes back, and the native timeout', async () => {
    fake = await fakePlatform(({ path }) => {
      if (path === '/api/v2/presence/settings') {
        return {
          json: {
            restorePresenceSettings: {
              enabled: true,
              restoreTimeMilliseconds: 60_000,
              restoreOnQueueEnabled: false,
            },
          },
        };
      }
      return path === '/api/v2/tokens/timeout'
        ? { json: { enableIdleTokenTimeout: true, idleTokenTimeoutSeconds: 1_800 } }
        : undefined;
    });
    expect(await fake.platform.presenceSettings()).toEqual({
      restoreEnabled: true,
      restoreWindow: 60_000,
      restoreOnQueue: false,
    });
    expect(await fake.platform.tokenTimeout()).toEqual({
      enabled: true,
      timeout: 1_800_000,
      perGroup: undefined,
      groups: [],
    });
  });

  test.each([0, -300, 0.001, 1e12, 1_800_000])(
    'tell no native timeout where it is %s seconds: it would explain every login',
    async (seconds) => {
      fake = await fakePlatform(({ path }) =>
        path === '/api/v2/tokens/timeout'
          ? {
              json: {
                enableIdleTokenTimeout: true,
                idleTokenTimeoutSeconds: seconds,
                inactivityTimeoutGroupsEnabled: true,
                inactivityTimeoutGroupBundles: [{ timeoutSeconds: seconds, groups: ['g'] }],
              },
            }
          : undefined,
      );
      expect(await fake.platform.tokenTimeout()).toMatchObject({ timeout: undefined, groups: [] });
    },
  );

  test('that may not be read are an error of their own kind', async () => {
    fake = await fakePlatform(({ path }) =>
      path === '/oauth/token' ? undefined : { status: 403, json: {} },
    );
    await expect(fake.platform.presenceSettings()).rejects.toMatchObject({ kind: 'forbidden' });
  });
});
