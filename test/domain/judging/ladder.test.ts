import { describe, expect, test } from '@jest/globals';
import { leaveLadder, withdrawLogoff } from '../../../src/domain/tracking/own-logoff.ts';
import type { Action, Policy } from '../../../src/domain/policy/policy.ts';
import { HOUR, MINUTE } from '../../../src/domain/time/time.ts';
import { exemption, matcher, profile, RETURNS, rule } from '../build.ts';
import { story, type Browser, type Story, type StoryParts } from '../story.ts';

const TAB: Browser = { after: '20s', restores: true, movesToken: true };
const PLAIN: readonly Action[] = ['off_queue', 'offline', 'revoke_tokens'];
const QUIET: readonly Action[] = ['off_queue', 'offline'];

/** Logged off by the rule at 10:00, back by single sign-on at 10:00:22, seen at 10:01. */
function silentlyBack(parts: StoryParts = {}): Story {
  return story(parts)
    .until('10:00')
    .logOff()
    .at('10:00:22', { presence: 'AVAILABLE', token: '10:00:21' })
    .until('10:01');
}

function times(s: Story): [string, number | undefined][] {
  return s.logoffs.map(({ at, rung }) => [at, rung]);
}

describe('the ladder', () => {
  test('answers each silent return with the next rung, after the rung’s wait, then repeats the last', () => {
    const s = story()
      .enforced({ ...TAB, answersOffline: true })
      .until('12:30');
    expect(times(s)).toEqual([
      ['10:00', undefined],
      ['10:02', 0],
      ['10:08', 1],
      ['10:19', 2],
      ['11:19', 2],
      ['12:19', 2],
    ]);
    expect(s.logoffs.slice(0, 4).map(({ actions }) => actions)).toEqual([
      PLAIN,
      QUIET,
      PLAIN,
      [...PLAIN, 'notify'],
    ]);
  });

  test('does not begin with a log-off that had no effect on an agent who had bounced before it', () => {
    const s = story().at('09:30:10', { presence: 'OFFLINE' }).until('09:31');
    s.at('09:31:20', { presence: 'AVAILABLE', token: '09:31:19' }).until('10:02');
    s.logOff({ effect: 'none' }).until('10:03');
    expect(s.verdict()).toMatchObject({ reason: 'due', due: { byLadder: false, actions: PLAIN } });
  });

  test('is quiet at first, so that a browser which only answers revocations stays away', () => {
    const s = story().enforced(TAB).until('18:00');
    expect(times(s)).toEqual([
      ['10:00', undefined],
      ['10:02', 0],
    ]);
    expect(s.verdict().reason).toBe('offline');
  });

  test('holds the agent after the last rung when the policy says never', () => {
    const s = story({ returns: { repeat: 'never' } })
      .enforced({ ...TAB, answersOffline: true })
      .until('14:00');
    expect(times(s).map(([at]) => at)).toEqual(['10:00', '10:02', '10:08', '10:19']);
    expect([s.verdict().reason, s.verdict().due]).toEqual(['held', undefined]);
  });

  test('without rungs answers nothing', () => {
    const s = silentlyBack({ returns: { ladder: [] } });
    expect(s.reason('13:00')).toBe('held');
  });

  test('waits from the return, and neither grace nor a rule’s limit counts on it', () => {
    const s = silentlyBack();
    expect([s.verdict().reason, s.verdict().nextAt]).toEqual(['ladder_waiting', s.now + 22_000]);
    expect(s.reason('10:02')).toBe('ladder_due');
    expect(s.verdict().due).toMatchObject({
      byLadder: true,
      rung: 0,
      ruleId: 'gone',
      limit: MINUTE,
      measured: 98_000,
    });
  });

  test('does not count a gap into the wait', () => {
    const s = silentlyBack().unwatched('10:01', '10:20');
    expect(s.reason('10:20')).toBe('ladder_waiting');
    expect(s.reason('10:21')).toBe('ladder_due');
  });

  test('acts whatever presence the return restored', () => {
    const s = story({ rules: [rule({ when: { presence: ['MEAL'] } })], first: { presence: 'MEAL' } })
      .until('10:00')
      .logOff();
    expect(s.at('10:00:22', { presence: 'AVAILABLE', token: '10:00:21' }).reason('10:02')).toBe('ladder_due');
  });

  test('counts the repeat from the last action', () => {
    const s = story({ returns: { ladder: RETURNS.ladder.slice(0, 1) } }).enforced({
      ...TAB,
      answersOffline: true,
    });
    expect(times(s.until('12:30')).map(([at]) => at)).toEqual(['10:00', '10:02', '11:02', '12:02']);
  });

  test('repeats at once when the agent comes back later than that, within the window', () => {
    const returns = { ladder: RETURNS.ladder.slice(0, 1), window: 3 * HOUR };
    const s = story({ returns }).enforced({
      after: '90m',
      restores: true,
      movesToken: true,
      answersOffline: true,
    });
    expect(times(s.until('15:00')).map(([at]) => at)).toEqual(['10:00', '11:32', '13:03', '14:34']);
  });

  test.each<[string, (s: Story) => void, string]>([
    ['engaged', (s) => void s.at('10:01:30', { talks: 1 }), 'engaged'],
    ['already Offline', (s) => void s.at('10:01:30', { presence: 'OFFLINE' }), 'offline'],
    [
      'exempt',
      (s) => void s.withPolicy({ exempt: [exemption({ match: matcher({ users: ['agent-1'] }) })] }),
      'exempt',
    ],
    ['unreadable', (s) => void s.lacking('10:02', '10:02', 'routing'), 'unknown'],
  ])('leaves alone who is %s', (_, change, reason) => {
    const s = silentlyBack();
    change(s);
    expect(s.reason('10:02')).toBe(reason);
  });
});

describe('the policy now in force', () => {
  const off = { grace: 0 };
  test.each<[string, Partial<Policy>]>([
    [
      'a longer limit',
      { profiles: [profile({ rules: [rule({ limit: '2h' })], returns: { ...RETURNS, ...off } })] },
    ],
    ['another state', { profiles: [profile({ rules: [rule({ when: { presence: ['MEAL'] } })] })] }],
    ['another clock', { profiles: [profile({ rules: [rule({ clock: 'since_work' })] })] }],
    ['a rule that only observes', { profiles: [profile({ rules: [rule({ mode: 'observe' })] })] }],
    ['observe mode', { mode: 'observe' }],
  ])('stops the ladder when it would not have logged the agent off: %s', (_, parts) => {
    const s = silentlyBack().withPolicy(parts);
    expect(s.reason('10:05')).not.toMatch(/^ladder/);
  });

  test('keeps the ladder when another rule would have done the same', () => {
    const s = silentlyBack().withPolicy({
      profiles: [profile({ rules: [rule({ id: 'renamed', limit: '30m' })] })],
    });
    expect(s.reason('10:05')).toBe('ladder_due');
  });

  test('that leaves the agent alone stops it too', () => {
    expect(silentlyBack().withPolicy({ profiles: [] }).reason('10:05')).toBe('no_profile');
  });
});

describe('leaving the ladder', () => {
  test.each<[string, Parameters<Story['at']>[1]]>([
    ['an interaction', { talks: 1 }],
    ['going on queue', { routing: 'IDLE' }],
    ['another presence', { presence: 'BUSY' }],
  ])('happens at once with %s', (_, change) => {
    const s = silentlyBack().at('10:01:40', change).until('10:02');
    expect(s.ladder()).toBeUndefined();
  });

  test('by a sign starts the agent from the rule’s own actions the next time', () => {
    const s = silentlyBack().at('10:01:40', { presence: 'BUSY' });
    expect(s.reason('11:02')).toBe('due');
    expect(s.verdict().due).toMatchObject({ rung: undefined, actions: PLAIN });
  });

  test('happens with an exemption', () => {
    const s = silentlyBack();
    expect(leaveLadder(s.state()).episode.ladder).toBeUndefined();
    const none = story().until('09:01').state();
    expect(leaveLadder(none)).toBe(none);
  });

  test('happens when no return came for as long as the policy remembers', () => {
    const s = silentlyBack({ returns: { forget: HOUR, repeat: 'never' } }).at('10:02', {
      presence: 'OFFLINE',
    });
    s.until('11:30').at('11:30', { presence: 'AVAILABLE', token: '11:30' });
    expect(s.reason('12:30')).toBe('due');
    expect(s.verdict().due).toMatchObject({ rung: undefined, actions: PLAIN });
  });

  test('by forgetting is for good: a return after it does not bring the place back', () => {
    const s = silentlyBack({ returns: { forget: HOUR, ladder: [{ wait: 5 * HOUR, actions: QUIET }] } });
    expect(s.reason('11:00')).toBe('ladder_waiting');
    expect(s.reason('11:01')).toBe('due');
    s.at('11:02:10', { presence: 'OFFLINE' }).at('11:03:10', { presence: 'AVAILABLE', token: '11:03:09' });
    expect(s.reason('11:05')).toBe('grace');
    expect(s.ladder()).toBeUndefined();
  });

  test('does not happen while silent returns keep coming within that time', () => {
    const s = silentlyBack({ returns: { forget: HOUR, ladder: [{ wait: 5 * HOUR, actions: QUIET }] } });
    s.at('10:50:10', { presence: 'OFFLINE' }).at('10:51:10', { presence: 'AVAILABLE', token: '10:51:09' });
    expect(s.reason('11:30')).toBe('ladder_waiting');
  });
});

describe('a login later than the window', () => {
  const late = (): Story =>
    story().until('10:00').logOff().at('10:04', { presence: 'AVAILABLE', token: '10:03:59' });

  test('starts the clocks from zero and hands judging to the rules', () => {
    const s = late();
    expect(s.reason('10:10')).toBe('waiting');
    expect(s.shows('since_sign')).toBe('6m');
    expect(s.ladder()).toMatchObject({ kind: 'parked', rung: 0 });
  });

  test('keeps the place: the next log-off that a rule brings uses the next rung’s actions', () => {
    const s = late();
    expect(s.reason('11:04')).toBe('due');
    expect(s.verdict().due).toMatchObject({ byLadder: false, rung: 0, actions: QUIET });
    s.logOff().at('11:08', { presence: 'BUSY', token: '11:07:59' });
    expect(s.until('12:08').verdict().due).toMatchObject({ byLadder: false, rung: 1, actions: PLAIN });
  });

  test('gives a tab that comes back after four minutes, each time, no clean slate', () => {
    const s = story()
      .enforced({ after: '4m', restores: true, movesToken: true, answersOffline: true })
      .until('16:00');
    expect(s.logoffs.map(({ rung }) => rung)).toEqual([undefined, 0, 1, 2, 2, 2]);
  });

  test('does not count what it brings as a silent return', () => {
    expect(late().until('10:05').eventsOf('silent_return')).toEqual([]);
    expect(late().until('10:05').events).toMatchObject([{ kind: 'late_return', own: true, delay: 238_000 }]);
  });

  test('and then a silent return: the rules still judge', () => {
    const s = late()
      .at('10:10:10', { presence: 'OFFLINE' })
      .at('10:11', { presence: 'AVAILABLE', token: '10:10:59' });
    expect(s.reason('10:15')).toBe('grace');
    expect(s.reason('10:22')).toBe('waiting');
  });
});

describe('a log-off', () => {
  test('of which no action was performed leaves the agent at the place of before', () => {
    const s = silentlyBack();
    const before = s.ladder();
    s.until('10:02').logOff({ effect: 'none' });
    expect(withdrawLogoff(s.state(), s.now, before).episode.ladder).toEqual(before);
    expect(withdrawLogoff(leaveLadder(s.state()), s.now, before).episode.ladder).toBeUndefined();
  });

  test('of a rule, without effect, is tried again with the rule’s own actions', () => {
    const s = story().until('10:00').logOff({ effect: 'none' });
    expect(s.until('10:01').verdict()).toMatchObject({
      reason: 'due',
      due: { rung: undefined, actions: ['off_queue', 'offline', 'revoke_tokens'] },
    });
  });

  test('of a rule at a kept place, without effect, is tried again with the same rung', () => {
    const s = story().until('10:00').logOff();
    s.at('10:00:22', { presence: 'AVAILABLE', token: '10:00:21' }).until('10:02').logOff();
    s.at('10:08', { presence: 'AVAILABLE', token: '10:07:59' }).until('11:08').logOff({ effect: 'none' });
    expect(s.logoffs.map(({ rung }) => rung)).toEqual([undefined, 0, 1]);
    expect(s.until('11:09').verdict()).toMatchObject({ reason: 'due', due: { rung: 1 } });
  });

  test('of a rung, without effect, is tried again with the same rung, whatever the presence, and without grace', () => {
    const meal = rule({ when: { presence: ['MEAL'] } });
    const s = story({ rules: [meal], first: { presence: 'MEAL' } })
      .until('10:00')
      .logOff();
    s.at('10:00:22', { presence: 'AVAILABLE', token: '10:00:21' }).until('10:02').logOff({ effect: 'none' });
    expect(s.reason('10:03')).toBe('ladder_due');
    expect(s.verdict().due).toMatchObject({ rung: 0, actions: QUIET });
    s.logOff().at('10:03:30', { presence: 'AVAILABLE', token: '10:03:29' });
    expect(s.until('10:09').verdict().due).toMatchObject({ rung: 1 });
  });
});
