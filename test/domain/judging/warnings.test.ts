/** Which agents are told of a log-off to come, and of which rule. */
import { describe, expect, test } from '@jest/globals';
import { warningsDue } from '../../../src/domain/judging/warnings.ts';
import { noteWarned } from '../../../src/domain/tracking/own-logoff.ts';
import { MINUTE } from '../../../src/domain/time/time.ts';
import { calendar, rule } from '../build.ts';
import { story, type Story, type StoryParts } from '../story.ts';

const RULE = rule({ warn: '5m' });

/** The rules of which the agent is warned at this time. */
function warned(time: string, parts: StoryParts, before: (s: Story) => unknown = () => undefined): string[] {
  const s = story(parts);
  before(s);
  s.until(time);
  return warningsDue(s.agent, s.state(), s.verdict(), s.policy, s.now).map(({ ruleId }) => ruleId);
}

describe('an agent is warned of a log-off to come', () => {
  test('from so long before the limit on, until the warning is delivered', () => {
    const rules = [RULE];
    expect([warned('09:54', { rules }), warned('09:55', { rules }), warned('10:20', { rules })]).toEqual([
      [],
      ['gone'],
      ['gone'],
    ]);
    const delivered = (s: Story): unknown => s.until('09:55').put(noteWarned(s.state(), 'gone', s.now));
    expect(warned('09:57', { rules }, delivered)).toEqual([]);
  });

  test('with the time that is left from the warning on, however late it is', () => {
    const s = story({ rules: [RULE] }).until('10:20');
    expect(warningsDue(s.agent, s.state(), s.verdict(), s.policy, s.now)).toEqual([
      {
        ...{ ruleId: 'gone', description: undefined, limit: 60 * MINUTE, dueIn: 5 * MINUTE },
        ...{ zone: undefined, stay: undefined },
      },
    ]);
  });

  test('also while another rule only observes that it would be due', () => {
    const rules = [rule({ id: 'trial', limit: '30m', mode: 'observe' }), RULE];
    expect(warned('09:55', { rules })).toEqual(['gone']);
  });
});

describe('an agent is not warned', () => {
  test.each<[string, StoryParts]>([
    ['by a policy that only observes', { rules: [RULE], policy: { mode: 'observe' } }],
    [
      'by a rule that only observes',
      { rules: [rule({ id: 'trial', limit: '1m', mode: 'observe', warn: '30s' }), rule({ limit: '2h' })] },
    ],
    ['where a rule logs them off now', { rules: [rule({ id: 'now', limit: '50m' }), RULE] }],
  ])('%s', (_, parts) => {
    expect(warned('09:55', parts)).toEqual([]);
  });

  test('of another rule whose condition does not hold, whose hours are over, or whose limit is far', () => {
    const hours = { calendar: calendar('UTC', ['08:00-09:50']), side: 'during' } as const;
    const rules = [
      rule({ id: 'meal', when: { presence: ['MEAL'] }, warn: '5m' }),
      rule({ id: 'over', limit: '40m', warn: '5m', hours }),
      rule({ id: 'far', limit: '2h', warn: '5m' }),
      rule({ id: 'silent', limit: '61m' }),
      RULE,
    ];
    expect(warned('09:56', { rules })).toEqual(['gone']);
  });
});
