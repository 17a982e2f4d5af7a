/** Microsoft Entra ID by way of Microsoft Graph, spoken to as the public documentation says it answers. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { MINUTE, SECOND } from '../../../../src/domain/time/time.ts';
import type { EntraSettings } from '../../../../src/identity/connectors/entra/config.ts';
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
import {
  ENTRA_REVOKED,
  ENTRA_USER,
  entraLoginError,
  entraUsers,
  granted,
  graphError,
  jwtWith,
} from '../../recorded.ts';

const LOGIN = '/contoso.onmicrosoft.com/oauth2/v2.0/token';
const USERS = '/v1.0/users';
const REVOKE = `${USERS}/${ENTRA_USER.id}/revokeSignInSessions`;
const REQUEST_ID = { 'request-id': 'a15c7ea4-d7e4-4d57-9cf0-d5b8fd22aad0' };

afterEach(closeLinks);

function app(handler: Handler, parts: Partial<EntraSettings> = {}, subject = 'email'): Promise<Link> {
  return link(
    (url) => ({
      subject,
      entra: {
        tenant: 'contoso.onmicrosoft.com',
        client_id: '11112222-bbbb-3333-cccc-4444dddd5555',
        client_secret: 'qWe8Q~entra-client-secret',
        login_url: url,
        graph_url: url,
        ...parts,
      },
    }),
    handler,
  );
}

function wellBehaved({ method, path }: Asked, nth: number): Reply {
  if (path === LOGIN) return { json: granted(`token-${nth}`, 3599) };
  if (path === USERS) return { json: entraUsers(ENTRA_USER), headers: REQUEST_ID };
  if (method === 'POST' && path === REVOKE) return { json: ENTRA_REVOKED, headers: REQUEST_ID };
  return { status: 404, json: graphError('BadRequest', 'Resource not found for the segment') };
}

/** Everybody behaves but this one request. */
function but(path: string, reply: Reply): Handler {
  return (asked, nth) => (asked.path === path ? reply : wellBehaved(asked, nth));
}

describe('ending a session', () => {
  test('logs in as an app, looks for exactly one user by principal name, and revokes their sign-in sessions', async () => {
    const { provider, end } = await app(wellBehaved);
    expect(await end()).toEqual({
      ok: true,
      // "There might be a small delay of a few minutes before tokens are revoked."
      delay: 5 * MINUTE,
      correlationId: REQUEST_ID['request-id'],
    });
    expect(provider.lines).toEqual([`POST ${LOGIN}`, `GET ${USERS}`, `POST ${REVOKE}`]);
    const [login, search, revoke] = provider.asked;
    expect(Object.fromEntries(login!.form)).toEqual({
      grant_type: 'client_credentials',
      client_id: '11112222-bbbb-3333-cccc-4444dddd5555',
      client_secret: 'qWe8Q~entra-client-secret',
      scope: 'https://graph.microsoft.com/.default',
    });
    expect(search?.query.get('$filter')).toBe("userPrincipalName eq 'isaac.brock@example.com'");
    expect([search, revoke].map((asked) => asked?.headers.authorization)).toEqual(
      Array(2).fill('Bearer token-1'),
    );
  });

  test('waits as long as the policy says, where it does', async () => {
    const { end } = await app(wellBehaved, { delay: 2 * MINUTE });
    expect(await end()).toMatchObject({ ok: true, delay: 2 * MINUTE });
  });

  test.each<[string, readonly object[], string]>([
    ['no user has the name', [], 'gone'],
    ['several have it', [ENTRA_USER, { ...ENTRA_USER, id: 'other' }], 'ambiguous'],
    [
      'the answer is about another user',
      [{ ...ENTRA_USER, userPrincipalName: 'other@example.com' }],
      'refused',
    ],
    [
      'the user is a guest, whose sessions are another tenant’s',
      [{ ...ENTRA_USER, userType: 'Guest' }],
      'gone',
    ],
  ])('ends nothing where %s', async (_, users, kind) => {
    const { provider, end } = await app(but(USERS, { json: entraUsers(...users) }));
    expect(faultIn(await end()).kind).toBe(kind);
    expect(provider.lines).not.toContain(`POST ${REVOKE}`);
  });

  test('ends no session of a user who was invited as a member, because they sign in through their own tenant', async () => {
    const userPrincipalName = 'isaac.brock_example.com#EXT#@contoso.onmicrosoft.com';
    const { provider, end } = await app(
      but(USERS, { json: entraUsers({ ...ENTRA_USER, userPrincipalName }) }),
      {},
      userPrincipalName,
    );
    expect(faultIn(await end())).toMatchObject({
      kind: 'gone',
      message: expect.stringContaining('home tenant'),
    });
    expect(provider.lines).not.toContain(`POST ${REVOKE}`);
    expect(provider.asked[1]?.query.get('$filter')).toBe(`userPrincipalName eq '${userPrincipalName}'`);
  });

  test('asks for a name with a quote in it by that name, and cannot be talked out of the comparison', async () => {
    const { provider, end } = await app(
      but(USERS, { json: entraUsers() }),
      {},
      "{local}' or startswith(mail,'a",
    );
    await end();
    expect(provider.asked[1]?.query.get('$filter')).toBe(
      "userPrincipalName eq 'isaac.brock'' or startswith(mail,''a'",
    );
  });

  test.each<[string, number, object, string, string]>([
    [
      'an app without the permission',
      403,
      graphError('Authorization_RequestDenied', 'Insufficient privileges to complete the operation.'),
      'forbidden',
      'Authorization_RequestDenied',
    ],
    [
      'a user deleted meanwhile',
      404,
      graphError(
        'Request_ResourceNotFound',
        "Resource '87d349ed' does not exist or one of its queried reference-property objects are not present.",
      ),
      'gone',
      'Request_ResourceNotFound',
    ],
  ])('says who must act at %s', async (_, status, json, kind, code) => {
    const { end } = await app(but(REVOKE, { status, json, headers: REQUEST_ID }));
    expect(faultIn(await end())).toEqual({
      kind,
      message: `revoking the sign-in sessions: refused (HTTP ${status}, ${code})`,
      correlationId: REQUEST_ID['request-id'],
    });
  });

  test('does not take a no for a yes', async () => {
    const { end } = await app(but(REVOKE, { json: { ...ENTRA_REVOKED, value: false } }));
    expect(faultIn(await end()).kind).toBe('refused');
    const { end: again } = await app(but(REVOKE, { status: 204 }));
    expect((await again()).ok).toBe(true);
  });
});

describe('its token', () => {
  test('is kept while it is good and renewed ahead of its end', async () => {
    const { provider, clock, end } = await app(wellBehaved);
    const logins = (): number => provider.lines.filter((line) => line === `POST ${LOGIN}`).length;
    await end();
    clock.windTo(T0 + 50 * MINUTE);
    await end();
    expect(logins()).toBe(1);
    clock.windTo(T0 + 56 * MINUTE);
    await end();
    expect(logins()).toBe(2);
    expect(provider.asked.at(-1)?.headers.authorization).toBe('Bearer token-2');
  });

  test('is asked for once however many need it', async () => {
    const { provider, end } = await app(wellBehaved);
    const results = await Promise.all([end(), end(), end()]);
    expect(results.map(({ ok }) => ok)).toEqual([true, true, true]);
    expect(provider.lines.filter((line) => line === `POST ${LOGIN}`)).toHaveLength(1);
  });

  test('that was withdrawn is renewed once, and the request sent again', async () => {
    const expired = graphError('InvalidAuthenticationToken', 'Access token has expired or is not yet valid.');
    const { provider, end } = await app((asked, nth) =>
      asked.headers.authorization === 'Bearer token-1'
        ? { status: 401, json: expired }
        : wellBehaved(asked, nth),
    );
    expect((await end()).ok).toBe(true);
    expect(provider.lines).toEqual([
      `POST ${LOGIN}`,
      `GET ${USERS}`,
      `POST ${LOGIN}`,
      `GET ${USERS}`,
      `POST ${REVOKE}`,
    ]);
  });

  test('that is refused again is a matter of the credentials, and is not tried a third time', async () => {
    const denied = graphError('InvalidAuthenticationToken', 'CompactToken validation failed');
    const { provider, end } = await app(but(USERS, { status: 401, json: denied }));
    expect(faultIn(await end()).kind).toBe('credentials');
    expect(provider.lines).toEqual([`POST ${LOGIN}`, `GET ${USERS}`, `POST ${LOGIN}`, `GET ${USERS}`]);
  });

  test.each([
    ['a wrong secret', 401, 'invalid_client', 7000215],
    ['a secret that has run out', 401, 'invalid_client', 7000222],
    ['an unknown tenant', 400, 'invalid_request', 90002],
    ['an unknown app', 400, 'unauthorized_client', 700016],
  ])('is not granted for %s: the operator is told', async (_, status, error, code) => {
    const { end } = await app(but(LOGIN, { status, json: entraLoginError(error, 'As documented.', code) }));
    expect(faultIn(await end())).toMatchObject({
      kind: 'credentials',
      message: `logging in at the identity provider: refused (HTTP ${status}, ${error}, AADSTS${code})`,
    });
  });

  test('that was not granted is not asked for again within the minute, however many agents wait', async () => {
    const { provider, clock, end } = await app(
      but(LOGIN, { status: 401, json: entraLoginError('invalid_client', 'As documented.', 7000215) }),
    );
    await end();
    clock.windTo(T0 + MINUTE - 1);
    expect(faultIn(await end()).kind).toBe('credentials');
    expect(provider.lines).toEqual([`POST ${LOGIN}`]);
    provider.handler = wellBehaved;
    clock.windTo(T0 + MINUTE);
    expect((await end()).ok).toBe(true);
  });

  test.each([
    ['https://graph.microsoft.us', 'https://graph.microsoft.us/.default'],
    ['https://microsoftgraph.chinacloudapi.cn/', 'https://microsoftgraph.chinacloudapi.cn/.default'],
  ])('is asked for by the name of the national cloud: %s', async (graph_url, scope) => {
    const { provider, end } = await app(
      () => ({ status: 400, json: entraLoginError('invalid_request', 'Enough seen.', 90002) }),
      { graph_url },
    );
    await end();
    expect(provider.asked[0]?.form.get('scope')).toBe(scope);
  });
});

describe('throttling', () => {
  const tooMany = graphError('TooManyRequests', 'Too many requests. Please try again later.');

  test('is waited out as Retry-After says', async () => {
    const { provider, end } = await app((asked, nth) =>
      asked.path === REVOKE && nth === 1
        ? { status: 429, json: tooMany, headers: { 'retry-after': '5', ...REQUEST_ID } }
        : wellBehaved(asked, nth),
    );
    expect((await end()).ok).toBe(true);
    expect(provider.asked.map(({ at }) => at - T0)).toEqual([0, 0, 0, 5 * SECOND]);
  });

  test('for longer than patience lasts is left for a later sweep', async () => {
    const { provider, end } = await app(
      but(REVOKE, { status: 429, json: tooMany, headers: { 'retry-after': '315' } }),
    );
    const fault = faultIn(await end());
    expect(fault.kind).toBe('transient');
    expect(provider.lines.filter((line) => line === `POST ${REVOKE}`)).toHaveLength(1);
  });

  test('is heeded as well where a service that is unavailable says how long', async () => {
    const { provider, end } = await app((asked, nth) =>
      asked.path === REVOKE && nth === 1
        ? { status: 503, json: graphError('serviceNotAvailable', 'Busy.'), headers: { 'retry-after': '6' } }
        : wellBehaved(asked, nth),
    );
    expect((await end()).ok).toBe(true);
    expect(provider.asked.at(-1)!.at - T0).toBeGreaterThanOrEqual(6 * SECOND);
  });

  test('for longer than a reading lasts is left for a later sweep: what was judged would be too old', async () => {
    const { clock, end } = await app(
      but(REVOKE, { status: 429, json: tooMany, headers: { 'retry-after': '15' } }),
    );
    expect(faultIn(await end()).kind).toBe('transient');
    expect(clock.now() - T0).toBeLessThanOrEqual(10 * SECOND);
  });
});

describe('the self-check', () => {
  function checked(roles: readonly string[] | undefined): Promise<Link> {
    const token = jwtWith({ aud: 'https://graph.microsoft.com', roles });
    return app((asked, nth) => {
      if (asked.path === LOGIN) return { json: granted(token) };
      return asked.path === USERS ? { json: entraUsers() } : wellBehaved(asked, nth);
    });
  }

  test.each<[readonly string[] | undefined, string]>([
    [['User.Read.All', 'User.RevokeSessions.All'], 'ok'],
    // Some versions of the documentation allow it with this one, the newest does not.
    [['User.ReadWrite.All'], 'unsure'],
    [['User.Read.All'], 'failed'],
    [undefined, 'unsure'],
  ])('reads the permissions %p off the token and ends no session: %s', async (roles, verdict) => {
    const { provider, identity } = await checked(roles);
    expect((await identity.selfCheck(new AbortController().signal)).verdict).toBe(verdict);
    expect(provider.lines).toEqual([`POST ${LOGIN}`, `GET ${USERS}`]);
    expect(provider.asked[1]?.query.get('$filter')).toMatch(/nobody\.invalid'$/);
  });

  test('fails with what to do where the app may not look for users', async () => {
    const json = graphError(
      'Authorization_RequestDenied',
      'Insufficient privileges to complete the operation.',
    );
    const { identity } = await app(but(USERS, { status: 403, json }));
    expect((await identity.selfCheck(new AbortController().signal)).sentence).toMatch(
      /Authorization_RequestDenied\); grant the right to read users and to end their sessions$/,
    );
  });
});
