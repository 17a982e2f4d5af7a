import { describe, expect, test } from '@jest/globals';
import type { Action } from '../../../src/domain/policy/policy.ts';
import { beginLogoff, finishLogoff, noteDone } from '../../../src/domain/tracking/own-logoff.ts';
import { clockTime, RETURNS, rule } from '../build.ts';
import { story, type Change, type Story } from '../story.ts';

/** An agent who waits on queue, under a rule that means such agents too. */
function onQueue(): Story {
  const rules = [rule({ waitingOnQueue: true })];
  return story({ rules, first: { presence: 'ON_QUEUE', routing: 'IDLE' } });
}

describe('our own log-off', () => {
  test('is no sign, whatever it changes on the way', () => {
    const s = story({ first: { presence: 'ON_QUEUE', routing: 'NOT_RESPONDING' } })
      .until('10:00')
      .logOff()
      .until('10:30');
    expect([s.lastSign(), s.verdict().reason]).toEqual(['none', 'offline']);
    expect(s.departure()).toMatchObject({ by: 'enforcer', quiet: false });
  });

  test('that set the queue off and went no further is no sign', () => {
    const s = onQueue().until('10:00');
    s.logOff({ effect: 'off_queue' }).until('10:01');
    expect([s.lastSign(), s.state().last]).toMatchObject([
      'none',
      { presence: 'AVAILABLE', routing: 'OFF_QUEUE' },
    ]);
  });

  test('without any effect: nothing has happened, no sign is read from it, and it is tried again as it was', () => {
    const s = story().until('10:00').logOff({ effect: 'none' }).until('10:01');
    expect(s.lastSign()).toBe('none');
    expect(s.verdict()).toMatchObject({ reason: 'due', due: { byLadder: false, rung: undefined } });
    expect(s.verdict().due?.actions).toEqual(['off_queue', 'offline', 'revoke_tokens']);
    expect(s.events).toEqual([]);
  });

  test('without effect does not hide what the person does right after', () => {
    const s = story()
      .until('10:00')
      .logOff({ effect: 'none' })
      .at('10:00:30', { presence: 'BUSY' })
      .until('10:01');
    expect(s.lastSign()).toBe('presence 10:00:30');
    expect(s.ladder()).toBeUndefined();
  });

  test.each<[string, Change]>([
    ['presence and token', { presence: 'AVAILABLE', token: '10:00:03' }],
    ['former presence', { presence: 'AVAILABLE' }],
    ['token alone', { token: '10:00:03', presence: 'AVAILABLE', presenceSince: '08:00' }],
  ])('answered by a return before anyone looked, seen by its %s, is a silent return', (_, change) => {
    const s = story().until('10:00').logOff({ unread: true }).at('10:00:04', change).until('10:01');
    expect(s.events).toMatchObject([{ kind: 'silent_return', own: true }]);
    expect(s.lastSign()).toBe('none');
    expect(s.verdict().reason).toMatch(/^ladder/);
  });

  test('is recognised after a crash in the middle, as Offline, as return and as nothing', () => {
    const gone = story().until('10:00').logOff({ crash: true }).until('10:01');
    expect(gone.departure()).toMatchObject({ by: 'enforcer' });
    const unmoved = story().until('10:00').logOff({ crash: true, effect: 'none' }).until('10:01');
    expect([unmoved.lastSign(), unmoved.events, unmoved.verdict().reason]).toEqual(['none', [], 'due']);
  });

  test('that a crash broke off does not hide a person: the cause of the next change is unknown', () => {
    const s = story().until('10:00').logOff({ crash: true, effect: 'none' });
    s.at('10:00:20', { presence: 'AVAILABLE' }).until('10:01');
    expect([s.lastSign(), s.events, s.ladder()]).toEqual(['presence 10:00:20', [], undefined]);
    const queue = onQueue().until('10:00');
    queue.logOff({ crash: true, effect: 'none' });
    queue.at('10:00:20', { presence: 'AVAILABLE', routing: 'OFF_QUEUE' }).until('10:01');
    expect(queue.lastSign()).toBe('presence 10:00:20');
  });

  test('that a crash broke off is still told by a newer token, however long the worker was away', () => {
    const s = story().until('10:00').logOff({ crash: true }).unwatched('10:00', '10:30');
    s.at('10:00:40', { presence: 'AVAILABLE', token: '10:00:39' }).until('10:30');
    expect(s.events).toMatchObject([{ kind: 'silent_return', own: true }]);
  });

  test('that a crash broke off may have left the session alone: one click brings the person back', () => {
    const s = story().until('10:00').logOff({ crash: true }).until('10:01');
    s.at('10:01:20', { presence: 'AVAILABLE' }).until('10:02');
    expect([s.lastSign(), s.ladder()]).toEqual(['presence 10:01:20', undefined]);
  });

  test('that was refused does not hide that the screen was unlocked in that very second', () => {
    const s = story({ first: { presence: 'IDLE' } })
      .until('10:00')
      .logOff({ effect: 'refused' });
    s.at('10:00:01', { presence: 'AVAILABLE' }).until('10:01');
    expect([s.lastSign(), s.verdict().reason]).toEqual(['presence 10:00:01', 'waiting']);
  });

  test('that a crash broke off, and then a login long after: the person was away for longer than the window', () => {
    const s = story({ every: '2m', returns: { window: 240_000 } })
      .until('10:00')
      .logOff({ crash: true });
    s.unwatched('10:00', '10:06').at('10:04:20', { presence: 'AVAILABLE', token: '10:04:19' }).until('10:06');
    expect(s.lastSign()).toBe('login 10:04:20');
    const former = story({ every: '2m', returns: { window: 240_000 } })
      .until('10:00')
      .logOff({ crash: true });
    former.unwatched('10:00', '10:06');
    former
      .at('10:04:20', { presence: 'AVAILABLE', presenceSince: '08:00', token: '10:04:20' })
      .until('10:06');
    expect(former.lastSign()).toBe('login 10:04:20');
    const gap = story().until('10:00').logOff({ crash: true }).unwatched('10:00', '10:10');
    gap.at('10:02:20', { presence: 'AVAILABLE', token: '10:02:19' }).until('10:10');
    expect(gap.lastSign()).toBe('login 10:02:20');
  });

  test('is not taken for the cause of an Offline long after', () => {
    const s = story()
      .until('10:00')
      .logOff()
      .at('10:20', { presence: 'AVAILABLE' })
      .at('11:00', { presence: 'OFFLINE' });
    expect(s.until('11:01').departure()).toMatchObject({ by: 'platform' });
  });

  test('without effect does not make a silent return of the person’s next click either', () => {
    const s = story({ first: { presence: 'BUSY' } })
      .until('10:00')
      .logOff({ effect: 'none' });
    expect(s.at('10:00:30', { presence: 'AVAILABLE' }).until('10:01').lastSign()).toBe('presence 10:00:30');
    expect(s.events).toEqual([]);
  });

  test('without effect is not the cause of an Offline long after either', () => {
    const s = story()
      .until('10:00')
      .logOff({ effect: 'none' })
      .at('10:10', { presence: 'OFFLINE' })
      .until('10:11');
    expect(s.departure()).toMatchObject({ by: 'platform' });
  });

  test('is the cause of one departure only', () => {
    const s = story({}).until('10:00').logOff().at('10:00:30', { presence: 'AVAILABLE', token: '10:00:29' });
    s.until('10:01').at('10:01:20', { presence: 'OFFLINE' }).until('10:02');
    expect(s.departure()).toMatchObject({ by: 'platform', quiet: false });
  });
});

/** Read at 10:00:00, and the intention is written down eight seconds later. */
function begunLate(actions: readonly Action[] = ['off_queue', 'offline', 'revoke_tokens']): Story {
  const s = story().until('10:00');
  const { due } = s.verdict();
  if (due === undefined) throw new Error('the agent is not due');
  return s.put(beginLogoff(s.state(), clockTime('10:00:08'), { ...due, actions }, RETURNS));
}

describe('a log-off explains nothing that is stamped more than three seconds before it began', () => {
  test.each([
    ['10:00:05', 'enforcer'],
    ['10:00:04', 'platform'],
  ])('an Offline of %s is the doing of the %s', (at, by) => {
    const s = begunLate().at(at, { presence: 'OFFLINE' }).until('10:01');
    expect(s.departure()?.by).toBe(by);
  });

  test.each([
    ['10:00:05', 'none'],
    ['10:00:04', 'presence 10:00:04'],
  ])(
    'a presence of %s, after the Offline of the log-off that was not seen, leaves as sign: %s',
    (at, sign) => {
      const s = begunLate();
      s.put(finishLogoff(s.state(), clockTime('10:00:10'), ['offline', 'revoke_tokens']));
      expect(s.at(at, { presence: 'AVAILABLE' }).until('10:01').lastSign()).toBe(sign);
    },
  );

  test.each([
    ['10:00:05', 1],
    ['10:00:04', 0],
  ])('a token of %s tells of %i returns', (token, returns) => {
    const s = begunLate();
    s.put(finishLogoff(s.state(), clockTime('10:00:10'), ['offline', 'revoke_tokens']));
    const change = { token, presence: 'AVAILABLE', presenceSince: '08:00' } as const;
    expect(s.at(token, change).until('10:01').events).toHaveLength(returns);
  });

  test('and nothing that comes later than the window after its end', () => {
    const gone = (at: string): string | undefined =>
      begunLate().at(at, { presence: 'OFFLINE' }).until('10:04').departure()?.by;
    // Its effects may come until half a minute after it began, and then for the two minutes of the window.
    expect([gone('10:02:38'), gone('10:02:39')]).toEqual(['enforcer', 'platform']);
  });
});

describe('a log-off whose Offline was not seen', () => {
  const unseen = { effect: 'none', unread: true } as const;

  test('does not explain a presence that moves later than the window', () => {
    const s = story().until('10:00').logOff(unseen).until('10:04').at('10:04:30', { presence: 'AVAILABLE' });
    expect(s.until('10:05').lastSign()).toBe('presence 10:04:30');
  });

  test('and that set no Offline does not explain a presence that moves', () => {
    const s = story()
      .until('10:00')
      .logOff({ ...unseen, due: { actions: ['revoke_tokens'] } });
    expect(s.at('10:00:30', { presence: 'AVAILABLE' }).until('10:01').lastSign()).toBe('presence 10:00:30');
  });

  test('and that revoked no tokens does not make a return of a newer one', () => {
    const s = story()
      .until('10:00')
      .logOff({ ...unseen, due: { actions: ['offline'] } });
    const change = { token: '10:00:30', presence: 'AVAILABLE', presenceSince: '08:00' } as const;
    expect(s.at('10:00:30', change).until('10:01').events).toEqual([]);
  });

  test('and that a crash broke off after the Offline does not explain a presence that moves', () => {
    const s = story().until('10:00').logOff({ effect: 'none', crash: true });
    s.put(noteDone(s.state(), ['offline']));
    expect(s.at('10:00:30', { presence: 'AVAILABLE' }).until('10:01').lastSign()).toBe('presence 10:00:30');
  });

  test('and that is known to have had no effect is not what a browser comes back from', () => {
    const s = story().until('10:00').logOff({ effect: 'none' });
    s.at('10:00:40', { presence: 'AVAILABLE', token: '10:00:39' }).until('10:01');
    expect(s.events).toMatchObject([{ kind: 'silent_return', own: false }]);
  });
});

describe('taking an agent off the queue', () => {
  test.each<[string, Change, string]>([
    ['explains that the presence of before, and with it the queue, is put back', { routing: 'IDLE' }, 'none'],
    [
      'does not explain another presence that the agent chooses then',
      { presence: 'BUSY' },
      'presence 10:00:02',
    ],
  ])('%s', (_, change, sign) => {
    const s = onQueue().until('10:00').logOff({ effect: 'off_queue' }).at('10:00:02', change);
    expect(s.until('10:01').lastSign()).toBe(sign);
  });

  test('does not explain a login in time that was not watched', () => {
    const s = onQueue().until('10:00').logOff({ effect: 'off_queue' }).unwatched('10:01', '10:30');
    const change = { token: '10:20', presence: 'AVAILABLE', presenceSince: '10:00:01' } as const;
    expect(s.until('10:01').at('10:20', change).until('10:30').lastSign()).toBe('login 10:20');
  });
});

describe('our quiet Offline', () => {
  const quiet = { due: { actions: ['off_queue', 'offline'] as const } };

  test('and then Available without a newer token is the person’s one click: a sign', () => {
    const s = story({ first: { presence: 'BUSY' } })
      .until('10:00')
      .logOff(quiet)
      .at('10:00:40', { presence: 'AVAILABLE' });
    expect(s.until('10:01').lastSign()).toBe('presence 10:00:40');
    expect(s.eventsOf('person_back')).toEqual(['10:00:40']);
    expect(s.ladder()).toBeUndefined();
  });

  test('and then Available with a newer token is a browser’s return', () => {
    const s = story()
      .until('10:00')
      .logOff(quiet)
      .at('10:00:40', { presence: 'AVAILABLE', token: '10:00:39' });
    expect(s.until('10:01').lastSign()).toBe('none');
    expect(s.verdict().reason).toBe('ladder_waiting');
  });

  test('clicked away long after the window is a sign too, and takes the agent off the ladder', () => {
    const s = story().until('10:00').logOff(quiet).at('10:30', { presence: 'AVAILABLE' }).until('10:31');
    expect(s.lastSign()).toBe('presence 10:30');
    expect([s.ladder(), s.suspect()]).toEqual([undefined, undefined]);
  });

  test('clicked away between two looks is a sign as well', () => {
    const s = story()
      .until('10:00')
      .logOff({ ...quiet, crash: true })
      .at('10:00:05', { presence: 'AVAILABLE' });
    expect(s.until('10:01').lastSign()).toBe('presence 10:00:05');
  });

  test('after a revocation the same Available is none: the session was gone', () => {
    const s = story().until('10:00').logOff().at('10:00:40', { presence: 'AVAILABLE' }).until('10:01');
    expect(s.lastSign()).toBe('none');
  });
});
