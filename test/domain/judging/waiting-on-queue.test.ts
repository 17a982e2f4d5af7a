/** Agents who wait on queue are at work, unless a rule says that it means them. */
import { describe, expect, test } from '@jest/globals';
import { REASONS } from '../../../src/domain/judging/judge.ts';
import type { Rule } from '../../../src/domain/policy/policy.ts';
import { warningsDue } from '../../../src/domain/judging/warnings.ts';
import { profile, rule, type WhenText } from '../build.ts';
import { story, type Story, type StoryParts } from '../story.ts';

const CLOCKS = ['since_sign', 'in_state', 'since_work'] as const;
const FITS_WAITING: readonly WhenText[] = [
  { presence: ['ON_QUEUE'] },
  { routing: ['IDLE'] },
  { routing: ['IDLE', 'NOT_RESPONDING'] },
  { not: { presence: ['MEAL'] } },
  { not: { not: { routing: ['IDLE'] } } },
  {},
];

/** On queue since before the first sweep, without an interaction. */
function waiting(rules: readonly Rule[], parts: StoryParts = {}): Story {
  return story({ rules, first: { presence: 'ON_QUEUE', routing: 'IDLE' }, ...parts });
}

describe('an agent who waits on queue', () => {
  test.each(FITS_WAITING.flatMap((text) => CLOCKS.map((clock) => [text, clock] as const)))(
    'is protected from a rule with the condition %j and the clock %s, however long it lasts',
    (text, clock) => {
      const s = waiting([rule({ when: text, clock, limit: '2m' })]);
      for (const time of ['09:05', '12:00', '23:00']) {
        expect(s.until(time).verdict()).toMatchObject({
          reason: 'waiting_on_queue',
          due: undefined,
          observed: [],
          nextAt: undefined,
        });
      }
    },
  );

  test.each(FITS_WAITING)('is logged off by a rule with %j that means such agents', (text) => {
    for (const clock of ['since_sign', 'in_state'] as const) {
      const s = waiting([rule({ when: text, clock, limit: '2h', waitingOnQueue: true })]);
      expect([s.reason('10:59'), s.reason('11:00')]).toEqual(['waiting', 'due']);
    }
  });

  test('has no rule where the condition of none holds', () => {
    expect(waiting([rule({ when: { presence: ['MEAL'] } })]).reason('12:00')).toBe('no_rule');
  });

  test('is judged by the rules that mean such agents, and by no others', () => {
    const rules = [
      rule({ id: 'plain', limit: '2m' }),
      rule({ id: 'asleep', limit: '60m', waitingOnQueue: true }),
    ];
    const s = waiting(rules);
    expect(s.reason('09:59')).toBe('waiting');
    expect(s.until('10:00').verdict().due?.ruleId).toBe('asleep');
  });

  test('is only reported where the rule that means such agents observes', () => {
    const rules = [
      rule({ id: 'plain', limit: '2m', warn: '1m' }),
      rule({ id: 'trial', limit: '60m', mode: 'observe', waitingOnQueue: true }),
    ];
    const s = waiting(rules).until('10:00');
    expect(s.verdict()).toMatchObject({ reason: 'observed', due: { ruleId: 'trial', mode: 'observe' } });
    expect(warningsDue(s.agent, s.state(), s.verdict(), s.policy, s.now)).toEqual([]);
  });

  test('is not warned of a rule that leaves such agents alone', () => {
    const s = waiting([rule({ limit: '30m', warn: '5m' })]).until('09:40');
    expect(s.verdict().reason).toBe('waiting_on_queue');
    expect(warningsDue(s.agent, s.state(), s.verdict(), s.policy, s.now)).toEqual([]);
  });

  test('is in an interaction, exempt or unknown before anything is said of the queue', () => {
    const s = waiting([rule({ limit: '2m' })]).at('09:30', { routing: 'INTERACTING', talks: 1 });
    expect(s.reason('09:30')).toBe('engaged');
    expect(
      waiting([rule({ limit: '2m' })])
        .lacking('09:30', '09:30', 'conversations')
        .reason('09:30'),
    ).toBe('unknown');
  });

  test('is judged by every rule as soon as they stop responding', () => {
    const s = waiting([rule({ when: { routing: ['NOT_RESPONDING'] }, clock: 'in_state', limit: '10m' })]);
    s.at('11:00', { routing: 'NOT_RESPONDING' });
    expect([s.reason('10:59'), s.reason('11:09'), s.reason('11:10')]).toEqual(['no_rule', 'waiting', 'due']);
  });
});

describe('the clock in_state of a rule that leaves such agents alone', () => {
  const wide = (waitingOnQueue: boolean): Rule =>
    rule({ id: 'wide', when: { not: { presence: ['MEAL'] } }, clock: 'in_state', waitingOnQueue });

  test('does not count the time on queue: that was work', () => {
    const s = waiting([wide(false)]).at('12:00', { routing: 'NOT_RESPONDING' });
    expect([s.reason('12:59'), s.reason('13:00')]).toEqual(['waiting', 'due']);
  });

  test('stops at the queue and starts again from zero behind it', () => {
    const s = story({ rules: [wide(false)] }).at('09:40', { presence: 'ON_QUEUE' });
    s.until('09:50').at('10:30', { routing: 'NOT_RESPONDING' });
    expect(s.until('11:00').shows({ rule: 'wide' })).toBe('30m');
  });

  test('counts it where the rule means such agents', () => {
    const s = waiting([wide(true)]).at('09:30', { routing: 'NOT_RESPONDING' });
    expect([s.reason('09:59'), s.reason('10:00')]).toEqual(['waiting', 'due']);
  });
});

describe('a queue that a silent return restored', () => {
  const DEAF = rule({ id: 'deaf', when: { routing: ['NOT_RESPONDING'] }, limit: '10m', clock: 'in_state' });
  const RESTORED = { presence: 'ON_QUEUE', routing: 'IDLE', token: '09:30:30' } as const;

  /** Logged off while not responding; the browser is back on queue within the window. */
  function returned(...more: readonly Rule[]): Story {
    const s = story({ rules: [DEAF, ...more], first: { presence: 'ON_QUEUE', routing: 'IDLE' } });
    s.at('09:20', { routing: 'NOT_RESPONDING' }).until('09:30').logOff();
    return s.at('09:30:31', RESTORED).until('09:31');
  }

  test('is no work: the ladder answers', () => {
    const s = returned();
    expect([s.verdict().reason, s.reason('09:32')]).toEqual(['ladder_waiting', 'ladder_due']);
    expect(s.verdict().due).toMatchObject({ byLadder: true, rung: 0, actions: ['off_queue', 'offline'] });
  });

  test('protects from rules all the same where the agent is not on the ladder', () => {
    const bounced = waiting([rule({ id: 'wide', limit: '30m' })]).at('09:10', { presence: 'OFFLINE' });
    bounced.until('09:10').at('09:10:31', { ...RESTORED, token: '09:10:30' });
    expect(bounced.until('12:00').eventsOf('silent_return')).toEqual(['09:10:31']);
    expect(bounced.verdict().reason).toBe('waiting_on_queue');
  });

  test('is work again for the rules after a login that came later than the window', () => {
    const s = story({
      rules: [DEAF, rule({ limit: '30m' })],
      first: { presence: 'ON_QUEUE', routing: 'IDLE' },
    });
    s.at('09:20', { routing: 'NOT_RESPONDING' }).until('09:30').logOff();
    s.at('09:50', { presence: 'ON_QUEUE', routing: 'IDLE', token: '09:50' });
    expect(s.until('11:30').eventsOf('late_return')).toEqual(['09:50']);
    expect(s.verdict().reason).toBe('waiting_on_queue');
  });

  test('is not answered where the policy now in force would have left the agent alone', () => {
    const asleep = (waitingOnQueue: boolean): Rule => rule({ id: 'asleep', limit: '60m', waitingOnQueue });
    const s = waiting([asleep(true)])
      .until('10:00')
      .logOff();
    s.at('10:00:31', { ...RESTORED, token: '10:00:30' }).until('10:01');
    expect(s.verdict().reason).toBe('ladder_waiting');
    s.withPolicy({ profiles: [profile({ rules: [asleep(false)] })] });
    expect([s.reason('10:05'), s.reason('10:30')]).toEqual(['grace', 'waiting_on_queue']);
  });
});

test('the reason is one of the closed list', () => {
  expect(REASONS).toContain('waiting_on_queue');
});
