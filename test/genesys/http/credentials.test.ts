import { afterEach, describe, expect, test } from '@jest/globals';
import {
  CredentialsError,
  PlatformError,
  PlatformUnreachableError,
} from '../../../src/genesys/http/errors.ts';
import {
  CLIENT_ID,
  fakePlatform,
  NO_SIGNAL,
  SECRET,
  user,
  WoundClock,
  type FakePlatform,
  type Handler,
  type Reply,
} from '../fake-platform.ts';

let fake: FakePlatform | undefined;
afterEach(async () => {
  await fake?.close();
  fake = undefined;
});

const DEFINITIONS: Reply = {
  json: { entities: [{ id: 'def-offline', type: 'System', systemPresence: 'Offline' }] },
};
const LISTING: Reply = { json: { entities: [user(1)] } };

function failing(login: Reply): Handler {
  return ({ path }) => (path === '/oauth/token' ? login : undefined);
}

async function errorOf(promise: Promise<unknown>): Promise<PlatformError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof PlatformError) return error;
  throw new Error('did not fail with PlatformError');
}

describe('credentials', () => {
  test('are sent to the login address as a client credentials grant, and the token to the API', async () => {
    fake = await fakePlatform(
      ({ path }) => (path.endsWith('/presence/definitions') ? DEFINITIONS : undefined),
      { basePath: '/gate/way' },
    );
    await fake.platform.checkCredentials();
    const [login, read] = fake.requests;
    expect(login?.path).toBe('/gate/way/oauth/token');
    expect(login?.body).toBe('grant_type=client_credentials');
    expect(login?.headers.authorization).toBe(
      `Basic ${Buffer.from(`${CLIENT_ID}:${SECRET}`).toString('base64')}`,
    );
    expect(login?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(read?.path).toBe('/gate/way/api/v2/presence/definitions');
    expect(read?.headers.authorization).toBe(`Bearer ${fake.tokens[0]!}`);
  });

  test.each([
    [400, { error: 'invalid_client', error_description: 'client not found' }],
    [401, { error: 'invalid_client', description: 'authentication failed' }],
    [401, { code: 'bad.credentials', message: 'Invalid login credentials.' }],
    [403, { code: 'not.authorized' }],
  ])('that are wrong (%s %j) are fatal, with a sentence on what to check', async (status, json) => {
    fake = await fakePlatform(failing({ status, json }));
    const error = await errorOf(fake.platform.checkCredentials());
    expect(error).toBeInstanceOf(CredentialsError);
    expect(error.kind).toBe('credentials');
    expect(error.message).toContain('genesys.client_secret');
    expect(fake.requests).toHaveLength(1);
  });

  test('from an address that is not allowed are fatal, with a sentence about the list of addresses', async () => {
    fake = await fakePlatform(({ path }) =>
      path === '/oauth/token'
        ? undefined
        : { status: 401, json: { code: 'ip.not.authorized', status: 401, message: 'no' } },
    );
    const error = await errorOf(fake.platform.checkCredentials());
    expect(error).toBeInstanceOf(CredentialsError);
    expect(error.message).toContain('allowed IP addresses');
    expect(fake.tokens).toHaveLength(1);
  });

  test.each<[string, Reply]>([
    ['broken connections', { cut: 'before' }],
    ['a 503', { status: 503, json: {} }],
    ['a page of a proxy', { text: '<html>Welcome</html>' }],
    ['an answer without a token', { json: { hello: 'world' } }],
    ['a 404', { status: 404, json: {} }],
    ['a 400 from a proxy', { status: 400, text: '<html>bad request</html>' }],
    ['a 403 from a proxy', { status: 403, text: '<html>blocked</html>' }],
    ['a 429', { status: 429, headers: { 'retry-after': '1' } }],
  ])('that could not be checked because of %s are not called wrong', async (_, login) => {
    fake = await fakePlatform(failing(login));
    const error = await errorOf(fake.platform.checkCredentials());
    expect(error).toBeInstanceOf(PlatformUnreachableError);
  });

  test('pass the check when only a permission is missing, which is said', async () => {
    fake = await fakePlatform(({ path }) =>
      path === '/oauth/token' ? undefined : { status: 403, json: { code: 'missing.permissions' } },
    );
    await fake.platform.checkCredentials();
    expect(fake.warnings).toMatchObject([{ fields: { status: 403, code: 'missing.permissions' } }]);
  });

  test('are exchanged once for many requests at a time', async () => {
    fake = await fakePlatform(({ path }) => (path === '/api/v2/users' ? LISTING : undefined));
    const { directory } = fake.platform;
    const ids = Array.from({ length: 300 }, (_, i) => String(user(i + 2)['id']));
    await directory.reread(ids, NO_SIGNAL);
    expect(fake.of('/oauth/token')).toHaveLength(1);
    expect(fake.of('/api/v2/users')).toHaveLength(6);
  });

  test('are exchanged again ahead of the end of the token, without making a caller wait or fail', async () => {
    const clock = new WoundClock();
    let loginWorks = true;
    fake = await fakePlatform(
      ({ path }) => {
        if (path === '/api/v2/users') return LISTING;
        return path === '/oauth/token' && !loginWorks
          ? { status: 400, json: { error: 'invalid_client' } }
          : undefined;
      },
      { clock, lifetime: 3_600 },
    );
    const { directory } = fake.platform;
    const id = String(user(1)['id']);
    await directory.reread([id], NO_SIGNAL);
    clock.time += 54 * 60_000;
    await directory.reread([id], NO_SIGNAL);
    expect(fake.of('/oauth/token')).toHaveLength(1);
    loginWorks = false;
    clock.time += 2 * 60_000;
    expect((await directory.reread([id], NO_SIGNAL)).size).toBe(1);
    loginWorks = true;
    clock.time += 60_000;
    expect((await directory.reread([id], NO_SIGNAL)).size).toBe(1);
    await fake.platform.checkCredentials().catch(() => undefined);
    expect(fake.tokens).toHaveLength(2);
  });

  test('are exchanged once more after a 401, and the request is repeated once', async () => {
    fake = await fakePlatform(({ path }, count) => {
      if (path !== '/api/v2/users') return undefined;
      return count === 1 ? { status: 401, json: { code: 'bad.credentials' } } : LISTING;
    });
    expect((await fake.platform.directory.reread([String(user(1)['id'])], NO_SIGNAL)).size).toBe(1);
    expect(fake.of('/api/v2/users').map(({ headers }) => headers.authorization)).toEqual(
      fake.tokens.map((token) => `Bearer ${token}`),
    );
    expect(fake.tokens).toHaveLength(2);
  });

  test('are exchanged once more only, however many requests meet the 401 together', async () => {
    fake = await fakePlatform(({ path, headers, query }) => {
      if (path !== '/api/v2/users') return undefined;
      const old = headers.authorization?.includes('number-1-') === true;
      return old && query.getAll('id').length > 1 ? { status: 401, json: {} } : LISTING;
    });
    const ids = Array.from({ length: 300 }, (_, i) => String(user(i + 2)['id']));
    await fake.platform.directory.reread([ids[0]!], NO_SIGNAL);
    await fake.platform.directory.reread(ids, NO_SIGNAL);
    expect(fake.of('/api/v2/users')).toHaveLength(1 + 6 + 6);
    expect(fake.tokens).toHaveLength(2);
  });

  test('do not keep a caller waiting who is told to stop', async () => {
    fake = await fakePlatform(({ path }) => (path === '/oauth/token' ? { hang: true } : undefined));
    const stop = new AbortController();
    const waiting = fake.platform.checkCredentials(stop.signal);
    while (fake.of('/oauth/token').length === 0) await new Promise((resolve) => setImmediate(resolve));
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });

  test('are given up on after a second 401', async () => {
    fake = await fakePlatform(({ path }) =>
      path === '/api/v2/users' ? { status: 401, json: { code: 'bad.credentials' } } : undefined,
    );
    const error = await errorOf(fake.platform.directory.reread([String(user(1)['id'])], NO_SIGNAL));
    expect(error.kind).toBe('credentials');
    expect(fake.of('/api/v2/users')).toHaveLength(2);
  });
});
