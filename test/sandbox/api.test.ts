/** The rules of the API as a whole: tokens, permissions, the rate limit, errors, and the fixed things. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { ALL_PERMISSIONS, type SandboxOptions } from '../../src/sandbox/index.ts';
import { HOUR, MINUTE, T0, Visit, type Answer } from './visit.ts';

let visit: Visit;

async function begin(options: Partial<SandboxOptions> = {}): Promise<Visit> {
  visit = await Visit.begin(options);
  return visit;
}

afterEach(() => visit.end());

describe('the login', () => {
  test('takes the credentials from the header or from the form', async () => {
    await begin();
    const byForm = await visit.login(
      'grant_type=client_credentials&client_id=sandbox-client&client_secret=sandbox-secret',
    );
    expect(byForm.body).toMatchObject({ token_type: 'bearer', expires_in: 86_400 });
    const byHeader = await visit.login(
      'grant_type=client_credentials',
      `Basic ${btoa('sandbox-client:sandbox-secret')}`,
    );
    expect(byHeader.status).toBe(200);
    expect(byHeader.body['access_token']).not.toBe(byForm.body['access_token']);
  });

  test.each([
    [
      'another grant',
      'grant_type=password',
      'sandbox-client',
      'sandbox-secret',
      400,
      'unsupported_grant_type',
    ],
    [
      'an unknown client',
      'grant_type=client_credentials',
      'somebody',
      'sandbox-secret',
      400,
      'invalid_client',
    ],
    ['a wrong secret', 'grant_type=client_credentials', 'sandbox-client', 'guess', 401, 'invalid_client'],
    ['no client', 'grant_type=client_credentials', '', '', 400, 'invalid_request'],
  ])('refuses %s', async (_, form, id, secret, status, error) => {
    await begin();
    const answer = await visit.login(form, `Basic ${btoa(`${id}:${secret}`)}`);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ error, description: expect.any(String) });
  });

  test('a token is good for as long as it said', async () => {
    await begin({ tokenSeconds: 600 });
    visit.wait(10 * MINUTE - 1);
    expect((await visit.get('/api/v2/tokens/me')).status).toBe(200);
    visit.wait(1);
    const { status, body } = await visit.get('/api/v2/tokens/me');
    expect([status, body['code']]).toEqual([401, 'bad.credentials']);
    visit.token = await visit.logIn();
    expect((await visit.get('/api/v2/tokens/me')).status).toBe(200);
  });

  test('an invented token is refused', async () => {
    await begin();
    visit.token = 'invented';
    expect((await visit.get('/api/v2/users')).status).toBe(401);
  });
});

describe('the rate limit', () => {
  const rate = ({ headers }: Answer): readonly (string | null)[] =>
    ['count', 'allowed', 'reset'].map((name) => headers.get(`inin-ratelimit-${name}`));

  test('counts each request of a token within a minute, and says so', async () => {
    await begin({ requestsPerMinute: 3 });
    expect(rate(await visit.get('/api/v2/groups'))).toEqual(['1', '3', '60']);
    visit.wait(20_500);
    expect(rate(await visit.get('/api/v2/groups'))).toEqual(['2', '3', '40']);
  });

  test('refuses what is too much, says when to come back, and then takes it', async () => {
    await begin({ requestsPerMinute: 2 });
    await visit.get('/api/v2/groups');
    await visit.get('/api/v2/groups');
    visit.wait(15_000);
    const refused = await visit.get('/api/v2/groups');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('45');
    expect(refused.body).toMatchObject({
      code: 'too.many.requests.retry.after',
      message: 'Rate limit exceeded the maximum. Retry the request in [45] seconds',
    });
    expect(visit.sandbox.requests.rateLimited).toBe(1);
    visit.wait(44_999);
    expect((await visit.get('/api/v2/groups')).status).toBe(429);
    visit.wait(1);
    const again = await visit.get('/api/v2/groups');
    expect([again.status, ...rate(again)]).toEqual([200, '1', '2', '60']);
  });

  test('is each token’s own, and what it refuses has no effect', async () => {
    await begin({ requestsPerMinute: 1, cast: ['went-home'] });
    visit.wind(5 * HOUR);
    const id = visit.idOf('went-home');
    await visit.get('/api/v2/groups');
    expect((await visit.revoke(id)).status).toBe(429);
    expect(visit.sandbox.truth().logoffs).toBe(0);
    visit.token = await visit.logIn();
    expect((await visit.revoke(id)).status).toBe(204);
    expect(visit.sandbox.truth().logoffs).toBe(1);
  });
});

describe('permissions', () => {
  const NEEDED = [
    ['GET', '/api/v2/users/query', 'directory:user:view'],
    ['POST', '/api/v2/users/search', 'directory:user:view'],
    ['PATCH', '/api/v2/users/ID/presences/purecloud', 'presence:userPresence:edit'],
    ['GET', '/api/v2/users/ID/station', 'telephony:otherStationAssociation:view'],
    ['DELETE', '/api/v2/users/ID/station/associatedstation', 'telephony:station:disassociate'],
    ['DELETE', '/api/v2/tokens/ID', 'oauth:token:delete'],
    ['GET', '/api/v2/presence/definitions', 'presence:presenceDefinition:view'],
    ['GET', '/api/v2/presence/settings', 'presence:settings:view'],
    ['GET', '/api/v2/authorization/roles', 'authorization:role:view'],
    ['GET', '/api/v2/routing/queues', 'routing:queue:view'],
    ['GET', '/api/v2/teams', 'groups:team:view'],
    ['GET', '/api/v2/identityproviders', 'sso:provider:view'],
    ['GET', '/api/v2/organizations/authentication/settings', 'directory:organization:admin'],
    ['POST', '/api/v2/analytics/users/details/query', 'analytics:userDetail:view'],
    ['GET', '/api/v2/analytics/agents/ID/status', 'analytics:agentState:view'],
    ['POST', '/api/v2/audits/query/realtime', 'audits:audit:view'],
    ['GET', '/api/v2/audits/query/realtime/servicemapping', 'audits:audit:view'],
    ['GET', '/api/v2/workforcemanagement/managementunits', 'wfm:publishedSchedule:view'],
  ] as const;

  test.each(NEEDED)('%s %s asks for %s', async (method, path, permission) => {
    await begin({ permissions: ALL_PERMISSIONS.filter((one) => one !== permission) });
    const { status, body, headers } = await visit.send(method, path.replace('ID', visit.idOf('ordinary')));
    expect(status).toBe(403);
    expect(body).toMatchObject({
      code: 'missing.permissions',
      status: 403,
      messageParams: { permissions: permission },
    });
    expect(body['contextId']).toBe(headers.get('inin-correlation-id'));
  });

  test('no permission is listed that nothing asks for', () => {
    const asked = NEEDED.map(([, , permission]) => permission as string);
    expect(ALL_PERMISSIONS.filter((one) => !asked.includes(one))).toEqual([]);
  });

  test('users, groups, divisions and the timeout are open to every client', async () => {
    await begin({ permissions: [] });
    for (const path of ['users', 'groups', 'authorization/divisions', 'tokens/timeout', 'organizations/me']) {
      expect((await visit.get(`/api/v2/${path}`)).status).toBe(200);
    }
  });

  test('tokens are revoked only in the divisions that were granted', async () => {
    await begin({ grantedDivisions: ['Home'] });
    const { people } = visit.sandbox.world.organisation;
    const of = (division: string): string => people.find((person) => person.division.name === division)!.id;
    const night = await visit.revoke(of('Night'));
    expect([night.status, night.body['code']]).toEqual([403, 'missing.any.division.permissions']);
    expect((await visit.revoke(of('Home'))).status).toBe(204);
  });
});

describe('what is not right', () => {
  test('an unknown path answers 404 and is written down', async () => {
    await begin();
    const { status, body } = await visit.send('DELETE', '/api/v2/apps/users/x/logout?now=1');
    expect([status, body['code']]).toEqual([404, 'not.found']);
    expect((await visit.send('POST', '/api/v2/groups')).status).toBe(405);
    await visit.get('/api/v2/groups');
    expect(visit.sandbox.requests.unknown).toEqual([
      'DELETE /api/v2/apps/users/x/logout',
      'POST /api/v2/groups',
    ]);
  });

  test('malformed JSON, a body that is too large and nonsense in it are refused', async () => {
    await begin({ cast: ['ordinary'] });
    const path = `/api/v2/users/${visit.idOf('ordinary')}/presences/purecloud`;
    expect((await visit.send('PATCH', path, '{"presenceDef')).status).toBe(400);
    expect((await visit.send('PATCH', path, { presenceDefinition: { id: 'none' } })).status).toBe(400);
    expect((await visit.send('PATCH', path, { message: 'x'.repeat(512_000) })).status).toBe(413);
    const routing = `/api/v2/users/${visit.idOf('ordinary')}/routingstatus`;
    expect((await visit.send('PUT', routing, { status: 'INTERACTING' })).status).toBe(400);
    expect((await visit.get('/api/v2/users?pageSize=0')).status).toBe(400);
    expect((await visit.get('/api/v2/users/query?cursor=invented')).status).toBe(400);
  });

  test('a user that does not exist is off queue, and otherwise not found', async () => {
    await begin();
    expect((await visit.get('/api/v2/users/nobody/routingstatus')).body['status']).toBe('OFF_QUEUE');
    for (const [method, path] of [
      ['GET', 'users/nobody'],
      ['GET', 'users/nobody/presences/purecloud'],
      ['GET', 'users/nobody/station'],
      ['DELETE', 'tokens/nobody'],
    ] as const) {
      expect((await visit.send(method, `/api/v2/${path}`)).status).toBe(404);
    }
  });
});

test('all requests are counted by operation and ending', async () => {
  await begin();
  await visit.get('/api/v2/groups');
  await visit.get('/api/v2/groups?pageSize=101');
  await visit.get('/api/v2/users/query');
  expect(visit.sandbox.requests.operations).toEqual({
    loginClientCredentialsGrant: { '200': 1 },
    getGroups: { '200': 1, '400': 1 },
    getUsersQuery: { '200': 1 },
  });
  expect(visit.sandbox.requests.total).toBe(4);
});

test('the settings show the switches', async () => {
  await begin({
    switches: { nativeTimeoutMinutes: 15, reconnectMinutes: 60, restoreOnQueue: false, forceAuthn: true },
    requestsPerMinute: 180,
  });
  expect((await visit.get('/api/v2/tokens/timeout')).body).toMatchObject({
    enableIdleTokenTimeout: true,
    idleTokenTimeoutSeconds: 900,
  });
  expect((await visit.get('/api/v2/presence/settings')).body['restorePresenceSettings']).toEqual({
    enabled: true,
    restoreTimeMilliseconds: 3_600_000,
    restoreOnQueueEnabled: false,
  });
  expect((await visit.get('/api/v2/identityproviders')).body).toMatchObject({
    entities: [{ forceAuthn: true }],
  });
  const { body } = await visit.get('/api/v2/organizations/limits/namespaces/platform.api');
  expect(body['entities']).toContainEqual({
    key: 'client.credentials.token.rate.per.minute',
    namespace: 'platform.api',
    value: 180,
  });
});

test('the presence definitions hold the platform’s own and the organisation’s labels', async () => {
  await begin();
  const { body } = await visit.get('/api/v2/presence/definitions?deactivated=false');
  const words = (body['entities'] as { type: string; systemPresence: string }[]).map(
    ({ type, systemPresence }) => `${type} ${systemPresence}`,
  );
  expect(words.filter((word) => word.startsWith('System'))).toHaveLength(10);
  expect(words).toContain('System OnQueue');
  expect(words).toContain('User Busy');
});

test('the date on each answer is the world’s time, and it never goes back', async () => {
  await begin();
  const date = async (): Promise<number> =>
    Date.parse((await visit.get('/api/v2/groups')).headers.get('date') ?? '');
  visit.wind(HOUR);
  expect(await date()).toBe(T0 + HOUR);
  visit.wait(-10 * MINUTE);
  expect(await date()).toBe(T0 + HOUR);
});
