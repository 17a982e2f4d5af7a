/** Log-offs that turn out to have been wrong: the agent was there after all, and shows it within ten minutes. */
import { describe, expect, test } from '@jest/globals';
import { noteRegret, regretIn } from '../../../src/domain/tracking/regret.ts';
import type { AgentState, TrackingEvent } from '../../../src/domain/tracking/state.ts';
import { formatDuration, MINUTE, type Duration } from '../../../src/domain/time/time.ts';
import { asClockTime, rule } from '../build.ts';
import { story, type Browser, type Change, type Story } from '../story.ts';

/** An agent who is logged off at ten; a browser, if any, answers. */
function loggedOff(browser?: Browser): Story {
  const s = story().until('09:59');
  if (browser !== undefined) s.enforced(browser);
  s.until('10:00');
  return browser === undefined ? s.logOff() : s;
}

const BROWSER: Browser = { after: '8s', restores: true, movesToken: true };

/** What each sweep up to this time tells of regrets, with how long after the log-off, while these changes happen. */
function regrets(s: Story, to: string, ...changes: Changes): readonly string[] {
  return regretsBeside(undefined, s, to, ...changes);
}

type Changes = readonly (readonly [string, Change])[];

/** The same, where the policy before has this window. */
function regretsBeside(
  window: Duration | undefined,
  s: Story,
  to: string,
  ...changes: Changes
): readonly string[] {
  const found: (TrackingEvent | undefined)[] = [];
  while (asClockTime(s.now) < to) {
    const before = s.state();
    const next = asClockTime((Math.floor(s.now / MINUTE) + 1) * MINUTE);
    const now = asClockTime(s.now);
    for (const [time, change] of changes) if (time > now && time <= next) s.at(time, change);
    s.until(next);
    const regret = regretIn(before, s.state(), window);
    if (regret !== undefined) s.put(noteRegret(s.state()));
    found.push(regret);
  }
  return found.flatMap((event) =>
    event?.kind === 'regret'
      ? [`${asClockTime(event.at)} ${event.sign} after ${formatDuration(event.delay)}`]
      : [],
  );
}

describe('a log-off is regretted', () => {
  test('by an agent who logs in again within ten minutes', () => {
    expect(regrets(loggedOff(), '10:30', ['10:04', { presence: 'AVAILABLE', token: '10:04' }])).toEqual([
      '10:04 login after 4m',
    ]);
  });

  test('by an agent whom the browser brings back, and who then shows that they are there', () => {
    expect(regrets(loggedOff(BROWSER), '10:30', ['10:00:40', { presence: 'BUSY' }])).toEqual([
      '10:00:40 presence after 40s',
    ]);
  });

  test('by an agent who has a call', () => {
    expect(regrets(loggedOff(BROWSER), '10:30', ['10:00:40', { talks: 1 }])).toHaveLength(1);
  });

  test('once, whatever the agent does after that', () => {
    const found = regrets(
      loggedOff(),
      '10:30',
      ['10:03', { presence: 'AVAILABLE', token: '10:03' }],
      ['10:05', { presence: 'BUSY' }],
      ['10:07', { presence: 'AVAILABLE' }],
    );
    expect(found).toEqual(['10:03 login after 3m']);
  });

  test('once, also where the change of presence goes with a departure that follows it', () => {
    const found = regrets(
      story().until('10:00').logOff({ effect: 'none' }),
      '10:09',
      ['10:02:50', { presence: 'BUSY' }],
      ['10:03:20', { presence: 'OFFLINE' }],
      ['10:04:30', { presence: 'AVAILABLE', token: '10:04:29' }],
      ['10:05:30', { presence: 'BUSY' }],
    );
    expect(found).toEqual(['10:02:50 presence after 2m50s']);
  });

  test('once, also where evidence shows later that a browser, and no agent, was back first', () => {
    const click: Change = { presence: 'AVAILABLE' };
    const s = story({ nativeTimeouts: ['5m'] })
      .until('10:00')
      .logOff();
    s.at('10:00:22', { presence: 'AVAILABLE', token: '10:00:21' }).until('10:02').logOff();
    const first = regrets(s, '10:03', ['10:02:30', click]);
    const after = regrets(s.evidence('bounce'), '10:11', ['10:05', { presence: 'BUSY' }]);
    expect([first, s.suspect(), after]).toEqual([['10:02:30 presence after 30s'], undefined, []]);
  });

  test('after evidence has given back a change of before it', () => {
    const s = story({
      nativeTimeouts: ['15m'],
      first: { presence: 'AWAY' },
      rules: [rule({ limit: '60m' })],
    });
    s.at('09:59:20', { presence: 'AWAY' }).until('10:00').evidence('bounce', ['09:59:05', '09:59:20']);
    s.until('10:10').logOff();
    expect(regrets(s, '10:30', ['10:14', { presence: 'AVAILABLE', token: '10:14' }])).toHaveLength(1);
  });

  test('ten minutes after it at the latest', () => {
    expect(regrets(loggedOff(), '10:30', ['10:10', { presence: 'AVAILABLE', token: '10:10' }])).toEqual([
      '10:10 login after 10m',
    ]);
    expect(regrets(loggedOff(), '10:30', ['10:11', { presence: 'AVAILABLE', token: '10:11' }])).toEqual([]);
  });

  test('also where it was without effect: the agent stayed, and works', () => {
    const s = story().until('10:00').logOff({ effect: 'none' });
    expect(regrets(s, '10:30', ['10:02', { presence: 'BUSY' }])).toHaveLength(1);
  });

  test('also where it broke off after the agent left the queue', () => {
    const s = story().until('10:00').logOff({ effect: 'off_queue' });
    expect(regrets(s, '10:30', ['10:02', { presence: 'BUSY' }])).toHaveLength(1);
  });
});

describe('under a policy with a longer window of returns than the one before, which took two minutes for silent', () => {
  /** The agent is back after this time, by a return that the longer window takes for silent. */
  function back(after: string, window?: Duration, ...changes: Changes): readonly string[] {
    const s = story({ returns: { window: 10 * MINUTE } }).until('09:59');
    s.enforced({ ...BROWSER, after }).until('10:00');
    return regretsBeside(window, s, '10:20', ...changes);
  }

  test('a return after three minutes is a regret: a change may not hide what it does', () => {
    expect(back('3m', 2 * MINUTE)).toEqual(['10:03:02 login after 3m2s']);
  });

  test('it is one, whatever the agent does after that', () => {
    expect(back('3m', 2 * MINUTE, ['10:05', { presence: 'BUSY' }])).toHaveLength(1);
  });

  test('a return after exactly two minutes is none', () => {
    const s = story({ returns: { window: 10 * MINUTE } })
      .until('09:59')
      .enforced({ ...BROWSER, after: '2m' });
    const back = s.until('10:03').state();
    const { silent } = back.session as Extract<AgentState['session'], { kind: 'returned' }>;
    const before: AgentState = { ...back, session: { kind: 'online' } };
    expect(regretIn(before, back, silent.delay)).toBeUndefined();
    expect(regretIn(before, back, silent.delay! - 1)).toMatchObject({ kind: 'regret', sign: 'login' });
    const unseen: AgentState = {
      ...back,
      session: { kind: 'returned', silent: { ...silent, delay: undefined } },
    };
    expect(regretIn(before, unseen, 2 * MINUTE)).toMatchObject({ delay: silent.at - back.logoff!.from });
    const byPlatform: AgentState = {
      ...back,
      session: { kind: 'returned', silent: { ...silent, after: 'platform' } },
    };
    expect(regretIn(before, byPlatform, MINUTE)).toBeUndefined();
  });

  test('a return after one minute is none, and neither is any where the window is as it was', () => {
    expect(back('1m', 2 * MINUTE)).toEqual([]);
    expect(back('3m')).toEqual([]);
  });
});

describe('a log-off is not regretted', () => {
  test('by a browser that comes back by itself', () => {
    expect(regrets(loggedOff(BROWSER), '10:00:59')).toEqual([]);
    expect(regrets(loggedOff({ ...BROWSER, restores: false }), '10:00:59')).toEqual([]);
  });

  test('by an agent who stays away', () => {
    expect(regrets(loggedOff(), '10:30')).toEqual([]);
  });

  test('where it was refused: nothing was done to the agent', () => {
    const s = story().until('10:00').logOff({ effect: 'refused' });
    expect(regrets(s, '10:30', ['10:02', { presence: 'BUSY' }])).toEqual([]);
  });

  test('where none was: an agent who comes for the shift regrets nothing', () => {
    const s = story({ first: { presence: 'OFFLINE' } }).until('09:00');
    expect(regrets(s, '09:30', ['09:05', { presence: 'AVAILABLE', token: '09:05' }])).toEqual([]);
  });

  test('by a sign of before it that is read only after it, or of an agent whose log-off was not known yet', () => {
    const before = loggedOff().state();
    const from = before.logoff!.from;
    const signedAt = (at: number): AgentState => ({
      ...before,
      episode: { ...before.episode, sign: { kind: 'presence', at } },
    });
    expect(regretIn(before, signedAt(from - 1))).toBeUndefined();
    expect(regretIn(before, signedAt(from + 1))).toMatchObject({ kind: 'regret', delay: 1 });
    expect(regretIn(story().until('10:00').state(), signedAt(from + 1))).toBeUndefined();
    expect(regretIn(undefined, signedAt(from + 1))).toBeUndefined();
  });
});
