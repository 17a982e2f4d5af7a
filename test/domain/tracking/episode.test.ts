/** A change just before an Offline belongs to the departure: the idle episode from before it comes back whole. */
import { describe, expect, test } from '@jest/globals';
import { episodeOf, withEpisode, type Memory } from '../../../src/domain/tracking/memory.ts';
import { isAhead, pulledBack } from '../../../src/domain/tracking/rebase.ts';
import { MINUTE } from '../../../src/domain/time/time.ts';
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
  s.put({ ...s.memory(), imagined: ['trial'], warned: { told: clockTime('09:51') } });
  s.at('09:52:30', { presence: 'BUSY' }).until('09:53');
  return s;
}

describe('a sign that is taken back by an Offline within a minute', () => {
  test('brings the episode back as it was, with all that was counted and told in it', () => {
    const s = takenBack();
    const before = s.memory().recent[0]!.episode;
    expect([s.memory().imagined, s.memory().warned]).toEqual([[], {}]);
    s.at('09:53:10', { presence: 'OFFLINE' }).until('09:54');
    expect(s.memory()).toMatchObject({ imagined: ['trial'], warned: { told: clockTime('09:51') } });
    expect(episodeOf(s.memory())).toEqual(before);
  });

  test('so that an agent is not observed or warned twice in it', () => {
    const s = takenBack().at('09:53:10', { presence: 'OFFLINE' }).until('09:54');
    s.at('09:54:30', { presence: 'AVAILABLE', token: '09:54:29' });
    expect(s.until('10:08').eventsOf('silent_return')).toEqual(['09:54:30']);
    expect(s.verdict().observed.map(({ ruleId }) => ruleId)).toEqual(['trial']);
    expect(s.memory().imagined).toEqual(['trial']);
    expect(warningsDue(s.agent, s.memory(), s.verdict(), s.policy, s.now)).toEqual([]);
    expect(s.until('10:10').verdict().due?.ruleId).toBe('told');
  });

  test('keeps the grace of the return before it', () => {
    const s = story().at('09:30', { presence: 'OFFLINE' }).until('09:30');
    s.at('09:30:30', { presence: 'AVAILABLE', token: '09:30:29' }).until('09:32');
    const { graceFrom, back } = s.memory();
    s.at('09:32:30', { presence: 'BUSY' }).until('09:33').at('09:33:10', { presence: 'OFFLINE' });
    expect(s.until('09:34').memory()).toMatchObject({ graceFrom, back });
    expect(graceFrom).toBe(clockTime('09:30:30'));
  });

  test('leaves nothing of the episode that the sign had begun', () => {
    const s = takenBack();
    s.put({ ...s.memory(), warned: { other: clockTime('09:53') }, graceFrom: clockTime('09:53') });
    s.at('09:53:10', { presence: 'OFFLINE' }).until('09:54');
    expect(s.memory()).toMatchObject({ warned: { told: clockTime('09:51') }, graceFrom: undefined });
  });

  test('and more than a minute before it stays: the new episode has counted and told nothing', () => {
    const s = takenBack().until('09:54').at('09:54:10', { presence: 'OFFLINE' }).until('09:55');
    expect([s.memory().imagined, s.memory().warned]).toEqual([[], {}]);
  });
});

describe('the parts of a memory', () => {
  /** Every part is there, so that one that was forgotten shows. */
  function everyPart(): Memory {
    const s = takenBack();
    return deepFreeze({
      ...s.memory(),
      engagedSince: 1,
      calledAt: 2,
      graceFrom: 3,
      leftByUs: { presenceSince: 4, routingSince: 5 },
      unread: { since: 6, unknown: [{ part: 'presence', why: 'missing' as const }] },
    });
  }

  test('are those of the episode and those that outlast it, and no other', () => {
    const memory = everyPart();
    expect(withEpisode(memory, episodeOf(memory))).toEqual(memory);
    const other = episodeOf(takenBack().at('09:53:10', { presence: 'OFFLINE' }).until('09:54').memory());
    expect(episodeOf(withEpisode(memory, other))).toEqual(other);
  });

  test('are all of them pulled back by a clock that ran ahead, those of the episode before as well', () => {
    const s = story().until('10:00').logOff().at('10:00:30', { presence: 'AVAILABLE', token: '10:00:29' });
    s.until('10:01').at('10:01:30', { presence: 'BUSY' }).until('10:02');
    const memory: Memory = { ...everyPart(), ...s.memory(), unread: { since: s.now, unknown: [] } };
    const now = s.now - 30 * MINUTE;
    expect(isAhead(memory, now)).toBe(true);
    expect(memory.recent).toHaveLength(1);
    expect(memory.recent[0]!.episode.ladder).toBeDefined();
    for (const at of instantsIn(pulledBack(memory, now))) expect(at).toBeLessThanOrEqual(now);
  });
});

/** Every number that is a moment of that day; lengths of time are much smaller. */
function instantsIn(value: unknown): readonly number[] {
  if (typeof value === 'number') return value > clockTime('00:00') ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(instantsIn) : [];
}
