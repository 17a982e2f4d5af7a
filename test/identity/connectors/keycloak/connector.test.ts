/** Keycloak, spoken to as its public documentation says it answers. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { SECOND } from '../../../../src/domain/time/time.ts';
import type { KeycloakSettings } from '../../../../src/identity/connectors/keycloak/config.ts';
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
import { granted, jwtWith, KEYCLOAK_USER } from '../../recorded.ts';

const LOGIN = '/realms/contact%20centre/protocol/openid-connect/token';
const USERS = '/admin/realms/contact%20centre/users';
const LOGOUT = `${USERS}/${KEYCLOAK_USER.id}/logout`;

afterEach(closeLinks);

function client(handler: Handler, subject = 'email', parts: Partial<KeycloakSettings> = {}): Promise<Link> {
  return link(
    (url) => ({
      subject,
      keycloak: {
        url: `${url}/`,
        realm: 'contact centre',
        client_id: 'idle-enforcer',
        client_secret: 'kc-secret-Jd83hs',
        ...parts,
      },
    }),
    handler,
  );
}

function wellBehaved({ method, path }: Asked, nth: number): Reply {
  if (path === LOGIN) return { json: granted(`token-${nth}`, 60) };
  if (path === USERS) return { json: [KEYCLOAK_USER] };
  if (method === 'POST' && path === LOGOUT) return { status: 204 };
  return { status: 404, json: { error: 'HTTP 404 Not Found' } };
}

function but(path: string, reply: Reply): Handler {
  return (asked, nth) => (asked.path === path ? reply : wellBehaved(asked, nth));
}

describe('ending a session', () => {
  test('logs in with its service account, looks for exactly one user, and logs them out of the realm', async () => {
    const { provider, end } = await client(wellBehaved);
    expect(await end()).toEqual({ ok: true, delay: 0, correlationId: undefined });
    expect(provider.lines).toEqual([`POST ${LOGIN}`, `GET ${USERS}`, `POST ${LOGOUT}`]);
    const [login, search, logout] = provider.asked;
    expect(Object.fromEntries(login!.form)).toEqual({
      grant_type: 'client_credentials',
      client_id: 'idle-enforcer',
      client_secret: 'kc-secret-Jd83hs',
    });
    expect(search?.query.get('email')).toBe('isaac.brock@example.com');
    expect(search?.query.get('exact')).toBe('true');
    expect([search, logout].map((asked) => asked?.headers.authorization)).toEqual(
      Array(2).fill('Bearer token-1'),
    );
  });

  test.each([
    ['username', 'isaac.brock@example.com'],
    ['{local}', 'isaac.brock'],
  ])('looks by username for the subject %s', async (subject, username) => {
    const { provider, end } = await client(but(USERS, { json: [{ ...KEYCLOAK_USER, username }] }), subject);
    expect((await end()).ok).toBe(true);
    expect(provider.asked[1]?.query.get('username')).toBe(username);
    expect(provider.asked[1]?.query.has('email')).toBe(false);
  });

  test.each<[string, unknown, string]>([
    ['no user has the name', [], 'gone'],
    ['several have it', [KEYCLOAK_USER, { ...KEYCLOAK_USER, id: 'other' }], 'ambiguous'],
    ['the search matched loosely', [{ ...KEYCLOAK_USER, email: 'xisaac.brock@example.com' }], 'refused'],
    ['the answer is no list', { users: [KEYCLOAK_USER] }, 'refused'],
  ])('ends nothing where %s', async (_, json, kind) => {
    const { provider, end } = await client(but(USERS, { json }));
    expect(faultIn(await end()).kind).toBe(kind);
    expect(provider.lines).not.toContain(`POST ${LOGOUT}`);
  });

  test.each<[string, number, string, string]>([
    ['a service account without manage-users', 403, 'HTTP 403 Forbidden', 'forbidden'],
    ['an older server that says it in a word', 403, 'unknown_error', 'forbidden'],
    ['a user deleted meanwhile', 404, 'User not found', 'gone'],
  ])('says who must act at %s', async (_, status, error, kind) => {
    const { end } = await client(but(LOGOUT, { status, json: { error } }));
    expect(faultIn(await end())).toMatchObject({
      kind,
      message: `logging the user out: refused (HTTP ${status}${/^\w+$/.test(error) ? `, ${error}` : ''})`,
    });
  });

  test.each([
    [
      'a wrong secret',
      401,
      { error: 'unauthorized_client', error_description: 'Invalid client or Invalid client credentials' },
    ],
    [
      'a client without service account',
      401,
      { error: 'unauthorized_client', error_description: 'Client not enabled to retrieve service account' },
    ],
    ['an unknown realm', 404, { error: 'Realm does not exist' }],
  ])('says that the credentials are to be mended at %s', async (_, status, json) => {
    const { end } = await client(but(LOGIN, { status, json }));
    expect(faultIn(await end()).kind).toBe('credentials');
  });
});

test('a token that lives for a minute is renewed a tenth ahead of its end, and once when it was withdrawn', async () => {
  const { provider, clock, end } = await client(wellBehaved);
  const logins = (): number => provider.lines.filter((line) => line === `POST ${LOGIN}`).length;
  await end();
  clock.windTo(T0 + 53 * SECOND);
  await end();
  expect(logins()).toBe(1);
  clock.windTo(T0 + 54 * SECOND);
  await end();
  expect(logins()).toBe(2);
  provider.handler = (asked, nth) =>
    asked.headers.authorization === 'Bearer token-2'
      ? { status: 401, json: { error: 'HTTP 401 Unauthorized' } }
      : wellBehaved(asked, nth);
  expect((await end()).ok).toBe(true);
  expect(logins()).toBe(3);
});

describe('the self-check', () => {
  test.each<[string, object, string]>([
    [
      'manage-users',
      { resource_access: { 'realm-management': { roles: ['view-users', 'manage-users'] } } },
      'ok',
    ],
    ['realm-admin', { resource_access: { 'realm-management': { roles: ['realm-admin'] } } }, 'ok'],
    ['only view-users', { resource_access: { 'realm-management': { roles: ['view-users'] } } }, 'failed'],
    ['roles not told', { resource_access: {} }, 'unsure'],
  ])('reads the roles off the token and ends no session: %s', async (_, claims, verdict) => {
    const { provider, identity } = await client((asked, nth) => {
      if (asked.path === LOGIN) return { json: granted(jwtWith(claims)) };
      return asked.path === USERS ? { json: [] } : wellBehaved(asked, nth);
    });
    expect((await identity.selfCheck(new AbortController().signal)).verdict).toBe(verdict);
    expect(provider.lines).toEqual([`POST ${LOGIN}`, `GET ${USERS}`]);
    expect(provider.asked[1]?.query.get('email')).toMatch(/nobody\.invalid$/);
  });
});
