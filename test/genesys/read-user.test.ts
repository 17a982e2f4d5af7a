import { describe, expect, test } from '@jest/globals';
import { Interner, readUser, type ReadContext } from '../../src/genesys/read-user.ts';
import { user } from './fake-platform.ts';

const FROM = Date.parse('2026-03-02T09:00:00.000Z');

function context(more: Partial<ReadContext> = {}): ReadContext {
  const none = (): readonly string[] => [];
  return {
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

  test('in a state that nobody has heard of is unknown, not idle', () => {
    const seen = observe({
      presence: { presenceDefinition: { systemPresence: 'Levitating' } },
      routingStatus: { status: 'FLOATING' },
    });
    expect(seen.presence).toEqual({ system: 'UNKNOWN', definitionId: undefined, since: undefined });
    expect(seen.routing).toEqual({ status: 'UNKNOWN', since: undefined });
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

  test.each(['2026-03-02T08:00:00', '2026-03-02', '2026', '0001-01-01T00:00:00Z', ''])(
    'with the date %j, which is none or nowhere, has no date',
    (stamp) => {
      const presence = { presenceDefinition: { systemPresence: 'AWAY' }, modifiedDate: stamp };
      expect(observe({ presence }).presence?.since).toBeUndefined();
      expect(observe({ presence }).missing).toEqual([]);
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
      expect(seen.missing).toEqual(['stamps']);
    }
  });

  test('with a date that another server’s clock explains keeps it', () => {
    const presence = { presenceDefinition: { systemPresence: 'AWAY' }, modifiedDate: '2026-03-02T09:00:30Z' };
    expect(observe({ presence })).toMatchObject({ presence: { since: FROM + 30_000 }, missing: [] });
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

  test.each([
    [{ groups: undefined }, 'groups'],
    [{ groups: 'g1' }, 'groups'],
    [{ groups: [{ name: 'no id' }] }, 'groups'],
    [{ authorization: {} }, 'roles'],
    [{ division: undefined }, 'division'],
    [{ name: undefined }, 'identity'],
    [{ email: undefined, username: null }, 'identity'],
  ])('with %j lacks what the policy may need', (more, part) => {
    expect(observe(more).missing).toEqual([part]);
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

test('strings that many users share are kept once', () => {
  const intern = new Interner();
  const [a, b] = [1, 2].map((n) => readUser(JSON.parse(JSON.stringify(user(n))), context({ intern }))!.agent);
  expect(a!.groups).toBe(b!.groups);
  expect(a!.roles).toBe(b!.roles);
});
