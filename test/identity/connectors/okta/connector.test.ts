/** Okta, spoken to as its public documentation says it answers. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import { decodeJwt, jwtVerify } from 'jose';
import { MINUTE, SECOND } from '../../../../src/domain/time/time.ts';
import type { OktaSettings } from '../../../../src/identity/connectors/okta/config.ts';
import {
  closeLinks,
  faultIn,
  link,
  T0,
  type Asked,
  type Handler,
  type Link,
  type Reply,
} from '../../provider.ts';
import { granted, OKTA_USER, oktaError, oktaLimits } from '../../recorded.ts';

const API_TOKEN = '00QCjAl4MlV-WPXM-ApiTokenOfTheService';
const USERS = '/api/v1/users';
const SESSIONS = `${USERS}/${OKTA_USER.id}/sessions`;

afterEach(closeLinks);

function withToken(handler: Handler, parts: Partial<OktaSettings> = {}, subject = 'email'): Promise<Link> {
  return link((url) => ({ okta: { url, api_token: API_TOKEN, ...parts }, subject }), handler);
}

/** Finds Isaac and ends what it is asked to. */
function wellBehaved({ method, path }: Asked): Reply {
  const headers = oktaLimits(599, T0 + MINUTE);
  if (path === USERS) return { json: [OKTA_USER], headers };
  if (method === 'DELETE' && path === SESSIONS) return { status: 204, headers };
  if (path === '/oauth2/v1/token') return { json: { ...granted('token-1'), scope: 'okta.users.manage' } };
  return {
    status: 404,
    json: oktaError('E0000022', 'The endpoint does not support the provided HTTP method'),
  };
}

describe('ending a session', () => {
  test('looks for exactly one user by login, then ends all their sessions and the tokens Okta issued', async () => {
    const { provider, end } = await withToken(wellBehaved);
    expect(await end()).toEqual({ ok: true, delay: 0, correlationId: 'Zk3MBwoRtHQ-Bd6d4kBeQgAADJk' });
    expect(provider.lines).toEqual([`GET ${USERS}`, `DELETE ${SESSIONS}`]);
    const [search, deletion] = provider.asked;
    expect(search?.query.get('search')).toBe('profile.login eq "isaac.brock@example.com"');
    // Left out, Okta would forget the factors that it remembers of all their devices as well.
    expect(Object.fromEntries(deletion!.query)).toEqual({ oauthTokens: 'true', forgetDevices: 'false' });
    expect(provider.asked.map(({ headers }) => headers.authorization)).toEqual(
      Array(2).fill(`SSWS ${API_TOKEN}`),
    );
  });

  test('asks for the name that the policy makes of the agent, and cannot be talked out of the comparison', async () => {
    const { provider, end } = await withToken(
      () => ({ json: [] }),
      {},
      String.raw`{local}" or profile.login sw "a\ `.trim(),
    );
    await end();
    expect(provider.asked[0]?.query.get('search')).toBe(
      String.raw`profile.login eq "isaac.brock\" or profile.login sw \"a\\"`,
    );
  });

  test.each<[string, readonly object[], string]>([
    ['no user has the name', [], 'gone'],
    ['several have it', [OKTA_USER, { ...OKTA_USER, id: '00uOther' }], 'ambiguous'],
    [
      'the answer is about another user',
      [{ ...OKTA_USER, profile: { ...OKTA_USER.profile, login: 'isaac.brocken@example.com' } }],
      'refused',
    ],
    ['the answer has no id', [{ profile: OKTA_USER.profile }], 'refused'],
  ])('ends nothing where %s', async (_, users, kind) => {
    const { provider, end } = await withToken(() => ({ json: users }));
    expect(faultIn(await end()).kind).toBe(kind);
    expect(provider.lines).toEqual([`GET ${USERS}`]);
  });

  test('takes a login in capitals for the same', async () => {
    const profile = { ...OKTA_USER.profile, login: 'Isaac.Brock@Example.com' };
    const { end } = await withToken((asked) =>
      asked.path === USERS ? { json: [{ ...OKTA_USER, profile }] } : wellBehaved(asked),
    );
    expect((await end()).ok).toBe(true);
  });

  test.each<[string, number, object, string, string]>([
    [
      'a token that is no longer good',
      401,
      oktaError('E0000011', 'Invalid token provided'),
      'credentials',
      'E0000011',
    ],
    [
      'an administrator role that lacks the right',
      403,
      oktaError('E0000006', 'You do not have permission to perform the requested action'),
      'forbidden',
      'E0000006',
    ],
    [
      'a user deleted meanwhile',
      404,
      oktaError('E0000007', 'Not found: Resource not found: 00ub0oNGTSWTBKOLGLNR (User)'),
      'gone',
      'E0000007',
    ],
    [
      'a request it does not take',
      400,
      oktaError('E0000001', 'Api validation failed: userId'),
      'refused',
      'E0000001',
    ],
  ])('says who must act at %s', async (_, status, json, kind, code) => {
    const { end } = await withToken((asked) =>
      asked.method === 'DELETE' ? { status, json } : wellBehaved(asked),
    );
    expect(faultIn(await end())).toEqual({
      kind,
      message: `ending the sessions: refused (HTTP ${status}, ${code})`,
      correlationId: 'oaeHfmOAx1iRLa0H10DeMz5fQ',
    });
  });
});

describe('its rate limit', () => {
  const spent: Reply = {
    status: 429,
    json: oktaError('E0000047', 'API call exceeded rate limit due to too many requests.'),
  };

  test('is waited out until the reset that the headers tell, by the provider’s own clock', async () => {
    const { provider, clock, end } = await withToken((asked, nth) =>
      asked.method === 'DELETE' && nth === 1
        ? {
            ...spent,
            // Its clock is two hours ahead of ours.
            headers: {
              ...oktaLimits(0, asked.at + 2 * 60 * MINUTE + 7 * SECOND),
              date: new Date(asked.at + 2 * 60 * MINUTE).toUTCString(),
            },
          }
        : wellBehaved(asked),
    );
    expect((await end()).ok).toBe(true);
    expect(provider.lines).toEqual([`GET ${USERS}`, `DELETE ${SESSIONS}`, `DELETE ${SESSIONS}`]);
    expect(clock.now()).toBe(T0 + 7 * SECOND);
  });

  test('is kept before it is broken: nothing is sent once the headers say that none are left', async () => {
    const { provider, end } = await withToken((asked, nth) =>
      asked.path === USERS && nth === 1
        ? { json: [OKTA_USER], headers: oktaLimits(0, T0 + 9 * SECOND) }
        : wellBehaved(asked),
    );
    expect((await end()).ok).toBe(true);
    expect(provider.asked[1]?.at).toBe(T0 + 9 * SECOND);
  });

  test('longer than patience lasts is left for a later sweep, and nothing is sent until it is over', async () => {
    const { provider, clock, end } = await withToken((asked, nth) =>
      asked.path === USERS && nth === 1
        ? { ...spent, headers: oktaLimits(0, T0 + MINUTE) }
        : wellBehaved(asked),
    );
    expect(faultIn(await end()).kind).toBe('transient');
    expect(faultIn(await end()).message).toMatch(/asks for a longer wait/);
    expect(provider.lines).toEqual([`GET ${USERS}`]);
    clock.windTo(T0 + MINUTE);
    expect((await end()).ok).toBe(true);
  });
});

describe('as a service app with a private key', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const jwk = JSON.stringify({ ...ec.privateKey.export({ format: 'jwk' }), kid: 'key-of-march' });

  function asApp(handler: Handler, private_key = pem): Promise<Link> {
    return link((url) => ({ okta: { url, client_id: '0oaServiceApp', private_key } }), handler);
  }

  async function assertionOf({ form }: Asked, url: string, key: KeyObject) {
    return jwtVerify(form.get('client_assertion') ?? '', key, {
      audience: `${url}/oauth2/v1/token`,
      issuer: '0oaServiceApp',
      subject: '0oaServiceApp',
      currentDate: new Date(T0),
    });
  }

  test('proves itself by a signed assertion, short-lived and never used twice', async () => {
    const { provider, clock, end } = await asApp(wellBehaved);
    expect((await end()).ok).toBe(true);
    clock.windTo(T0 + 2 * 60 * MINUTE);
    expect((await end()).ok).toBe(true);
    const [first, second] = provider.asked.filter(({ path }) => path === '/oauth2/v1/token');
    expect(first?.form.get('grant_type')).toBe('client_credentials');
    expect(first?.form.get('scope')).toBe('okta.users.manage okta.users.read');
    expect(first?.form.get('client_assertion_type')).toBe(
      'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    );
    const { payload, protectedHeader } = await assertionOf(first!, provider.url, rsa.publicKey);
    expect(protectedHeader).toEqual({ alg: 'RS256' });
    expect(payload.exp).toBe(T0 / SECOND + 300);
    expect(payload.jti).toMatch(/^[\w-]{20,}$/);
    expect(decodeJwt(second?.form.get('client_assertion') ?? '').jti).not.toBe(payload.jti);
    expect(second?.form.get('client_assertion')).not.toBe(first?.form.get('client_assertion'));
    expect(provider.asked.find(({ method }) => method === 'DELETE')?.headers.authorization).toBe(
      'Bearer token-1',
    );
  });

  test('takes an elliptic key as JWK, and names it', async () => {
    const { provider, end } = await asApp(wellBehaved, jwk);
    expect((await end()).ok).toBe(true);
    const { protectedHeader } = await assertionOf(provider.asked[0]!, provider.url, ec.publicKey);
    expect(protectedHeader).toEqual({ alg: 'ES256', kid: 'key-of-march' });
  });

  test.each(['RS512', 'PS256'])('signs by the algorithm %s that a JWK names', async (alg) => {
    const { privateKey, publicKey } = rsa;
    const key = JSON.stringify({ ...privateKey.export({ format: 'jwk' }), alg });
    const { provider, end } = await asApp(wellBehaved, key);
    expect((await end()).ok).toBe(true);
    const { protectedHeader } = await assertionOf(provider.asked[0]!, provider.url, publicKey);
    expect(protectedHeader).toEqual({ alg });
  });

  test.each([
    ['pkcs1', rsa],
    ['sec1', ec],
  ] as const)('takes a key in the older form %s of PEM', async (type, { privateKey }) => {
    const key = privateKey.export({ type: type, format: 'pem' }) as string;
    const { end } = await asApp(wellBehaved, key);
    expect((await end()).ok).toBe(true);
  });

  test.each([
    ['is none', 'not a key at all: 7d3f'],
    [
      'is too short',
      generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({
        type: 'pkcs8',
        format: 'pem',
      }) as string,
    ],
    [
      'says that it signs in a way that there is not',
      JSON.stringify({ ...(JSON.parse(jwk) as object), alg: 'RS256' }),
    ],
    [
      'is of a kind that cannot sign here',
      generateKeyPairSync('x25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    ],
  ])('refuses a key that %s, and sends nothing', async (_, key) => {
    const { provider, end } = await asApp(wellBehaved, key);
    const { kind, message } = faultIn(await end());
    expect([kind, message]).toEqual([
      'credentials',
      'identity.okta.private_key is neither an RSA key of 2048 bits or more nor an EC key, in PEM or JWK',
    ]);
    expect(provider.asked).toEqual([]);
  });

  test.each([
    ['a key it does not know', 401, 'invalid_client', 'The parsing of client_assertion failed.'],
    [
      'scopes that were not granted',
      400,
      'invalid_scope',
      'One or more scopes are not configured for the app',
    ],
    ['an app that must prove possession', 400, 'invalid_dpop_proof', 'The DPoP proof JWT header is missing.'],
  ])('says that the credentials are to be mended at %s', async (_, status, error, error_description) => {
    const { end } = await asApp(() => ({ status, json: { error, error_description } }));
    const { kind, message } = faultIn(await end());
    expect(kind).toBe('credentials');
    const advice = error === 'invalid_dpop_proof' ? ', switch off DPoP in the settings of the app' : '';
    expect(message).toBe(`logging in at the identity provider: refused (HTTP ${status}, ${error}${advice})`);
  });
});

test('the self-check looks up no real user and ends no session', async () => {
  const { provider, identity } = await withToken((asked) =>
    asked.path === USERS ? { json: [] } : wellBehaved(asked),
  );
  expect(await identity.selfCheck(new AbortController().signal)).toMatchObject({ verdict: 'unsure' });
  expect(provider.lines).toEqual([`GET ${USERS}`]);
  expect(provider.asked[0]?.query.get('search')).toMatch(/nobody\.invalid"$/);
});

test('the self-check says what is wrong and what to do', async () => {
  const { identity } = await withToken(() => ({
    status: 403,
    json: oktaError('E0000006', 'You do not have permission to perform the requested action'),
  }));
  expect(await identity.selfCheck(new AbortController().signal)).toEqual({
    verdict: 'failed',
    sentence:
      'looking for the user: refused (HTTP 403, E0000006); grant the right to read users and to end their sessions',
  });
});
