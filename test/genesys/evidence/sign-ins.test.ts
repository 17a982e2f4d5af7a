/** Sign-ins out of the audit log: what is asked, what counts as one, and how far the log is known. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { NO_ROOM } from '../../../src/ports/evidence.ts';
import { NO_SIGNAL, type FakePlatform, type Handler, type Reply } from '../fake-platform.ts';
import { at, evidencePlatform, SPAN } from './evidence-platform.ts';

const PATH = '/api/v2/audits/query/realtime';
const MAPPING = `${PATH}/servicemapping`;
const COVERED = {
  services: [
    {
      name: 'PeoplePermissions',
      entities: [
        { name: 'UserSamlAuthentication', actions: ['Authenticate', 'AuthenticationFailed', 'SingleLogout'] },
      ],
    },
  ],
};
const open: FakePlatform[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((fake) => fake.close()));
});

async function platform(handler: Handler, requestsPerMinute = 240): Promise<FakePlatform> {
  const fake = await evidencePlatform(
    (seen, count) => handler(seen, count) ?? (seen.path === MAPPING ? { json: COVERED } : undefined),
    { settings: { requestsPerMinute } },
  );
  open.push(fake);
  return fake;
}

/** Hands out these pages. */
function pages(...lists: readonly unknown[][]): Handler {
  return ({ path, body }) => {
    if (path !== PATH) return undefined;
    const { pageNumber, pageSize } = JSON.parse(body) as { pageNumber: number; pageSize: number };
    return { json: { entities: lists[pageNumber - 1] ?? [], pageNumber, pageSize, pageCount: lists.length } };
  };
}

/** A sign-in by SAML as the log writes it. */
function saml(time: string, email: string, more: object = {}): object {
  return {
    id: `${time}-${email}`,
    serviceName: 'PeoplePermissions',
    level: 'SYSTEM',
    eventDate: `2026-03-02T${time}Z`,
    action: 'Authenticate',
    entity: { id: 'unknown', name: email },
    entityType: 'UserSamlAuthentication',
    status: 'SUCCESS',
    ...more,
  };
}

const ANN_ID = '5c0e5b0a-7d1c-4a55-9f0e-3a8f5d1c2b01';
const UNNAMED = { id: undefined, emails: [] };

/** What is kept of `saml`. */
function kept(time: string, email: string): object {
  return { at: at(time), actor: UNNAMED, target: { id: undefined, emails: [email] }, isAboutUser: false };
}

const ANN = kept('08:58:03', 'ann@example.com');

describe('asking for sign-ins', () => {
  test('asks once which services the log covers, and then for one action of one service', async () => {
    const fake = await platform(pages([saml('08:58:03', 'ann@example.com')]));
    const span = { from: SPAN.from + 1, to: SPAN.to - 1 };
    const told = await fake.platform.signIns.ask(span, NO_SIGNAL);
    await fake.platform.signIns.ask(span, NO_SIGNAL);
    expect(told).toEqual({ entries: [ANN], knownTo: at('08:58:03') });
    expect(fake.of(MAPPING)).toHaveLength(1);
    const [asked, ...rest] = fake.of(PATH);
    expect(rest).toHaveLength(1);
    expect(asked?.query.toString()).toBe('expand=user');
    expect(JSON.parse(asked?.body ?? '')).toEqual({
      interval: '2026-03-02T08:30:00.000Z/2026-03-02T09:30:00.000Z',
      serviceName: 'PeoplePermissions',
      filters: [{ property: 'Action', value: 'Authenticate' }],
      sort: [{ name: 'Timestamp', sortOrder: 'ascending' }],
      pageNumber: 1,
      pageSize: 500,
    });
  });

  test('takes the ids and addresses of the user and of what was signed in to, and no other names', async () => {
    const user = { id: ANN_ID, name: 'Ann', email: 'ann@example.com', selfUri: `/api/v2/users/${ANN_ID}` };
    const fake = await platform(
      pages([
        saml('08:58:03', 'unknown', { user }),
        saml('08:58:04', 'bob@example.com', { user: {} }),
        saml('08:58:05', '', {
          entityType: 'AuthUser',
          entity: { id: ANN_ID },
          user: { name: 'ann@example.com' },
        }),
      ]),
    );
    const told = await fake.platform.signIns.ask(SPAN, NO_SIGNAL);
    const ann = { id: ANN_ID, emails: ['ann@example.com'] };
    const [byId, byName] = [
      { id: ANN_ID, emails: [] },
      { id: undefined, emails: ['ann@example.com'] },
    ];
    expect(told).toEqual({
      entries: [
        { at: at('08:58:03'), actor: ann, target: UNNAMED, isAboutUser: false },
        kept('08:58:04', 'bob@example.com'),
        { at: at('08:58:05'), actor: byName, target: byId, isAboutUser: true },
      ],
      knownTo: at('08:58:05'),
    });
  });

  test.each<[string, object]>([
    ['a failed one', { status: 'FAILURE' }],
    ['another action', { action: 'SingleLogout' }],
    ['another thing', { entityType: 'OAuthClient' }],
    ['one that names nobody', { entity: { id: 'unknown', name: 'a b@example.com' }, user: { id: '' } }],
    ['one whose names are no texts', { entity: [], user: { id: 7, name: { email: 'ann@example.com' } } }],
  ])('%s is no sign-in, but shows how far the log has come', async (_, more) => {
    const fake = await platform(pages([saml('08:58:03', 'ann@example.com', more)]));
    expect(await fake.platform.signIns.ask(SPAN, NO_SIGNAL)).toEqual({
      entries: [],
      knownTo: at('08:58:03'),
    });
  });

  test.each<[string, object[]]>([
    ['no entries', []],
    ['entries of other times', [saml('08:29:59', 'ann@example.com'), saml('23:00:00', 'ann@example.com')]],
    ['entries without a date', [saml('', 'ann@example.com')]],
  ])('%s show nothing of how far the log has come', async (_, entries) => {
    const fake = await platform(pages(entries));
    expect(await fake.platform.signIns.ask(SPAN, NO_SIGNAL)).toEqual({ entries: [], knownTo: undefined });
  });

  test('reads on to the last page, and tells entries of overlapping pages once, in their order', async () => {
    const first = saml('08:58:03', 'ann@example.com');
    const fake = await platform(pages([saml('08:59:00', 'bob@example.com'), first], [first]));
    const told = await fake.platform.signIns.ask(SPAN, NO_SIGNAL);
    expect(told).toEqual({
      entries: [ANN, kept('08:59:00', 'bob@example.com')],
      knownTo: at('08:59:00'),
    });
    expect(fake.of(PATH)).toHaveLength(2);
  });

  test('of more pages than are read the first ones tell as much as they hold', async () => {
    const many = Array.from({ length: 9 }, (_, i) => [saml(`08:58:0${i}`, 'ann@example.com')]);
    const fake = await platform(pages(...many));
    expect(await fake.platform.signIns.ask(SPAN, NO_SIGNAL)).toMatchObject({ knownTo: at('08:58:03') });
    expect(fake.of(PATH)).toHaveLength(4);
  });

  test('of more pages than there is room for the first ones tell as much as they hold', async () => {
    const many = Array.from({ length: 3 }, (_, i) => [saml(`08:58:0${i}`, 'ann@example.com')]);
    const fake = await platform(pages(...many), 30);
    expect(await fake.platform.signIns.ask(SPAN, NO_SIGNAL)).toMatchObject({ knownTo: at('08:58:01') });
    expect([fake.of(PATH).length, fake.platform.signIns.room()]).toEqual([2, 0]);
  });

  test('of more pages than are read nothing is told where they are not in order', async () => {
    const many = Array.from({ length: 9 }, (_, i) => [saml(`08:58:0${9 - i}`, 'ann@example.com')]);
    const fake = await platform(pages(...many));
    expect(await fake.platform.signIns.ask(SPAN, NO_SIGNAL)).toEqual({
      kind: 'failed',
      why: expect.stringContaining('not in order'),
    });
  });
});

test('two users who sign in within one second are two sign-ins', async () => {
  const users = ['ann@example.com', 'bob@example.com'];
  const fake = await platform(pages(users.map((each) => saml('08:58:03', each))));
  const told = await fake.platform.signIns.ask(SPAN, NO_SIGNAL);
  expect(told).toMatchObject({ entries: users.map((each) => kept('08:58:03', each)) });
});

describe('an audit log that does not tell', () => {
  const refused: Reply = { status: 403, json: { code: 'missing.permissions', status: 403 } };

  test.each([PATH, MAPPING])('names the missing permission: %s', async (path) => {
    const fake = await platform((seen) => (seen.path === path ? refused : undefined));
    expect(await fake.platform.signIns.ask(SPAN, NO_SIGNAL)).toEqual({
      kind: 'forbidden',
      permission: 'audits:audit:view',
    });
  });

  test.each<[string, object]>([
    ['does not cover PeoplePermissions', { services: [{ name: 'Routing', entities: [] }] }],
    [
      'does not tell of sign-ins',
      { services: [{ name: 'PeoplePermissions', entities: [{ name: 'AuthUser', actions: ['Update'] }] }] },
    ],
    ['holds no list of services', {}],
  ])('says so where it %s, and asks again the next time', async (words, mapping) => {
    const fake = await platform(({ path }) => (path === MAPPING ? { json: mapping } : undefined));
    for (let i = 1; i <= 2; i += 1) {
      const told = await fake.platform.signIns.ask(SPAN, NO_SIGNAL);
      expect(told).toEqual({ kind: 'failed', why: expect.stringContaining(words) });
      expect(fake.of(MAPPING)).toHaveLength(i);
    }
    expect(fake.of(PATH)).toEqual([]);
  });

  test.each<[string, Reply]>([
    ['429', { status: 429, headers: { 'Retry-After': '60' }, json: { status: 429 } }],
    ['500', { status: 500, text: 'oops' }],
    ['a list in place of an answer', { json: [] }],
    ['entries that are no list', { json: { entities: {} } }],
  ])('is a failure in words after one try: %s', async (_, reply) => {
    const fake = await platform(({ path }) => (path === PATH ? reply : undefined));
    const told = await fake.platform.signIns.ask(SPAN, NO_SIGNAL);
    expect(told).toEqual({ kind: 'failed', why: expect.stringContaining('postAuditsQueryRealtime') });
    expect(fake.of(PATH)).toHaveLength(1);
    expect(fake.clock.slept).toEqual([]);
  });

  test('is not asked without room in the rate budget', async () => {
    const fake = await platform(pages([]), 20);
    expect(fake.platform.signIns.room()).toBe(1);
    await fake.platform.signIns.ask(SPAN, NO_SIGNAL);
    expect(fake.platform.signIns.room()).toBe(0);
    expect(await fake.platform.signIns.ask(SPAN, NO_SIGNAL)).toEqual({ kind: 'failed', why: NO_ROOM });
  });

  test('is not asked what it covers where there is no room for the question itself', async () => {
    const fake = await platform(pages([]), 10);
    expect(await fake.platform.signIns.ask(SPAN, NO_SIGNAL)).toEqual({ kind: 'failed', why: NO_ROOM });
    expect(fake.of(MAPPING)).toEqual([]);
  });

  test.each([SPAN.from, SPAN.from - 8 * 86_400_000])(
    'is not asked for an empty or endless span',
    async (from) => {
      const fake = await platform(pages([]));
      const span = { from, to: SPAN.from };
      expect(await fake.platform.signIns.ask(span, NO_SIGNAL)).toMatchObject({ kind: 'failed' });
      expect(fake.of(MAPPING)).toEqual([]);
    },
  );
});
