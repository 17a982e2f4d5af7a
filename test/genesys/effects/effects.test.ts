import { afterEach, describe, expect, test } from '@jest/globals';
import type { Agent } from '../../../src/domain/agent.ts';
import type { Action } from '../../../src/domain/policy/policy.ts';
import {
  fakePlatform,
  NO_SIGNAL,
  T0,
  user,
  type FakePlatform,
  type Handler,
  type Reply,
} from '../fake-platform.ts';

const ID = String(user(1)['id']);
const AGENT: Agent = {
  id: ID,
  name: 'A',
  email: 'a@x',
  username: 'a',
  divisionId: 'd',
  groups: [],
  roles: [],
  queues: [],
  teams: [],
};
const DEFINITIONS = '/api/v2/presence/definitions';
const OFFLINES = [
  { id: 'def-home', type: 'User', systemPresence: 'Offline', languageLabels: { en_US: 'Gone home' } },
  { id: 'def-offline', type: 'System', systemPresence: 'Offline', languageLabels: { en_US: 'Offline' } },
  { id: 'def-away', type: 'System', systemPresence: 'Away' },
];

let fake: FakePlatform | undefined;
afterEach(async () => {
  await fake?.close();
  fake = undefined;
});

async function open(handler: Handler = () => undefined): Promise<FakePlatform> {
  fake = await fakePlatform((seen, count) => {
    const own = handler(seen, count);
    if (own !== undefined) return own;
    if (seen.path === DEFINITIONS) return { json: { entities: OFFLINES } };
    return seen.method === 'GET' || seen.path === '/oauth/token' ? undefined : { status: 204 };
  });
  return fake;
}

const perform = (
  action: Action,
  agent = AGENT,
  signal = NO_SIGNAL,
  notAfter = T0 + 3_600_000,
): ReturnType<FakePlatform['platform']['effects']['perform']> =>
  fake!.platform.effects.perform(action, agent, notAfter, signal);

describe('an action', () => {
  test.each<[Action, string, string, unknown]>([
    ['off_queue', 'PUT', `/api/v2/users/${ID}/routingstatus`, { status: 'OFF_QUEUE' }],
    [
      'offline',
      'PATCH',
      `/api/v2/users/${ID}/presences/purecloud`,
      { presenceDefinition: { id: 'def-offline' } },
    ],
    ['release_station', 'DELETE', `/api/v2/users/${ID}/station/associatedstation`, undefined],
    ['revoke_tokens', 'DELETE', `/api/v2/tokens/${ID}`, undefined],
  ])('%s is %s %s', async (action, method, path, body) => {
    await open();
    expect(await perform(action)).toEqual({
      ok: true,
      correlationId: 'c0ffee00-1111-4222-8333-correlation1',
    });
    const last = fake!.requests.at(-1)!;
    expect([last.method, last.path]).toEqual([method, path]);
    expect(last.body === '' ? undefined : JSON.parse(last.body)).toEqual(body);
  });

  test.each<Action>(['end_sso_session', 'notify'])(
    '%s is not the platform’s and is refused without a request',
    async (action) => {
      await open();
      expect(await perform(action)).toMatchObject({ ok: false, fault: { kind: 'refused' } });
      expect(fake!.requests).toHaveLength(0);
    },
  );

  test.each<[Reply, string]>([
    [{ status: 403, json: { code: 'missing.permissions', contextId: 'x' } }, 'forbidden'],
    [{ status: 404, json: {} }, 'gone'],
    [{ status: 429, headers: { 'retry-after': '1' } }, 'transient'],
    [{ status: 503 }, 'transient'],
    [{ cut: 'before' }, 'transient'],
    [{ status: 401, json: {} }, 'transient'],
    [{ status: 400, json: { code: 'bad.request' } }, 'refused'],
    [{ status: 409 }, 'refused'],
  ])('that is answered with %j ends as %s and does not throw', async (reply, kind) => {
    await open(({ path }) => (path.startsWith('/api/v2/tokens/') ? reply : undefined));
    expect(await perform('revoke_tokens')).toMatchObject({ ok: false, fault: { kind } });
  });

  test.each([400, 404, 409, 410])(
    'release_station is done where the platform answers %i: there is no station to release',
    async (status) => {
      await open(({ path }) => (path.endsWith('/associatedstation') ? { status, json: {} } : undefined));
      expect(await perform('release_station')).toMatchObject({ ok: true });
      expect(fake!.requests.filter(({ method }) => method === 'DELETE')).toHaveLength(1);
    },
  );

  test.each<[Reply, string]>([
    [{ status: 403, json: {} }, 'forbidden'],
    [{ status: 500 }, 'transient'],
    [{ status: 405 }, 'refused'],
  ])('release_station that is answered with %j ends as %s', async (reply, kind) => {
    await open(({ path }) => (path.endsWith('/associatedstation') ? reply : undefined));
    expect(await perform('release_station')).toMatchObject({ ok: false, fault: { kind } });
  });

  test('offline is repeated after a second or two while an earlier update of the presence is under way', async () => {
    const json = { status: 409, code: 'presenceservice.conflict', message: 'not yet completed' };
    await open(({ method }, count) => (method === 'PATCH' && count < 3 ? { status: 409, json } : undefined));
    expect(await perform('offline')).toMatchObject({ ok: true });
    expect(fake!.requests.filter(({ method }) => method === 'PATCH')).toHaveLength(3);
    for (const pause of fake!.clock.slept) {
      expect(pause).toBeGreaterThanOrEqual(1_000);
      expect(pause).toBeLessThanOrEqual(2_000);
    }
  });

  test.each<[string, () => Promise<unknown>]>([
    ['offline', () => perform('offline', AGENT, NO_SIGNAL, T0 + 10_000)],
    [
      'a former presence',
      () => fake!.platform.effects.restorePresence(ID, 'def-on-queue', T0 + 10_000, NO_SIGNAL),
    ],
  ])(
    '%s ends as transient where the conflict stays, whatever its code, within ten seconds',
    async (_, run) => {
      await open(({ method }) => (method === 'PATCH' ? { status: 409, json: { code: 'other' } } : undefined));
      expect(await run()).toMatchObject({ ok: false, fault: { kind: 'transient' } });
      expect(fake!.requests.filter(({ method }) => method === 'PATCH').length).toBeLessThanOrEqual(4);
      expect(fake!.clock.now() - T0).toBeLessThanOrEqual(10_000);
    },
  );

  test('off_queue that is refused with 400 says that it may be so already', async () => {
    await open(({ method }) =>
      method === 'PUT' ? { status: 400, json: { code: 'bad.request' } } : undefined,
    );
    expect(await perform('off_queue')).toMatchObject({
      ok: false,
      fault: { kind: 'refused', perhapsSo: 'already' },
    });
  });

  test('off_queue that is refused with 400 after a try without an answer says that it may be our doing', async () => {
    await open(({ method }, count) => {
      if (method !== 'PUT') return undefined;
      return count === 1 ? { cut: 'before' } : { status: 400, json: {} };
    });
    expect(await perform('off_queue')).toMatchObject({
      ok: false,
      fault: { kind: 'refused', perhapsSo: 'by_us' },
    });
  });

  test.each([403, 404, 409, 500])('off_queue that is answered %i does not', async (status) => {
    await open(({ method }) => (method === 'PUT' ? { status, json: {} } : undefined));
    const result = await perform('off_queue');
    expect(result.ok).toBe(false);
    expect(result).not.toHaveProperty('fault.perhapsSo');
  });

  test('revoke_tokens is done with 204 and with 200', async () => {
    for (const status of [200, 204]) {
      await open(({ path }) => (path.startsWith('/api/v2/tokens/') ? { status } : undefined));
      expect(await perform('revoke_tokens')).toMatchObject({ ok: true });
      await fake!.close();
    }
  });

  test('is repeated when it failed for a moment', async () => {
    await open(({ path }, count) =>
      path.startsWith('/api/v2/tokens/') && count < 3 ? { status: 503 } : undefined,
    );
    expect(await perform('revoke_tokens')).toMatchObject({ ok: true });
    expect(fake!.of(`/api/v2/tokens/${ID}`)).toHaveLength(3);
  });

  test('ends as transient when it is stopped', async () => {
    await open();
    expect(await perform('revoke_tokens', AGENT, AbortSignal.abort())).toMatchObject({
      ok: false,
      fault: { kind: 'transient' },
    });
    expect(fake!.requests).toHaveLength(0);
  });

  test.each(['me', '..', '../users', 'a/b', '', 'timeout/../x'])(
    'on the id "%s" is refused without a request',
    async (id) => {
      await open();
      for (const action of ['off_queue', 'offline', 'release_station', 'revoke_tokens'] as const) {
        expect(await perform(action, { ...AGENT, id })).toMatchObject({
          ok: false,
          fault: { kind: 'refused' },
        });
      }
      expect(fake!.requests).toHaveLength(0);
    },
  );
});

describe('an action that may not be late', () => {
  test('is not sent after its time, and says so', async () => {
    await open();
    expect(await perform('revoke_tokens', AGENT, NO_SIGNAL, T0 - 2_000)).toMatchObject({
      ok: false,
      fault: { kind: 'late' },
    });
    expect(fake!.of(`/api/v2/tokens/${ID}`)).toHaveLength(0);
  });

  test('is not repeated after its time', async () => {
    await open(({ path }) =>
      path.startsWith('/api/v2/tokens/') ? { status: 429, headers: { 'retry-after': '30' } } : undefined,
    );
    expect(await perform('revoke_tokens', AGENT, NO_SIGNAL, T0 + 10_000)).toMatchObject({
      ok: false,
      fault: { kind: 'late' },
    });
    expect(fake!.of(`/api/v2/tokens/${ID}`)).toHaveLength(1);
    expect(fake!.clock.now() - T0).toBeLessThan(10_000);
    // Nor is anything else sent before the platform's thirty seconds are over.
    expect(fake!.platform.effects.room()).toBe(0);
  });

  test('is not called late when an attempt before may have had its effect', async () => {
    await open(({ path }, count) => {
      if (!path.startsWith('/api/v2/tokens/')) return undefined;
      return count === 1 ? { cut: 'before' } : { status: 429, headers: { 'retry-after': '30' } };
    });
    expect(await perform('revoke_tokens', AGENT, NO_SIGNAL, T0 + 10_000)).toMatchObject({
      ok: false,
      fault: { kind: 'transient' },
    });
    expect(fake!.of(`/api/v2/tokens/${ID}`)).toHaveLength(2);
  });

  test('is not sent at whatever moment on its way to the wire its time passes', async () => {
    const outcomes = new Set<string>();
    for (let look = 1; look <= 12; look += 1) {
      let over = false;
      let sentTooLate = false;
      const opened = await open(({ path }) => {
        if (path.startsWith('/api/v2/tokens/')) sentTooLate ||= over;
        return undefined;
      });
      await perform('off_queue');
      let looks = 0;
      opened.clock.now = () => {
        looks += 1;
        over ||= looks >= look;
        return over ? T0 + 3_600_000 : T0;
      };
      const result = await perform('revoke_tokens', AGENT, NO_SIGNAL, T0 + 10_000);
      expect(sentTooLate).toBe(false);
      outcomes.add(result.ok ? 'done' : result.fault.kind);
      await opened.close();
    }
    expect(outcomes).toEqual(new Set(['late', 'done']));
  });

  test('that has no such time is sent however long it waited', async () => {
    await open();
    expect(await perform('revoke_tokens', AGENT, NO_SIGNAL, Infinity)).toMatchObject({ ok: true });
  });

  test('is not sent when the rate budget let it wait too long', async () => {
    await open(({ path }) =>
      path.startsWith('/api/v2/tokens/')
        ? {
            status: 204,
            headers: {
              'inin-ratelimit-allowed': '60',
              'inin-ratelimit-count': '60',
              'inin-ratelimit-reset': '30',
            },
          }
        : undefined,
    );
    expect(fake!.platform.effects.room()).toBe(1);
    expect(await perform('revoke_tokens')).toMatchObject({ ok: true });
    expect(fake!.platform.effects.room()).toBe(0);
    expect(await perform('revoke_tokens', AGENT, NO_SIGNAL, T0 + 10_000)).toMatchObject({
      ok: false,
      fault: { kind: 'late' },
    });
    expect(fake!.of(`/api/v2/tokens/${ID}`)).toHaveLength(1);
    // It is told when its time is over, not when there would have been a place again.
    expect(fake!.clock.now() - T0).toBeLessThan(13_000);
  });
});

describe('going offline', () => {
  test('asks for the definition once, also when many go at a time', async () => {
    await open();
    await Promise.all(Array.from({ length: 5 }, () => perform('offline')));
    await perform('offline');
    expect(fake!.of(DEFINITIONS)).toHaveLength(1);
  });

  test.each<[string, Reply]>([
    ['hang', { hang: true }],
    ['fail', { status: 500 }],
    ['name no Offline any more', { json: { entities: [OFFLINES[2]] } }],
  ])('does not wait for definitions that are read again after half a day, and %s', async (_, reply) => {
    let later = false;
    await open(({ path }) => (later && path === DEFINITIONS ? reply : undefined));
    await perform('offline');
    later = true;
    fake!.clock.time += 13 * 3_600_000;
    const before = fake!.clock.now();
    expect(await perform('offline', AGENT, NO_SIGNAL, before + 10_000)).toMatchObject({ ok: true });
    expect(fake!.clock.now() - before).toBeLessThanOrEqual(8_000);
    expect(JSON.parse(fake!.requests.findLast(({ method }) => method === 'PATCH')!.body)).toEqual({
      presenceDefinition: { id: 'def-offline' },
    });
  });

  test('uses a definition seen on an Offline agent when the definitions may not be read', async () => {
    const offline = user(2, {
      presence: { presenceDefinition: { id: 'def-seen', systemPresence: 'Offline' } },
    });
    await open(({ path }) => {
      if (path === DEFINITIONS) return { status: 403, json: { code: 'missing.permissions' } };
      return path === '/api/v2/users/query' ? { json: { entities: [offline] } } : undefined;
    });
    expect(await perform('offline')).toMatchObject({ ok: false, fault: { kind: 'forbidden' } });
    await fake!.platform.directory.sweep(() => undefined, NO_SIGNAL);
    expect(await perform('offline')).toMatchObject({ ok: true });
    expect(JSON.parse(fake!.requests.at(-1)!.body)).toEqual({ presenceDefinition: { id: 'def-seen' } });
  });

  test('is refused where the organisation has no Offline', async () => {
    await open(({ path }) => (path === DEFINITIONS ? { json: { entities: [OFFLINES[2]] } } : undefined));
    expect(await perform('offline')).toMatchObject({ ok: false, fault: { kind: 'refused' } });
  });
});

test('a former presence is put back by its definition', async () => {
  await open();
  expect(await fake!.platform.effects.restorePresence(ID, 'def-on-queue', Infinity, NO_SIGNAL)).toMatchObject(
    {
      ok: true,
    },
  );
  const last = fake!.requests.at(-1)!;
  expect([last.method, last.path, JSON.parse(last.body)]).toEqual([
    'PATCH',
    `/api/v2/users/${ID}/presences/purecloud`,
    { presenceDefinition: { id: 'def-on-queue' } },
  ]);
});
