import { afterEach, describe, expect, test } from '@jest/globals';
import {
  NO_SIGNAL,
  user,
  users,
  type FakePlatform,
  type Reply,
  type Seen,
  type WoundClock,
} from '../fake-platform.ts';
import { listing, PAGED, TOO_LARGE } from './listings.ts';

let fake: FakePlatform | undefined;
afterEach(async () => {
  await fake?.close();
  fake = undefined;
});

async function open(...how: Parameters<typeof listing>): Promise<FakePlatform> {
  return (fake = await listing(...how));
}

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
    // An agent who is left out is asked for once more.
    expect(asked.map(({ query }) => query.getAll('id').length).sort((a, b) => a - b)).toEqual([
      1, 20, 50, 50,
    ]);
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

  test('that takes seconds is dated no later than it was asked for, and no earlier than it came', async () => {
    const held: { clock?: WoundClock } = {};
    await open(({ path }) => {
      if (path !== PAGED) return undefined;
      if (held.clock !== undefined) held.clock.time += 4_700;
      return { json: { entities: users(1, 1) } };
    });
    const { clock, platform } = fake!;
    held.clock = clock;
    const asked = clock.now();
    const found = await platform.directory.reread([String(user(1)['id'])], NO_SIGNAL);
    const { at, latest } = [...found.values()][0]!.observation;
    expect(at).toBeLessThanOrEqual(asked);
    expect(latest).toBeGreaterThanOrEqual(asked + 4_700);
  });

  test('asks for a chunk that is too large in parts', async () => {
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

/** Answers properly, unless one of these is asked about: then with the reply. */
function poisoned(ids: ReadonlySet<string>, reply: Reply): (seen: Seen) => Reply | undefined {
  return ({ path, query }) => {
    if (path !== PAGED) return undefined;
    const asked = query.getAll('id');
    if (asked.some((id) => ids.has(id))) return reply;
    return { json: { entities: users(1, 120).filter(({ id }) => asked.includes(String(id))) } };
  };
}

const IDS = users(1, 120).map(({ id }) => String(id));

describe('an agent whom the platform cannot give', () => {
  test.each<[string, Reply]>([
    ['500', { status: 500 }],
    ['503 and to come back in an hour', { status: 503, headers: { 'retry-after': '3600' } }],
    ['400', { status: 400, json: { code: 'bad.request' } }],
    ['403', { status: 403, json: { code: 'missing.any.division.permissions' } }],
    ['404', { status: 404, json: { code: 'not.found' } }],
    ['409', { status: 409 }],
    ['JSON that is cut short', { text: '{"entities": [{"id": ' }],
    ['no list', { json: { entities: null } }],
    ['an answer without end', { text: '['.repeat(100_000) }],
    ['an answer that is always too large', TOO_LARGE],
    ['a broken connection', { cut: 'before' }],
    ['silence', { hang: true }],
  ])('(%s) is absent, and all others are read', async (_, reply) => {
    await open(poisoned(new Set([IDS[16]!]), reply), {}, { settings: { timeout: reply.hang ? 500 : 5_000 } });
    const before = fake!.clock.now();
    const found = await fake!.platform.directory.reread(IDS, NO_SIGNAL);
    expect(found.size).toBe(119);
    expect(found.has(IDS[16]!)).toBe(false);
    // Three chunks, one of them tried twice, in eight parts, and one of these agent by agent.
    expect(fake!.of(PAGED).length).toBeLessThanOrEqual(3 + 1 + 8 + 7);
    expect(fake!.clock.now() - before).toBeLessThanOrEqual(4_000);
    expect(fake!.warnings).toMatchObject([
      { message: 'agents that cannot be read are left alone', fields: { operation: 'getUsers', count: 1 } },
    ]);
    expect(JSON.stringify(fake!.warnings)).not.toContain(IDS[16]!);
  });

  test.each([2, 10, 49])('may be one of %i: all others are read, with 60 requests at most', async (count) => {
    const bad = new Set(IDS.slice(0, 50).filter((_, i) => i % Math.ceil(50 / count) === 0));
    await open(poisoned(bad, { status: 500 }));
    const found = await fake!.platform.directory.reread(IDS.slice(0, 50), NO_SIGNAL);
    expect(found.size).toBe(50 - bad.size);
    expect(fake!.of(PAGED).length).toBeLessThanOrEqual(60);
  });

  test('may be everyone: that is an error, after 60 requests at most', async () => {
    await open(poisoned(new Set(IDS), { status: 500 }));
    await expect(fake!.platform.directory.reread(IDS.slice(0, 50), NO_SIGNAL)).rejects.toMatchObject({
      status: 500,
    });
    expect(fake!.of(PAGED).length).toBeLessThanOrEqual(60);
  });

  test.each<[string, Reply]>([
    ['the credentials are refused', { status: 401, json: { code: 'bad.credentials' } }],
    ['the rate limit is spent', { status: 429, headers: { 'retry-after': '1' } }],
  ])('is not looked for one by one where %s', async (_, reply) => {
    await open(poisoned(new Set(IDS), reply));
    await expect(fake!.platform.directory.reread(IDS.slice(0, 50), NO_SIGNAL)).rejects.toMatchObject({
      status: reply.status,
    });
    expect(fake!.of(PAGED).length).toBeLessThanOrEqual(4);
  });

  test('is not looked for one by one where the platform is not there at all', async () => {
    await open(() => undefined, {}, { settings: { apiUrl: 'http://127.0.0.1:1', timeout: 500 } });
    await expect(fake!.platform.directory.reread(IDS.slice(0, 50), NO_SIGNAL)).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
    expect(fake!.events.filter(({ operation }) => operation === 'getUsers').length).toBeLessThanOrEqual(2);
  });
});

describe('an answer about agents that were asked for', () => {
  async function answering(entities: readonly object[]): Promise<ReadonlyMap<string, unknown>> {
    await open(({ path }) => (path === PAGED ? { json: { entities } } : undefined));
    return fake!.platform.directory.reread(IDS.slice(0, 3), NO_SIGNAL);
  }

  test('brings no other agents', async () => {
    expect([...(await answering([...users(1, 3), user(77)])).keys()]).toEqual(IDS.slice(0, 3));
  });

  test('leaves out an agent of whom it holds two readings: they may contradict each other', async () => {
    const engaged = { routingStatus: { status: 'INTERACTING', startTime: '2026-03-02T08:59:00.000Z' } };
    expect([...(await answering([...users(1, 3), user(2, engaged)])).keys()]).toEqual([IDS[0], IDS[2]]);
  });

  test('leaves out agents whose ids are others', async () => {
    const found = await answering([user(1), user(2, { id: `${IDS[1]!} ` }), user(3, { id: 17 })]);
    expect(found.has(IDS[0]!)).toBe(true);
    expect(found.has(IDS[2]!)).toBe(false);
  });

  test('of far more than that is no answer', async () => {
    await expect(answering(users(1, 120))).rejects.toMatchObject({ kind: 'malformed' });
  });
});
