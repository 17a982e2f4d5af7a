import { describe, expect, test } from '@jest/globals';
import type { Observation } from '../../../src/domain/agent.ts';
import { addSpan, countable, dropSpansBefore, measure } from '../../../src/domain/tracking/clocks.ts';
import { track } from '../../../src/domain/tracking/track.ts';
import { SECOND, type Interval } from '../../../src/domain/time/time.ts';
import { agent, clockTime, foldContext, profile, rule } from '../build.ts';
import { story } from '../story.ts';

const MEAL = rule({ id: 'meal', when: { presence: ['MEAL', 'BREAK'] }, clock: 'in_state', limit: '60m' });
const LOCKED = rule({ id: 'locked', when: { presence: ['IDLE'] }, clock: 'in_state' });
const DEAF = rule({ id: 'deaf', when: { routing: ['NOT_RESPONDING'] }, clock: 'in_state' });

describe('the time of a reading is known to a second only', () => {
  const context = foldContext({ profile: profile({ rules: [MEAL] }) });

  /** A look whose server time lies within the second after `at`. */
  function look(at: string, calls: number, presence: 'AVAILABLE' | 'MEAL' = 'AVAILABLE'): Observation {
    return {
      agentId: agent().id,
      at: clockTime(at),
      latest: clockTime(at) + SECOND,
      presence: { system: presence, definitionId: undefined, since: undefined },
      routing: { status: 'OFF_QUEUE', since: undefined },
      conversations: { contactCentre: 0, enterprise: calls },
      tokenIssuedAt: undefined,
      missing: [],
    };
  }

  /** What a clock shows at the last of these looks. */
  function shown(by: typeof MEAL, ...looks: readonly Observation[]): number {
    const last = looks.reduce<ReturnType<typeof track>>((f, o) => track(f?.state, o, context), undefined);
    return measure(last!.state, by, last!.state.seenAt);
  }

  test('a clock that begins with a sighting is a second late, never early', () => {
    const sign = rule();
    const work = rule({ clock: 'since_work' });
    expect(shown(sign, look('09:00', 0), look('09:01', 0))).toBe(59 * SECOND);
    expect(shown(work, look('09:00', 0), look('09:01', 0))).toBe(59 * SECOND);
    expect(shown(MEAL, look('09:00', 0, 'MEAL'), look('09:01', 0, 'MEAL'))).toBe(59 * SECOND);
    const called = [look('09:00', 0), look('09:01', 1), look('09:02', 0), look('09:03', 0)];
    expect([shown(sign, ...called), shown(work, ...called)]).toEqual([59 * SECOND, 59 * SECOND]);
    const ate = [look('09:00', 0), look('09:01', 0, 'MEAL'), look('09:02', 0, 'MEAL')];
    expect([shown(sign, ...ate), shown(MEAL, ...ate)]).toEqual([59 * SECOND, 59 * SECOND]);
  });

  test('a gap ends as late as it may have', () => {
    const since = clockTime('08:00');
    const looks = ['09:00', '09:02', '09:30', '09:32'].map((at) => {
      const o = look(at, 0);
      return { ...o, presence: { ...o.presence!, since }, routing: { ...o.routing!, since } };
    });
    expect(shown(rule(), ...looks)).toBe((2 * 60 - 1) * SECOND * 2);
  });
});

describe('since_sign', () => {
  test('starts at zero at first sight, whatever the platform’s stamps say', () => {
    const s = story({ first: { presence: 'BUSY', presenceSince: '01:00', routingSince: '01:00' } });
    expect(s.until('09:00').shows('since_sign')).toBe('0s');
    expect(s.until('09:17').shows('since_sign')).toBe('17m');
  });

  test('is the default clock of a rule, which is due when it reaches the limit and not a moment before', () => {
    const s = story();
    expect(s.reason('09:59')).toBe('waiting');
    expect(s.verdict().nextAt).toBe(s.now + 60_000);
    expect(s.reason('10:00')).toBe('due');
  });

  test('goes on while the rule’s condition does not hold', () => {
    const s = story({ rules: [rule({ when: { presence: ['IDLE'] } })] });
    expect(s.reason('09:50')).toBe('no_rule');
    expect(s.at('10:10', { presence: 'IDLE' }).reason('10:10')).toBe('due');
    expect(s.shows('since_sign')).toBe('1h10m');
  });

  test('starts again with a sign', () => {
    const s = story().at('09:30:30', { presence: 'BUSY' }).until('09:40');
    expect(s.shows('since_sign')).toBe('9m30s');
  });
});

describe('in_state', () => {
  test('goes on over a bounce that was not seen, although the state is stamped anew', () => {
    const s = story({ rules: [MEAL], first: { presence: 'MEAL' } });
    s.at('09:30:21', { presence: 'MEAL', token: '09:30:20' }).until('09:40');
    expect(s.shows({ rule: 'meal' })).toMatch(/^(39|40)m/);
  });
});

describe('since_work', () => {
  test('runs since the agent last stood on queue', () => {
    const s = story({ first: { routing: 'IDLE', presence: 'ON_QUEUE' } }).until('09:30');
    expect(s.shows('since_work')).toBe('0s');
    s.at('09:30:20', { routing: 'OFF_QUEUE', presence: 'AVAILABLE' }).until('09:40');
    expect(s.shows('since_work')).toBe('9m40s');
  });

  test('is not helped by flipping presences', () => {
    const s = story({ rules: [rule({ clock: 'since_work' })] });
    for (const minute of ['10', '20', '30', '40', '50']) {
      s.at(`09:${minute}`, { presence: minute === '20' || minute === '40' ? 'AWAY' : 'BUSY' });
    }
    expect(s.reason('10:00')).toBe('due');
    expect(s.shows('since_work')).toBe('1h');
  });

  test('goes on while the rule’s condition does not hold', () => {
    const s = story({ rules: [rule({ clock: 'since_work', when: { presence: ['MEETING'] } })] });
    expect(s.at('10:20', { presence: 'MEETING' }).reason('10:20')).toBe('due');
  });

  test('starts again after an interaction off the queue', () => {
    const s = story().at('09:20', { calls: 1 }).at('09:30', { calls: 0 }).until('09:35');
    expect(s.shows('since_work')).toBe('5m');
  });

  test('does not run while the agent is engaged or on queue, so no rule on it is due', () => {
    const rules = [rule({ clock: 'since_work', waitingOnQueue: true })];
    const s = story({ rules, first: { routing: 'IDLE' } });
    expect(s.reason('12:00')).toBe('waiting');
    expect(s.shows('since_work')).toBe('0s');
  });
});

describe('in_state', () => {
  test('counts from when the condition began to hold, by the platform’s stamp', () => {
    const s = story({ rules: [MEAL] }).at('09:10:20', { presence: 'MEAL' });
    expect(s.until('09:40').shows({ rule: 'meal' })).toBe('29m40s');
    expect(s.reason('10:10')).toBe('waiting');
    expect(s.reason('10:11')).toBe('due');
  });

  test('starts again once the condition has not held', () => {
    const s = story({ rules: [MEAL] })
      .at('09:10', { presence: 'MEAL' })
      .at('09:40', { presence: 'AVAILABLE' });
    expect(s.reason('09:45')).toBe('no_rule');
    expect(s.shows({ rule: 'meal' })).toBe('0s');
    expect(s.at('09:50', { presence: 'MEAL' }).until('10:00').shows({ rule: 'meal' })).toBe('10m');
  });

  test('is not broken by moving between two listed states', () => {
    const s = story({ rules: [MEAL] })
      .at('09:10', { presence: 'MEAL' })
      .at('09:40', { presence: 'BREAK' });
    expect(s.until('10:00').shows({ rule: 'meal' })).toBe('50m');
  });

  test('is broken by a newer platform stamp of the same state', () => {
    const s = story({ rules: [MEAL] })
      .at('09:10', { presence: 'MEAL' })
      .at('09:40', { presence: 'MEAL' });
    expect(s.until('10:00').shows({ rule: 'meal' })).toBe('20m');
  });

  test('is not broken by a newer stamp of what the condition does not speak of', () => {
    const s = story({ rules: [MEAL] })
      .at('09:10', { presence: 'MEAL' })
      .at('09:40', { routing: 'OFF_QUEUE' });
    expect(s.until('10:00').shows({ rule: 'meal' })).toBe('50m');
    const deaf = story({ rules: [DEAF], first: { routing: 'NOT_RESPONDING' } }).at('09:20', {
      presence: 'BUSY',
    });
    expect(deaf.until('10:00').shows({ rule: 'deaf' })).toBe('1h');
    expect(deaf.at('10:01', { routing: 'NOT_RESPONDING' }).until('10:06').shows({ rule: 'deaf' })).toBe('5m');
  });

  test('is not broken by the newer stamp that a silent return brings', () => {
    const s = story({ rules: [MEAL] })
      .at('09:10', { presence: 'MEAL' })
      .at('09:40:10', { presence: 'OFFLINE' });
    s.at('09:41:10', { presence: 'MEAL', token: '09:41:09' });
    expect(s.until('10:00').shows({ rule: 'meal' })).toBe('49m');
  });

  test('is not broken by a silent return that restores the state in a second step', () => {
    const s = story({ rules: [MEAL] })
      .at('09:10', { presence: 'MEAL' })
      .at('09:40:10', { presence: 'OFFLINE' });
    s.at('09:41:10', { presence: 'AVAILABLE', token: '09:41:09' })
      .until('09:42')
      .at('09:42:05', { presence: 'MEAL' });
    expect(s.until('10:00').shows({ rule: 'meal' })).toBe('49m');
  });

  test('starts again when the return leaves the state for good', () => {
    const s = story({ rules: [MEAL] })
      .at('09:10', { presence: 'MEAL' })
      .at('09:40:10', { presence: 'OFFLINE' });
    s.at('09:41:10', { presence: 'AVAILABLE', token: '09:41:09' })
      .until('09:45')
      .at('09:45', { presence: 'MEAL' });
    expect(s.until('09:50').shows({ rule: 'meal' })).toBe('5m');
  });

  test('starts at zero at first sight of the agent', () => {
    const s = story({ rules: [LOCKED], first: { presence: 'IDLE', presenceSince: '02:00' } });
    expect(s.until('09:00').shows({ rule: 'locked' })).toBe('0s');
    expect(s.reason('09:59')).toBe('waiting');
    expect(s.reason('10:00')).toBe('due');
  });

  test('starts at zero when the policy first asks for the condition', () => {
    const s = story({ first: { presence: 'IDLE' } }).until('09:30');
    const [agents] = s.policy.profiles;
    if (agents === undefined) throw new Error('no profile');
    s.withPolicy({ profiles: [{ ...agents, rules: [LOCKED] }] });
    expect(s.until('09:31').shows({ rule: 'locked' })).toBe('0s');
    expect(s.until('09:40').shows({ rule: 'locked' })).toBe('9m');
  });

  test('goes on after a person’s sign that leaves the condition as it is', () => {
    const s = story({ rules: [DEAF], first: { routing: 'NOT_RESPONDING' } }).at('09:20', {
      presence: 'AWAY',
    });
    expect([s.until('09:30').shows('since_sign'), s.shows({ rule: 'deaf' })]).toEqual(['10m', '30m']);
  });

  test('is broken by a person’s click after Offline', () => {
    const here = rule({ id: 'here', when: { presence: ['AVAILABLE'] }, clock: 'in_state' });
    const s = story({ rules: [here], returns: { grace: 0 } }).until('10:00');
    s.logOff({ due: { actions: ['offline'] } }).at('10:01', { presence: 'AVAILABLE' });
    expect(s.until('10:05').shows({ rule: 'here' })).toBe('4m');
    expect(s.verdict().reason).toBe('waiting');
  });
});

describe('Offline time', () => {
  test('is not counted, while it lasts and after a silent return', () => {
    const s = story().at('09:30:30', { presence: 'OFFLINE' }).until('09:32');
    expect(s.shows('since_sign')).toBe('30m30s');
    s.at('09:32:15', { presence: 'AVAILABLE', token: '09:32:14' }).until('09:35');
    expect(s.shows('since_sign')).toBe('33m15s');
  });
});

describe('a restart', () => {
  test('of less than three intervals loses nothing: each story here runs with stored memory beside', () => {
    const s = story().unwatched('09:30', '09:33').until('09:40');
    expect(s.shows('since_sign')).toBe('40m');
  });
});

describe('spans that do not count', () => {
  const spans = (...pairs: [number, number][]): Interval[] => pairs.map(([from, to]) => ({ from, to }));

  test('join where they overlap or touch', () => {
    expect(addSpan(spans([0, 5]), { from: 5, to: 9 })).toEqual(spans([0, 9]));
    expect(addSpan(spans([0, 5], [7, 8]), { from: 4, to: 9 })).toEqual(spans([0, 9]));
    expect(addSpan(spans([0, 5]), { from: 6, to: 9 })).toEqual(spans([0, 5], [6, 9]));
  });

  test('are dropped when empty', () => {
    expect(addSpan(spans([0, 5]), { from: 9, to: 9 })).toEqual(spans([0, 5]));
  });

  test('merge the oldest two when there are very many, which can only lose time', () => {
    let all: readonly Interval[] = [];
    for (let i = 0; i < 700; i += 1) all = addSpan(all, { from: i * 10, to: i * 10 + 1 });
    expect(all).toHaveLength(500);
    expect(all[0]).toEqual({ from: 0, to: 2_001 });
  });

  test('are forgotten once they end before the oldest clock', () => {
    const all = spans([0, 5], [7, 9]);
    expect(dropSpansBefore(all, 5)).toEqual(spans([7, 9]));
    expect(dropSpansBefore(all, 4)).toBe(all);
  });

  test('are taken out of what counts', () => {
    expect(countable(0, 20, spans([2, 4], [10, 30]), undefined)).toBe(8);
    expect(countable(3, 20, spans([2, 4]), undefined)).toBe(16);
    expect(countable(5, 20, spans([2, 4], [25, 30]), undefined)).toBe(15);
    expect(countable(20, 5, [], undefined)).toBe(0);
  });
});
