/** What the sandbox tells of single agents on demand: their presence history, their sign-ins, their open interactions. */
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Faults, SandboxOptions } from '../../src/sandbox/index.ts';
import type { Person } from '../../src/sandbox/organisation.ts';
import type { Played } from '../../src/sandbox/played.ts';
import { HOUR, MINUTE, T0, Visit, type Json } from './visit.ts';

const DETAILS = '/api/v2/analytics/users/details/query';
const AUDITS = '/api/v2/audits/query/realtime';
const SECOND = 1_000;

let visit: Visit;
afterEach(() => visit.end());

async function begin(options: Partial<SandboxOptions> = {}): Promise<readonly Person[]> {
  visit = await Visit.begin(options);
  return visit.sandbox.world.organisation.people;
}

interface Span {
  readonly from: string;
  readonly to: string | undefined;
  readonly is: string;
}

const clock = (text: unknown): string | undefined =>
  typeof text === 'string' ? text.slice(11, 23) : undefined;

/** What the history tells of these users since the shift began, by id; an empty page is read too. */
async function history(
  ids: readonly string[],
  more: object = {},
): Promise<ReadonlyMap<string, readonly Span[]>> {
  const predicates = ids.map((value) => ({ dimension: 'userId', value }));
  const { body, status, text } = await visit.send('POST', DETAILS, {
    interval: `${new Date(T0).toISOString()}/${new Date(T0 + 24 * HOUR).toISOString()}`,
    userFilters: [{ type: 'or', predicates }],
    paging: { pageSize: 100, pageNumber: 1 },
    ...more,
  });
  if (status !== 200) throw new Error(text);
  const details = body['userDetails'] as readonly { userId: string; primaryPresence: readonly Json[] }[];
  return new Map(
    details.map(({ userId, primaryPresence }) => [
      userId,
      primaryPresence.map(({ startTime, endTime, systemPresence }) => ({
        from: clock(startTime) ?? '',
        to: clock(endTime),
        is: String(systemPresence),
      })),
    ]),
  );
}

/** Someone who is away, is timed out after half an hour, and whose browser is back `gap` ms later. */
async function bounced(
  gap: number,
  options: Partial<SandboxOptions> = {},
): Promise<{ id: string; played: Played }> {
  const [person] = await begin({ agents: 2, cast: ['played', 'ordinary'], ...options });
  const played = visit.sandbox.world.play(person!);
  played.sitDown();
  played.signIn('person');
  played.choose('AWAY');
  played.leave();
  visit.wait(30 * MINUTE);
  played.timeOut();
  visit.wait(gap);
  played.signIn('browser');
  visit.wait(MINUTE);
  return { id: person!.id, played };
}

const BEFORE: Span = { from: '09:00:00.000', to: '09:30:00.000', is: 'AWAY' };
const gone = (to: string): Span => ({ from: '09:30:00.000', to, is: 'OFFLINE' });
const back = (from: string): Span => ({ from, to: undefined, is: 'AWAY' });
/** Of the evening before, which still lasted when the shift began. */
const withoutEvening = (spans: readonly Span[] | undefined): readonly Span[] =>
  (spans ?? []).filter(({ from, to }) => from !== '19:00:00.000' && from !== to);

describe('presence history', () => {
  test('tells of the users who are asked about, and of no others', async () => {
    const people = await begin({ agents: 9 });
    visit.wait(HOUR);
    const [a, b] = [people[2]!.id, people[5]!.id];
    expect([...(await history([a, b, 'nobody'])).keys()]).toEqual([a, b]);
  });

  test.each<[string, unknown]>([
    ['a list that is none', 'all'],
    ['another dimension', [{ type: 'or', predicates: [{ dimension: 'queueId', value: 'x' }] }]],
    ['no type', [{ predicates: [{ dimension: 'userId', value: 'x' }] }]],
    ['no predicates', [{ type: 'or', predicates: [] }]],
    [
      '101 predicates',
      [{ type: 'or', predicates: Array.from({ length: 101 }, () => ({ dimension: 'userId', value: 'x' })) }],
    ],
  ])('refuses filters with %s', async (_, userFilters) => {
    await begin();
    await expect(history([], { userFilters })).rejects.toThrow('bad.request');
  });

  test('takes 100 predicates, and several filters mean all of them', async () => {
    const people = await begin({ agents: 3 });
    visit.wait(HOUR);
    const ids = Array.from({ length: 99 }, (_, i) => `x${i}`);
    expect((await history([...ids, people[0]!.id])).size).toBe(1);
    const one = (value: string): object => ({ type: 'or', predicates: [{ dimension: 'userId', value }] });
    const userFilters = [one(people[0]!.id), one(people[1]!.id)];
    expect((await history([], { userFilters })).size).toBe(0);
    const both = [people[0]!.id, people[1]!.id].map((value) => ({ dimension: 'userId', value }));
    expect((await history([], { userFilters: [{ type: 'and', predicates: both }] })).size).toBe(0);
  });

  test('keeps the Offline of a browser that was timed out and came back', async () => {
    const { id } = await bounced(7 * SECOND);
    expect(withoutEvening((await history([id])).get(id))).toEqual([
      BEFORE,
      gone('09:30:07.000'),
      back('09:30:07.000'),
    ]);
  });

  test('of everyone in the cast who bounces tells each Offline with an end after its beginning', async () => {
    const people = await begin({ agents: 5, cast: ['native-bouncer'] });
    visit.wait(8 * HOUR);
    const told = await history(people.map(({ id }) => id));
    for (const { id } of people) {
      const spans = told.get(id) ?? [];
      const offline = spans.filter(({ is, to }) => is === 'OFFLINE' && to !== undefined).slice(1);
      expect(offline.length).toBeGreaterThan(3);
      expect(
        spans.every(({ from, to }, i) => to === undefined || (to !== from && to === spans[i + 1]?.from)),
      ).toBe(true);
    }
  });

  test.each([
    [true, [BEFORE, gone('09:30:00.400'), back('09:30:00.400')]],
    [false, [{ ...BEFORE, to: '09:30:00.400' }, back('09:30:00.400')]],
  ])('keeps an Offline of less than a second: %s', async (historyKeepsShortOffline, spans) => {
    const { id } = await bounced(400, { switches: { historyKeepsShortOffline } });
    expect(withoutEvening((await history([id])).get(id))).toEqual(spans);
  });

  test('has a record of its own for a presence whose date moves without an Offline', async () => {
    const [person] = await begin({ agents: 1, cast: ['played'], switches: { revokeSetsOffline: false } });
    const played = visit.sandbox.world.play(person!);
    played.sitDown();
    played.signIn('person');
    played.choose('AWAY');
    played.leave();
    visit.wait(10 * MINUTE);
    await visit.revoke(person!.id);
    visit.wait(5 * SECOND);
    played.signIn('browser');
    visit.wait(MINUTE);
    expect((await visit.user(person!.id)).presence?.modifiedDate).toBe('2026-03-02T09:10:05.000Z');
    expect((await history([person!.id])).get(person!.id)?.slice(-2)).toEqual([
      { from: '09:00:00.000', to: '09:10:05.000', is: 'AWAY' },
      back('09:10:05.000'),
    ]);
  });
});

describe('presence history that is late or wrong', () => {
  async function told(faults: Partial<Faults>): Promise<readonly Span[]> {
    const { id } = await bounced(7 * SECOND);
    visit.sandbox.setFaults(faults);
    return withoutEvening((await history([id])).get(id));
  }
  const TRUTH = [BEFORE, gone('09:30:07.000'), back('09:30:07.000')];

  test('shows beginnings and ends only after the delay', async () => {
    expect(await told({ timelineDelayMs: MINUTE + 3 * SECOND })).toEqual([
      BEFORE,
      { ...gone(''), to: undefined },
    ]);
    visit.wait(3 * SECOND);
    const { id } = visit.sandbox.world.organisation.people[0]!;
    expect(withoutEvening((await history([id])).get(id))).toEqual(TRUTH);
  });

  test('leaves out the same records in each answer', async () => {
    const people = await begin({ agents: 40, cast: ['ordinary'] });
    visit.wait(4 * HOUR);
    const ids = people.map(({ id }) => id);
    const whole = await history(ids);
    visit.sandbox.setFaults({ timelineHoles: 0.3 });
    const holed = await history(ids);
    expect(await history(ids)).toEqual(holed);
    const count = (all: ReadonlyMap<string, readonly Span[]>): number => [...all.values()].flat().length;
    expect(count(holed) / count(whole)).toBeGreaterThan(0.6);
    expect(count(holed) / count(whole)).toBeLessThan(0.8);
  });

  test('tells nothing', async () => {
    expect(await told({ timelineNone: 1 })).toEqual([]);
  });

  test('is minutes off', async () => {
    const spans = await told({ timelineShifted: 1 });
    const off = spans.at(-1)!.from;
    expect(off).toMatch(/^09:(2[5-9]|3[1-5]):07\.000$/);
    expect(spans.map(({ is }) => is).slice(-3)).toEqual(['AWAY', 'OFFLINE', 'AWAY']);
  });

  test('is that of another user', async () => {
    const spans = await told({ timelineSwapped: 1 });
    const other = visit.sandbox.world.organisation.people[1]!.id;
    visit.sandbox.setFaults({ timelineSwapped: 0 });
    expect(spans).toEqual(withoutEvening((await history([other])).get(other)));
  });

  test('names another presence than the listing', async () => {
    const spans = await told({ timelineContradicting: 1 });
    expect(spans).toEqual([...TRUTH.slice(0, 2), { ...back('09:30:07.000'), is: 'OFFLINE' }]);
  });

  test('invents an Offline before a click', async () => {
    const [person] = await begin({ agents: 1, cast: ['played'] });
    const played = visit.sandbox.world.play(person!);
    played.sitDown();
    played.signIn('person');
    played.choose('AWAY');
    visit.wait(30 * MINUTE);
    played.choose('AVAILABLE');
    visit.wait(MINUTE);
    visit.sandbox.setFaults({ timelineInvented: 1 });
    expect((await history([person!.id])).get(person!.id)?.slice(-3)).toEqual([
      { from: '09:00:00.000', to: '09:29:57.000', is: 'AWAY' },
      { from: '09:29:57.000', to: '09:30:00.000', is: 'OFFLINE' },
      { from: '09:30:00.000', to: undefined, is: 'AVAILABLE' },
    ]);
  });

  test('is forbidden from one moment to the next, and nothing else is', async () => {
    const { id } = await bounced(SECOND);
    visit.sandbox.setFaults({ forbidden: { share: 1, operations: ['postAnalyticsUsersDetailsQuery'] } });
    await expect(history([id])).rejects.toThrow('missing.permissions');
    expect((await visit.get('/api/v2/users')).status).toBe(200);
  });
});

describe('the audit log', () => {
  const NOW = (): string => new Date(visit.now).toISOString();
  const body = (more: object = {}): object => ({
    interval: `${new Date(T0).toISOString()}/${NOW()}`,
    serviceName: 'PeoplePermissions',
    filters: [{ property: 'Action', value: 'Authenticate' }],
    sort: [{ name: 'Timestamp', sortOrder: 'ascending' }],
    pageNumber: 1,
    pageSize: 500,
    ...more,
  });
  const ask = (more: object = {}): ReturnType<Visit['send']> =>
    visit.send('POST', `${AUDITS}?expand=user`, body(more));
  const entries = async (more: object = {}): Promise<readonly Json[]> =>
    (await ask(more)).body['entities'] as readonly Json[];

  test('has an entry for each sign-in, of a person and of a browser, and names the user by the address alone', async () => {
    await bounced(7 * SECOND + 400);
    const { email } = visit.sandbox.world.organisation.people[0]!;
    const own = (await entries()).filter(({ entity }) => (entity as Json)['name'] === email);
    expect(own.map(({ eventDate }) => eventDate)).toEqual(['2026-03-02T09:00:00Z', '2026-03-02T09:30:07Z']);
    expect(own[0]).toMatchObject({
      level: 'SYSTEM',
      serviceName: 'PeoplePermissions',
      action: 'Authenticate',
      entityType: 'UserSamlAuthentication',
      entity: { id: 'unknown' },
      status: 'SUCCESS',
    });
    expect(own[0]).toHaveProperty('user', {});
  });

  test.each([
    ['actor', 'UserSamlAuthentication'],
    ['target', 'AuthUser'],
  ] as const)('names the user by the id of the %s where it is switched so', async (by, entityType) => {
    await begin({ switches: { auditsNameUsersBy: by } });
    visit.wait(20 * MINUTE);
    const [first] = await entries();
    const { people } = visit.sandbox.world.organisation;
    const { id, name } = people.find((each) => JSON.stringify(first).includes(each.id))!;
    const reference = { id, selfUri: `/api/v2/users/${id}` };
    const [user, entity] = by === 'actor' ? [{ ...reference, name }, { id: 'unknown' }] : [{}, reference];
    expect(first).toMatchObject({ entityType, entity, user });
    expect(JSON.stringify(await entries())).not.toContain('@');
  });

  test('names another user as who acted in so many entries, the same ones each time', async () => {
    await begin({ agents: 60, cast: ['ordinary'] });
    visit.wait(20 * MINUTE);
    visit.sandbox.setFaults({ auditOtherActors: 0.5 });
    const all = await entries();
    const { people } = visit.sandbox.world.organisation;
    const others = all.filter(({ user, entity }) => {
      const at = people.findIndex(({ email }) => email === (entity as Json)['name']);
      return (user as Json)['id'] === people[(at + 1) % people.length]!.id;
    });
    expect(others.length).toBeGreaterThan(10);
    expect(others.length).toBe(all.filter(({ level }) => level === 'USER').length);
    expect(others.length).toBeLessThan(all.length - 10);
    expect(await entries()).toEqual(all);
  });

  test('has no entry for a click after a quiet Offline', async () => {
    const { id, played } = await bounced(SECOND);
    await visit.setOffline(id);
    visit.wait(MINUTE);
    played.sitDown();
    played.signIn('person');
    expect(await visit.presenceOf(id)).toBe('AVAILABLE');
    visit.wait(MINUTE);
    const { email } = visit.sandbox.world.organisation.people[0]!;
    expect((await entries()).filter(({ entity }) => (entity as Json)['name'] === email)).toHaveLength(2);
  });

  test('is late by so long, and has the same holes each time', async () => {
    await begin({ agents: 60, cast: ['ordinary'] });
    visit.wait(20 * MINUTE);
    const all = await entries();
    expect(all.length).toBeGreaterThan(40);
    visit.sandbox.setFaults({ auditDelayMs: 10 * MINUTE });
    const early = await entries();
    expect(early.length).toBeLessThan(all.length);
    expect(early).toEqual(all.slice(0, early.length));
    visit.sandbox.setFaults({ auditDelayMs: 0, auditHoles: 0.5 });
    const holed = await entries();
    expect(holed.length).toBeLessThan(all.length);
    expect(await entries()).toEqual(holed);
  });

  test('comes in pages, the newest first where that is asked', async () => {
    await begin({ agents: 30, cast: ['ordinary'] });
    visit.wait(20 * MINUTE);
    const all = await entries();
    const descending = [{ name: 'Timestamp', sortOrder: 'descending' }];
    const answer = await ask({ pageSize: 10, pageNumber: 2, sort: descending });
    expect(answer.body).toMatchObject({
      pageSize: 10,
      pageNumber: 2,
      total: all.length,
      pageCount: Math.ceil(all.length / 10),
    });
    expect(answer.body['entities']).toEqual(all.toReversed().slice(10, 20));
  });

  test.each<[string, object]>([
    ['a longer memory than 14 days', { interval: '2026-01-01T00:00:00Z/2026-03-02T10:00:00Z' }],
    ['no interval', { interval: undefined }],
    ['a page of 501', { pageSize: 501 }],
    ['an unknown filter', { filters: [{ property: 'Colour', value: 'red' }] }],
    ['an unknown order', { sort: [{ name: 'Timestamp', sortOrder: 'upwards' }] }],
  ])('refuses %s', async (_, more) => {
    await begin();
    visit.wait(HOUR);
    expect((await ask(more)).status).toBe(400);
  });

  test('says which services it covers', async () => {
    await begin({ switches: { auditsCoverSignIns: false } });
    const names = async (): Promise<unknown> =>
      ((await visit.get(`${AUDITS}/servicemapping`)).body['services'] as readonly Json[]).map(
        ({ name }) => name,
      );
    expect(await names()).toEqual(['Routing']);
    await visit.end();
    await begin();
    expect(await names()).toEqual(['PeoplePermissions', 'Routing']);
  });
});

describe('the status of an agent', () => {
  test('names the conversations that are open, by ids that stay', async () => {
    await begin({ agents: 3, cast: ['stuck-in-wrap-up', 'ordinary'] });
    visit.wait(8 * HOUR);
    const path = `/api/v2/analytics/agents/${visit.idOf('stuck-in-wrap-up')}/status`;
    const { body } = await visit.get(path);
    expect(body).toMatchObject({ userId: visit.idOf('stuck-in-wrap-up'), sessionCount: 1 });
    const [session] = body['sessions'] as readonly Json[];
    expect(session).toMatchObject({ segmentType: 'wrapup', mediaType: 'voice' });
    expect(session?.['conversationId']).toMatch(/^[0-9a-f-]{36}$/);
    visit.wait(HOUR);
    expect((await visit.get(path)).body['sessions']).toEqual([session]);
  });

  test('an agent without a conversation has no session, and an unknown one is not found', async () => {
    await begin({ agents: 1, cast: ['went-home'] });
    visit.wait(8 * HOUR);
    const { body } = await visit.get(`/api/v2/analytics/agents/${visit.idOf('went-home')}/status`);
    expect(body['sessions']).toEqual([]);
    expect((await visit.get('/api/v2/analytics/agents/x/status')).status).toBe(404);
  });
});
