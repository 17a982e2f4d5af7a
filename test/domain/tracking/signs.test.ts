import { describe, expect, test } from '@jest/globals';
import type { Rule } from '../../../src/domain/policy/policy.ts';
import { rule } from '../build.ts';
import { story, type Change } from '../story.ts';

/** Watched from 09:00; the change comes at 09:30:20 and is seen at 09:31. */
function afterChange(first: Change, change: Change): string {
  return story({ first }).at('09:30:20', change).until('09:31').lastSign();
}

describe('signs of a human', () => {
  test.each<[string, Change, Change, string]>([
    ['routing INTERACTING', { routing: 'IDLE' }, { routing: 'INTERACTING' }, 'interaction 09:30:20'],
    ['routing COMMUNICATING', {}, { routing: 'COMMUNICATING' }, 'interaction 09:30:20'],
    ['a contact-centre conversation', {}, { talks: 1 }, 'interaction 09:31'],
    ['an enterprise conversation', {}, { calls: 1 }, 'interaction 09:31'],
    ['going on queue', {}, { routing: 'IDLE' }, 'routing 09:30:20'],
    [
      'coming back from NOT_RESPONDING to the queue',
      { routing: 'NOT_RESPONDING' },
      { routing: 'IDLE' },
      'routing 09:30:20',
    ],
    [
      'coming back from NOT_RESPONDING off the queue',
      { routing: 'NOT_RESPONDING' },
      { routing: 'OFF_QUEUE' },
      'routing 09:30:20',
    ],
    [
      'the same routing status with a newer start',
      { routing: 'IDLE' },
      { routing: 'IDLE' },
      'routing 09:30:20',
    ],
    [
      'NOT_RESPONDING with a newer start',
      { routing: 'NOT_RESPONDING' },
      { routing: 'NOT_RESPONDING' },
      'routing 09:30:20',
    ],
    ['the presence becoming Busy', {}, { presence: 'BUSY' }, 'presence 09:30:20'],
    ['the presence becoming Away', {}, { presence: 'AWAY' }, 'presence 09:30:20'],
    ['the presence becoming Meal', {}, { presence: 'MEAL' }, 'presence 09:30:20'],
    ['the presence becoming Meeting', {}, { presence: 'MEETING' }, 'presence 09:30:20'],
    ['the presence becoming Training', {}, { presence: 'TRAINING' }, 'presence 09:30:20'],
    ['the presence becoming Break', {}, { presence: 'BREAK' }, 'presence 09:30:20'],
    ['the presence becoming Available', { presence: 'BUSY' }, { presence: 'AVAILABLE' }, 'presence 09:30:20'],
    ['the presence becoming On Queue', {}, { presence: 'ON_QUEUE' }, 'presence 09:30:20'],
    [
      'the screen unlocked to Available',
      { presence: 'IDLE' },
      { presence: 'AVAILABLE' },
      'presence 09:30:20',
    ],
    ['the screen unlocked to On Queue', { presence: 'IDLE' }, { presence: 'ON_QUEUE' }, 'presence 09:30:20'],
    ['the same presence with a newer date', { presence: 'BUSY' }, { presence: 'BUSY' }, 'presence 09:30:20'],
    ['Idle with a newer date', { presence: 'IDLE' }, { presence: 'IDLE' }, 'presence 09:30:20'],
    [
      'another label of the same presence',
      { presenceId: 'lunch' },
      { presenceId: 'walk' },
      'presence 09:30:20',
    ],
  ])('%s is one', (_, first, change, sign) => {
    expect(afterChange(first, change)).toBe(sign);
  });

  test.each<[string, Change, Change]>([
    ['going Offline', {}, { presence: 'OFFLINE' }],
    ['going Offline from Idle', { presence: 'IDLE' }, { presence: 'OFFLINE' }],
    [
      'going Offline, and with it off the queue',
      { routing: 'IDLE' },
      { presence: 'OFFLINE', routing: 'OFF_QUEUE' },
    ],
    ['going Idle', {}, { presence: 'IDLE' }],
    ['turning NOT_RESPONDING', { routing: 'IDLE' }, { routing: 'NOT_RESPONDING' }],
    ['a new token alone', {}, { token: '09:30:20' }],
    ['nothing at all', {}, {}],
  ])('%s is none', (_, first, change) => {
    const s = story({ first }).at('09:30:20', change).until('09:31');
    expect(s.lastSign()).toBe('none');
    expect(s.state().episode.clocks.sinceSign).toBe(s.state().firstSeenAt);
  });

  test('a label that one reading names and the next does not is none', () => {
    const same = { presence: 'BUSY', presenceSince: '08:00' } as const;
    const s = story({ first: { ...same, presenceId: 'coaching' } });
    s.at('09:30:20', same)
      .until('09:31')
      .at('09:40:20', { ...same, presenceId: 'coaching' })
      .until('09:41');
    expect(s.lastSign()).toBe('none');
  });

  test('an interaction lasts as long as it lasts, and its end is the last sign', () => {
    const s = story().at('09:10:00', { routing: 'INTERACTING', talks: 1 }).until('09:40');
    expect([s.verdict().reason, s.shows('since_sign'), s.shows('since_work')]).toEqual([
      'engaged',
      '0s',
      '0s',
    ]);
    s.at('09:44:30', { routing: 'OFF_QUEUE', talks: 0 }).until('09:45');
    expect([s.lastSign(), s.shows('since_sign'), s.shows('since_work')]).toEqual([
      'interaction 09:44:30',
      '30s',
      '30s',
    ]);
  });

  test('after-call work that outlives the routing status still protects, and ends when it is seen to', () => {
    const s = story({ first: { routing: 'INTERACTING', talks: 1 } }).at('09:10:10', { routing: 'IDLE' });
    expect(s.reason('09:20')).toBe('engaged');
    expect(s.at('09:20:10', { talks: 0 }).until('09:21').lastSign()).toBe('interaction 09:21');
  });

  test('a call outside the contact centre ends when it is seen to, whatever the routing says', () => {
    const s = story({ first: { routing: 'COMMUNICATING', calls: 1 } });
    s.at('09:20:10', { routing: 'OFF_QUEUE', calls: 0 }).until('09:21');
    expect(s.lastSign()).toBe('interaction 09:21');
  });

  test('a reading without a conversation summary protects', () => {
    const s = story().lacking('10:00', '10:05', 'conversations');
    expect(s.reason('10:00')).toBe('unknown');
    expect(s.verdict().detail).toBe('conversationSummary');
    expect([s.reason('10:06'), s.reason('10:07')]).toEqual(['waiting', 'due']);
  });

  test('a missing summary does not end an interaction', () => {
    const s = story({ first: { talks: 1 } })
      .at('09:20', { talks: 0 })
      .lacking('09:20', '09:29', 'conversations');
    expect(s.until('09:30').lastSign()).toBe('interaction 09:30');
  });

  test('the later of two changes gives the sign its time and kind', () => {
    const s = story().at('09:30:05', { presence: 'ON_QUEUE' }).at('09:30:06', { routing: 'IDLE' });
    expect(s.until('09:31').lastSign()).toBe('routing 09:30:06');
    expect(
      story()
        .at('09:30:05', { presence: 'ON_QUEUE', presenceSince: '09:30:06', routing: 'IDLE' })
        .until('09:31')
        .lastSign(),
    ).toBe('presence 09:30:06');
  });
});

describe('a change that is followed by Offline', () => {
  test('such as the desktop that locks is not what a return would bring back', () => {
    const s = story()
      .at('09:30:05', { presence: 'IDLE' })
      .look('09:30:20')
      .at('09:30:40', { presence: 'OFFLINE' });
    expect(s.until('09:31').departure()?.former.presence).toBe('AVAILABLE');
  });

  test('within a minute belongs to the departure: the sign before it stands again', () => {
    const s = story()
      .at('09:10', { presence: 'BUSY' })
      .at('09:30:10', { presence: 'AVAILABLE' })
      .until('09:31');
    expect(s.lastSign()).toBe('presence 09:30:10');
    expect(s.at('09:31:10', { presence: 'OFFLINE' }).until('09:32').lastSign()).toBe('presence 09:10');
  });

  test('more than a minute later it was a sign and stays one', () => {
    const s = story()
      .at('09:10', { presence: 'BUSY' })
      .at('09:30:09', { presence: 'AVAILABLE' })
      .until('09:31');
    expect(s.at('09:31:10', { presence: 'OFFLINE' }).until('09:32').lastSign()).toBe('presence 09:30:09');
  });

  test('is taken back only if it surely came within that minute', () => {
    const s = story().at('09:30:20', { presence: 'BUSY' }).lacking('09:31', '09:31', 'presenceSince');
    s.until('09:31').at('09:31:10', { presence: 'OFFLINE' }).until('09:32');
    expect(s.lastSign()).toBe('presence 09:31');
  });

  test('takes all changes of that minute with it', () => {
    const s = story().at('09:10', { presence: 'BUSY' }).at('09:30:20', { presence: 'AWAY' }).until('09:31');
    s.at('09:31:05', { presence: 'AVAILABLE' })
      .look('09:31:10')
      .at('09:31:15', { presence: 'OFFLINE' })
      .until('09:32');
    expect(s.lastSign()).toBe('presence 09:10');
  });

  test('never takes an interaction back', () => {
    const s = story()
      .at('09:30:20', { talks: 1 })
      .look('09:30:30')
      .at('09:30:40', { talks: 0 })
      .until('09:31');
    s.at('09:31:10', { presence: 'OFFLINE' }).until('09:32');
    expect(s.lastSign()).toBe('interaction 09:31');
  });

  test('never takes back what came before an interaction', () => {
    const s = story().at('09:30:30', { presence: 'BUSY' }).look('09:30:35').at('09:30:40', { talks: 1 });
    s.look('09:30:45').at('09:31:10', { presence: 'OFFLINE' }).until('09:32');
    expect(s.lastSign()).toBe('interaction 09:30:45');
  });

  test('and gives the clocks back as they were, so that a silent return goes on with them', () => {
    const s = story()
      .at('09:30:40', { presence: 'BUSY' })
      .until('09:31')
      .at('09:31:10', { presence: 'OFFLINE' });
    s.until('09:32').at('09:32:10', { presence: 'AVAILABLE' }).until('09:33');
    expect(s.shows('since_sign')).toBe('32m');
  });

  test('of our own making was a person’s doing all the same, and the place on the ladder stays', () => {
    const flips = story({ first: { presence: 'BUSY' }, ...sinceWork() }).at('09:59:40', { presence: 'AWAY' });
    flips.until('10:00').logOff();
    expect(flips.ladder()?.kind).toBe('answered');
    expect(flips.lastSign()).toBe('presence 09:59:40');
  });
});

function sinceWork(): { rules: readonly Rule[] } {
  return { rules: [rule({ clock: 'since_work' })] };
}
