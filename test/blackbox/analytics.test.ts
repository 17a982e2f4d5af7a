/** What is asked of single agents, held against an organisation that was written from the platform's documents alone. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { connectPlatform, type Platform } from '../../src/genesys/platform.ts';
import { CLIENT_ID, CLIENT_SECRET, Organisation } from './organisation.ts';
import { emailOf, type Person } from './people.ts';

const MINUTE = 60_000;
const NO_SIGNAL = new AbortController().signal;

let organisation: Organisation;
let platform: Platform;
let ann: Person;
/** When Ann was timed out and when the browser came back, by the platform's clock. */
let goneAt: number;
let backAt: number;

beforeEach(async () => {
  organisation = new Organisation();
  const { people } = organisation;
  const now = people.now();
  [goneAt, backAt] = [now - 10 * MINUTE, now - 10 * MINUTE + 4_000];
  ann = people.add('Ann Able', {
    presence: 'Away',
    trail: [
      { at: now - 25 * 60 * MINUTE, presence: 'Away' },
      { at: goneAt, presence: 'Offline' },
      { at: backAt, presence: 'Away' },
    ],
    signIns: [backAt],
    emails: 1,
    wrapUps: 1,
  });
  people.add('Bob Best');
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
    { now: () => Date.now(), sleep: () => Promise.reject(new Error('nothing here waits')) },
    { onRequest: () => undefined, warn: () => undefined },
  );
  await platform.checkCredentials();
});

afterEach(async () => {
  await platform.close();
  await organisation.close();
});

const recent = (): { from: number; to: number } => ({
  from: organisation.people.now() - 30 * MINUTE,
  to: organisation.people.now(),
});

test('presence history is asked by the published shape, and tells of a bounce', async () => {
  const told = await platform.timeline.ask([ann.id], recent(), NO_SIGNAL);
  expect(organisation.api.unknown).toEqual([]);
  expect(told).toEqual(
    new Map([
      [
        ann.id,
        [
          { from: ann.trail[0]!.at, to: goneAt, presence: 'AWAY' },
          { from: goneAt, to: backAt, presence: 'OFFLINE' },
          { from: backAt, to: undefined, presence: 'AWAY' },
        ],
      ],
    ]),
  );
});

test('a span over midnight tells what is stored under two days once', async () => {
  const from = organisation.people.now() - 26 * 60 * MINUTE;
  const told = await platform.timeline.ask([ann.id], { from, to: organisation.people.now() }, NO_SIGNAL);
  expect(told).toBeInstanceOf(Map);
  expect((told as ReadonlyMap<string, readonly unknown[]>).get(ann.id)).toHaveLength(3);
});

test.each([
  ['address', 'target', false],
  ['user', 'actor', false],
  ['entity', 'target', true],
] as const)(
  'sign-ins are asked by the published shape, and told of where the log names users by %s',
  async (named, where, isAboutUser) => {
    organisation.api.analytics.named = named;
    const at = Math.floor(backAt / 1_000) * 1_000;
    const nobody = { id: undefined, emails: [] };
    const one = named === 'address' ? { id: undefined, emails: [emailOf(ann)] } : { id: ann.id, emails: [] };
    expect(await platform.signIns.ask(recent(), NO_SIGNAL)).toEqual({
      entries: [{ at, actor: nobody, target: nobody, [where]: one, isAboutUser }],
      knownTo: at,
    });
    expect(organisation.api.unknown).toEqual([]);
  },
);

test('open conversations are asked by the published shape', async () => {
  const named = await platform.openInteractions.of(ann.id, NO_SIGNAL);
  const { analytics } = organisation.api;
  expect(named).toEqual(
    ['email interact 0', 'voice wrapup 0'].map((which) => analytics.conversationOf(ann, which)),
  );
  expect(organisation.api.unknown).toEqual([]);
});

test.each<[string, object]>([
  ['a key that is not there', { users: [] }],
  ['another dimension', { userFilters: [{ type: 'or', predicates: [{ dimension: 'id', value: 'x' }] }] }],
  ['a filter without a type', { userFilters: [{ predicates: [] }] }],
  ['an interval without a zone', { interval: '2026-03-02T09:00:00/2026-03-02T10:00:00' }],
  ['a page of 101', { paging: { pageSize: 101, pageNumber: 1 } }],
])('the organisation counts %s against its sender', (_, more) => {
  const body = { interval: '2026-03-02T09:00:00.000Z/2026-03-02T10:00:00.000Z', ...more };
  const url = new URL('http://x/api/v2/analytics/users/details/query');
  expect(organisation.api.answer({ method: 'POST', url, body }).status).toBe(400);
  expect(organisation.api.unknown).toHaveLength(1);
});
