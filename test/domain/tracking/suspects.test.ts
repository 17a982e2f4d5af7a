/**
 * Changes that a browser may have made whose session the native timeout ended between two looks: a sign at once, taken back where
 * evidence shows the bounce.
 */
import { describe, expect, test } from '@jest/globals';
import { leaveLadder } from '../../../src/domain/tracking/own-logoff.ts';
import { noteEvidence, suspectSince } from '../../../src/domain/tracking/suspects.ts';
import { MINUTE, SECOND } from '../../../src/domain/time/time.ts';
import { clockTime, rule } from '../build.ts';
import { story, type Change, type Story, type StoryParts } from '../story.ts';

const NATIVE: StoryParts = { nativeTimeouts: ['15m'], first: { presence: 'AWAY' } };
const AWAY = rule({ id: 'away', clock: 'in_state', when: { presence: ['AWAY'] } });
const HALF_HOUR_RULE: StoryParts = { ...NATIVE, rules: [rule({ limit: '30m' }), AWAY] };

/** Away since before 09:00; bounced at 09:30:20 with the token of before. */
function bounced(parts: StoryParts = NATIVE, change: Change = { presence: 'AWAY' }): Story {
  return story(parts).at('09:30:20', change).until('09:31');
}

describe('a bounce under a native timeout whose token stays', () => {
  test('is a sign at once, and suspect', () => {
    const s = bounced();
    expect([s.lastSign(), s.shows('since_sign')]).toEqual(['presence 09:30:20', '40s']);
    expect(s.suspect()).toMatchObject({ kind: 'bounce', stamp: clockTime('09:30:20'), shown: 'AWAY' });
    expect(s.eventsOf('silent_return')).toEqual([]);
  });

  test('is suspect also where the platform tells no token at all', () => {
    const s = story(NATIVE).lacking('09:00', '09:31', 'token').at('09:30:20', { presence: 'AWAY' });
    expect(s.until('09:31').suspect()).toMatchObject({ kind: 'bounce' });
  });

  test('is given back by evidence: the same idleness goes on, less the time Offline', () => {
    const s = bounced().evidence('bounce', ['09:30:05', '09:30:20']);
    expect([s.lastSign(), s.shows('since_sign'), s.shows('since_work')]).toEqual([
      'none',
      '30m45s',
      '30m45s',
    ]);
    expect(s.silentReturn()).toMatchObject({ at: clockTime('09:30:20'), delay: 15 * SECOND });
    expect(s.suspect()).toBeUndefined();
  });

  test('leaves out all the time since the look before, where the source shows no Offline', () => {
    expect(bounced().evidence('bounce').shows('since_sign')).toBe('30m40s');
  });

  test('is told as a silent return when evidence shows it, with the date of the change', () => {
    const s = bounced().until('09:33').evidence('bounce', ['09:30:05', '09:30:20']);
    expect(s.events).toEqual([
      {
        kind: 'silent_return',
        at: clockTime('09:30:20'),
        delay: 15 * SECOND,
        own: false,
        quiet: false,
        tokenMoved: false,
      },
    ]);
  });

  test('opens grace at the change, and not when evidence comes', () => {
    const s = bounced(HALF_HOUR_RULE).until('09:36').evidence('bounce');
    expect([s.reason('09:37'), s.reason('09:40'), s.reason('09:41')]).toEqual(['grace', 'grace', 'due']);
  });

  test('breaks a condition until evidence gives it back', () => {
    const s = bounced(HALF_HOUR_RULE);
    expect(s.shows({ rule: 'away' })).toBe('40s');
    expect(s.evidence('bounce', ['09:30:05', '09:30:20']).shows({ rule: 'away' })).toBe('30m45s');
  });

  test('gives no condition back that broke later', () => {
    const s = bounced(HALF_HOUR_RULE, { presence: 'AVAILABLE' });
    s.at('09:33:10', { presence: 'IDLE' }).until('09:34').evidence('bounce');
    expect([s.lastSign(), s.shows({ rule: 'away' })]).toEqual(['none', '0s']);
  });

  test('gives on-queue time back as no idleness: until the bounce the agent stood on queue', () => {
    const queue: StoryParts = { ...NATIVE, first: { presence: 'ON_QUEUE', routing: 'IDLE' } };
    const s = bounced(queue, { presence: 'ON_QUEUE', routing: 'IDLE' });
    expect(s.shows('since_work')).toBe('0s');
    s.evidence('bounce', ['09:30:05', '09:30:20']);
    expect([s.shows('since_sign'), s.until('09:32').shows('since_work')]).toEqual(['30m45s', '1m']);
  });

  test('gives on-queue time back as idleness that only a browser had restored', () => {
    const s = story({ ...NATIVE, first: { presence: 'ON_QUEUE', routing: 'IDLE' } });
    s.at('09:10:05', { presence: 'OFFLINE' }).at('09:10:20', { presence: 'ON_QUEUE', token: '09:10:19' });
    s.at('09:30:20', { presence: 'ON_QUEUE' }).until('09:31').evidence('bounce');
    expect([s.silentReturn()?.at, s.shows('since_work')]).toEqual([clockTime('09:30:20'), '19m40s']);
  });

  test('shortens no conversation that goes on over it: the clock begins when that ends', () => {
    const s = story(NATIVE).at('09:05', { calls: 1 }).at('09:30:20', { presence: 'AWAY' }).until('09:31');
    s.evidence('bounce').at('09:31:30', { calls: 0 }).until('09:32');
    expect(s.shows('since_sign')).toBe('0s');
  });

  test('keeps the rules that were counted and the warnings that were delivered', () => {
    const s = bounced();
    const { episode } = s.state();
    const told = { observedRules: ['gone'], warnedAt: { gone: s.now }, promised: { gone: s.now + 1 } };
    s.put({ ...s.state(), episode: { ...episode, ...told } });
    s.evidence('bounce');
    expect(s.state().episode).toMatchObject(told);
  });

  test.each<[string, StoryParts, Change]>([
    ['the same presence', NATIVE, { presence: 'AWAY' }],
    ['Available', NATIVE, { presence: 'AVAILABLE' }],
    [
      'the queue restored',
      { ...NATIVE, first: { presence: 'ON_QUEUE', routing: 'IDLE' } },
      { presence: 'ON_QUEUE', routing: 'IDLE' },
    ],
    [
      'any presence, where native timeouts are not known',
      { nativeTimeouts: 'unknown' },
      { presence: 'AVAILABLE' },
    ],
    [
      'any presence, under the shortest of several timeouts',
      { nativeTimeouts: ['8h', '15m'] },
      { presence: 'AVAILABLE' },
    ],
  ])('is suspect with %s', (_, parts, change) => {
    expect(bounced(parts, change).suspect()).toBeDefined();
  });

  test.each<[string, () => Story]>([
    ['where native timeouts are off', () => bounced({ ...NATIVE, nativeTimeouts: [] })],
    ['with a newer token: that is a return', () => bounced(NATIVE, { presence: 'AWAY', token: '09:30:19' })],
    [
      'with a token of after it: that is not its return’s',
      () =>
        story(NATIVE)
          .at('09:30:20', { presence: 'AWAY' })
          .at('09:30:50', { token: '09:30:50' })
          .until('09:31'),
    ],
    [
      'where only the routing moved, after a desktop was locked at the very look before',
      () =>
        story(NATIVE)
          .at('09:30', { presence: 'IDLE' })
          .until('09:30')
          .at('09:30:30', { routing: 'OFF_QUEUE' })
          .until('09:31'),
    ],
    ['with another presence than a browser brings', () => bounced(NATIVE, { presence: 'BUSY' })],
    [
      'on a queue that was not there before',
      () => bounced(NATIVE, { presence: 'ON_QUEUE', routing: 'IDLE' }),
    ],
    ['too soon after the last sign', () => bounced({ ...NATIVE, nativeTimeouts: ['33m'] })],
    [
      'too soon after a token',
      () => story(NATIVE).at('09:20', { token: '09:20' }).at('09:30:20', { presence: 'AWAY' }).until('09:31'),
    ],
    [
      'too soon after a return: no session that a browser opened has idled so long',
      () =>
        story(NATIVE)
          .at('09:20:05', { presence: 'OFFLINE' })
          .look('09:20:10')
          .at('09:20:20', { presence: 'AWAY' })
          .at('09:30:20', { presence: 'AWAY' })
          .until('09:31'),
    ],
    [
      'in a gap',
      () => story(NATIVE).unwatched('09:20', '09:31').at('09:30:20', { presence: 'AWAY' }).until('09:31'),
    ],
    ['without a stamp', () => bounced({ ...NATIVE }, { presence: 'AVAILABLE', presenceSince: '08:00' })],
    [
      'in the middle of a conversation, which goes on over the bounce',
      () => story(NATIVE).at('09:05', { calls: 1 }).at('09:30:20', { presence: 'AWAY' }).until('09:31'),
    ],
  ])('is not suspect %s', (_, told) => {
    expect(told().suspect()).toBeUndefined();
  });

  test.each([
    ['15m, and two looks less', '09:13:20', true],
    ['15m, and two looks and a second less', '09:12:59', false],
  ])('is suspect %s after the last sign', (_, at, isSuspect) => {
    const s = story({ ...NATIVE, first: { presence: 'AWAY', token: '07:00' } }).at(at, { presence: 'AWAY' });
    expect(s.until('09:14').suspect() !== undefined).toBe(isSuspect);
  });

  test.each([
    ['09:03', true],
    ['09:02:59', false],
  ])(
    'is suspect five minutes and two looks less after the last sign at %s, where no timeout is known',
    (at, isSuspect) => {
      const s = story({ ...NATIVE, nativeTimeouts: 'unknown' })
        .at(at, { presence: 'AWAY' })
        .until('09:04');
      expect(s.suspect() !== undefined).toBe(isSuspect);
    },
  );
});

describe('evidence gives nothing back', () => {
  const after: Readonly<Record<string, (s: Story) => Story>> = {
    'after a later sign': (s) => s.at('09:33', { presence: 'BUSY' }).until('09:34'),
    'after an interaction': (s) => s.at('09:33', { calls: 1 }).until('09:34'),
    'after an interaction that came and went': (s) =>
      s.at('09:33', { calls: 1 }).until('09:34').at('09:34:10', { calls: 0 }).until('09:35'),
    'after a departure': (s) => s.at('09:33', { presence: 'OFFLINE' }).until('09:34'),
    'after a gap that may hide a sign': (s) =>
      s.lacking('09:37', '09:37', 'presenceSince').unwatched('09:32', '09:37').until('09:37'),
    'ten minutes after the change': (s) => s.until('09:41'),
    'after a log-off of ours was begun': (s) =>
      s
        .withPolicy({
          profiles: s.policy.profiles.map((one) => ({ ...one, rules: [rule({ limit: '3m' })] })),
        })
        .until('09:34')
        .logOff({ effect: 'none' }),
    'after an exemption': (s) => s.put(leaveLadder(s.state())),
    'after a person’s answer': (s) => s.evidence('person'),
  };

  test.each(Object.entries(after))('%s', (_, then) => {
    const s = then(bounced());
    const before = s.state();
    expect(s.evidence('bounce').state()).toEqual(before);
  });

  test.each(['none', 'undecided'] as const)(
    'where the source says %s, and the change stays suspect',
    (kind) => {
      const s = bounced();
      const before = s.state();
      expect({ ...s.evidence(kind).state(), evidence: undefined }).toEqual(before);
      expect(s.until('09:39').evidence('bounce').lastSign()).toBe('none');
    },
  );

  test('to the very last look within ten minutes', () => {
    expect(bounced().until('09:40').evidence('bounce').lastSign()).toBe('none');
  });

  test('but after a change that is no sign', () => {
    const s = bounced().at('09:33:10', { presence: 'IDLE' }).until('09:34').evidence('bounce');
    expect([s.lastSign(), s.state().last.presence]).toEqual(['none', 'IDLE']);
  });

  test('but after a short gap in which nothing can hide, whose time is left out', () => {
    const s = bounced().unwatched('09:32', '09:37').until('09:37');
    s.evidence('bounce', ['09:30:05', '09:30:20']);
    expect([s.lastSign(), s.shows('since_sign')]).toEqual(['none', '31m45s']);
  });
});

describe('two suspects in a row', () => {
  const PARTS: StoryParts = { ...NATIVE, nativeTimeouts: ['5m'], returns: { grace: 2 * MINUTE } };
  const twice = (): Story => bounced(PARTS).at('09:36:10', { presence: 'AWAY' }).until('09:37');

  test('are given back newest first', () => {
    const s = twice();
    expect(s.evidence('bounce', ['09:36:01', '09:36:10']).lastSign()).toBe('presence 09:30:20');
    expect(s.shows('since_sign')).toBe('6m31s');
    expect(s.evidence('bounce', ['09:30:05', '09:30:20']).lastSign()).toBe('none');
    expect(s.shows('since_sign')).toBe('36m36s');
    expect(s.eventsOf('silent_return')).toEqual(['09:36:10', '09:30:20']);
  });

  test('are, both given back, one silent return: the newer one, whose grace still runs', () => {
    const s = twice().evidence('bounce').evidence('bounce');
    expect(s.silentReturn()?.at).toBe(clockTime('09:36:10'));
    expect(s.state().episode.graceFrom).toBe(clockTime('09:36:10'));
  });

  test('are both confirmed by a person’s answer about the newer one', () => {
    const s = twice().evidence('person').evidence('bounce');
    expect(s.lastSign()).toBe('presence 09:36:10');
    expect(s.suspect()).toBeUndefined();
  });

  test('the older one is not given back while it is not known of the newer one', () => {
    const s = twice().evidence('none');
    expect(s.suspect()?.stamp).toBe(clockTime('09:36:10'));
  });
});

describe('a departure within a minute', () => {
  test('still takes a suspect back as before', () => {
    const s = bounced().at('09:31:10', { presence: 'OFFLINE' }).until('09:32');
    expect([s.lastSign(), s.shows('since_sign')]).toEqual(['none', '31m10s']);
  });

  test('takes no click after our quiet Offline back', () => {
    const s = clicked().at('10:03:10', { presence: 'OFFLINE' }).until('10:04');
    expect([s.lastSign(), s.ladder()]).toEqual(['presence 10:02:30', undefined]);
  });
});

/** Logged off by the rule at 10:00, back with the token of 10:00:21, quietly Offline since 10:02:02. */
function quiet(parts: StoryParts = { nativeTimeouts: ['30m'] }): Story {
  return story(parts)
    .until('10:00')
    .logOff()
    .at('10:00:22', { presence: 'AVAILABLE', token: '10:00:21' })
    .until('10:02')
    .logOff();
}

/** Available at 10:02:30 without a newer token. */
function clicked(parts?: StoryParts): Story {
  return quiet(parts).at('10:02:30', { presence: 'AVAILABLE' }).until('10:03');
}

describe('Available after our quiet Offline without a newer token', () => {
  test('is the person’s click, and suspect', () => {
    const s = clicked();
    expect([s.lastSign(), s.ladder()]).toEqual(['presence 10:02:30', undefined]);
    expect(s.suspect()).toMatchObject({ kind: 'click', isTold: true });
  });

  test('is suspect also without a stamp: a sign-in need only lie between the looks', () => {
    const s = quiet().at('10:02:30', { presence: 'AVAILABLE', presenceSince: '08:00' }).until('10:03');
    expect(s.suspect()).toMatchObject({ kind: 'click', stamp: clockTime('10:03') });
  });

  test('is suspect whatever the native timeout is, for a client may assert its presence', () => {
    expect(clicked({ nativeTimeouts: [] }).suspect()?.kind).toBe('click');
  });

  test('is given back by a sign-in: the ladder answers it, as it would have', () => {
    const s = clicked().evidence('bounce');
    expect([s.lastSign(), s.ladder()?.kind]).toEqual(['none', 'returned']);
    expect(s.silentReturn()?.at).toBe(clockTime('10:02:30'));
    // The return was told of when it was seen.
    expect(s.eventsOf('silent_return')).toEqual(['10:00:22', '10:02:30']);
    expect(s.until('10:08').verdict().due).toMatchObject({ byLadder: true, rung: 1 });
  });

  test('is as if it had been seen with its token: clocks, ladder and grace are the same', () => {
    const seen = quiet().at('10:02:30', { presence: 'AVAILABLE', token: '10:02:29' }).until('10:03');
    const given = clicked().evidence('bounce');
    expect(given.state().episode).toEqual(seen.state().episode);
    expect(given.state().leftOut).toEqual(seen.state().leftOut);
  });

  test('is a browser’s where it asserts another presence, which no click brings back', () => {
    const s = story({ first: { presence: 'BUSY' } })
      .until('10:00')
      .logOff();
    s.at('10:00:22', { presence: 'BUSY', token: '10:00:21' }).until('10:02').logOff();
    s.at('10:02:30', { presence: 'BUSY' }).until('10:03');
    expect([s.silentReturn()?.at, s.lastSign()]).toEqual([clockTime('10:02:30'), 'none']);
  });

  test('is no suspect in a gap', () => {
    const s = quiet().unwatched('10:02:10', '10:09').at('10:02:30', { presence: 'AVAILABLE' }).until('10:09');
    expect([s.lastSign(), s.suspect()]).toEqual(['presence 10:02:30', undefined]);
  });

  test.each([
    ['follows on the native timeout', { nativeTimeouts: ['30m'] }, '10:32:20', 'click'],
    ['follows on no native timeout', { nativeTimeouts: ['30m'] }, '10:20:20', undefined],
    ['comes long after it', { nativeTimeouts: ['30m'] }, '10:40', undefined],
    ['comes while no timeout is known', { nativeTimeouts: 'unknown' }, '10:32:20', undefined],
  ] as const)('is suspect later than the window only behind a timeout: one that %s', (_, parts, at, kind) => {
    const s = quiet(parts).at(at, { presence: 'AVAILABLE' }).until('10:41');
    expect([s.lastSign(), s.suspect()?.kind]).toEqual([`presence ${at === '10:40' ? '10:40' : at}`, kind]);
  });

  test('is suspect where the timeout runs from a return that only the look after it dates', () => {
    // Back 5s after the log-off with the stamps of before, so that its session ends at 10:30:05, not at 10:31.
    const s = story({ nativeTimeouts: ['30m'] })
      .until('10:00')
      .logOff();
    s.at('10:00:05', { presence: 'AVAILABLE', presenceSince: '08:00' }).until('10:02').logOff();
    s.at('10:30:25', { presence: 'AVAILABLE' }).until('10:31');
    expect([s.silentReturn()?.at, s.lastSign()]).toEqual([undefined, 'presence 10:30:25']);
    expect(s.suspect()?.kind).toBe('click');
    expect(s.evidence('bounce').ladder()?.kind).toBe('returned');
  });

  test('is, later than the window, given back to the ladder by a sign-in', () => {
    const s = quiet().at('10:32:20', { presence: 'AVAILABLE' }).until('10:33').evidence('bounce');
    expect([s.lastSign(), s.ladder()?.kind]).toEqual(['none', 'returned']);
    // An hour and 2s until the first log-off, 1m40s until the quiet Offline and 40s since; the time Offline is left out.
    expect(s.shows('since_sign')).toBe('1h2m22s');
  });
});

describe('the note of what a source said last', () => {
  const noteOf = (s: Story, parts: object = {}) =>
    ({
      stamp: s.suspect()?.stamp ?? 0,
      source: 'timeline',
      answer: 'none',
      at: s.now,
      isUsed: false,
      ...parts,
    }) as const;

  test('survives looks, signs and a restart', () => {
    const s = bounced();
    s.put(noteEvidence(s.state(), noteOf(s)))
      .at('09:33', { presence: 'BUSY' })
      .until('09:50');
    expect(s.state().evidence).toMatchObject({ source: 'timeline', answer: 'none' });
  });

  test('is the same while the same is said of the same change', () => {
    const s = bounced();
    const noted = noteEvidence(s.state(), noteOf(s));
    expect(noteEvidence(noted, noteOf(s, { at: s.now + MINUTE }))).toBe(noted);
  });

  test('is new from another source, and where the same one answers otherwise', () => {
    const s = bounced();
    const noted = noteEvidence(s.state(), noteOf(s));
    for (const other of [{ source: 'sign_ins' }, { answer: 'undecided' }])
      expect(noteEvidence(noted, noteOf(s, other)).evidence).toMatchObject(other);
  });

  test('is new once the source is believed: what it says is then used', () => {
    const s = bounced();
    const noted = noteEvidence(s.state(), noteOf(s));
    expect(noteEvidence(noted, noteOf(s, { isUsed: true })).evidence?.isUsed).toBe(true);
  });
});

test('what is told must reach back to the look before the oldest change that is in question', () => {
  const s = bounced({ ...NATIVE, nativeTimeouts: ['5m'] })
    .at('09:37:20', { presence: 'AWAY' })
    .until('09:38');
  expect(suspectSince(s.state())).toBe(clockTime('09:30'));
  expect(suspectSince(story().until('09:01').state())).toBeUndefined();
});
