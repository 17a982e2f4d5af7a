/** The presence history of single agents, from a server whose pages are as short, doubled and late as the platform's. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { MOST_ASKED, NO_ROOM } from '../../../src/ports/evidence.ts';
import { fakePlatform, NO_SIGNAL, type FakePlatform, type Handler, type Reply } from '../fake-platform.ts';
import { at, evidencePlatform, SPAN } from './evidence-platform.ts';

const PATH = '/api/v2/analytics/users/details/query';
const open: FakePlatform[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((fake) => fake.close()));
});

async function platform(handler: Handler, requestsPerMinute = 240): Promise<FakePlatform> {
  const fake = await evidencePlatform(handler, { settings: { requestsPerMinute, timeout: 1_000 } });
  open.push(fake);
  return fake;
}

/** Hands out these pages, then empty ones. */
function pages(...details: readonly unknown[][]): Handler {
  return ({ path, body }) => {
    if (path !== PATH) return undefined;
    const { paging } = JSON.parse(body) as { paging: { pageNumber: number } };
    return { json: { userDetails: details[paging.pageNumber - 1] ?? [], totalHits: 1 } };
  };
}

function always(reply: Reply): Handler {
  return ({ path }) => (path === PATH ? reply : undefined);
}

function record(startTime: string, endTime: string | undefined, systemPresence: string): object {
  const times = { startTime: `2026-03-02T${startTime}Z`, endTime: endTime && `2026-03-02T${endTime}Z` };
  return { ...times, systemPresence, organizationPresenceId: 'p' };
}

const AWAY = record('08:50:00.000', '08:58:00.000', 'AWAY');
const GONE = record('08:58:00.000', '08:58:03.000', 'OFFLINE');
const BACK = record('08:58:03.000', undefined, 'AWAY');
const AWAY_READ = { from: at('08:50:00'), to: at('08:58:00'), presence: 'AWAY' };
const GONE_READ = { from: at('08:58:00'), to: at('08:58:03'), presence: 'OFFLINE' };
const BACK_READ = { from: at('08:58:03'), to: undefined, presence: 'AWAY' };

function ann(...primaryPresence: readonly unknown[]): object {
  return { userId: 'ann', primaryPresence };
}

describe('asking for the presence history of agents', () => {
  test('names the agents, the span and the order, and reads pages until one is empty', async () => {
    const bob = { userId: 'bob', primaryPresence: [AWAY] };
    const fake = await platform(pages([ann(AWAY, GONE)], [ann(BACK), bob]));
    const told = await fake.platform.timeline.ask(['ann', 'bob', 'cyd'], SPAN, NO_SIGNAL);
    expect(told).toEqual(
      new Map([
        ['ann', [AWAY_READ, GONE_READ, BACK_READ]],
        ['bob', [AWAY_READ]],
      ]),
    );
    const bodies = fake.of(PATH).map(({ body }) => JSON.parse(body) as object);
    expect(bodies).toHaveLength(3);
    expect(bodies[0]).toEqual({
      interval: '2026-03-02T08:30:00.000Z/2026-03-02T09:30:00.000Z',
      userFilters: [
        { type: 'or', predicates: ['ann', 'bob', 'cyd'].map((value) => ({ dimension: 'userId', value })) },
      ],
      order: 'asc',
      paging: { pageSize: 100, pageNumber: 1 },
    });
  });

  test('records come in the order of their beginnings, and once where days or pages repeat them', async () => {
    const stillOpen = record('08:58:00.000', undefined, 'OFFLINE');
    const fake = await platform(pages([ann(BACK, GONE)], [ann(AWAY, GONE, stillOpen), ann(AWAY)]));
    const told = await fake.platform.timeline.ask(['ann'], SPAN, NO_SIGNAL);
    expect(told).toEqual(new Map([['ann', [AWAY_READ, GONE_READ, BACK_READ]]]));
  });

  test('a presence that the documents do not name is told as unknown', async () => {
    const fake = await platform(pages([ann(record('08:50:00.000', undefined, 'Dreaming'))]));
    const told = await fake.platform.timeline.ask(['ann'], SPAN, NO_SIGNAL);
    expect(told).toEqual(new Map([['ann', [{ from: at('08:50:00'), to: undefined, presence: 'UNKNOWN' }]]]));
  });

  test.each<[string, unknown[]]>([
    ['no beginning', [AWAY, { endTime: '2026-03-02T08:58:03.000Z', systemPresence: 'OFFLINE' }]],
    ['an end that is no date', [AWAY, { ...GONE, endTime: 'soon' }]],
    ['an end before its beginning', [AWAY, record('08:58:03.000', '08:58:00.000', 'OFFLINE')]],
    ['no presence', [AWAY, { startTime: '2026-03-02T08:58:00.000Z' }]],
  ])('an agent of whom a record has %s is left out, and the others are told', async (_, records) => {
    const fake = await platform(
      pages([ann(...records), { userId: 'bob', primaryPresence: [AWAY] }], [ann(BACK)]),
    );
    const told = await fake.platform.timeline.ask(['ann', 'bob'], SPAN, NO_SIGNAL);
    expect(told).toEqual(new Map([['bob', [AWAY_READ]]]));
  });

  test('agents who were not asked about are left out, and agents without records too', async () => {
    const fake = await platform(pages([{ userId: 'dan', primaryPresence: [AWAY] }, ann()]));
    expect(await fake.platform.timeline.ask(['ann'], SPAN, NO_SIGNAL)).toEqual(new Map());
  });

  test('an empty list of agents costs no request', async () => {
    const fake = await platform(pages());
    expect(await fake.platform.timeline.ask([], SPAN, NO_SIGNAL)).toEqual(new Map());
    expect(fake.of(PATH)).toEqual([]);
  });
});

describe('a history that is not told', () => {
  test('a missing permission is named', async () => {
    const fake = await platform(always({ status: 403, json: { code: 'missing.permissions', status: 403 } }));
    expect(await fake.platform.timeline.ask(['ann'], SPAN, NO_SIGNAL)).toEqual({
      kind: 'forbidden',
      permission: 'analytics:userDetail:view',
    });
  });

  test.each<[string, Reply]>([
    ['429', { status: 429, headers: { 'Retry-After': '60' }, json: { status: 429 } }],
    ['503', { status: 503, json: { status: 503 } }],
    ['500', { status: 500, text: 'oops' }],
    ['400', { status: 400, json: { code: 'bad.request', status: 400 } }],
    ['a list in place of an answer', { json: [] }],
    ['details that are no list', { json: { userDetails: 'none' } }],
    ['text', { text: '<html>' }],
    ['half an answer', { json: { userDetails: [] }, cut: 'within' }],
    ['silence', { hang: true }],
    ['more than may be read', { text: `[${'1,'.repeat(250_000)}1]` }],
  ])('is a failure in words after one try: %s', async (_, reply) => {
    const fake = await platform(always(reply));
    const told = await fake.platform.timeline.ask(['ann'], SPAN, NO_SIGNAL);
    expect(told).toEqual({ kind: 'failed', why: expect.stringContaining('postAnalyticsUsersDetailsQuery') });
    expect(fake.of(PATH)).toHaveLength(1);
    expect(fake.clock.slept).toEqual([]);
  });

  test('pages that never end are given up', async () => {
    const fake = await platform(always({ json: { userDetails: [ann(AWAY)] } }));
    const told = await fake.platform.timeline.ask(['ann'], SPAN, NO_SIGNAL);
    expect(told).toEqual({ kind: 'failed', why: expect.stringContaining('do not come to an end') });
    expect(fake.of(PATH)).toHaveLength(5);
  });

  test.each([
    ['too many agents', Array.from({ length: MOST_ASKED + 1 }, (_, i) => `a${i}`), SPAN],
    ['an empty span', ['ann'], { from: SPAN.to, to: SPAN.from }],
    ['a month', ['ann'], { from: SPAN.to - 31 * 86_400_000, to: SPAN.to }],
  ])('is not asked for with %s', async (_, ids, span) => {
    const fake = await platform(pages());
    expect(await fake.platform.timeline.ask(ids, span, NO_SIGNAL)).toMatchObject({ kind: 'failed' });
    expect(fake.of(PATH)).toEqual([]);
  });

  test('a signal that ends the wait is thrown on', async () => {
    const stop = new AbortController();
    const fake = await platform(({ path }) => {
      if (path !== PATH) return undefined;
      stop.abort(new Error('the worker stops'));
      return { hang: true };
    });
    await expect(fake.platform.timeline.ask(['ann'], SPAN, stop.signal)).rejects.toThrow('the worker stops');
  });
});

describe('the rate budget and evidence', () => {
  test('has room for a tenth of the requests of a minute, two for each question', async () => {
    const fake = await platform(pages([ann(AWAY)]), 60);
    const { timeline } = fake.platform;
    expect(timeline.room()).toBe(3);
    for (let i = 0; i < 3; i += 1) expect(await timeline.ask(['ann'], SPAN, NO_SIGNAL)).toBeInstanceOf(Map);
    expect(timeline.room()).toBe(0);
    expect(await timeline.ask(['ann'], SPAN, NO_SIGNAL)).toEqual({ kind: 'failed', why: NO_ROOM });
    expect(fake.of(PATH)).toHaveLength(6);
    expect(fake.clock.slept).toEqual([]);
    fake.clock.time += 60_000;
    expect(timeline.room()).toBe(3);
  });

  test('a question for whose last page there is no room is not begun', async () => {
    const fake = await platform(pages([ann(AWAY)]), 30);
    const { timeline } = fake.platform;
    expect(await timeline.ask(['ann'], SPAN, NO_SIGNAL)).toBeInstanceOf(Map);
    expect(await timeline.ask(['ann'], SPAN, NO_SIGNAL)).toEqual({ kind: 'failed', why: NO_ROOM });
    expect(fake.of(PATH)).toHaveLength(2);
  });

  test('a refusal for too many requests stops evidence for as long as it says, and nothing else', async () => {
    const fake = await platform(
      always({ status: 429, headers: { 'Retry-After': '120' }, json: { status: 429 } }),
    );
    await fake.platform.timeline.ask(['ann'], SPAN, NO_SIGNAL);
    expect(fake.platform.timeline.room()).toBe(0);
    await fake.platform.presenceSettings(NO_SIGNAL);
    expect(fake.clock.slept).toEqual([]);
    fake.clock.time += 121_000;
    expect(fake.platform.timeline.room()).toBe(12);
  });

  test('before the platform has answered anything there is no room', async () => {
    const fake = await platform(pages());
    const fresh = await fakePlatform(pages());
    open.push(fresh);
    expect(fake.platform.timeline.room()).toBe(12);
    expect(fresh.platform.timeline.room()).toBe(0);
    expect(await fresh.platform.timeline.ask(['ann'], SPAN, NO_SIGNAL)).toEqual({
      kind: 'failed',
      why: NO_ROOM,
    });
    expect(fresh.requests).toEqual([]);
  });
});
