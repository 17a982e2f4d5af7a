/** Which conversations an agent has open, and how little is asked where that is not told. */
import { afterEach, expect, test } from '@jest/globals';
import { NO_SIGNAL, type FakePlatform, type Handler, type Reply } from '../fake-platform.ts';
import { evidencePlatform } from './evidence-platform.ts';

const PATH = '/api/v2/analytics/agents/ann/status';
const open: FakePlatform[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((fake) => fake.close()));
});

async function platform(reply: Reply, requestsPerMinute = 240): Promise<FakePlatform> {
  const handler: Handler = ({ path }) => (path.startsWith('/api/v2/analytics/agents/') ? reply : undefined);
  const fake = await evidencePlatform(handler, { settings: { requestsPerMinute } });
  open.push(fake);
  return fake;
}

function session(conversationId: unknown, sessionStart?: string): object {
  return { conversationId, sessionStart, segmentType: 'wrapup', mediaType: 'voice' };
}

test('conversations are named once each, the oldest first, and only where they are ids', async () => {
  const fake = await platform({
    json: {
      userId: 'ann',
      sessions: [
        session('c-late', '2026-03-02T08:00:00.000Z'),
        session('c-undated'),
        session('c-early', '2026-03-02T07:00:00.000Z'),
        session('c-late', '2026-03-02T08:30:00.000Z'),
        session('<img src=x>', '2026-03-02T06:00:00.000Z'),
        session(7),
      ],
    },
  });
  expect(await fake.platform.openInteractions.of('ann', NO_SIGNAL)).toEqual([
    'c-early',
    'c-late',
    'c-undated',
  ]);
  expect(fake.of(PATH)).toHaveLength(1);
});

test('at most five conversations of an agent are named', async () => {
  const sessions = Array.from({ length: 9 }, (_, i) => session(`c${i}`, `2026-03-02T07:0${i}:00.000Z`));
  const fake = await platform({ json: { sessions } });
  const named = await fake.platform.openInteractions.of('ann', NO_SIGNAL);
  expect(named).toEqual(['c0', 'c1', 'c2', 'c3', 'c4']);
});

test('an agent without a session has none', async () => {
  const fake = await platform({ json: { sessions: [] } });
  expect(await fake.platform.openInteractions.of('ann', NO_SIGNAL)).toEqual([]);
});

test('after a refusal the permission is named once, and nothing is asked for an hour', async () => {
  const fake = await platform({ status: 403, json: { code: 'missing.permissions', status: 403 } });
  const { openInteractions } = fake.platform;
  expect(await openInteractions.of('ann', NO_SIGNAL)).toBeUndefined();
  expect(await openInteractions.of('ann', NO_SIGNAL)).toBeUndefined();
  fake.clock.time += 3_599_999;
  expect(await openInteractions.of('ann', NO_SIGNAL)).toBeUndefined();
  expect(fake.of(PATH)).toHaveLength(1);
  expect(fake.warnings).toEqual([
    {
      message: 'open interactions cannot be named without the permission analytics:agentState:view',
      fields: {},
    },
  ]);
  fake.clock.time += 1;
  await openInteractions.of('ann', NO_SIGNAL);
  expect(fake.of(PATH)).toHaveLength(2);
});

test.each<[string, Reply]>([
  ['503', { status: 503, json: { status: 503 } }],
  ['404', { status: 404, json: { status: 404 } }],
  ['an answer without sessions', { json: {} }],
  ['text', { text: 'hello' }],
])('%s is no answer, after one try', async (_, reply) => {
  const fake = await platform(reply);
  expect(await fake.platform.openInteractions.of('ann', NO_SIGNAL)).toBeUndefined();
  expect(fake.of(PATH)).toHaveLength(1);
  expect(fake.clock.slept).toEqual([]);
});

test('nothing is sent without room in the rate budget', async () => {
  const fake = await platform({ json: { sessions: [] } }, 10);
  expect(await fake.platform.openInteractions.of('ann', NO_SIGNAL)).toEqual([]);
  expect(await fake.platform.openInteractions.of('ann', NO_SIGNAL)).toBeUndefined();
  expect(fake.of(PATH)).toHaveLength(1);
});

test('a signal that ends the wait is thrown on', async () => {
  const fake = await platform({ hang: true });
  const stop = new AbortController();
  const asked = fake.platform.openInteractions.of('ann', stop.signal);
  stop.abort(new Error('the worker stops'));
  await expect(asked).rejects.toThrow('the worker stops');
});
