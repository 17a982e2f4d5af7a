/** The library's login goes through our own client: its bounds, its proxies, its patience, its silence. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { SECOND } from '../../src/domain/time/time.ts';
import { bySecret, logIn } from '../../src/http/oauth.ts';
import { RequestError } from '../../src/http/errors.ts';
import { RetryingClient, type ApiHooks } from '../../src/http/retrying.ts';
import { NotingClock, Provider, T0, type Handler } from '../identity/provider.ts';

const SECRET = 'k7Qw9ZtB4xLm2NcV8pRj5HgF3dSa6YeU';
const GRANT = { access_token: 'opaque-token-1', token_type: 'Bearer', expires_in: 300 };

const open: { close(): Promise<unknown> }[] = [];

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

interface Setting {
  readonly provider: Provider;
  readonly client: RetryingClient;
  readonly login: (url?: string) => ReturnType<typeof logIn>;
}

async function setting(
  handler: Handler,
  hooks: (url: string) => Partial<ApiHooks> = () => ({}),
): Promise<Setting> {
  const clock = new NotingClock(T0);
  const provider = await new Provider(handler, clock).listen();
  const client = new RetryingClient('the provider', {
    clock,
    env: {},
    random: () => 0.5,
    ...hooks(provider.url),
  });
  open.push(provider, client);
  const login: Setting['login'] = (url = provider.url) =>
    logIn(client, { endpoint: `${url}/token`, clientId: 'c', auth: bySecret(SECRET), scope: 'a b' });
  return { provider, client, login };
}

async function failure(work: Promise<unknown>): Promise<RequestError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(RequestError);
  expect(JSON.stringify([error, String((error as Error).stack)])).not.toContain(SECRET);
  return error as RequestError;
}

describe('a login', () => {
  test('sends the grant with id and secret in its body, and tells the redactor what it got', async () => {
    const { provider, client, login } = await setting(() => ({ json: GRANT }));
    expect(await login()).toEqual({ token: 'opaque-token-1', lifetime: 300 * SECOND });
    expect(Object.fromEntries(provider.asked[0]!.form)).toEqual({
      ...{ grant_type: 'client_credentials', scope: 'a b', client_id: 'c', client_secret: SECRET },
    });
    expect(client.redactor.hide('got opaque-token-1')).not.toContain('opaque-token-1');
  });

  test('goes through the proxy of the environment', async () => {
    const { provider, login } = await setting(
      () => ({ json: GRANT }),
      (url) => ({ env: { HTTP_PROXY: url } }),
    );
    // The proxy is asked for a way, and gives none: what matters is that nothing went round it.
    await login('http://login.invalid').catch(() => undefined);
    expect(provider.asked.map(({ headers }) => headers.host)).toContain('login.invalid');
  });

  test('waits as the provider asks, and tries again', async () => {
    const { provider, login } = await setting((_, nth) =>
      nth === 1 ? { status: 429, headers: { 'retry-after': '4' } } : { json: GRANT },
    );
    expect((await login()).token).toBe('opaque-token-1');
    expect(provider.asked.map(({ at }) => at - T0)).toEqual([0, 4 * SECOND]);
  });

  test('follows no redirect, which would carry the secret elsewhere', async () => {
    const { provider, login } = await setting(() => ({ status: 307, headers: { location: '/elsewhere' } }));
    expect((await failure(login())).kind).toBe('refused');
    expect(provider.lines).toEqual(['POST /token']);
  });

  test('ends at its deadline where nothing answers', async () => {
    const { login } = await setting(
      () => ({ instead: 'hang' }),
      () => ({ timeout: 30 }),
    );
    expect(await failure(login())).toMatchObject({
      kind: 'transient',
      message: expect.stringMatching(/timeout/),
    });
  });

  test.each<[string, string]>([
    ['of two megabytes', JSON.stringify({ ...GRANT, more: 'x'.repeat(2_000_000) })],
    ['nested without end', `{"access_token":"t","token_type":"Bearer","deep":${'['.repeat(100_000)}`],
    ['that is a page', '<html>please sign in</html>'],
  ])('takes no answer %s', async (_, text) => {
    const { login } = await setting(() => ({ text, headers: { 'content-type': 'application/json' } }));
    expect(['transient', 'refused']).toContain((await failure(login())).kind);
  });

  test('reads no more of the answer than token, type and time', async () => {
    const more = { id_token: 'not.a.jwt', scope: ['odd'], refresh_token: 7 };
    const { login } = await setting(() => ({ json: { ...GRANT, ...more } }));
    expect((await login()).token).toBe('opaque-token-1');
  });

  test.each([
    [400, 'credentials'],
    [401, 'credentials'],
    [404, 'credentials'],
    [418, 'refused'],
    [503, 'transient'],
  ])(
    'that is answered with %d is a fault of the kind %s, and repeats no sentence of it',
    async (status, kind) => {
      const json = { error: 'invalid_client', error_description: `no: ${SECRET}` };
      const { login } = await setting(() => ({ status, json }));
      const error = await failure(login());
      expect(error).toMatchObject({ kind, status });
      if (kind !== 'transient') expect(error.message).toContain(`HTTP ${status}, invalid_client`);
    },
  );
});
