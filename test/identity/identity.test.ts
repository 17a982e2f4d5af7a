/** What holds for every connector: who is meant, how many an hour, tries and time, and that nothing secret gets out. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { HOUR, MINUTE, SECOND } from '../../src/domain/time/time.ts';
import { createIdentity } from '../../src/identity/identity.ts';
import type { IdentitySettings } from '../../src/identity/connectors/kind.ts';
import {
  closeLinks,
  faultIn,
  ISAAC,
  link,
  NotingClock,
  T0,
  type Handler,
  type Link,
  type Reply,
} from './provider.ts';
import { entraUsers, granted, KEYCLOAK_USER, OKTA_USER } from './recorded.ts';

const HOOK_SECRET = 'hook-secret-77aa';

afterEach(closeLinks);

function hook(handler: Handler, settings: Partial<IdentitySettings> = {}, more = {}): Promise<Link> {
  return link((url) => ({ webhook: { url: `${url}/end`, secret: HOOK_SECRET }, ...settings }), handler, more);
}

const yes: Handler = () => ({ status: 204 });
const never = new AbortController().signal;

describe('whom the provider is asked about', () => {
  const subjects = async (subject: string, parts = {}): Promise<string> => {
    const { provider, identity } = await hook(yes, { subject });
    const result = await identity.endSession({ ...ISAAC, ...parts }, never);
    if (!result.ok) return `${result.fault.kind}: ${result.fault.message}`;
    return (JSON.parse(provider.asked[0]!.body) as { subject: string }).subject;
  };

  test.each([
    ['email', 'isaac.brock@example.com'],
    ['username', 'isaac.brock@example.com'],
    ['{local}@corp.example', 'isaac.brock@corp.example'],
    ['CORP\\{local}', 'CORP\\isaac.brock'],
    ['{id}', ISAAC.id],
  ])('is what the policy makes of the agent: %s', async (subject, wanted) => {
    expect(await subjects(subject)).toBe(wanted);
  });

  test('is no user where the agent lacks a part of the name', async () => {
    expect(await subjects('{local}@corp.example', { email: '' })).toBe(
      'gone: the agent has no local to look for at the identity provider',
    );
  });

  test('is never told by a display name, which agents may change', async () => {
    expect(await subjects('{name}')).toBe('gone: the agent has no name to look for at the identity provider');
  });

  test('is no user where the name holds what no name holds', async () => {
    expect(await subjects('{username}', { username: 'isaac\r\nbrock' })).toMatch(
      /^gone: .*control characters$/,
    );
  });
});

describe('the cap', () => {
  test('bounds the sessions of any sixty minutes, whatever the policy’s other caps', async () => {
    const { provider, clock, identity, end } = await hook(yes, { per_hour: 2 });
    expect((await end()).ok).toBe(true);
    clock.windTo(T0 + 30 * MINUTE);
    expect((await end()).ok).toBe(true);
    expect(faultIn(await end()).kind).toBe('capped');
    clock.windTo(T0 + HOUR - 1);
    expect(faultIn(await end()).kind).toBe('capped');
    clock.windTo(T0 + HOUR);
    expect((await end()).ok).toBe(true);
    expect(provider.asked).toHaveLength(3);
    expect(identity.spent()).toEqual([T0 + 30 * MINUTE, T0 + HOUR]);
  });

  test('holds when many are asked for at once', async () => {
    const { provider, end } = await hook(yes, { per_hour: 2 });
    const results = await Promise.all([end(), end(), end(), end()]);
    expect(results.filter(({ ok }) => ok)).toHaveLength(2);
    expect(provider.asked).toHaveLength(2);
  });

  test('counts what was ended by a clock that ran ahead for an hour after that was set right, and no longer', async () => {
    const { clock, end } = await hook(yes, { per_hour: 1 });
    clock.ahead = 5 * HOUR;
    expect((await end()).ok).toBe(true);
    clock.ahead = 0;
    expect(faultIn(await end()).kind).toBe('capped');
    clock.windTo(T0 + HOUR);
    expect((await end()).ok).toBe(true);
  });

  test('goes on counting those of before this start', async () => {
    const spentBefore = [T0 - 50 * MINUTE, T0 - 2 * HOUR];
    const { clock, end } = await hook(yes, { per_hour: 1 }, { spentBefore });
    expect(faultIn(await end()).kind).toBe('capped');
    clock.windTo(T0 + 10 * MINUTE);
    expect((await end()).ok).toBe(true);
  });

  test('counts what may have been ended, and not what surely was not', async () => {
    const kc = { url: '', realm: 'r', client_id: 'c', client_secret: 's' };
    const { provider, identity, end } = await link(
      (url) => ({ keycloak: { ...kc, url }, per_hour: 5 }),
      ({ path }) => (path.endsWith('/token') ? { json: granted('t') } : { json: [] }),
    );
    expect(faultIn(await end()).kind).toBe('gone');
    expect(identity.spent()).toEqual([]);
    provider.handler = ({ path }) => {
      if (path.endsWith('/token')) return { json: granted('t') };
      return path.endsWith('/logout') ? { instead: 'break' } : { json: [KEYCLOAK_USER] };
    };
    expect(faultIn(await end())).toMatchObject({ kind: 'transient', delay: 0 });
    expect(identity.spent()).toHaveLength(1);
  });

  test.each([401, 403, 404])(
    'does not count an end that was refused with %d, so that it is not used up once the right is granted',
    async (status) => {
      const { provider, identity, end } = await hook(() => ({ status }), { per_hour: 1 });
      expect((await end()).ok).toBe(false);
      expect(identity.spent()).toEqual([]);
      // A try without an answer may have ended it, whatever the next one says.
      provider.handler = (_, nth) => (nth === 2 ? { instead: 'break' } : { status });
      expect((await end()).ok).toBe(false);
      expect(identity.spent()).toHaveLength(1);
    },
  );

  test('does not count what never left this machine, because no service listens there', async () => {
    const { provider, identity, end } = await hook(yes);
    await provider.close();
    const { kind, delay } = faultIn(await end());
    expect([kind, delay, identity.spent()]).toEqual(['transient', undefined, []]);
  });

  test('does not count what was turned away, which surely ended nothing, and tells the two apart', async () => {
    const full: Reply = { status: 429, headers: { 'retry-after': '1' } };
    const { provider, identity, end } = await hook(() => full);
    const { kind, delay } = faultIn(await end());
    expect([kind, delay]).toEqual(['transient', undefined]);
    expect([provider.asked.length, identity.spent()]).toEqual([3, []]);
    provider.handler = (_, nth) => (nth === 4 ? { instead: 'break' } : full);
    expect(faultIn(await end())).toMatchObject({ kind: 'transient', delay: 0 });
    expect(identity.spent()).toHaveLength(1);
  });
});

describe('a request', () => {
  test.each<[string, Reply]>([
    ['breaks off', { instead: 'break' }],
    ['is answered 500', { status: 500, text: 'Internal Server Error' }],
    ['is answered 503', { status: 503 }],
  ])(
    'that %s is tried three times, with pauses that differ, and then left for a later sweep',
    async (_, reply) => {
      const { provider, clock, end } = await hook(() => reply);
      expect(faultIn(await end()).kind).toBe('transient');
      expect(provider.asked).toHaveLength(3);
      expect(clock.slept).toEqual([SECOND / 2, SECOND]);
    },
  );

  test('that is never answered has a deadline of its own', async () => {
    const { end } = await hook(() => ({ instead: 'hang' }), {}, { timeout: 30 });
    expect(faultIn(await end())).toMatchObject({
      kind: 'transient',
      message: 'asking the service to end the session: the identity provider could not be reached (timeout)',
    });
  });

  test('with an answer without end is not read to its end', async () => {
    const { end } = await hook(() => ({ text: 'x'.repeat(2 * 1024 * 1024) }));
    expect(faultIn(await end()).kind).toBe('transient');
  });

  test('is not sent once what was judged is too old, and then costs no place in the hour', async () => {
    const { provider, identity } = await hook(yes);
    const result = await identity.endSession(ISAAC, never, () => false);
    expect(faultIn(result).kind).toBe('late');
    expect([provider.asked, identity.spent()]).toEqual([[], []]);
  });

  test('that may have got through is not called late when its repetition would be', async () => {
    const { provider, identity } = await hook(() => ({ instead: 'break' }));
    const result = await identity.endSession(ISAAC, never, () => provider.asked.length === 0);
    expect(faultIn(result).kind).toBe('transient');
    expect(identity.spent()).toHaveLength(1);
  });

  test('ends with the signal', async () => {
    const stop = new AbortController();
    const { identity } = await hook(() => {
      stop.abort();
      return { instead: 'hang' };
    });
    expect(faultIn(await identity.endSession(ISAAC, stop.signal))).toMatchObject({
      kind: 'transient',
      message: 'stopped before it was done',
    });
  });

  test('goes through the proxy of the environment, save to this machine', async () => {
    const { provider: proxy } = await hook(() => ({ status: 204 }));
    const clock = new NotingClock(T0);
    const settings = {
      webhook: { url: 'http://hooks.corp.example/end', secret: HOOK_SECRET },
      subject: 'email',
      per_hour: 1,
    };
    const identity = createIdentity(settings, { clock, env: { HTTP_PROXY: proxy.url }, timeout: SECOND });
    try {
      await identity.endSession(ISAAC, never);
      expect(proxy.asked[0]?.headers.host).toBe('hooks.corp.example');
    } finally {
      await identity.close();
    }
  });
});

describe('nothing secret gets out', () => {
  const SECRETS = {
    api_token: '00Q-okta-api-token-secret',
    entra: 'entra~client~secret',
    keycloak: 'keycloak-client-secret',
    token: 'bearer-token-of-the-service',
    webhook: HOOK_SECRET,
  };
  const connectors: Readonly<Record<string, (url: string) => Partial<IdentitySettings>>> = {
    okta: (url) => ({ okta: { url, api_token: SECRETS.api_token } }),
    entra: (url) => ({
      entra: { tenant: 't', client_id: 'c', client_secret: SECRETS.entra, login_url: url, graph_url: url },
    }),
    keycloak: (url) => ({ keycloak: { url, realm: 'r', client_id: 'c', client_secret: SECRETS.keycloak } }),
    webhook: (url) => ({ webhook: { url: `${url}/key-in-path`, secret: SECRETS.webhook } }),
  };
  /** Everything the provider was told, told back in every place from which something might be taken over. */
  function echo({ headers, body }: { headers: object; body: string }, status: number): Reply {
    const all = `${JSON.stringify(headers)} ${body} ${Object.values(SECRETS).join(' ')}`;
    const json = {
      error: all,
      errorCode: all,
      errorId: all,
      errorSummary: all,
      error_description: all,
      message: all,
    };
    return { status, json, headers: { 'x-request-id': Object.values(SECRETS).join(' ') } };
  }

  test.each(
    Object.keys(connectors).flatMap((name) =>
      [400, 401, 403, 404, 409, 429, 500].map((status) => [name, status] as const),
    ),
  )('by %s when it answers %d and tells back all it heard', async (name, status) => {
    const { identity, end } = await link(connectors[name]!, (asked) => {
      if (/token$/.test(asked.path) && status !== 400) return { json: granted(SECRETS.token) };
      return echo(asked, status);
    });
    const result = await end();
    const check = await identity.selfCheck(never);
    const shown = JSON.stringify([result, check, identity.describe()]);
    expect(result.ok).toBe(false);
    for (const secret of [...Object.values(SECRETS), 'key-in-path', 'isaac'])
      expect(shown.toLowerCase()).not.toContain(secret.toLowerCase());
  });

  test('by an answer that holds no token, or one that could not stand in a header', async () => {
    for (const access_token of [undefined, 42, 'secret\r\nx-injected: 1']) {
      const { provider, end } = await link(connectors['keycloak']!, () => ({
        json: { access_token, expires_in: 60 },
      }));
      expect(faultIn(await end())).toMatchObject({
        kind: 'refused',
        message: 'logging in at the identity provider: the answer holds no token',
      });
      expect(provider.asked).toHaveLength(1);
    }
  });
});

test('what a connector does is said in words: who, where, by which name, how fast, how often, how far', async () => {
  const { provider, identity } = await link(
    (url) => ({ keycloak: { url: `${url}/auth`, realm: 'r', client_id: 'c', client_secret: 's' } }),
    () => ({ json: entraUsers(OKTA_USER) }),
  );
  expect(identity.describe()).toEqual({
    provider: 'Keycloak',
    address: provider.url,
    mapping: '{email} as email',
    delay: 0,
    perHour: 20,
    reach:
      'Signs the user out of every application of the realm, in all browsers, and makes every refresh token of the user ' +
      'worthless, offline tokens too.',
  });
  expect(provider.asked).toEqual([]);
});

test('a policy without a connector connects to nothing', () => {
  expect(() =>
    createIdentity({ subject: 'email', per_hour: 1 }, { clock: new NotingClock(T0), env: {} }),
  ).toThrow(RangeError);
});
