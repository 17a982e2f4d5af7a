/**
 * The platform's own timeout behind our quiet Offline: it ends the session that was left alone, and single sign-on brings the
 * browser back with a new one, long after `returns.window`.
 */
import { describe, expect, test } from '@jest/globals';
import { noteSsoEnd } from '../../../src/domain/tracking/own-logoff.ts';
import type { Action } from '../../../src/domain/policy/policy.ts';
import { MINUTE } from '../../../src/domain/time/time.ts';
import { asClockTime, clockTime, profile, RETURNS } from '../build.ts';
import { story, type Change, type Story, type StoryParts } from '../story.ts';

const NATIVE: StoryParts = { nativeTimeouts: ['30m'] };

/** Logged off by the rule at 10:00, back with the token of 10:00:21, quietly Offline since 10:02:02. */
function quiet(parts: StoryParts = NATIVE): Story {
  return story(parts)
    .until('10:00')
    .logOff()
    .at('10:00:22', { presence: 'AVAILABLE', token: '10:00:21' })
    .until('10:02')
    .logOff()
    .until('10:03');
}

const BOUNCE: Change = { presence: 'AVAILABLE', token: '10:30:24' };

describe('a login when the session’s idle time is over', () => {
  test('is the browser’s: the same idleness goes on, less the time Offline, and the next rung answers', () => {
    const s = quiet().at('10:30:25', BOUNCE).until('10:31');
    expect(s.events.at(-1)).toEqual({
      kind: 'silent_return',
      at: clockTime('10:30:25'),
      delay: undefined,
      own: false,
      quiet: false,
      tokenMoved: true,
    });
    // An hour until ten, 1m38s until the quiet Offline and 35s since the bounce, less 20s Offline in between.
    expect([s.lastSign(), s.shows('since_sign')]).toEqual(['none', '1h2m17s']);
    expect(s.verdict().reason).toBe('ladder_waiting');
    expect(asClockTime(s.verdict().nextAt ?? 0)).toBe('10:35:25');
    expect(s.until('10:36').verdict().due).toMatchObject({ byLadder: true, rung: 1 });
  });

  test.each<[string, string, string]>([
    ['a second early, for dates have whole seconds', '10:30:20', 'none'],
    ['when it began to idle with the Offline, and the browser took its time', '10:34:01', 'none'],
    ['no sooner', '10:30:12', 'login 10:30:13'],
    ['no later', '10:34:10', 'login 10:34:11'],
  ])('is that %s', (_, token, sign) => {
    const at = asClockTime(clockTime(token) + 1_000);
    expect(quiet().at(at, { presence: 'AVAILABLE', token }).until('10:36').lastSign()).toBe(sign);
  });

  test('is that at either time only: in between it is a person’s', () => {
    const [first, ...others] = RETURNS.ladder;
    const ladder = [{ actions: [], ...first, wait: 10 * MINUTE }, ...others];
    const at = (token: string): string => {
      const s = story({ ...NATIVE, returns: { ladder } }).enforced({
        after: '20s',
        restores: true,
        movesToken: true,
      });
      const back = asClockTime(clockTime(token) + 1_000);
      return s.at(back, { presence: 'AVAILABLE', token }).until('10:45').lastSign();
    };
    // Opened at 10:00:21, quietly Offline at 10:11:02.
    expect(['10:32:20', '10:36:00', '10:41:02'].map(at)).toEqual(['none', 'login 10:36:01', 'none']);
  });

  test.each<[string, StoryParts, Change, string]>([
    ['when no native timeout is known', {}, BOUNCE, 'login 10:30:25'],
    ['when it is longer', { nativeTimeouts: ['1h'] }, BOUNCE, 'login 10:30:25'],
    ['with a presence that no browser brings', NATIVE, { ...BOUNCE, presence: 'MEAL' }, 'presence 10:30:25'],
    [
      'on a queue that was not there before',
      NATIVE,
      { ...BOUNCE, presence: 'ON_QUEUE', routing: 'IDLE' },
      'presence 10:30:25',
    ],
    ['without a newer token: that is the one click', NATIVE, { presence: 'AVAILABLE' }, 'presence 10:30:25'],
  ])('is a person’s %s', (_, parts, change, sign) => {
    expect(quiet(parts).at('10:30:25', change).until('10:31').lastSign()).toBe(sign);
  });

  test('is the browser’s under any of the timeouts that the organisation has', () => {
    const s = quiet({ nativeTimeouts: ['1h', '30m', '15m'] }).at('10:30:25', BOUNCE);
    expect(s.until('10:31').lastSign()).toBe('none');
  });

  test('is a person’s in time that was not watched', () => {
    const s = quiet().unwatched('10:20', '10:31').at('10:30:25', BOUNCE);
    expect(s.until('10:31').lastSign()).toBe('login 10:30:25');
  });

  test('is a person’s after tokens were revoked: that session had ended already', () => {
    const s = story(NATIVE).until('10:00').logOff();
    s.at('10:00:22', { presence: 'AVAILABLE', token: '10:00:21' }).until('10:02');
    s.logOff({ due: { actions: ['offline', 'revoke_tokens'] } }).at('10:30:25', BOUNCE);
    expect(s.until('10:31').lastSign()).toBe('login 10:30:25');
  });

  test('is a person’s after the platform itself had set them Offline', () => {
    const s = story(NATIVE).at('09:01:10', { presence: 'OFFLINE' });
    s.at('09:01:40', { presence: 'AVAILABLE', token: '09:01:39' }).at('09:20', { presence: 'OFFLINE' });
    s.at('09:31:45', { presence: 'AVAILABLE', token: '09:31:44' }).until('09:32');
    expect(s.lastSign()).toBe('login 09:31:45');
  });

  test('is a person’s where the return before had opened no session: the one of then is older', () => {
    const s = story({ nativeTimeouts: ['3h'] })
      .until('10:00')
      .logOff();
    s.at('10:00:22', { presence: 'AVAILABLE' }).until('10:02').logOff();
    // Three hours after the login of 07:59.
    s.at('10:59:10', { presence: 'AVAILABLE', token: '10:59:09' }).until('11:00');
    expect(s.eventsOf('silent_return')).toEqual(['10:00:22']);
    expect(s.lastSign()).toBe('login 10:59:10');
  });

  test('is a person’s when the presence came more than a minute after the token', () => {
    const s = quiet().until('10:30').at('10:31:30', BOUNCE).until('10:32');
    expect(s.lastSign()).toBe('login 10:31:30');
  });

  test('is a person’s where a person had opened the session: people come back on the hour', () => {
    const quietly = { due: { actions: ['off_queue', 'offline'] } } as const;
    const s = story({ nativeTimeouts: ['3h'] })
      .until('10:00')
      .logOff(quietly);
    // Three hours after the login of 07:59.
    s.at('10:59:10', { presence: 'AVAILABLE', token: '10:59:09' }).until('11:00');
    expect(s.lastSign()).toBe('login 10:59:10');
  });

  test('does not undo a person’s sign that follows: the agent leaves the ladder at once', () => {
    const s = quiet().at('10:30:25', BOUNCE).at('10:33', { presence: 'BUSY' }).until('10:34');
    expect([s.lastSign(), s.ladder()]).toEqual(['presence 10:33', undefined]);
  });
});

describe('a browser that the platform throws out every half hour', () => {
  function night(parts: StoryParts, until: string): Story {
    const tab = { after: '20s', restores: true, movesToken: true, idlesOut: '30m' };
    return story({ ...NATIVE, ...parts })
      .enforced(tab)
      .until(until);
  }
  const told = (s: Story): string[] => s.logoffs.map(({ at, rung }) => `${at} ${String(rung)}`);

  test('climbs the ladder, and is then quietly answered each time: online for two minutes of each half hour', () => {
    expect(told(night({}, '13:00'))).toEqual([
      '10:00 undefined',
      '10:02 0',
      '10:36 1',
      '10:47 2',
      '10:49 0',
      '11:19 0',
      '11:49 0',
      '12:20 0',
      '12:50 0',
    ]);
  });

  test('is given the last rung again when the repeat is over', () => {
    expect(told(night({ returns: { repeat: 25 * MINUTE } }, '11:50')).slice(4)).toEqual([
      '10:49 0',
      '11:18 2',
      '11:20 0',
      '11:49 2',
    ]);
  });

  test('is held after the last rung where the policy says never', () => {
    const s = night({ returns: { repeat: 'never' } }, '12:00');
    expect([told(s).at(-1), s.verdict().reason]).toEqual(['10:47 2', 'held']);
  });

  test('is the same where the window reaches over its bounces', () => {
    const told35 = told(night({ returns: { window: 35 * MINUTE } }, '12:00'));
    expect(told35.slice(2)).toEqual(['10:36 1', '10:47 2', '10:49 0', '11:19 0', '11:49 0']);
  });

  test.each<[string, readonly Action[]]>([
    ['revokes', ['off_queue', 'offline', 'revoke_tokens']],
    ['ends the session at the identity provider', ['end_sso_session', 'offline']],
    ['does not set Offline', ['notify']],
  ])('is left to the repeats where the first rung itself %s', (_, actions) => {
    const s = night({}, '10:48');
    const [, second] = RETURNS.ladder;
    const ladder = [{ wait: MINUTE, actions }, second ?? { wait: 0, actions }];
    s.withPolicy({ profiles: [profile({ returns: { ...RETURNS, ladder } })] });
    expect([s.reason('11:46'), s.reason('11:47')]).toEqual(['ladder_waiting', 'offline']);
    expect(told(s).at(-1)).toBe('11:47 1');
  });

  test('is left to them past an end of the session at the identity provider: a person may have had to log in', () => {
    const s = night({}, '10:47');
    s.put(noteSsoEnd(s.state(), 2, s.now, s.now));
    expect([s.reason('11:46'), told(s).at(-1)]).toEqual(['ladder_waiting', '10:47 2']);
  });
});

test('a client that has undone the quiet Offline within minutes is not given it again between repeats', () => {
  const s = story().enforced({ after: '20s', restores: true, movesToken: true, answersOffline: true });
  expect(s.until('12:30').logoffs.map(({ rung }) => rung)).toEqual([undefined, 0, 1, 2, 2, 2]);
});
