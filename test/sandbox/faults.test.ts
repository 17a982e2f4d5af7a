/** Each fault, switched on to the full, does what it says and nothing else. */
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Faults, SandboxOptions } from '../../src/sandbox/index.ts';
import { entities, HOUR, MINUTE, T0, Visit } from './visit.ts';

let visit: Visit;

async function begin(faults: Partial<Faults>, options: Partial<SandboxOptions> = {}): Promise<Visit> {
  visit = await Visit.begin(options);
  visit.sandbox.setFaults(faults);
  return visit;
}

afterEach(() => visit.end());

/** Revokes the tokens of many people and tells what came back and how many really lost them. */
async function revokeAll(): Promise<{ endings: readonly string[]; revoked: number }> {
  visit.wind(6 * HOUR);
  const endings: string[] = [];
  for (const { id } of visit.sandbox.world.organisation.people) {
    endings.push(
      await visit.revoke(id).then(
        ({ status }) => String(status),
        () => 'reset',
      ),
    );
  }
  return { endings, revoked: visit.sandbox.truth().logoffs };
}

test('a 429 that no budget explains asks to come back in so many seconds', async () => {
  await begin({ tooManyRequests: 1, retryAfterSeconds: 7 });
  const { status, headers } = await visit.get('/api/v2/groups');
  expect([status, headers.get('retry-after'), headers.get('inin-ratelimit-count')]).toEqual([429, '7', '1']);
  expect(visit.sandbox.requests.rateLimited).toBe(0);
});

test('a dropped token stays dropped; a new one is good', async () => {
  await begin({ droppedToken: 1 });
  expect((await visit.get('/api/v2/groups')).status).toBe(401);
  visit.sandbox.setFaults({ droppedToken: 0 });
  expect((await visit.get('/api/v2/groups')).status).toBe(401);
  visit.token = await visit.logIn();
  expect((await visit.get('/api/v2/groups')).status).toBe(200);
});

test('server errors are of four kinds, and half of them strike when all is done', async () => {
  await begin({ serverError: 1 }, { agents: 60, cast: ['went-home'] });
  const { endings, revoked } = await revokeAll();
  expect([...new Set(endings)].sort()).toEqual(['500', '502', '503', '504']);
  expect(revoked).toBeGreaterThan(15);
  expect(revoked).toBeLessThan(45);
});

test('a reset breaks the connection, in half of the cases when all is done', async () => {
  await begin({ reset: 1 }, { agents: 60, cast: ['went-home'] });
  const { endings, revoked } = await revokeAll();
  expect(new Set(endings)).toEqual(new Set(['reset']));
  expect(revoked).toBeGreaterThan(15);
  expect(revoked).toBeLessThan(45);
  expect(visit.sandbox.requests.operations['deleteToken']).toEqual({ reset: 60 });
});

test('a truncated answer is half of the JSON', async () => {
  await begin({});
  const whole = await visit.get('/api/v2/groups');
  visit.sandbox.setFaults({ truncated: 1 });
  const { text, status } = await visit.get('/api/v2/groups');
  expect(status).toBe(200);
  expect(text).toBe(whole.text.slice(0, Math.floor(whole.text.length / 2)));
});

test('a slow answer comes all the same, and one that is still to come does not hold up the closing', async () => {
  await begin({ slow: 1, slowMs: 5 });
  expect((await visit.get('/api/v2/groups')).status).toBe(200);
  visit.sandbox.setFaults({ slowMs: 3_600_000 });
  const never = visit.get('/api/v2/groups').then(
    () => 'answered',
    () => 'broken off',
  );
  while ((visit.sandbox.requests.operations['getGroups']?.['200'] ?? 0) < 2) await new Promise(setImmediate);
  await visit.sandbox.close();
  expect(await never).toBe('broken off');
});

describe('a page that shifts', () => {
  test.each(['/api/v2/users?pageSize=10&pageNumber=2', 'cursor'])(
    'begins up to three places off: %s',
    async (path) => {
      await begin({}, { agents: 60, cast: ['ordinary'] });
      const first = await visit.get('/api/v2/users/query?pageSize=10');
      const target = path === 'cursor' ? (first.body['nextUri'] as string) : path;
      visit.sandbox.setFaults({ shifting: 1 });
      const { people } = visit.sandbox.world.organisation;
      const starts = new Set<number>();
      for (let n = 0; n < 60; n += 1) {
        const [one] = entities(await visit.get(target));
        starts.add(people.findIndex(({ id }) => id === one!.id));
      }
      expect([...starts].sort((a, b) => a - b)).toEqual([7, 8, 9, 11, 12, 13]);
    },
  );
});

test('each expand can be missing by itself, from some users and not from others', async () => {
  await begin({ missing: { presence: 0.5, routingStatus: 1 } }, { agents: 100, cast: ['ordinary'] });
  const list = entities(
    await visit.get(
      '/api/v2/users?pageSize=100&expand=presence&expand=routingStatus&expand=conversationSummary',
    ),
  );
  const having = (key: string): number => list.filter((user) => key in user).length;
  expect(having('presence')).toBeGreaterThan(25);
  expect(having('presence')).toBeLessThan(75);
  expect(having('routingStatus')).toBe(0);
  expect(having('conversationSummary')).toBe(100);
});

test('a skewed clock shows in the header and not in the stamps', async () => {
  await begin({ clockSkewMs: 10 * MINUTE }, { cast: ['ordinary'] });
  visit.wind(HOUR);
  const id = visit.idOf('ordinary');
  await visit.setOffline(id);
  const { headers } = await visit.get('/api/v2/groups');
  expect(Date.parse(headers.get('date') ?? '')).toBe(T0 + HOUR + 10 * MINUTE);
  expect((await visit.user(id)).presence!.modifiedDate).toBe(new Date(T0 + HOUR).toISOString());
});

test('a chance may hold for some time and some operations only', async () => {
  await begin({ serverError: { share: 1, from: HOUR, to: 2 * HOUR, operations: ['getGroups'] } });
  const good = async (path: string): Promise<boolean> => (await visit.get(path)).status === 200;
  expect(await good('/api/v2/groups')).toBe(true);
  visit.wind(HOUR);
  expect(await good('/api/v2/groups')).toBe(false);
  expect(await good('/api/v2/users')).toBe(true);
  visit.wind(2 * HOUR);
  expect(await good('/api/v2/groups')).toBe(true);
});

test('the same seed brings the same faults, and another seed others', async () => {
  const run = async (seed: number): Promise<string> => {
    await begin({ serverError: 0.5 }, { seed });
    let statuses = '';
    for (let n = 0; n < 30; n += 1) statuses += String((await visit.get('/api/v2/groups')).status);
    await visit.end();
    return statuses;
  };
  const first = await run(3);
  expect(await run(3)).toBe(first);
  expect(await run(4)).not.toBe(first);
});
