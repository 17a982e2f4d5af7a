/** Answers to warnings: what a stay does to clocks, ladder and warnings, and what takes none of it away. */
import { describe, expect, test } from '@jest/globals';
import { answerFinds, warningsDue } from '../../../src/domain/judging/warnings.ts';
import {
  endLogoff,
  finishLogoff,
  beginLogoff,
  noteDone,
  noteWarned,
} from '../../../src/domain/tracking/own-logoff.ts';
import { pulledBack } from '../../../src/domain/tracking/set-back.ts';
import type { Stay } from '../../../src/domain/tracking/state.ts';
import { stayedUntil, staysInDay, withStay } from '../../../src/domain/tracking/stays.ts';
import { takeStay } from '../../../src/domain/tracking/track.ts';
import { DAY, HOUR, MINUTE } from '../../../src/domain/time/time.ts';
import { asClockTime, clockTime, RETURNS, rule } from '../build.ts';
import { story, type Story } from '../story.ts';

const SIGN = rule({ limit: '60m', warn: '5m' });
const STATE = rule({ id: 'state', clock: 'in_state', when: { presence: ['AVAILABLE'] }, limit: '50m' });
const WORK = rule({ id: 'work', clock: 'since_work', limit: '50m' });

/** When the agent is due first after this time, within so many minutes. */
function dueFrom(s: Story, from: string, minutes = 180): string | undefined {
  for (let at = clockTime(from); at <= clockTime(from) + minutes * MINUTE; at += MINUTE)
    if (s.until(asClockTime(at)).verdict().due !== undefined) return asClockTime(at);
  return undefined;
}

function warned(s: Story): Story {
  return s.put(noteWarned(s.state(), 'gone', s.now));
}

describe('a stay', () => {
  test('is a sign: it restarts the clock since the last sign', () => {
    const s = story({ rules: [rule({ limit: '60m' })] }).stays('09:55', '10m');
    expect([s.until('09:56').lastSign(), s.shows('since_sign')]).toEqual(['stay 09:55', '1m']);
    expect(dueFrom(s, '09:57')).toBe('10:55');
  });

  test.each([
    ['in_state', STATE],
    ['since_work', WORK],
  ])('keeps a rule on %s from being due for as long as it lasts, and not longer', (_, each) => {
    const s = story({ rules: [each] }).stays('09:48');
    expect(dueFrom(s, '09:49')).toBe('10:18');
  });

  test('leaves the clocks that it does not restart as they are', () => {
    const s = story({ rules: [STATE, WORK] })
      .stays('09:40')
      .until('09:45');
    expect([s.shows({ rule: 'state' }), s.shows('since_work')]).toEqual(['45m', '45m']);
  });

  test('holds over a silent return, a sign, a gap, a policy that is taken up, and readings that lack a part', () => {
    const s = story({ rules: [STATE, WORK], returns: { grace: MINUTE } })
      .stays('09:48')
      .at('09:50', { presence: 'OFFLINE' })
      .at('09:50:40', { presence: 'AVAILABLE', token: '09:50:39' })
      .unwatched('09:55', '10:02')
      .lacking('10:05', '10:08', 'presence');
    expect(dueFrom(s, '09:51', 25)).toBeUndefined();
    s.withPolicy({ profiles: [{ ...s.policy.profiles[0]!, rules: [{ ...WORK, limit: 2 * MINUTE }] }] });
    expect(dueFrom(s, '10:17', 0)).toBeUndefined();
    expect(dueFrom(s, '10:18')).toBe('10:18');
  });

  test('takes the agent off the ladder, and no departure brings them back to it', () => {
    const s = story({ rules: [rule({ limit: '60m' })] })
      .until('10:00')
      .logOff({ effect: 'none' });
    expect(s.ladder()).toBeDefined();
    s.stays('10:01').at('10:01:30', { presence: 'OFFLINE' }).until('10:02');
    expect([s.ladder(), s.lastSign()]).toEqual([undefined, 'stay 10:01']);
  });

  test('stands when the agent goes a moment later, although a change of presence before it goes with the departure', () => {
    const s = story({ rules: [rule({ limit: '60m' })] })
      .at('09:47:50', { presence: 'BUSY' })
      .look('09:47:55')
      .stays('09:48:10')
      .look('09:48:15')
      .at('09:48:30', { presence: 'OFFLINE' })
      .until('09:49');
    expect(s.lastSign()).toBe('stay 09:48:10');
  });

  test('between a change of presence and a bounce leaves in doubt what was in doubt: no condition holds for longer than without it', () => {
    const condition = { presence: ['AVAILABLE', 'BREAK'] } as const;
    const life = (): Story =>
      story({ rules: [rule({ id: 'any', clock: 'in_state', when: condition, limit: '50m' })] })
        .at('09:10', { presence: 'BREAK' })
        .look('09:10:05');
    const bouncedTo = (s: Story): string =>
      s.at('09:10:30', { presence: 'BREAK', token: '09:10:29' }).until('09:12').shows({ rule: 'any' });
    expect([bouncedTo(life()), bouncedTo(life().stays('09:10:20'))]).toEqual(['1m', '1m']);
  });

  test('between a change of presence and an Offline was a person’s, and so was the change: a condition that it broke does not hold on', () => {
    const away = rule({ id: 'away', clock: 'in_state', when: { presence: ['AWAY'] }, limit: '50m' });
    const s = story({ first: { presence: 'AWAY' }, rules: [away] }).until('09:30');
    s.at('09:30:10', { presence: 'AVAILABLE' }).look('09:30:15').stays('09:30:20').look('09:30:25');
    s.at('09:30:50', { presence: 'OFFLINE' }).look('09:30:52');
    s.at('09:30:58', { presence: 'AWAY', token: '09:30:57' }).until('09:40');
    expect([s.lastSign(), s.shows({ rule: 'away' })]).toEqual(['stay 09:30:20', '9m2s']);
  });

  test('ends a silent return as a person does, and tells of it', () => {
    const s = story({ rules: [rule({ limit: '60m' })] })
      .at('09:10', { presence: 'OFFLINE' })
      .at('09:10:40', { presence: 'AVAILABLE', token: '09:10:39' })
      .stays('09:20')
      .until('09:21');
    expect([s.silentReturn(), s.eventsOf('person_back')]).toEqual([undefined, ['09:20']]);
  });

  test('is taken in though the reading of the moment cannot be used, and once only', () => {
    const s = story({ rules: [WORK] })
      .lacking('09:49', '09:52', 'routing')
      .stays('09:48')
      .until('09:51');
    expect([s.lastSign(), s.state().stays.length]).toEqual(['stay 09:48', 1]);
    expect(s.until('10:30').state().stays).toHaveLength(1);
  });

  test('comes before what the reading of the moment shows', () => {
    const s = story({ rules: [WORK] })
      .stays('09:48')
      .at('09:48:30', { presence: 'BUSY' })
      .until('09:49');
    expect(s.lastSign()).toBe('presence 09:48:30');
  });

  test('counts for a day', () => {
    const s = story({ rules: [WORK] })
      .stays('09:40')
      .until('09:41')
      .stays('09:50')
      .until('09:51');
    const count = (hours: number): number => staysInDay(s.state(), clockTime('09:40') + hours * HOUR);
    expect([count(1), count(24), count(24.2)]).toEqual([2, 1, 0]);
  });

  test('is remembered for a day, or for as long as it protects, and of very many the newest hundred', () => {
    const at = (hours: number): number => clockTime('09:00') + hours * HOUR;
    const stay = (seq: number, from: number, hours: number): Stay => ({
      seq,
      at: from,
      until: from + hours * HOUR,
    });
    const kept = (stays: readonly Stay[], newest: Stay): readonly number[] =>
      withStay(stays, newest).map(({ seq }) => seq);
    expect(kept([stay(1, at(0), 0.5)], stay(2, at(23.9), 0.5))).toEqual([1, 2]);
    expect(kept([stay(1, at(0), 0.5)], stay(2, at(24), 0.5))).toEqual([2]);
    expect(kept([stay(1, at(0), 30)], stay(2, at(29.9), 0.5))).toEqual([1, 2]);
    expect(kept([stay(1, at(0), 30)], stay(2, at(30), 0.5))).toEqual([2]);
    const many = Array.from({ length: 100 }, (_, i) => stay(i, at(0), 1));
    expect(kept(many, stay(100, at(0), 1))).toEqual(many.map(({ seq }) => seq + 1));
  });

  test('of a machine whose clock is ahead is no sign of the future, and protects for what it told and five minutes', () => {
    const { ...state } = story().until('09:10').state();
    const now = clockTime('09:10');
    const near = takeStay(state, { seq: 1, at: now + 2 * MINUTE, until: now + 32 * MINUTE }, now);
    expect([near.episode.sign?.at, stayedUntil(near)]).toEqual([now, now + 32 * MINUTE]);
    const far = takeStay(state, { seq: 1, at: now + DAY, until: now + DAY + 30 * MINUTE }, now);
    expect([far.episode.sign?.at, stayedUntil(far)]).toEqual([now, now + 35 * MINUTE]);
  });

  test('protects for as long as before when the clock of the platform is set right', () => {
    const now = clockTime('09:10');
    const state = takeStay(
      story().until('09:10').state(),
      { seq: 7, at: now, until: now + 30 * MINUTE },
      now,
    );
    const { stays } = pulledBack(state, now - HOUR);
    expect(stays).toEqual([{ seq: 7, at: now - HOUR, until: now + 30 * MINUTE }]);
  });
});

describe('after a stay', () => {
  test('the agent is warned again, so long before they can be due and no sooner, and then due after the warning', () => {
    const both = [SIGN, { ...WORK, warn: 5 * MINUTE }];
    const s = story({ rules: both }).stays('09:48');
    const told = (time: string): string[] => {
      s.until(time);
      return warningsDue(s.agent, s.state(), s.verdict(), s.policy, s.now).map(({ ruleId }) => ruleId);
    };
    expect([told('09:50'), s.verdict().reason]).toEqual([[], 'waiting']);
    expect([told('10:12'), told('10:13'), s.verdict().reason]).toEqual([[], ['work'], 'warned']);
  });

  test.each([
    [0, true],
    [1, true],
    [2, false],
  ])('%i in the day before, a warning offers another: %s', (before, isOffered) => {
    const s = story({ rules: [SIGN] }).withPolicy({ stay: { length: 30 * MINUTE, perDay: 2 } });
    for (let n = 0; n < before; n += 1) s.stays(`09:0${n}`).until(`09:0${n + 1}`);
    s.until('10:30');
    const [warning] = warningsDue(s.agent, s.state(), s.verdict(), s.policy, s.now);
    const sinceSign = s.state().episode.clocks.sinceSign;
    expect(warning?.stay).toEqual(isOffered ? { length: 30 * MINUTE, sinceSign } : undefined);
  });

  test('a policy without stay offers none', () => {
    const s = story({ rules: [SIGN] }).until('09:56');
    expect(warningsDue(s.agent, s.state(), s.verdict(), s.policy, s.now)).toMatchObject([
      { stay: undefined },
    ]);
  });
});

describe('the answer to a warning of 09:55', () => {
  const SENT = clockTime('09:55');
  const begin = (): Story => warned(story({ rules: [SIGN] }).until('09:55'));
  const sinceSign = begin().state().episode.clocks.sinceSign;
  const finds = (s: Story): string =>
    answerFinds(s.state(), { agentId: s.agent.id, sinceSign, sentAt: SENT });

  test('finds the agent as the warning did while nothing has happened, also after the time that it told', () => {
    expect([finds(begin()), finds(begin().until('11:30'))]).toEqual(['open', 'open']);
  });

  test('finds nothing of an agent of whom nothing is remembered', () => {
    expect(answerFinds(undefined, { agentId: 'x', sinceSign, sentAt: SENT })).toBe('over');
  });

  test.each<[string, string, (s: Story) => Story]>([
    ['a change of presence', 'over', (s) => s.at('09:56', { presence: 'BUSY' }).until('09:57')],
    ['an interaction', 'over', (s) => s.at('09:56', { talks: 1 }).until('09:57')],
    ['going Offline', 'gone', (s) => s.at('09:56', { presence: 'OFFLINE' }).until('09:57')],
    [
      'a silent return',
      'over',
      (s) =>
        s
          .at('09:56', { presence: 'OFFLINE' })
          .at('09:56:40', { presence: 'AVAILABLE', token: '09:56:39' })
          .until('09:58'),
    ],
    ['another stay', 'over', (s) => s.stays('09:56').until('09:57')],
  ])('after %s finds the warning %s', (_, expected, then) => {
    expect(finds(then(begin()))).toBe(expected);
  });

  test('after a log-off finds it begun, until something has taken the agent off', () => {
    const s = begin().until('10:01');
    const { due } = s.verdict();
    if (due === undefined) throw new Error('not due');
    const begun = beginLogoff(s.state(), s.now, due, RETURNS);
    const of = (state: typeof begun): string => answerFinds(state, { agentId: 'a', sinceSign, sentAt: SENT });
    const done = finishLogoff(begun, s.now + 2_000, ['off_queue', 'offline']);
    expect([
      of(begun),
      of(noteDone(begun, ['off_queue'])),
      of(noteDone(begun, ['off_queue', 'offline'])),
      of(done),
      of(endLogoff(finishLogoff(begun, s.now, []), s.now)),
    ]).toEqual(['begun', 'begun', 'gone', 'gone', 'open']);
  });

  test('finds it open where evidence has since given back an older episode', () => {
    const s = begin();
    const { episode } = s.state();
    const older = { ...episode, clocks: { ...episode.clocks, sinceSign: sinceSign - HOUR } };
    expect(finds(s.put({ ...s.state(), episode: older }))).toBe('open');
  });
});
