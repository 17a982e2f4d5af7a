/** A change just before an Offline belongs to the departure: the idle episode from before it comes back whole. */
import { describe, expect, test } from '@jest/globals';
import { noteObserved, noteSsoEnd, noteWarned } from '../../../src/domain/tracking/own-logoff.ts';
import { isAhead, pulledBack } from '../../../src/domain/tracking/set-back.ts';
import { ssoEndIn, withEpisode } from '../../../src/domain/tracking/state.ts';
import type { Rule } from '../../../src/domain/policy/policy.ts';
import { HOUR, MINUTE } from '../../../src/domain/time/time.ts';
import { warningsDue } from '../../../src/domain/judging/warnings.ts';
import { clockTime, rule } from '../build.ts';
import { deepFreeze, story, type Story } from '../story.ts';

/** Idle since 09:00, counted as observed and warned, when a presence moves, and the agent is Offline half a minute later. */
function takenBack(): Story {
  const rules = [
    rule({ id: 'trial', limit: '30m', mode: 'observe' }),
    rule({ id: 'told', limit: '60m', warn: '15m' }),
  ];
  const s = story({ rules }).at('09:05', { calls: 1 }).at('09:06', { calls: 0 }).until('09:52');
  s.put(noteObserved(noteWarned(s.state(), 'told', clockTime('09:51')), 'trial'));
  s.at('09:52:30', { presence: 'BUSY' }).until('09:53');
  return s;
}

describe('a sign that is taken back by an Offline within a minute', () => {
  test('brings the episode back as it was, with all that was counted and told in it', () => {
    const s = takenBack();
    const before = s.state().undo[0]!.episode;
    expect([s.state().episode.observedRules, s.state().episode.warnedAt]).toEqual([[], {}]);
    s.at('09:53:10', { presence: 'OFFLINE' }).until('09:54');
    expect(before).toMatchObject({ observedRules: ['trial'], warnedAt: { told: clockTime('09:51') } });
    expect(s.state().episode).toEqual(before);
  });

  test('so that an agent is not observed or warned twice in it', () => {
    const s = takenBack().at('09:53:10', { presence: 'OFFLINE' }).until('09:54');
    s.at('09:54:30', { presence: 'AVAILABLE', token: '09:54:29' });
    expect(s.until('10:08').eventsOf('silent_return')).toEqual(['09:54:30']);
    expect(s.verdict().observed.map(({ ruleId }) => ruleId)).toEqual(['trial']);
    expect(s.state().episode.observedRules).toEqual(['trial']);
    expect(warningsDue(s.agent, s.state(), s.verdict(), s.policy, s.now)).toEqual([]);
    expect(s.until('10:10').verdict().due?.ruleId).toBe('told');
  });

  test('keeps the grace of the return before it', () => {
    const s = story().at('09:30', { presence: 'OFFLINE' }).until('09:30');
    s.at('09:30:30', { presence: 'AVAILABLE', token: '09:30:29' }).until('09:32');
    const { graceFrom } = s.state().episode;
    const silent = s.silentReturn();
    s.at('09:32:30', { presence: 'BUSY' }).until('09:33').at('09:33:10', { presence: 'OFFLINE' });
    expect(s.until('09:34').state().episode.graceFrom).toBe(graceFrom);
    expect(s.silentReturn()).toEqual(silent);
    expect(silent).toBeDefined();
    expect(graceFrom).toBe(clockTime('09:30:30'));
  });

  test('leaves nothing of the episode that the sign had begun', () => {
    const s = takenBack();
    const at = clockTime('09:53');
    s.put(withEpisode(s.state(), { warnedAt: { other: at }, graceFrom: at }));
    s.at('09:53:10', { presence: 'OFFLINE' }).until('09:54');
    expect(s.state().episode).toMatchObject({
      warnedAt: { told: clockTime('09:51') },
      graceFrom: undefined,
    });
  });

  test('and more than a minute before it stays: the new episode has counted and told nothing', () => {
    const s = takenBack().until('09:54').at('09:54:10', { presence: 'OFFLINE' }).until('09:55');
    expect([s.state().episode.observedRules, s.state().episode.warnedAt]).toEqual([[], {}]);
  });
});

describe('a clock that ran ahead and is set right', () => {
  test('leaves no instant of a time to come, in the episode or in the one before the last change', () => {
    const s = story().until('10:00').logOff().at('10:00:30', { presence: 'AVAILABLE', token: '10:00:29' });
    s.until('10:01').at('10:01:30', { presence: 'BUSY' }).until('10:02');
    const state = deepFreeze({ ...s.state(), unread: { since: s.now, unknown: [] } });
    const now = s.now - 30 * MINUTE;
    expect(isAhead(state, now)).toBe(true);
    expect(state.undo).toHaveLength(1);
    expect(state.undo[0]!.episode.ladder).toBeDefined();
    for (const at of instantsIn(pulledBack(state, now))) expect(at).toBeLessThanOrEqual(now);
  });

  test('lets an ended session take hold as long after its end as before', () => {
    const s = story().until('10:00').logOff();
    const ended = noteSsoEnd(s.state(), 1, s.now, s.now + 2 * MINUTE);
    const { ladder } = pulledBack(ended, s.now - HOUR).episode;
    expect(ssoEndIn(ladder)).toMatchObject({ at: s.now - HOUR, heldFrom: s.now - HOUR + 2 * MINUTE });
  });
});

/** Every number that is a moment of that day; lengths of time are much smaller. */
function instantsIn(value: unknown): readonly number[] {
  if (typeof value === 'number') return value > clockTime('00:00') ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(instantsIn) : [];
}

describe('a call between a change of presence and an Offline within a minute', () => {
  const listed = (...presence: readonly ('AVAILABLE' | 'AWAY' | 'IDLE')[]): Rule =>
    rule({ id: 'listed', clock: 'in_state', when: { presence }, limit: '50m' });
  const shown = (s: Story): readonly string[] => [s.shows('since_sign'), s.shows({ rule: 'listed' })];

  test('leaves in doubt what was in doubt: an agent who had the call is not due earlier than without it', () => {
    const bounced = (calls: number): readonly string[] => {
      const s = story({ rules: [listed('AVAILABLE', 'IDLE')] }).at('09:10', { calls });
      s.at('09:10:40', { presence: 'IDLE', calls: 0 }).look('09:10:45');
      return shown(s.at('09:11:10', { presence: 'IDLE', token: '09:11:09' }).until('09:13'));
    };
    expect([bounced(0), bounced(1)]).toEqual([
      ['1m50s', '1m'],
      ['1m50s', '1m'],
    ]);
  });

  test('was a person’s, and so was the change before it: a condition that it broke does not hold on', () => {
    const s = story({ first: { presence: 'AWAY' }, rules: [listed('AWAY')] }).until('09:30');
    s.at('09:30:10', { presence: 'AVAILABLE' }).look('09:30:15');
    s.at('09:30:20', { calls: 1 }).look('09:30:25').at('09:30:30', { calls: 0 }).look('09:30:35');
    s.at('09:30:50', { presence: 'OFFLINE' }).look('09:30:52');
    s.at('09:30:58', { presence: 'AWAY', token: '09:30:57' }).until('09:40');
    expect(shown(s)).toEqual(['9m17s', '9m2s']);
  });

  test('is not taken back by the Offline', () => {
    const s = story({ rules: [listed('AVAILABLE')] })
      .at('09:30:10', { presence: 'BUSY' })
      .look('09:30:15');
    s.at('09:30:20', { calls: 1 }).look('09:30:25').at('09:30:30', { calls: 0 }).look('09:30:35');
    expect(s.at('09:30:50', { presence: 'OFFLINE' }).until('09:32').lastSign()).toBe('interaction 09:30:35');
  });
});
