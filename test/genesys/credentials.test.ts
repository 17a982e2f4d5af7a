import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from '@jest/globals';
import { CredentialsError, PlatformError, PlatformUnreachableError } from '../../src/genesys/errors.ts';
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
} from './fake-platform.ts';

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
    const ids = Array.from({ length: 300 }, (_, i) => String(user(i)['id']));
    await directory.reread(ids, NO_SIGNAL);
    expect(fake.of('/oauth/token')).toHaveLength(1);
    expect(fake.of('/api/v2/users')).toHaveLength(6);
  });

  test('are exchanged again ahead of the end of the token, without making anybody wait or fail', async () => {
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

  test('are given up on after a second 401', async () => {
    fake = await fakePlatform(({ path }) =>
      path === '/api/v2/users' ? { status: 401, json: { code: 'bad.credentials' } } : undefined,
    );
    const error = await errorOf(fake.platform.directory.reread([String(user(1)['id'])], NO_SIGNAL));
    expect(error.kind).toBe('credentials');
    expect(fake.of('/api/v2/users')).toHaveLength(2);
  });
});

describe('secrets', () => {
  /** A hostile server: it repeats all it was sent in every place that ends up in an error. */
  const echo: Handler = ({ path, headers }) => {
    const heard = `${headers.authorization ?? ''} ${SECRET}`;
    if (path === '/oauth/token') return undefined;
    return {
      status: path.includes('tokens') ? 409 : 403,
      json: { message: `you sent ${heard}`, code: heard, contextId: heard, details: [heard] },
      headers: { 'inin-correlation-id': heard },
    };
  };

  async function collect(fake: FakePlatform): Promise<string> {
    const caught: unknown[] = [];
    const keep = (reason: unknown): void => void caught.push(reason);
    const agent = {
      id: String(user(1)['id']),
      name: '',
      email: '',
      username: '',
      divisionId: '',
      groups: [],
      roles: [],
      queues: [],
      teams: [],
    };
    await fake.platform.checkCredentials().catch(keep);
    await fake.platform.directory.reread([agent.id], NO_SIGNAL).catch(keep);
    await fake.platform.names('groups').catch(keep);
    caught.push(
      await fake.platform.effects.perform('revoke_tokens', agent, Number.MAX_SAFE_INTEGER, NO_SIGNAL),
    );
    caught.push(await fake.platform.directory.sweep(() => undefined, NO_SIGNAL));
    const all = [caught, fake.events, fake.warnings, fake.platform];
    const own = caught.map((one) => JSON.stringify(one, Object.getOwnPropertyNames(one ?? {})));
    return [
      inspect(all, { depth: 10, showHidden: true }),
      JSON.stringify(all),
      ...own,
      ...caught.map((one) => String((one as Error).stack)),
    ].join('\n');
  }

  test('are in no error, no event, no warning and not in the connection itself, whatever the server repeats', async () => {
    fake = await fakePlatform(echo);
    const text = await collect(fake);
    expect(text).toContain('[hidden]');
    expectNoSecret(text, fake);
  });

  test('are in no error when the login fails or its connection breaks', async () => {
    for (const login of [
      { cut: 'before' } as const,
      { status: 400, json: { error: SECRET, error_description: `bad ${SECRET}` } },
    ]) {
      fake = await fakePlatform(failing(login));
      expectNoSecret(await collect(fake), fake);
      await fake.close();
    }
  });

  test('are in no error when the connection to the API breaks', async () => {
    fake = await fakePlatform(({ path }) => (path === '/oauth/token' ? undefined : { cut: 'before' }));
    expectNoSecret(await collect(fake), fake);
  });

  function expectNoSecret(text: string, from: FakePlatform): void {
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain(Buffer.from(`${CLIENT_ID}:${SECRET}`).toString('base64'));
    for (const token of from.tokens) expect(text).not.toContain(token);
    expect(text).not.toMatch(/Basic [A-Za-z0-9+/]{8}/);
  }
});
