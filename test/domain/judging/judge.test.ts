import { describe, expect, test } from '@jest/globals';
import { parseRoutingStatus, parseSystemPresence } from '../../../src/domain/agent.ts';
import { exemptionOf, profileOf, REASONS } from '../../../src/domain/judging/judge.ts';
import { weigh } from '../../../src/domain/judging/weigh.ts';
import type { Matcher } from '../../../src/domain/policy/policy.ts';
import { matches, mentions, whenHolds } from '../../../src/domain/policy/when.ts';
import { HOUR, MINUTE } from '../../../src/domain/time/time.ts';
import { agent, calendar, clockTime, exemption, matcher, policy, profile, rule, when } from '../build.ts';
import { story } from '../story.ts';
import { noteObserved, noteWarned } from '../../../src/domain/tracking/own-logoff.ts';
import { pulledBack } from '../../../src/domain/tracking/set-back.ts';

describe('profiles', () => {
  const some = profile({
    name: 'some',
    match: matcher({ groups: ['g1'] }),
    rules: [rule({ id: 'some', limit: '2h' })],
  });
  const all = profile({ name: 'all', rules: [rule({ id: 'all' })] });

  test('the first that fits has the agent, and no other rules apply', () => {
    const s = story({ policy: { profiles: [some, all] }, agent: { groups: ['g1'] } });
    expect(s.reason('10:30')).toBe('waiting');
    expect(s.reason('11:00')).toBe('due');
    expect(s.verdict()).toMatchObject({ profile: 'some', due: { ruleId: 'some' } });
    const other = story({ policy: { profiles: [some, all] } });
    expect(other.until('10:00').verdict()).toMatchObject({ profile: 'all', due: { ruleId: 'all' } });
  });

  test('an agent who fits none is left alone', () => {
    const s = story({ policy: { profiles: [some] } });
    expect(s.reason('20:00')).toBe('no_profile');
    expect(s.verdict().profile).toBeUndefined();
  });

  test('without a match fits everyone', () => {
    expect(profileOf(agent(), policy({ profiles: [all] }))?.name).toBe('all');
  });
});

describe('a matcher', () => {
  const who = agent({ groups: ['g1', 'g2'], roles: ['r1'], queues: ['q1'], teams: ['t1'], divisionId: 'd1' });
  test.each<[string, Matcher, boolean]>([
    ['nothing', matcher({}), true],
    ['any of its groups', matcher({ groups: ['g9', 'g2'] }), true],
    ['another group', matcher({ groups: ['g9'] }), false],
    ['role', matcher({ roles: ['r1'] }), true],
    ['another role', matcher({ roles: ['r2'] }), false],
    ['division', matcher({ divisions: ['d1'] }), true],
    ['another division', matcher({ divisions: ['d2'] }), false],
    ['queue', matcher({ queues: ['q1'] }), true],
    ['another queue', matcher({ queues: ['q2'] }), false],
    ['team', matcher({ teams: ['t1'] }), true],
    ['another team', matcher({ teams: ['t2'] }), false],
    ['keys that all fit', matcher({ groups: ['g1'], roles: ['r1'] }), true],
    ['keys of which one does not fit', matcher({ groups: ['g1'], roles: ['r2'] }), false],
    ['not another group', matcher({ not: matcher({ groups: ['g9'] }) }), true],
    ['not another group', matcher({ groups: ['g1'], not: matcher({ groups: ['g2'] }) }), false],
    [
      'not, of two keys, only one of them theirs',
      matcher({ not: matcher({ groups: ['g1'], roles: ['r2'] }) }),
      true,
    ],
    ['id', matcher({ users: ['agent-1'] }), true],
    ['e-mail', matcher({ users: ['first.agent@example.com'] }), true],
    ['name in lower case', matcher({ users: ['first agent'] }), true],
    ['username', matcher({ users: ['first.agent'] }), true],
    ['wildcard', matcher({ patterns: [/^.*@example\.com$/] }), true],
    ['another agent', matcher({ users: ['agent-2'], patterns: [/^second/] }), false],
  ])('by %s', (_, wanted, fits) => {
    expect(matches(wanted, who)).toBe(fits);
  });
});

describe('a condition', () => {
  const state = { presence: 'MEAL', presenceId: 'lunch', routing: 'OFF_QUEUE' } as const;
  test.each<[Parameters<typeof when>[0], boolean]>([
    [{}, true],
    [{ presence: ['MEAL', 'BREAK'] }, true],
    [{ presence: ['BREAK'] }, false],
    [{ routing: ['OFF_QUEUE'] }, true],
    [{ routing: ['IDLE'] }, false],
    [{ presence: ['MEAL'], routing: ['IDLE'] }, false],
    [{ secondaryPresence: ['lunch'] }, true],
    [{ secondaryPresence: ['dinner'] }, false],
    [{ not: { presence: ['MEAL'] } }, false],
    [{ not: { presence: ['BREAK'] } }, true],
    [{ presence: ['MEAL'], not: { secondaryPresence: ['lunch'] } }, false],
  ])('%j', (text, holds) => {
    expect(whenHolds(when(text), state)).toBe(holds);
  });

  test('on labels does not hold where the label is unknown', () => {
    expect(whenHolds(when({ secondaryPresence: ['lunch'] }), { ...state, presenceId: undefined })).toBe(
      false,
    );
  });

  test('speaks of a part also within not', () => {
    expect(mentions(when({ not: { routing: ['IDLE'] } }), 'routing')).toBe(true);
    expect(mentions(when({ secondaryPresence: ['a'] }), 'presence')).toBe(true);
    expect(mentions(when({ presence: ['MEAL'] }), 'routing')).toBe(false);
    expect(mentions(when({ routing: ['IDLE'] }), 'presence')).toBe(false);
  });

  test('takes the platform’s words in any spelling', () => {
    expect(['On Queue', 'ON_QUEUE', 'OnQueue', 'on-queue'].map(parseSystemPresence)).toEqual(
      Array(4).fill('ON_QUEUE'),
    );
    expect(['not_responding', 'NotResponding', 'Not Responding'].map(parseRoutingStatus)).toEqual(
      Array(3).fill('NOT_RESPONDING'),
    );
    expect([parseSystemPresence('Out of Office'), parseRoutingStatus('EMPTY')]).toEqual([
      undefined,
      undefined,
    ]);
  });
});

describe('an exemption', () => {
  test('beats a rule that is due', () => {
    const s = story({
      policy: { exempt: [exemption({ label: 'lobby', match: matcher({ users: ['agent-1'] }) })] },
    });
    expect(s.until('12:00').verdict()).toMatchObject({ reason: 'exempt', detail: 'lobby', due: undefined });
  });

  test('does not protect another agent', () => {
    const s = story({ policy: { exempt: [exemption({ match: matcher({ users: ['agent-2'] }) })] } });
    expect(s.reason('10:00')).toBe('due');
  });

  test('protects until its end, and not from then on', () => {
    const s = story({ policy: { exempt: [exemption({ until: clockTime('11:00') })] } });
    expect(s.reason('10:59')).toBe('exempt');
    expect(s.reason('11:00')).toBe('due');
  });

  test('by state protects while the state lasts', () => {
    const coaching = exemption({ when: { secondaryPresence: ['coaching'] } });
    const s = story({ policy: { exempt: [coaching] }, first: { presence: 'BUSY', presenceId: 'coaching' } });
    expect(s.reason('10:30')).toBe('exempt');
    expect(s.at('10:31', { presence: 'IDLE', presenceId: 'away' }).reason('10:31')).toBe('due');
  });

  test('needs both its people and its state to fit', () => {
    const both = exemption({ match: matcher({ groups: ['g1'] }), when: { presence: ['MEAL'] } });
    expect(story({ policy: { exempt: [both] }, agent: { groups: ['g1'] } }).reason('10:00')).toBe('due');
    expect(story({ policy: { exempt: [both] }, first: { presence: 'MEAL' } }).reason('10:00')).toBe('due');
  });

  test('that comes first is the one named', () => {
    const s = story().until('09:01');
    const exempt = [
      exemption({ label: 'a', until: clockTime('09:00') }),
      exemption({ label: 'b' }),
      exemption({ label: 'c' }),
    ];
    const look = { ...readingOf(s.state()), agentId: 'agent-1' };
    expect(exemptionOf(s.agent, look, policy({ exempt }), s.now)?.label).toBe('b');
  });
});

function readingOf(state: ReturnType<ReturnType<typeof story>['state']>): Parameters<typeof exemptionOf>[1] {
  const { presence, routing, presenceId, presenceSince, routingSince, tokenAt } = state.last;
  return {
    agentId: state.agentId,
    at: state.seenAt,
    presence: { system: presence, definitionId: presenceId, since: presenceSince },
    routing: { status: routing, since: routingSince },
    conversations: { contactCentre: 0, enterprise: 0 },
    tokenIssuedAt: tokenAt,
    missing: [],
  };
}

describe('rules', () => {
  test('are weighed all; the first that is due, in the order of the file, is the reason', () => {
    const rules = [
      rule({ id: 'late', limit: '3h' }),
      rule({ id: 'b', limit: '70m' }),
      rule({ id: 'c', limit: '60m' }),
    ];
    const s = story({ rules });
    expect(s.until('10:00').verdict().due?.ruleId).toBe('c');
    expect(s.until('10:10').verdict().due).toMatchObject({ ruleId: 'b', measured: 4_200_000, overdue: 0 });
    expect(s.until('10:15').verdict().due?.overdue).toBe(300_000);
  });

  test('in observe mode are reported beside, and bring nothing about', () => {
    const rules = [rule({ id: 'trial', limit: '30m', mode: 'observe' }), rule({ id: 'real' })];
    const s = story({ rules });
    expect(s.until('09:30').verdict()).toMatchObject({
      reason: 'observed',
      due: { ruleId: 'trial', mode: 'observe' },
    });
    const both = s.until('10:00').verdict();
    expect([both.reason, both.due?.ruleId, both.observed.map(({ ruleId }) => ruleId)]).toEqual([
      'due',
      'real',
      ['trial'],
    ]);
  });

  test('of a policy in observe mode are all observed', () => {
    const s = story({ policy: { mode: 'observe' } });
    expect(s.until('10:00').verdict()).toMatchObject({ reason: 'observed', due: { mode: 'observe' } });
  });

  test('are never due for an Offline agent, whatever its tokens', () => {
    const s = story({ rules: [rule({ when: {} })], first: { presence: 'OFFLINE' } }).at('09:30', {
      token: '09:30',
    });
    expect(s.reason('12:00')).toBe('offline');
    expect(weigh(rule({ when: {} }), s.state(), s.now)).toMatchObject({ holds: false, due: false });
  });

  test('say which part of the state keeps them from being due', () => {
    const s = story({ rules: [rule({ when: { presence: ['MEAL'] } })] });
    expect(s.until('10:30').verdict()).toMatchObject({ reason: 'no_rule', nextAt: undefined });
  });

  test('with several clocks tell the earliest time', () => {
    const never = { calendar: calendar('UTC', ['10:00-12:00'], { weekdays: [] }), side: 'during' } as const;
    const rules = [
      rule({ id: 'a', limit: '2h' }),
      rule({ id: 'b', limit: '90m' }),
      rule({ id: 'c', hours: never }),
      rule({ id: 'd', limit: '3h' }),
    ];
    expect(story({ rules }).until('09:30').verdict()).toMatchObject({
      reason: 'waiting',
      nextAt: clockTime('10:30'),
    });
  });
});

describe('a warning', () => {
  const rules = [rule({ warn: '5m' })];

  test('is called for so long before the limit, and without it the rule is never due', () => {
    const s = story({ rules });
    expect(s.reason('09:54')).toBe('waiting');
    expect(s.reason('09:55')).toBe('warned');
    expect(s.reason('14:00')).toBe('warned');
  });

  test('makes the rule due only so long after it was delivered', () => {
    const s = story({ rules }).until('10:20');
    s.put(noteWarned(s.state(), 'gone', s.now));
    expect(s.reason('10:24')).toBe('warned');
    expect(s.verdict().nextAt).toBe(clockTime('10:25'));
    expect(s.reason('10:25')).toBe('due');
  });

  test('delivered in time leaves the limit as it is', () => {
    const s = story({ rules }).until('09:55');
    s.put(noteWarned(s.state(), 'gone', s.now));
    expect(s.reason('09:59')).toBe('warned');
    expect(s.reason('10:00')).toBe('due');
  });

  test.each<[string, Parameters<typeof rule>[0]]>([
    ['is shorter', { warn: '2m' }],
    ['is gone', {}],
  ])('that told a time holds until then, also where the warning of the changed policy %s', (_, changed) => {
    const s = story({ rules }).until('10:20');
    s.put(noteWarned(s.state(), 'gone', s.now, 5 * MINUTE));
    s.policy = { ...s.policy, profiles: [{ ...s.policy.profiles[0]!, rules: [rule(changed)] }] };
    expect(s.reason('10:24')).not.toBe('due');
    expect(s.verdict().nextAt).toBe(clockTime('10:25'));
    expect(s.reason('10:25')).toBe('due');
  });

  test('is called for by one rule while another still waits', () => {
    const both = [rule({ id: 'later', limit: '3h', warn: '5m' }), ...rules];
    const s = story({ rules: both }).until('09:55');
    expect([s.verdict().reason, s.verdict().nextAt]).toEqual(['warned', clockTime('10:00')]);
  });

  test('is not called for outside the hours of its rule', () => {
    const morning = calendar('UTC', ['08:00-10:00']);
    const s = story({ rules: [rule({ warn: '5m', hours: { calendar: morning, side: 'during' } })] });
    expect([s.reason('09:55'), s.reason('10:00')]).toEqual(['warned', 'outside_hours']);
  });

  test('holds until the time that it told, also where a clock is set back and the policy warns for a shorter time since', () => {
    const s = story({ rules: [rule({ limit: '60m', warn: '15m' })] }).until('09:50');
    s.put(pulledBack(noteWarned(s.state(), 'gone', s.now, 15 * MINUTE), s.now - MINUTE));
    s.withPolicy({ profiles: [profile({ rules: [rule({ limit: '60m', warn: '1m' })] })] });
    expect([s.reason('10:04'), s.reason('10:05')]).toEqual(['warned', 'due']);
  });

  test('is forgotten with a sign', () => {
    const s = story({ rules }).until('09:55');
    s.put(noteObserved(noteWarned(s.state(), 'gone', s.now, HOUR), 'gone')).at('09:58', { presence: 'BUSY' });
    expect(s.reason('11:00')).toBe('warned');
    const { warnedAt, promised, observedRules } = s.state().episode;
    expect([warnedAt, promised, observedRules]).toEqual([{}, undefined, []]);
  });
});

describe('hours', () => {
  const office = calendar('UTC', ['10:00-12:00', '13:00-17:00']);

  test('during: only time inside them counts, and the rule is due only inside them', () => {
    const s = story({ rules: [rule({ hours: { calendar: office, side: 'during' }, limit: '90m' })] });
    expect(s.reason('09:59')).toBe('outside_hours');
    expect(s.verdict().nextAt).toBe(clockTime('11:30'));
    expect(s.reason('11:29')).toBe('waiting');
    expect(s.reason('11:30')).toBe('due');
    expect(s.reason('12:30')).toBe('outside_hours');
    expect(s.reason('13:00')).toBe('due');
  });

  test('during: the clock stands still over the pause', () => {
    const s = story({ rules: [rule({ id: 'd', hours: { calendar: office, side: 'during' }, limit: '3h' })] });
    expect(s.until('13:30').shows({ rule: 'd' })).toBe('2h30m');
    expect(s.reason('13:59')).toBe('waiting');
    expect(s.reason('14:00')).toBe('due');
  });

  test('outside: only time outside them counts, and the rule is due only outside them', () => {
    const s = story({
      from: '16:50',
      rules: [rule({ hours: { calendar: office, side: 'outside' }, limit: '30m' })],
    });
    expect(s.reason('16:59')).toBe('outside_hours');
    expect(s.reason('17:29')).toBe('waiting');
    expect(s.reason('17:30')).toBe('due');
  });

  test('apply to in_state as well, and gaps inside them do not count', () => {
    const locked = rule({
      id: 'l',
      when: { presence: ['IDLE'] },
      clock: 'in_state',
      hours: { calendar: office, side: 'during' },
    });
    const s = story({ rules: [locked], first: { presence: 'IDLE' } }).unwatched('09:50', '10:30');
    expect(s.until('10:50').shows({ rule: 'l' })).toBe('20m');
  });

  test('that never come make no agent due and tell no time', () => {
    const never = calendar('UTC', ['10:00-12:00'], { weekdays: [] });
    const s = story({ rules: [rule({ hours: { calendar: never, side: 'during' } })] });
    expect(s.until('11:00').verdict()).toMatchObject({ reason: 'outside_hours', nextAt: undefined });
  });
});

describe('a rule that is weighed by itself, as explain shows it', () => {
  const meal = rule({ when: { presence: ['MEAL', 'ON_QUEUE'] } });
  test.each([
    ['holds in its state', { presence: 'MEAL' }, { holds: true, leftAlone: false }],
    ['does not hold in another', { presence: 'BUSY' }, { holds: false, leftAlone: false, dueAt: undefined }],
    ['leaves alone an agent who waits on queue', { presence: 'ON_QUEUE' }, { holds: false, leftAlone: true }],
    ['holds for nobody who is Offline', { presence: 'OFFLINE' }, { holds: false, leftAlone: false }],
  ] as const)('%s', (_, first, weighed) => {
    const s = story({ first }).until('09:30');
    expect(weigh(meal, s.state(), s.now)).toMatchObject(weighed);
  });

  test('does not name an agent who waits on queue where its condition means others', () => {
    const s = story({ first: { presence: 'ON_QUEUE' } }).until('09:30');
    expect(weigh(rule({ when: { presence: ['MEAL'] } }), s.state(), s.now).leftAlone).toBe(false);
  });
});

test('the list of reasons is closed and each is told once', () => {
  expect(new Set(REASONS).size).toBe(REASONS.length);
});
