import { afterEach, describe, expect, test } from '@jest/globals';
import { PlatformError } from '../../../src/genesys/http/errors.ts';
import { fakePlatform, NO_SIGNAL, user, type FakePlatform, type Reply } from '../fake-platform.ts';

let fake: FakePlatform | undefined;
afterEach(async () => {
  await fake?.close();
  fake = undefined;
});

const ID = String(user(1)['id']);
const LISTING: Reply = { json: { entities: [user(1)] } };

/** Answers the first requests for users with these, later ones properly. */
async function platformWith(...replies: Reply[]): Promise<FakePlatform> {
  return fakePlatform(
    ({ path }, count) => (path === '/api/v2/users' ? (replies[count - 1] ?? LISTING) : undefined),
    // Only silence needs a short deadline: a busy machine may take long for the other answers.
    { settings: { timeout: replies.some((reply) => reply.hang) ? 500 : 5_000 } },
  );
}

async function errorOf(promise: Promise<unknown>): Promise<PlatformError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof PlatformError) return error;
  throw new Error('did not fail with PlatformError');
}

describe('a request', () => {
  test.each<[string, Reply]>([
    ['408', { status: 408 }],
    ['429', { status: 429, headers: { 'retry-after': '3' } }],
    ['500', { status: 500 }],
    ['502', { status: 502, text: '<html>bad gateway</html>' }],
    ['503', { status: 503 }],
    ['504', { status: 504 }],
    ['a broken connection', { cut: 'before' }],
    ['an answer cut short', { ...LISTING, cut: 'within' }],
    ['JSON cut short', { text: '{"entities": [{"id": ' }],
    ['silence', { hang: true }],
  ])('is repeated after %s', async (_, reply) => {
    fake = await platformWith(reply);
    expect((await fake.platform.directory.reread([ID], NO_SIGNAL)).size).toBe(1);
    expect(fake.of('/api/v2/users')).toHaveLength(2);
  });

  test.each([400, 403, 404, 409, 501])('is not repeated after %s', async (status) => {
    fake = await platformWith({ status, json: { code: 'some.code', contextId: 'ctx-1' } });
    const error = await errorOf(fake.platform.directory.reread([ID], NO_SIGNAL));
    expect(error).toMatchObject({ status, code: 'some.code', contextId: 'ctx-1', operation: 'getUsers' });
    expect(error.correlationId).toBe('c0ffee00-1111-4222-8333-correlation1');
    expect(error.cause).toBeUndefined();
    expect(fake.of('/api/v2/users')).toHaveLength(1);
  });

  test('is given up after four attempts', async () => {
    fake = await fakePlatform(({ path }) => (path === '/api/v2/users' ? { status: 503 } : undefined));
    const error = await errorOf(fake.platform.directory.reread([ID], NO_SIGNAL));
    expect(error.kind).toBe('transient');
    expect(fake.of('/api/v2/users')).toHaveLength(4);
  });

  test('that never gets an answer ends after its deadlines', async () => {
    fake = await fakePlatform(({ path }) => (path === '/api/v2/users' ? { hang: true } : undefined), {
      settings: { timeout: 100 },
    });
    const error = await errorOf(fake.platform.directory.reread([ID], NO_SIGNAL));
    expect(error.kind).toBe('transient');
    const ends = fake.events.filter(({ operation }) => operation === 'getUsers').map(({ status }) => status);
    expect(ends).toEqual(['timeout', 'timeout', 'timeout', 'timeout']);
  });

  test('waits as long as Retry-After says, and so do all others', async () => {
    fake = await platformWith({ status: 429, headers: { 'retry-after': '17' } });
    const before = fake.clock.now();
    const one = fake.platform.directory.reread([ID], NO_SIGNAL);
    await one;
    expect(fake.clock.now() - before).toBeGreaterThanOrEqual(17_000);
  });

  test('comes back after five minutes though the platform wants to be left alone for longer', async () => {
    fake = await platformWith({ status: 429, headers: { 'retry-after': '86400' } });
    const before = fake.clock.now();
    expect((await fake.platform.directory.reread([ID], NO_SIGNAL)).size).toBe(1);
    expect(fake.clock.now() - before).toBe(5 * 60_000);
  });

  test('does not try for ever when the platform keeps saying so', async () => {
    fake = await fakePlatform(({ path }) =>
      path === '/api/v2/users' ? { status: 429, headers: { 'retry-after': '900' } } : undefined,
    );
    const before = fake.clock.now();
    expect((await errorOf(fake.platform.directory.reread([ID], NO_SIGNAL))).kind).toBe('transient');
    expect(fake.of('/api/v2/users')).toHaveLength(2);
    expect(fake.clock.now() - before).toBeLessThanOrEqual(6 * 60_000);
  });

  test('understands a Retry-After that is a date, by the server’s own clock', async () => {
    fake = await fakePlatform(
      ({ path }, count) => {
        if (path !== '/api/v2/users' || count > 1) return path === '/api/v2/users' ? LISTING : undefined;
        const until = new Date(fake!.clock.now() - 3_600_000 + 40_000).toUTCString();
        return { status: 429, headers: { 'retry-after': until } };
      },
      { skew: -3_600_000 },
    );
    const before = fake.clock.now();
    await fake.platform.directory.reread([ID], NO_SIGNAL);
    expect(fake.clock.now() - before).toBe(40_000);
  });

  test('that meets a 429 stops all others too, and one alone goes first afterwards', async () => {
    let busy = true;
    let together = 0;
    fake = await fakePlatform(({ path, query }) => {
      if (path !== '/api/v2/users') return undefined;
      if (query.getAll('id').length === 1 && busy) {
        busy = false;
        return { status: 429, headers: { 'retry-after': '20' } };
      }
      together += 1;
      return { json: { entities: [] } };
    });
    const before = fake.clock.now();
    const ids = Array.from({ length: 120 }, (_, i) => String(user(i)['id']));
    const first = fake.platform.directory.reread([ID], NO_SIGNAL);
    await Promise.all([first, fake.platform.directory.reread(ids, NO_SIGNAL)]);
    expect(together).toBe(4);
    expect(fake.clock.now() - before).toBe(20_000);
  });

  test('is held back when the platform says that its window is used up', async () => {
    const headers = {
      'inin-ratelimit-allowed': '180',
      'inin-ratelimit-count': '180',
      'inin-ratelimit-reset': '40',
    };
    fake = await platformWith({ ...LISTING, headers });
    await fake.platform.directory.reread([ID], NO_SIGNAL);
    expect(fake.platform.budget().remaining).toBe(0);
    const before = fake.clock.now();
    await fake.platform.directory.reread([ID], NO_SIGNAL);
    expect(fake.clock.now() - before).toBeGreaterThanOrEqual(40_000);
  });

  test('stops with the signal, in flight and in the queue', async () => {
    fake = await fakePlatform(({ path }) => (path === '/api/v2/users' ? { hang: true } : undefined), {
      settings: { requestsPerMinute: 1 },
    });
    const stop = new AbortController();
    const calls = [
      fake.platform.directory.reread([ID], stop.signal),
      fake.platform.directory.reread([ID], stop.signal),
    ];
    const settled = Promise.allSettled(calls);
    while (fake.of('/api/v2/users').length === 0) await new Promise((resolve) => setImmediate(resolve));
    stop.abort(new Error('enough'));
    for (const outcome of await settled)
      expect(outcome).toMatchObject({ status: 'rejected', reason: { message: 'enough' } });
  });

  test('is reported by its operation, without ids', async () => {
    fake = await platformWith({ status: 503 });
    await fake.platform.directory.reread([ID], NO_SIGNAL);
    expect(fake.events.map(({ operation, status }) => [operation, status])).toEqual([
      ['loginClientCredentialsGrant', 200],
      ['getUsers', 503],
      ['getUsers', 200],
    ]);
    expect(JSON.stringify(fake.events)).not.toContain(ID);
  });

  test('tells how far the local clock is off', async () => {
    fake = await fakePlatform(({ path }) => (path === '/api/v2/users' ? LISTING : undefined), {
      skew: -600_000,
    });
    await fake.platform.directory.reread([ID], NO_SIGNAL);
    expect(Math.abs(fake.clockErrors.at(-1)! - 600_000)).toBeLessThanOrEqual(1_000);
    expect(fake.platform.directory.serverNow()).toBeLessThanOrEqual(fake.clock.now() - 600_000);
  });

  test('pauses before each repetition for a length that is drawn anew, and not for long', async () => {
    fake = await fakePlatform(({ path }) => (path === '/api/v2/users' ? { status: 503 } : undefined));
    await errorOf(fake.platform.directory.reread([ID], NO_SIGNAL));
    const [first, second, third] = fake.clock.slept;
    expect(fake.clock.slept).toHaveLength(3);
    expect(first).toBeLessThanOrEqual(1_000);
    expect(second).toBeLessThanOrEqual(2_000);
    expect(third).toBeLessThanOrEqual(4_000);
  });

  test('that waits between two attempts ends when the connection to the platform is closed', async () => {
    for (const path of ['/oauth/token', '/api/v2/users']) {
      fake = await fakePlatform((seen) => (seen.path === path ? { status: 503 } : undefined));
      const { clock, platform } = fake;
      // A sleep that only its signal can end.
      clock.sleep = (_, signal) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => {
            reject(new Error('aborted'));
          });
        });
      const error = errorOf(platform.directory.reread([ID], NO_SIGNAL));
      while (fake.events.at(-1)?.status !== 503) await new Promise((resolve) => setImmediate(resolve));
      await fake.close();
      expect((await error).message).toContain('closed');
      expect(fake.of(path)).toHaveLength(1);
    }
  });

  test('in flight ends when the connection to the platform is closed, and is not repeated', async () => {
    fake = await fakePlatform(({ path }) => (path === '/api/v2/users' ? { hang: true } : undefined));
    const error = errorOf(fake.platform.directory.reread([ID], NO_SIGNAL));
    while (fake.of('/api/v2/users').length === 0) await new Promise((resolve) => setImmediate(resolve));
    await fake.platform.close();
    expect(await error).toMatchObject({ kind: 'transient' });
    expect(fake.of('/api/v2/users')).toHaveLength(1);
  });

  test('fails when the connection to the platform is closed', async () => {
    fake = await platformWith();
    await fake.platform.close();
    expect((await errorOf(fake.platform.directory.reread([ID], NO_SIGNAL))).kind).toBe('transient');
  });
});
