/** Providers that ask for more patience than there is, and answers that are not what they seem. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { HOUR, MINUTE, SECOND } from '../../src/domain/time/time.ts';
import { closeLinks, faultIn, ISAAC, link, T0, type Handler, type Link } from './provider.ts';
import { granted, KEYCLOAK_USER } from './recorded.ts';

const HOOK_SECRET = 'hook-secret-of-this-test';

afterEach(closeLinks);

function hook(handler: Handler): Promise<Link> {
  return link((url) => ({ webhook: { url, secret: HOOK_SECRET } }), handler);
}

function realm(login: object, handler: Handler = () => ({ json: [KEYCLOAK_USER] })): Promise<Link> {
  return link(
    (url) => ({ keycloak: { url, realm: 'r', client_id: 'c', client_secret: 's' } }),
    (asked, nth) => (asked.path.endsWith('/token') ? { json: login } : handler(asked, nth)),
  );
}

describe('a provider that wants to be left alone', () => {
  test.each<[string, number, Readonly<Record<string, string>>]>([
    ['for years', 429, { 'retry-after': '999999999' }],
    ['for milliseconds that are taken for seconds', 429, { 'retry-after': '3600000' }],
    ['until a date in ten years', 429, { 'retry-after': 'Mon, 02 Mar 2036 09:00:00 GMT' }],
    ['until a reset in milliseconds', 429, { 'x-rate-limit-reset': String(T0 + 30 * SECOND) }],
    [
      'until a reset in years, after an answer that was good',
      200,
      { 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': '9999999999' },
    ],
  ])('%s is asked again after five minutes', async (_, status, headers) => {
    const { provider, clock, end } = await hook((__, nth) =>
      nth === 1 ? { status, headers } : { status: 204 },
    );
    await end();
    expect(provider.asked).toHaveLength(1);
    clock.windTo(T0 + 5 * MINUTE);
    expect((await end()).ok).toBe(true);
  });

  test.each(['-5', 'soon', 'within 5 minutes', '1e9'])(
    '"%s" is asked again after a second',
    async (after) => {
      const { clock, end } = await hook((_, nth) =>
        nth === 1 ? { status: 429, headers: { 'retry-after': after } } : { status: 204 },
      );
      expect((await end()).ok).toBe(true);
      expect(clock.now() - T0).toBeLessThanOrEqual(2 * SECOND);
    },
  );

  test('for a second is asked again after it, also where the clock of this machine is set back', async () => {
    const { provider, clock, end } = await hook(() => ({ status: 204 }));
    clock.ahead = 2 * HOUR;
    expect((await end()).ok).toBe(true);
    provider.handler = (_, nth) =>
      nth === 2 ? { status: 429, headers: { 'retry-after': '1' } } : { status: 204 };
    clock.ahead = 0;
    expect((await end()).ok).toBe(true);
    expect(clock.now() - T0).toBe(SECOND);
  });

  test('because of one user serves the others meanwhile', async () => {
    const { identity, end } = await hook(({ body }) =>
      body.includes(ISAAC.id) ? { status: 503, headers: { 'retry-after': '300' } } : { status: 204 },
    );
    expect(faultIn(await end()).kind).toBe('transient');
    const other = { ...ISAAC, id: 'another-agent' };
    expect((await identity.endSession(other, new AbortController().signal)).ok).toBe(true);
  });
});

describe('the service’s token at the provider', () => {
  test.each<[string, unknown]>([
    ['with a line break in it', 'abc\r\nx-admin: 1'],
    ['of blanks', '  '],
    ['of a hundred kilobytes', 'x'.repeat(100_000)],
    ['that is a number', 7],
  ])('%s is none', async (_, token) => {
    const { provider, end } = await realm(granted(token as string));
    expect(faultIn(await end()).message).toBe(
      'logging in at the identity provider: the answer holds no token',
    );
    expect(provider.asked).toHaveLength(1);
  });

  test.each<[string, unknown]>([
    ['that does not say what it is', undefined],
    ['that is bound to a key', 'DPoP'],
  ])('%s is none that could be sent', async (_, token_type) => {
    const { provider, end } = await realm({ access_token: 't', expires_in: 300, token_type });
    expect(faultIn(await end())).toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(
        /^logging in at the identity provider: the answer is no grant that can be used \(\w+\)$/,
      ),
    });
    expect(provider.lines).toEqual(['POST /realms/r/protocol/openid-connect/token']);
  });

  test('that is refused because the clock of this machine ran ahead is asked for again a minute after, also with the clock set back', async () => {
    const { provider, clock, end } = await realm(granted('t'), ({ path }) =>
      path.endsWith('/logout') ? { status: 204 } : { json: [KEYCLOAK_USER] },
    );
    const { handler } = provider;
    provider.handler = ({ path }) =>
      path.endsWith('/token') ? { status: 401, json: { error: 'invalid_client' } } : {};
    clock.ahead = 2 * HOUR;
    expect(faultIn(await end()).kind).toBe('credentials');
    provider.handler = handler;
    clock.ahead = 0;
    clock.windTo(T0 + MINUTE);
    expect((await end()).ok).toBe(true);
  });

  test.each<[string, object, number]>([
    ['that does not tell its end is renewed after five minutes', {}, 5],
    ['that ends in years is renewed after two days', { expires_in: 1e12 }, 2 * 24 * 60],
    ['that ends at once is renewed after a minute', { expires_in: 0 }, 1],
    ['that ended before is renewed after five minutes', { expires_in: -9 }, 5],
  ])('%s', async (_, login, minutes) => {
    const { provider, clock, end } = await realm({ access_token: 't', token_type: 'Bearer', ...login });
    const logins = (): number => provider.asked.filter(({ path }) => path.endsWith('/token')).length;
    await end();
    clock.windTo(T0 + Math.floor(minutes * MINUTE * 0.85) - 5 * SECOND);
    await end();
    expect(logins()).toBe(1);
    clock.windTo(T0 + minutes * MINUTE);
    await end();
    expect(logins()).toBe(2);
  });
});

describe('an answer of a provider', () => {
  test.each<[string, string]>([
    ['nested without end', '['.repeat(900_000)],
    ['of a hundred thousand empty objects', `[${'{},'.repeat(100_000)}{}]`],
  ])('%s is no list of users', async (_, text) => {
    const { end } = await realm(granted('t'), () => ({ text }));
    expect(faultIn(await end())).toMatchObject({
      kind: 'refused',
      message: 'looking up the user: the answer holds no list',
    });
  });
});
