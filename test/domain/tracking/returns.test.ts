import { describe, expect, test } from '@jest/globals';
import { clockTime, rule } from '../build.ts';
import { story, type Change, type Story } from '../story.ts';

/** Offline at 09:30:10, seen at 09:31; back as told at 09:31:20, seen at 09:32. */
function bounced(first: Change, back: Change): Story {
  return story({ first }).at('09:30:10', { presence: 'OFFLINE' }).at('09:31:20', back).until('09:32');
}

describe('a return within the window', () => {
  test.each<[string, Change, Change]>([
    ['with the former presence', { presence: 'BUSY' }, { presence: 'BUSY', token: '09:31:19' }],
    [
      'with the former presence and label',
      { presence: 'BUSY', presenceId: 'a' },
      { presence: 'BUSY', presenceId: 'a' },
    ],
    ['with Available', { presence: 'BUSY' }, { presence: 'AVAILABLE', token: '09:31:19' }],
    ['with Available, the token where it was', { presence: 'BUSY' }, { presence: 'AVAILABLE' }],
    [
      'with the former queue',
      { presence: 'ON_QUEUE', routing: 'IDLE' },
      { presence: 'ON_QUEUE', routing: 'IDLE' },
    ],
    ['off queue', { presence: 'ON_QUEUE', routing: 'IDLE' }, { presence: 'AVAILABLE', routing: 'OFF_QUEUE' }],
    [
      'with the queue for NOT_RESPONDING',
      { presence: 'ON_QUEUE', routing: 'NOT_RESPONDING' },
      { presence: 'ON_QUEUE', routing: 'IDLE' },
    ],
    [
      'with the former state on the queue',
      { presence: 'ON_QUEUE', routing: 'NOT_RESPONDING' },
      { presence: 'ON_QUEUE', routing: 'NOT_RESPONDING' },
    ],
  ])('%s is silent', (_, first, back) => {
    const s = bounced(first, back);
    expect(s.eventsOf('silent_return')).toEqual(['09:31:20']);
    expect(s.lastSign()).toBe('none');
    expect(s.until('09:40').shows('since_sign')).toBe('38m50s');
  });

  test.each<[string, Change, Change]>([
    ['another presence', {}, { presence: 'MEAL', token: '09:31:19' }],
    ['another label', { presence: 'BUSY', presenceId: 'a' }, { presence: 'BUSY', presenceId: 'b' }],
    ['a queue that was not there before', {}, { presence: 'ON_QUEUE', routing: 'IDLE' }],
    [
      'another state on the queue',
      { presence: 'ON_QUEUE', routing: 'IDLE' },
      { presence: 'ON_QUEUE', routing: 'NOT_RESPONDING' },
    ],
  ])('with %s is a person’s', (_, first, back) => {
    const s = bounced(first, back);
    expect(s.lastSign()).toMatch(/^presence 09:31:20$/);
    expect(s.eventsOf('person_back')).toEqual(['09:31:20']);
    expect(s.silentReturn()).toBeUndefined();
  });

  test('tells its delay between the platform’s own stamps, and whose departure it follows', () => {
    const s = bounced({}, { presence: 'AVAILABLE' });
    expect(s.events).toEqual([
      {
        kind: 'silent_return',
        at: s.now - 40_000,
        delay: 70_000,
        own: false,
        quiet: false,
        tokenMoved: false,
      },
    ]);
  });

  test('may bring things in several steps, each within a minute of the first stamp', () => {
    const s = bounced({ presence: 'BUSY' }, { presence: 'AVAILABLE', token: '09:31:19' });
    s.at('09:32:20', { presence: 'BUSY' }).until('09:33');
    expect(s.lastSign()).toBe('none');
  });

  test('does not explain the same step a second later', () => {
    const s = bounced({ presence: 'BUSY' }, { presence: 'AVAILABLE', token: '09:31:19' });
    s.at('09:32:21', { presence: 'BUSY' }).until('09:33');
    expect(s.lastSign()).toBe('presence 09:32:21');
  });

  test('followed by anything else within that minute is followed by a sign', () => {
    const s = bounced({ presence: 'BUSY' }, { presence: 'AVAILABLE', token: '09:31:19' });
    s.at('09:32:10', { presence: 'MEAL' }).until('09:33');
    expect([s.lastSign(), s.eventsOf('person_back')]).toEqual(['presence 09:32:10', ['09:32:10']]);
  });

  test('dated by its sighting alone has not explained what came more than a minute after it may have been', () => {
    // Its stamp is the former one, so it may have been as early as 09:31.
    const s = bounced({ presence: 'IDLE' }, { presence: 'IDLE', presenceSince: '08:00' });
    s.at('09:32:20', { presence: 'AVAILABLE' }).until('09:33');
    expect(s.lastSign()).toBe('presence 09:32:20');
  });

  test('after a departure without a stamp is measured from the last look before it: in doubt it is a login', () => {
    const s = story().at('09:30:10', { presence: 'OFFLINE' }).lacking('09:31', '09:31', 'presenceSince');
    s.at('09:32:10', { presence: 'AVAILABLE' }).until('09:33');
    expect(s.lastSign()).toBe('login 09:32:10');
  });

  test('ends with a sign, and only once', () => {
    const s = bounced({}, { presence: 'AVAILABLE', token: '09:31:19' }).at('09:40', { routing: 'IDLE' });
    s.at('09:45', { routing: 'OFF_QUEUE', presence: 'BUSY' }).until('09:50');
    expect(s.eventsOf('person_back')).toEqual(['09:40']);
  });

  test('with an interaction is a person’s', () => {
    const s = bounced({}, { presence: 'AVAILABLE', token: '09:31:19', routing: 'INTERACTING', talks: 1 });
    expect(s.verdict().reason).toBe('engaged');
    expect(s.silentReturn()).toBeUndefined();
  });

  test('on a queue that it restored is not standing on queue', () => {
    const s = bounced({ presence: 'ON_QUEUE', routing: 'IDLE' }, { presence: 'ON_QUEUE', routing: 'IDLE' });
    expect(s.until('09:40').shows('since_work')).not.toBe('0s');
  });

  test('still is one exactly at the end of the window, and a login after it', () => {
    const edge = story().at('09:30:10', { presence: 'OFFLINE' }).at('09:32:10', { presence: 'AVAILABLE' });
    expect(edge.until('09:33').eventsOf('silent_return')).toEqual(['09:32:10']);
    const late = story().at('09:30:10', { presence: 'OFFLINE' }).at('09:32:11', { presence: 'AVAILABLE' });
    expect(late.until('09:33').eventsOf('late_return')).toEqual(['09:32:11']);
    expect(late.lastSign()).toBe('login 09:32:11');
  });
});

describe('a login', () => {
  test('after being away longer than the window starts all clocks anew', () => {
    const busy = rule({ id: 'busy', when: { presence: ['BUSY'] }, clock: 'in_state' });
    const s = story({ rules: [busy], first: { presence: 'BUSY' } }).at('09:30', { presence: 'OFFLINE' });
    s.at('09:34', { presence: 'BUSY', token: '09:33:59' }).until('09:40');
    expect([s.shows('since_sign'), s.shows('since_work'), s.shows({ rule: 'busy' })]).toEqual([
      '6m',
      '6m',
      '6m',
    ]);
  });

  test('opens no grace', () => {
    const s = story({ rules: [rule({ limit: '5m' })] }).at('09:04', { presence: 'OFFLINE' });
    expect(s.at('09:08', { presence: 'AVAILABLE' }).reason('09:12')).toBe('waiting');
    expect(s.reason('09:13')).toBe('due');
  });

  test('of someone who was Offline at first sight counts from the platform’s stamp', () => {
    const s = story({ first: { presence: 'OFFLINE' } })
      .at('09:10', { presence: 'AVAILABLE' })
      .until('09:20');
    expect([s.lastSign(), s.shows('since_sign')]).toEqual(['login 09:10', '10m']);
  });
});

describe('a bounce through Offline between two looks', () => {
  const token = { token: '09:30:20' };

  test.each<[string, Change, Change]>([
    ['the same presence', { presence: 'BUSY' }, { presence: 'BUSY', ...token }],
    ['Available', { presence: 'BUSY' }, { presence: 'AVAILABLE', ...token }],
  ])(
    'shows as %s with a stamp within a minute after a newer token, and is a silent return',
    (_, first, back) => {
      const s = story({ first }).at('09:30:21', back).until('09:31');
      expect([s.lastSign(), s.eventsOf('silent_return')]).toEqual(['none', ['09:30:21']]);
      expect(s.verdict().reason).toBe('grace');
    },
  );

  test.each<[string, string, Change]>([
    ['whose token did not move', '09:30:21', { presence: 'AVAILABLE' }],
    ['into another presence', '09:30:21', { presence: 'MEAL', ...token }],
    ['whose stamp is more than a minute after the token', '09:31:21', { presence: 'AVAILABLE', ...token }],
    ['whose stamp is before the token', '09:30:19', { presence: 'AVAILABLE', ...token }],
  ])('%s is a sign and protects', (_, at, back) => {
    const s = story({ first: { presence: 'BUSY' } })
      .at(at, back)
      .until('09:32');
    expect(s.lastSign()).toBe(`presence ${at}`);
    expect(s.eventsOf('silent_return')).toEqual([]);
  });

  test('that may have lasted longer than the window is a sign, because no look came in time', () => {
    const s = story().until('09:30').unwatched('09:30', '09:33');
    s.at('09:32:30', { presence: 'AVAILABLE', token: '09:32:29' }).until('09:33');
    expect([s.lastSign(), s.eventsOf('silent_return')]).toEqual(['presence 09:32:30', []]);
  });

  test('may show its token a look before its presence', () => {
    const s = story()
      .at('09:30:55', token)
      .until('09:31')
      .at('09:31:10', { presence: 'AVAILABLE' })
      .until('09:32');
    expect(s.eventsOf('silent_return')).toEqual(['09:31:10']);
  });

  test('is not read a second time into a later change of the same minute', () => {
    const s = story()
      .at('09:30:21', { presence: 'AVAILABLE', ...token })
      .look('09:30:30');
    s.at('09:30:50', { presence: 'BUSY' })
      .look('09:30:55')
      .at('09:31:10', { presence: 'AVAILABLE' })
      .until('09:32');
    expect([s.lastSign(), s.eventsOf('silent_return')]).toEqual(['presence 09:31:10', ['09:30:21']]);
  });

  test('of a token known only since now dates nothing', () => {
    const s = story()
      .lacking('09:00', '09:30', 'token')
      .at('09:30:21', { presence: 'AVAILABLE', ...token });
    expect(s.until('09:31').lastSign()).toBe('presence 09:30:21');
  });

  test('that the native timeout makes every twenty minutes for a working day resets no clock', () => {
    const s = story({ first: { presence: 'BUSY' } });
    for (let i = 1; i <= 24; i += 1) {
      const at = `${String(9 + Math.floor(i / 3))}:${['00', '20', '40'][i % 3] ?? ''}`.padStart(5, '0');
      s.at(`${at}:20`, { presence: 'OFFLINE' }).at(`${at}:35`, { presence: 'BUSY', token: `${at}:34` });
    }
    s.until('17:10');
    expect(s.lastSign()).toBe('none');
    expect(s.state().episode.clocks.sinceSign).toBe(s.state().firstSeenAt);
    expect(s.eventsOf('silent_return')).toHaveLength(24);
  });

  test('seen Offline in the middle, every twenty minutes, the token never moving, resets no clock either', () => {
    const s = story({ first: { presence: 'BUSY' } });
    for (let hour = 9; hour < 17; hour += 1) {
      const at = String(hour).padStart(2, '0');
      s.at(`${at}:20:50`, { presence: 'OFFLINE' }).at(`${at}:21:10`, { presence: 'BUSY' });
    }
    s.until('17:00');
    expect(s.lastSign()).toBe('none');
    expect(s.shows('since_sign')).toBe('7h57m20s');
  });
});

describe('grace', () => {
  test('keeps every rule from being due for so long after a return', () => {
    const s = story().at('10:10:10', { presence: 'OFFLINE' }).at('10:11:10', { presence: 'AVAILABLE' });
    expect(s.reason('10:21')).toBe('grace');
    expect(s.verdict().nextAt).toBe(s.now + 10_000);
    expect(s.reason('10:22')).toBe('due');
  });

  test('is not opened anew by bounces that come faster than it lasts: an absent person stays within reach', () => {
    const s = story({ first: { presence: 'BUSY' } });
    const reasons: string[] = [];
    for (let minute = 5; minute < 60; minute += 5) {
      const at = `10:${String(minute).padStart(2, '0')}`;
      reasons.push(
        s
          .at(`${at}:20`, { presence: 'BUSY', token: `${at}:19` })
          .until(`${at}:59`)
          .verdict().reason,
      );
      reasons.push(s.until(`10:${String(minute + 1).padStart(2, '0')}`).verdict().reason);
    }
    expect(reasons.slice(0, 6)).toEqual(['due', 'grace', 'grace', 'grace', 'grace', 'due']);
  });
});

test.each<[string, Change, string, boolean]>([
  ['a call outside the contact centre, and soon comes back to it', { calls: 1 }, '09:20:30', true],
  ['a contact-centre call, and soon comes back to it', { talks: 1 }, '09:20:30', false],
  ['a call, and comes back to it long after', { calls: 1 }, '09:29:30', true],
])('an agent who goes Offline in the middle of %s, has handled it all along', (_, call, back, outside) => {
  const s = story().at('09:10', call).at('09:20', { presence: 'OFFLINE' }).until('09:20');
  s.lacking('09:21', '09:31', 'conversations')
    .at(back, { presence: 'AVAILABLE', token: back })
    .until('09:30');
  expect(s.state().session).toMatchObject({ kind: 'engaged', since: clockTime('09:10'), outside });
  expect(s.lastSign()).toMatch(/^interaction 09:(21|30)$/);
});
