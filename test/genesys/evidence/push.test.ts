/** Push over real sockets, to a simulated organisation whose people and browsers come and go. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SHOWN_TO_BE_WHOLE } from '../../../src/domain/evidence/push.ts';
import { connectPlatform, type Platform } from '../../../src/genesys/platform.ts';
import type { PushLook } from '../../../src/ports/evidence.ts';
import { createSandbox, type Sandbox, type SandboxOptions } from '../../../src/sandbox/index.ts';
import type { Played } from '../../../src/sandbox/played.ts';
import { Redactor } from '../../../src/texts/redactor.ts';
import { fakePlatform, NO_SIGNAL, T0, WoundClock, type FakePlatform } from '../fake-platform.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

let clock: WoundClock;
let sandbox: Sandbox;
let platform: Platform;
let redactor: Redactor;
let played: Played;
let id: string;

beforeEach(() => begin());
afterEach(end);

async function begin(options: Partial<SandboxOptions> = {}): Promise<void> {
  clock = new WoundClock();
  redactor = new Redactor();
  const cast = ['played', 'went-home'];
  sandbox = createSandbox({ seed: 3, agents: 2, cast, startsAt: T0, now: () => clock.now(), ...options });
  const urls = await sandbox.listen();
  const client = { clientId: 'sandbox-client', clientSecret: 'sandbox-secret' };
  const limits = { requestsPerMinute: 240, timeout: 5_000 };
  platform = connectPlatform({ region: 'eu-west-1', ...urls, ...client, ...limits }, clock, {
    redactor,
    onRequest: () => undefined,
    warn: () => undefined,
  });
  await platform.checkCredentials();
  const [person] = sandbox.world.organisation.people;
  id = person!.id;
  played = sandbox.world.play(person!);
  played.sitDown();
  played.signIn('person');
  played.choose('AWAY');
  played.leave();
}

async function end(): Promise<void> {
  await platform.close();
  await sandbox.close();
}

/** A sweep is over: everyone has been looked at. */
function listen(): ReturnType<Platform['push']['listen']> {
  const looks = sandbox.world.organisation.people.map((person): PushLook => {
    const { presence, presenceAt } = sandbox.world.desk(person);
    return { agentId: person.id, presence: presence.system, since: presenceAt, seenAt: clock.now() };
  });
  return platform.push.listen(looks, NO_SIGNAL);
}

/** The next sweep, a minute later. */
async function minute(): ReturnType<typeof listen> {
  clock.time += MINUTE;
  return listen();
}

async function bounce(): Promise<void> {
  clock.time += 10 * SECOND;
  played.timeOut();
  clock.time += 7 * SECOND;
  played.signIn('browser');
  await minute();
}

function done(operation: string): number {
  const endings = sandbox.requests.operations[operation] ?? {};
  return Object.values(endings).reduce((sum, n) => sum + n, 0);
}

const presences = (): readonly string[] =>
  (platform.push.told(id)?.changes ?? []).map((each) => each.presence);

test('no agent is told of before the first sweep, and nothing is sent', () => {
  expect([platform.push.told(id), done('postNotificationsChannels')]).toEqual([undefined, 0]);
});

test('a bounce is told with both its stamps, of an agent who is listened to without a gap', async () => {
  await listen();
  const begun = clock.now();
  await minute();
  await bounce();
  const told = platform.push.told(id);
  expect(told?.changes).toEqual([
    { at: begun + MINUTE + 10 * SECOND, presence: 'OFFLINE' },
    { at: begun + MINUTE + 17 * SECOND, presence: 'AWAY' },
  ]);
  expect(told?.from).toBeLessThanOrEqual(begun + 12 * SECOND);
  expect(told?.to).toBeGreaterThanOrEqual(clock.now() - 2 * SECOND);
  expect([done('postNotificationsChannels'), done('putNotificationsChannelSubscriptions')]).toEqual([1, 1]);
});

describe('the socket', () => {
  test('that breaks leaves a gap, and is open again with the next sweep', async () => {
    await listen();
    await minute();
    const before = platform.push.told(id)?.from ?? Infinity;
    sandbox.setFaults({ pushDropAfterMs: 3 * MINUTE });
    await minute();
    expect(platform.push.told(id)?.from).toBe(before);
    await minute();
    await minute();
    sandbox.setFaults({ pushDropAfterMs: 0 });
    await minute();
    expect(platform.push.told(id)?.from).toBeGreaterThan(before + 2 * MINUTE);
    await bounce();
    expect(presences()).toEqual(['OFFLINE', 'AWAY']);
    expect(done('postNotificationsChannels')).toBe(1);
  });

  test('that is going to be closed is followed by another without a gap', async () => {
    await listen();
    await minute();
    const before = platform.push.told(id)?.from;
    sandbox.setFaults({ pushClosingAfterMs: MINUTE });
    for (let i = 0; i < 6; i += 1) await minute();
    await bounce();
    expect(done('postNotificationsChannels')).toBeGreaterThan(3);
    expect([presences(), platform.push.told(id)?.from]).toEqual([['OFFLINE', 'AWAY'], before]);
  });
});

describe('events', () => {
  test('that come twice are told once', async () => {
    sandbox.setFaults({ pushRepeated: 1 });
    await listen();
    await bounce();
    expect(presences()).toEqual(['OFFLINE', 'AWAY']);
  });

  test('that overtake each other are told in the order of their stamps', async () => {
    sandbox.setFaults({ pushReordered: 0.5 });
    await listen();
    for (let i = 0; i < 5; i += 1) await bounce();
    await minute();
    expect(presences()).toEqual(Array.from({ length: 5 }, () => ['OFFLINE', 'AWAY']).flat());
  });

  test('of agents who are not listened to are dropped', async () => {
    await listen();
    await minute();
    expect(platform.push.told('00000000-0000-4000-8000-000000000000')).toBeUndefined();
  });
});

describe('what is pushed decides by itself', () => {
  /** A hundred changes, each seen by a look and pushed as well. */
  async function proven(): Promise<void> {
    played.sitDown();
    await listen();
    await minute();
    for (let i = 0; i < SHOWN_TO_BE_WHOLE; i += 1) {
      clock.time += 20 * SECOND;
      played.choose(i % 2 === 0 ? 'BUSY' : 'AWAY');
      await minute();
    }
  }

  test('after a hundred changes that looks showed had been pushed as well', async () => {
    await listen();
    expect(platform.push.isWhole()).toBe(false);
    await proven();
    expect(platform.push.isWhole()).toBe(true);
  });

  test('not any more when one that a look showed was not pushed within half a minute', async () => {
    await proven();
    sandbox.setFaults({ pushLost: 1 });
    played.choose('MEAL');
    await minute();
    expect(platform.push.isWhole()).toBe(true);
    await minute();
    expect(platform.push.isWhole()).toBe(false);
  });

  test('not any more when one came later than what happened after it', async () => {
    await proven();
    sandbox.setFaults({ pushReordered: 1 });
    clock.time += 20 * SECOND;
    played.choose('MEAL');
    clock.time += 20 * SECOND;
    played.choose('BUSY');
    await minute();
    await minute();
    expect(platform.push.isWhole()).toBe(false);
  });
});

describe('subscriptions', () => {
  test('are renewed after twenty hours, before the channel ends', async () => {
    await listen();
    clock.time += 21 * HOUR;
    await listen();
    await listen();
    expect([done('postNotificationsChannels'), done('putNotificationsChannelSubscriptions')]).toEqual([1, 2]);
  });

  test('of more than a thousand agents need a second channel', async () => {
    await end();
    await begin({ agents: 1_001, cast: ['played'] });
    await listen();
    expect([done('postNotificationsChannels'), done('putNotificationsChannelSubscriptions')]).toEqual([2, 2]);
  });

  test('that the platform rejects name the permission that is missing', async () => {
    await end();
    await begin({ switches: { pushOffersActivity: false } });
    expect(await listen()).toEqual({ kind: 'forbidden', permission: 'presence:userPresence:view' });
    expect(platform.push.told(id)).toBeUndefined();
  });

  test('are not asked for where the budget has no room', async () => {
    await end();
    await begin();
    for (let i = 0; i < 12; i += 1) await platform.timeline.ask([id], { from: T0 - HOUR, to: T0 }, NO_SIGNAL);
    expect(await listen()).toEqual({ kind: 'failed', why: 'no room in the rate budget' });
    expect(done('postNotificationsChannels')).toBe(0);
  });

  test('end with rest: no agent is told of, and a later sweep begins anew', async () => {
    await listen();
    platform.push.rest();
    expect(platform.push.told(id)).toBeUndefined();
    await minute();
    expect([platform.push.told(id)?.changes, done('postNotificationsChannels')]).toEqual([[], 2]);
  });
});

describe('a platform that answers otherwise', () => {
  let fake: FakePlatform | undefined;
  afterEach(() => fake?.close());
  const look: PushLook = { agentId: 'agent-1', presence: 'AWAY', since: T0, seenAt: T0 };

  test.each<[string, unknown, string]>([
    ['without a channel', {}, 'postNotificationsChannels: the answer holds no channel'],
    [
      'with an address of a page',
      { id: 'c', connectUri: 'https://streaming.example.com/secret-1' },
      'postNotificationsChannels: the address of the channel is none of an encrypted WebSocket',
    ],
    [
      'with a password in the address',
      { id: 'c', connectUri: 'wss://user:word@streaming.example.com/secret-1' },
      'postNotificationsChannels: the address of the channel is none of an encrypted WebSocket',
    ],
    [
      'with a host of somebody else',
      { id: 'c', connectUri: 'wss://streaming.example.com/secret-1' },
      'postNotificationsChannels: the address of the channel is at a host that is none of the platform',
    ],
  ])('%s is not connected to', async (_, json, why) => {
    fake = await fakePlatform((seen) =>
      seen.path === '/api/v2/presence/settings' || seen.path.startsWith('/api/v2/notifications')
        ? { json: seen.path.startsWith('/api/v2/notifications') ? json : {} }
        : undefined,
    );
    await fake.platform.presenceSettings(NO_SIGNAL);
    expect(await fake.platform.push.listen([look], NO_SIGNAL)).toEqual({ kind: 'failed', why });
    expect(fake.platform.push.told('agent-1')).toBeUndefined();
  });

  test('with a refusal is one that may not be asked', async () => {
    fake = await fakePlatform((seen) =>
      seen.path.startsWith('/api/v2/notifications')
        ? { status: 403, json: { code: 'missing.permissions', message: 'no' } }
        : seen.path === '/api/v2/presence/settings'
          ? { json: {} }
          : undefined,
    );
    await fake.platform.presenceSettings(NO_SIGNAL);
    expect(await fake.platform.push.listen([look], NO_SIGNAL)).toEqual({
      kind: 'forbidden',
      permission: 'notifications',
    });
  });

  test('a channel whose socket has not opened when a sweep ends is subscribed in the next one, and no other is opened', async () => {
    const sweep = new AbortController();
    const silent = createServer((socket) => {
      socket
        .on('error', () => undefined)
        .resume()
        .unref();
      sweep.abort(new Error('the next sweep is due'));
    }).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const mine = await fakePlatform(({ path }) => {
      if (path === '/api/v2/notifications/channels')
        return { json: { id: 'c', connectUri: `ws://127.0.0.1:${port}/c` } };
      return path.startsWith('/api/v2/') ? { json: { entities: [] } } : undefined;
    });
    fake = mine;
    const { push } = mine.platform;
    await mine.platform.presenceSettings(NO_SIGNAL);
    const look: PushLook = { agentId: 'agent-1', presence: 'AWAY', since: T0, seenAt: T0 };
    await expect(push.listen([look], sweep.signal)).rejects.toThrow('the next sweep is due');
    expect(await push.listen([look], NO_SIGNAL)).toBeUndefined();
    const asked = ['', '/c/subscriptions'].map(
      (end) => mine.of(`/api/v2/notifications/channels${end}`).length,
    );
    expect([asked, push.told('agent-1')?.changes]).toEqual([[1, 1], []]);
    silent.close();
  });
});
