import { describe, expect, test } from '@jest/globals';
import { Interner, readUser, type ReadContext } from '../../../src/genesys/listing/read-user.ts';
import { user } from '../fake-platform.ts';

const FROM = Date.parse('2026-03-02T09:00:00.000Z');

function context(more: Partial<ReadContext> = {}): ReadContext {
  const none = (): readonly string[] => [];
  return {
    names: true,
    groups: true,
    roles: true,
    queuesOf: none,
    teamsOf: none,
    from: FROM,
    to: FROM + 1_500,
    intern: new Interner(),
    ...more,
  };
}

function observe(more: object, using = context()): NonNullable<ReturnType<typeof readUser>>['observation'] {
  return readUser(user(1, more), using)!.observation;
}

describe('a user', () => {
  test('is read with all that the enforcer asks for', () => {
    const sighting = readUser(user(7), context({ queuesOf: () => ['q1'], teamsOf: () => ['t1'] }));
    expect(sighting).toEqual({
      agent: {
        id: '00000000-0000-4000-8000-000000000007',
        name: 'Agent 7',
        email: 'agent7@example.com',
        username: 'agent7@example.com',
        divisionId: 'd1',
        groups: ['g1'],
        roles: ['r1'],
        queues: ['q1'],
        teams: ['t1'],
      },
      observation: {
        agentId: '00000000-0000-4000-8000-000000000007',
        at: FROM,
        latest: FROM + 1_500,
        presence: {
          system: 'AVAILABLE',
          definitionId: 'def-available',
          since: Date.parse('2026-03-02T08:00:00.123Z'),
        },
        routing: { status: 'OFF_QUEUE', since: Date.parse('2026-03-02T08:00:01Z') },
        conversations: { contactCentre: 0, enterprise: 0 },
        tokenIssuedAt: Date.parse('2026-03-02T07:59:00Z'),
        missing: [],
      },
    });
  });

  test.each([[null], [42], [[]], [{}], [{ id: 7 }], [{ id: '' }]])('that is %j is none', (raw) => {
    expect(readUser(raw, context())).toBeUndefined();
  });

  test.each([
    undefined,
    null,
    {},
    { presenceDefinition: null },
    { presenceDefinition: { id: 'x' } },
    'AVAILABLE',
  ])('with the presence %j has no presence, and no guess is made from routing', (presence) => {
    expect(observe({ presence }).presence).toBeUndefined();
  });

  test.each(['On Queue', 'ON_QUEUE', 'OnQueue'])(
    'is on queue however that is spelt: %s',
    (systemPresence) => {
      expect(observe({ presence: { presenceDefinition: { systemPresence } } }).presence?.system).toBe(
        'ON_QUEUE',
      );
    },
  );

  test('in an unheard-of state is unknown, not idle', () => {
    const seen = observe({
      presence: { presenceDefinition: { systemPresence: 'Levitating' } },
      routingStatus: { status: 'FLOATING' },
    });
    expect(seen.presence).toEqual({ system: 'UNKNOWN', definitionId: undefined, since: undefined });
    expect(seen.routing).toEqual({ status: 'UNKNOWN', since: undefined });
    expect(seen.faults).toEqual([
      { part: 'presence', why: 'unheard_of', said: 'Levitating' },
      { part: 'routingStatus', why: 'unheard_of', said: 'FLOATING' },
    ]);
  });

  test.each([undefined, null, {}, { status: null }, []])(
    'with the routing status %j has none',
    (routingStatus) => {
      expect(observe({ routingStatus }).routing).toBeUndefined();
    },
  );

  test('with a date that is none has no date', () => {
    const presence = { presenceDefinition: { systemPresence: 'AWAY' }, modifiedDate: 'yesterday' };
    expect(observe({ presence }).presence?.since).toBeUndefined();
    expect(observe({ lastTokenIssued: { dateIssued: 12 } }).tokenIssuedAt).toBeUndefined();
  });

  test.each<unknown>([
    '2026-03-02T08:00:00',
    '2026-03-02',
    '2026',
    'yesterday',
    'Mon, 02 Mar 2026 08:00:00 GMT',
    '',
    1_772_438_400_000,
    Number.NaN,
    {},
  ])('with the date %j, which is none, has no date and is protected', (stamp) => {
    const away = { systemPresence: 'AWAY', id: 'away' };
    expect(observe({ presence: { presenceDefinition: away, modifiedDate: stamp } })).toMatchObject({
      presence: { since: undefined },
      faults: [{ part: 'presence.modifiedDate', why: 'malformed' }],
    });
    expect(observe({ routingStatus: { status: 'OFF_QUEUE', startTime: stamp } })).toMatchObject({
      routing: { since: undefined },
      faults: [{ part: 'routingStatus.startTime', why: 'malformed' }],
    });
    expect(observe({ lastTokenIssued: { dateIssued: stamp } })).toMatchObject({
      tokenIssuedAt: undefined,
      faults: [{ part: 'lastTokenIssued.dateIssued', why: 'malformed' }],
    });
  });

  test.each([undefined, null, '0001-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z'])(
    'with the date %j has none, and that alone is no fault',
    (stamp) => {
      const presence = {
        presenceDefinition: { systemPresence: 'AWAY', id: 'away' },
        modifiedDate: stamp,
      };
      const seen = observe({ presence, lastTokenIssued: { dateIssued: stamp } });
      expect([seen.presence?.since, seen.tokenIssuedAt, seen.faults]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
    },
  );

  test.each(['presence', 'routingStatus', 'lastTokenIssued', 'conversationSummary'])(
    'whose %s is no block at all is protected',
    (part) => {
      for (const value of [42, 'busy', [], true])
        expect(observe({ [part]: value }).faults).toEqual([{ part, why: 'malformed' }]);
    },
  );

  test('with a date from the far future has no date and is protected, since no other stamp could be newer', () => {
    const late = '2026-03-02T09:06:00.000Z';
    const presence = { presenceDefinition: { systemPresence: 'AWAY' }, modifiedDate: late };
    for (const more of [
      { presence },
      { routingStatus: { status: 'IDLE', startTime: late } },
      { lastTokenIssued: { dateIssued: late } },
    ]) {
      const seen = observe(more);
      expect([seen.presence?.since, seen.routing?.since, seen.tokenIssuedAt]).toContain(undefined);
      expect(seen.faults).toMatchObject([{ why: 'future' }]);
    }
  });

  test('with a date that another server’s clock explains keeps it', () => {
    const presence = { presenceDefinition: { systemPresence: 'AWAY' }, modifiedDate: '2026-03-02T09:00:30Z' };
    expect(observe({ presence })).toMatchObject({ presence: { since: FROM + 30_000 } });
    expect(observe({ presence }).faults).toBeUndefined();
  });

  test.each<[unknown, unknown]>([
    [{ call: 'busy' }, undefined],
    [{ video: [] }, undefined],
    [{ call: null }, { contactCentre: 0, enterprise: 0 }],
    [{}, { contactCentre: 0, enterprise: 0 }],
    [
      { userId: 'x', call: {} },
      { contactCentre: 0, enterprise: 0 },
    ],
    [
      {
        call: { contactCenter: { active: 1, acw: 2 }, enterprise: { active: 4 } },
        chat: { contactCenter: { acw: 8 } },
      },
      { contactCentre: 11, enterprise: 4 },
    ],
    [{ hologram: { enterprise: { active: 1, acw: 0 } } }, { contactCentre: 0, enterprise: 1 }],
    [undefined, undefined],
    [null, undefined],
    ['busy', undefined],
    [{ call: { contactCenter: { active: '1' } } }, undefined],
    [{ call: { contactCenter: { active: null } } }, undefined],
    [{ call: { contactCenter: { active: -1 } } }, undefined],
    [{ call: { enterprise: 3 } }, undefined],
  ])('with the summary %j has the conversations %j', (conversationSummary, expected) => {
    expect(observe({ conversationSummary }).conversations).toEqual(expected);
  });

  test('with words that are not known shows them short and clean', () => {
    const status = `\u001b[31m${'x'.repeat(100)}`;
    expect(observe({ routingStatus: { status } }).faults).toEqual([
      { part: 'routingStatus', why: 'unheard_of', said: `??31m${'x'.repeat(35)}` },
    ]);
  });

  test.each<[unknown, string]>([
    [{ hologram: 3 }, 'hologram'],
    [{ hologram: [{ busy: 1 }] }, 'hologram'],
    [{ hologram: { active: 1 } }, 'hologram.active'],
    [{ call: { active: 1 } }, 'call.active'],
    [{ call: { contactCenter: { active: 0, acw: 0, held: 1 } } }, 'call.contactCenter.held'],
    [{ call: { enterprise: { parked: '2' } } }, 'call.enterprise.parked'],
    [{ call: { outbound: { active: 1 } } }, 'call.outbound'],
    [{ call: { contactCenter: { ringing: true } } }, 'call.contactCenter.ringing'],
    [
      { call: { contactCenter: { deep: { er: { and: { deeper: { still: {} } } } } } } },
      'call.contactCenter.deep',
    ],
  ])('whose summary %j counts something in a place that is not known is protected', (summary, said) => {
    const seen = observe({ conversationSummary: summary });
    expect(seen.faults).toEqual([{ part: 'conversationSummary', why: 'unheard_of', said }]);
  });

  test.each([
    { userId: '00000000-0000-4000-8000-000000000001' },
    { hologram: null },
    { hologram: { contactCenter: { active: 0, acw: 0 }, enterprise: { active: 0 } } },
    { call: { contactCenter: { active: 0, held: 0 } }, selfUri: '/api/v2/users/1' },
    { call: { outbound: { active: 0, note: 'none' } }, video: {} },
  ])('whose summary %j counts nothing anywhere is known to be free', (conversationSummary) => {
    const seen = observe({ conversationSummary });
    expect([seen.conversations, seen.faults]).toEqual([{ contactCentre: 0, enterprise: 0 }, undefined]);
  });

  test.each([
    { media: { call: { contactCenter: 'idle' } } },
    { entities: [] },
    { userId: 'x', status: 'unavailable' },
    { errors: { code: 'timeout' } },
    { hologram: 'none' },
  ])('whose summary %j names no medium is unknown: it is no summary', (conversationSummary) => {
    const seen = observe({ conversationSummary });
    expect(seen.conversations).toBeUndefined();
    expect(seen.faults).toEqual([{ part: 'conversationSummary', why: 'malformed', said: 'no medium' }]);
  });

  test.each<[object, string]>([
    [{ call: {}, list: [{ id: 'c-1' }] }, 'list'],
    [{ call: { conversations: ['c-1'] } }, 'call.conversations'],
    [{ call: { contactCenter: { ids: [['c-1']] } } }, 'call.contactCenter.ids'],
  ])('whose summary %j lists something in a place that is not known is protected', (summary, said) => {
    expect(observe({ conversationSummary: summary }).faults).toEqual([
      { part: 'conversationSummary', why: 'unheard_of', said },
    ]);
  });

  test('whose summary is malformed in one place and counts in another is in a conversation', () => {
    const conversationSummary = { chat: 'busy', call: { enterprise: { active: 1 } } };
    expect(observe({ conversationSummary }).conversations).toEqual({ contactCentre: 0, enterprise: 1 });
  });

  test('whose summary is full of unknown counters is told of in a few words', () => {
    const call = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`counter${i}`, 1]));
    expect(observe({ conversationSummary: { call } }).faults).toHaveLength(8);
  });

  test.each([
    [{ groups: undefined }, 'groups'],
    [{ groups: 'g1' }, 'groups'],
    [{ groups: [{ name: 'no id' }] }, 'groups'],
    [{ authorization: {} }, 'roles'],
    [{ division: undefined }, 'division'],
    [{ name: undefined }, 'identity'],
    [{ email: undefined, username: null }, 'identity'],
    [{ email: undefined }, 'identity'],
    [{ username: '' }, 'identity'],
  ])('with %j lacks what the policy may need', (more, part) => {
    expect(observe(more).missing).toEqual([part]);
  });

  test('may lack one of e-mail and username where the policy names no users by name', () => {
    const using = context({ names: false });
    expect(observe({ email: undefined }, using).missing).toEqual([]);
    expect(observe({ username: null }, using).missing).toEqual([]);
    expect(observe({ email: undefined, username: null }, using).missing).toEqual(['identity']);
  });

  test('lacks nothing that the policy does not ask about', () => {
    expect(
      observe({ groups: undefined, authorization: undefined }, context({ groups: false, roles: false }))
        .missing,
    ).toEqual([]);
  });

  test('lacks queues and teams when their listings could not be read', () => {
    expect(observe({}, context({ queuesOf: () => undefined, teamsOf: () => undefined })).missing).toEqual([
      'queues',
      'teams',
    ]);
  });

  test('who is in no group is known to be in none', () => {
    expect(readUser(user(1, { groups: [] }), context())!.agent.groups).toEqual([]);
    expect(observe({ groups: [] }).missing).toEqual([]);
  });
});

describe('a text longer than any name or id of the platform', () => {
  const long = 'x'.repeat(321);
  const longest = 'x'.repeat(320);

  test.each<[string, object, readonly string[]]>([
    ['a name', { name: long }, ['identity']],
    ['an e-mail address', { email: long }, ['identity']],
    ['a username', { username: long }, ['identity']],
    ['a division', { division: { id: long } }, ['division']],
    ['one of the groups', { groups: [{ id: 'g1' }, { id: long }] }, ['groups']],
    ['one of the roles', { authorization: { roles: [{ id: long }] } }, ['roles']],
  ])('counts as missing where it stands for %s, which protects, and is not kept', (_, more, missing) => {
    const { agent, observation } = readUser(user(1, more), context())!;
    expect(observation.missing).toEqual(missing);
    expect(JSON.stringify(agent)).not.toContain(long);
  });

  test.each([
    [{ presence: { presenceDefinition: { id: 'x', systemPresence: long } } }, 'presence'],
    [{ routingStatus: { status: long, startTime: '2026-03-02T08:00:01Z' } }, 'routing'],
  ] as const)('is no presence and no routing status', (more, part) => {
    expect(observe(more)[part]).toBeUndefined();
  });

  test('is no id: such a user is left alone', () => {
    expect(readUser(user(1, { id: long }), context())).toBeUndefined();
  });

  test('is one of more than 320 characters', () => {
    const { agent, observation } = readUser(user(1, { name: longest, email: longest }), context())!;
    expect([agent.name, agent.email, observation.missing]).toEqual([longest, longest, []]);
  });
});

describe('the time of a reading', () => {
  test('is when the request was sent, since no later time is proven', () => {
    expect(observe({}).at).toBe(FROM);
  });

  test('is not before a stamp that the reading itself shows', () => {
    expect(observe({ routingStatus: { status: 'IDLE', startTime: '2026-03-02T09:00:00.700Z' } }).at).toBe(
      FROM + 700,
    );
  });

  test('is not moved by a stamp from the future', () => {
    expect(observe({ routingStatus: { status: 'IDLE', startTime: '2026-03-02T09:10:00.000Z' } }).at).toBe(
      FROM,
    );
  });
});

test('lists of ids are told apart, whatever the ids are made of', () => {
  const intern = new Interner();
  const lists = [['a b'], ['a', 'b'], ['a', ' b'], ['1:a'], ['1', 'a'], ['', 'a'], ['a', ''], ['a']];
  for (const list of lists) expect(intern.list(list)).toEqual(list);
  const groups = (...ids: string[]): object => ({ groups: ids.map((id) => ({ id })) });
  const agentIn = (more: object): readonly string[] =>
    readUser(user(1, more), context({ intern }))!.agent.groups;
  expect([agentIn(groups('x y')), agentIn(groups('x', 'y'))]).toEqual([['x y'], ['x', 'y']]);
});

test('strings that many users share are kept once', () => {
  const intern = new Interner();
  const [a, b] = [1, 2].map((n) => readUser(JSON.parse(JSON.stringify(user(n))), context({ intern }))!.agent);
  expect(a!.groups).toBe(b!.groups);
  expect(a!.roles).toBe(b!.roles);
});
