/** Push, held against a notification service that was written from the platform's documents alone. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ARRIVES_WITHIN } from '../../src/domain/evidence/push.ts';
import { connectPlatform, type Platform } from '../../src/genesys/platform.ts';
import type { PushLook } from '../../src/ports/evidence.ts';
import { CLIENT_ID, CLIENT_SECRET, Organisation } from './organisation.ts';
import type { Person } from './people.ts';

const NO_SIGNAL = new AbortController().signal;

let organisation: Organisation;
let platform: Platform;
let ann: Person;
let bob: Person;

beforeEach(async () => {
  organisation = new Organisation();
  ann = organisation.people.add('Ann Able', { presence: 'Away' });
  bob = organisation.people.add('Bob Best', { presence: 'Away' });
  const url = await organisation.open();
  platform = connectPlatform(
    {
      region: 'eu-west-1',
      apiUrl: url,
      loginUrl: url,
      clientId: CLIENT_ID,
      clientSecret: CLIENT_SECRET,
      requestsPerMinute: 240,
      timeout: 5_000,
    },
    { now: () => organisation.people.now(), sleep: () => Promise.reject(new Error('nothing here waits')) },
    { onRequest: () => undefined, warn: () => undefined },
  );
  await platform.checkCredentials();
});

afterEach(async () => {
  await platform.close();
  await organisation.close();
});

function listen(): ReturnType<Platform['push']['listen']> {
  const looks = [ann, bob].map((person): PushLook => {
    const { id, presence, presenceSince } = person;
    const seenAt = organisation.people.now();
    return {
      agentId: id,
      presence: presence === 'Away' ? 'AWAY' : 'AVAILABLE',
      since: presenceSince,
      seenAt,
    };
  });
  return platform.push.listen(looks, NO_SIGNAL);
}

test('channels and topics are asked for by the published shapes, and a bounce is told as it happens', async () => {
  expect(await listen()).toBeUndefined();
  organisation.people.skew += 2 * ARRIVES_WITHIN;
  organisation.people.setPresence(ann, 'Offline');
  organisation.people.skew += 4_000;
  organisation.people.setPresence(ann, 'Away');
  await platform.push.catchUp(NO_SIGNAL);
  const [, gone, back] = ann.trail;
  expect(platform.push.told(ann.id)?.changes).toEqual([
    { at: gone!.at, presence: 'OFFLINE' },
    { at: back!.at, presence: 'AWAY' },
  ]);
  expect(platform.push.told(bob.id)?.changes).toEqual([]);
  expect(organisation.api.unknown).toEqual([]);
  expect(organisation.api.notifications.unknown).toEqual([]);
});

test('of an agent whose topic is refused nothing is told, and the others are', async () => {
  organisation.api.notifications.refused.add(bob.id);
  expect(await listen()).toBeUndefined();
  organisation.people.skew += 2 * ARRIVES_WITHIN;
  for (const person of [ann, bob]) organisation.people.setPresence(person, 'Meal');
  await platform.push.catchUp(NO_SIGNAL);
  expect(platform.push.told(ann.id)?.changes).toHaveLength(1);
  expect(platform.push.told(bob.id)).toMatchObject({ changes: [], from: undefined });
});

test('where all topics are refused, the permission that is missing is told', async () => {
  for (const { id } of [ann, bob]) organisation.api.notifications.refused.add(id);
  expect(await listen()).toEqual({ kind: 'forbidden', permission: 'presence:userPresence:view' });
});

test.each<[string, unknown]>([
  ['a topic with a key that is not there', [{ id: `v2.users.${'0'.repeat(36)}.activity`, name: 'x' }]],
  ['a topic of another kind', [{ id: 'v2.routing.queues.1.users' }]],
  ['a topic that is longer than 200 characters', [{ id: `v2.users.${'0'.repeat(200)}.activity` }]],
  ['topics that are no list', { entities: [] }],
])('the organisation counts %s against its sender', (_, body) => {
  const url = new URL('http://x/api/v2/notifications/channels/streaming-0-1/subscriptions');
  expect(organisation.api.answer({ method: 'PUT', url, body }).status).toBe(400);
  expect(organisation.api.unknown).toHaveLength(1);
});
