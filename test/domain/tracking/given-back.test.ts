/**
 * Changes that a browser or a person may have made: signs at once, given back by evidence. Each story is told twice: once with the
 * bounce known by its token, once suspect and given back later.
 */
import { describe, expect, test } from '@jest/globals';
import type { Answer } from '../../../src/domain/evidence/timeline.ts';
import { beginLogoff, leaveLadder } from '../../../src/domain/tracking/own-logoff.ts';
import { openSuspect, withAnswer } from '../../../src/domain/tracking/suspects.ts';
import { clockTime, RETURNS, rule } from '../build.ts';
import { story, type Change, type Story, type StoryParts } from '../story.ts';

const NATIVE: StoryParts = { nativeTimeouts: ['15m'], first: { presence: 'BREAK' } };
const BOUNCE: Answer = {
  kind: 'bounce',
  offline: { from: clockTime('09:30:37'), to: clockTime('09:30:40') },
};
const PERSON: Answer = { kind: 'person' };

/** On Break from before nine, and at 09:30:40 with a newer stamp; no token tells of a return. */
function bounced(change: Change = { presence: 'BREAK' }, parts: StoryParts = NATIVE): Story {
  return story(parts).at('09:30:40', change).until('09:31');
}

function answered(s: Story, answer: Answer): Story {
  const { state, events } = withAnswer(s.state(), answer, RETURNS);
  s.events.push(...events);
  return s.put(state);
}

function isOpen(s: Story): boolean {
  return openSuspect(s.state()) !== undefined;
}

describe('a bounce between two looks whose token stays', () => {
  test('is a sign at once, and protects', () => {
    const s = bounced();
    expect([s.lastSign(), s.shows('since_sign'), isOpen(s)]).toEqual(['presence 09:30:40', '20s', true]);
  });

  test('is a silent return where evidence shows the Offline: the clocks go on but for the Offline, and grace runs', () => {
    const s = answered(bounced().until('09:34'), BOUNCE);
    expect([s.lastSign(), s.shows('since_sign')]).toEqual(['none', '33m57s']);
    expect(s.state().episode.graceFrom).toBe(clockTime('09:30:40'));
    expect(s.silentReturn()?.delay).toBe(3_000);
    expect(s.eventsOf('silent_return')).toEqual(['09:30:40']);
    expect(s.until('10:01').verdict().due?.ruleId).toBe(s.policy.profiles[0]?.rules[0]?.id);
  });

  test('leaves every clock no longer than a bounce that was seen by its token', () => {
    const rules = [rule({ id: 'rest', clock: 'in_state', when: { presence: ['BREAK'] } }), rule()];
    const parts = { ...NATIVE, rules };
    const seen = bounced({ presence: 'BREAK', token: '09:30:39' }, parts).until('09:40');
    const given = answered(bounced({ presence: 'BREAK' }, parts).until('09:35'), BOUNCE).until('09:40');
    const clocks = ['since_sign', 'since_work', { rule: 'rest' }] as const;
    const spanOf = (s: Story): readonly string[] => clocks.map((clock) => s.shows(clock));
    // The token's bounce leaves out what lies between the token and the stamp, the timeline's what it shows as Offline.
    expect(spanOf(seen)).toEqual(['39m59s', '39m59s', '39m59s']);
    expect(spanOf(given)).toEqual(['39m57s', '39m57s', '39m57s']);
  });

  test('on the ladder keeps the place, which a sign had left', () => {
    const s = story(NATIVE)
      .until('10:00')
      .logOff()
      .at('10:00:20', { presence: 'BREAK', token: '10:00:19' })
      .until('10:01');
    const place = s.ladder();
    expect(place?.kind).toBe('returned');
    s.at('10:20:40', { presence: 'BREAK' }).until('10:21');
    expect([s.ladder(), isOpen(s)]).toEqual([undefined, true]);
    const offline = { from: clockTime('10:20:37'), to: clockTime('10:20:40') };
    expect(answered(s, { kind: 'bounce', offline }).ladder()).toEqual(place);
  });

  test('is asked about for ten minutes', () => {
    expect([isOpen(bounced().until('09:40')), isOpen(bounced().until('09:41'))]).toEqual([true, false]);
  });

  test('stays a sign where evidence shows a person, and is asked about no more', () => {
    const s = answered(bounced(), PERSON);
    expect([s.lastSign(), isOpen(s)]).toEqual(['presence 09:30:40', false]);
  });

  test.each<Answer['kind']>(['none', 'undecided'])('stays in question while the source says %s', (kind) => {
    const s = bounced();
    const before = s.state();
    expect(withAnswer(before, { kind } as Answer, RETURNS).state).toBe(before);
  });

  test('goes with a departure within a minute, as any change does', () => {
    const s = bounced().at('09:31:20', { presence: 'OFFLINE' }).until('09:32');
    expect([s.lastSign(), isOpen(s)]).toEqual(['none', false]);
  });
});

describe('nothing is given back', () => {
  test.each<[string, (s: Story) => Story]>([
    ['after another presence was chosen', (s) => s.at('09:32:30', { presence: 'MEAL' }).until('09:33')],
    ['after the agent went on queue', (s) => s.at('09:32:30', { routing: 'IDLE' }).until('09:33')],
    [
      'after an interaction',
      (s) => s.at('09:32:30', { talks: 1 }).at('09:33:30', { talks: 0 }).until('09:34'),
    ],
    ['after the agent has gone', (s) => s.at('09:33', { presence: 'OFFLINE' }).until('09:34')],
    [
      'after a call that a gap may hide',
      (s) =>
        s
          .at('09:31:30', { calls: 1 })
          .at('09:32:30', { calls: 0 })
          .unwatched('09:33', '09:38')
          .until('09:39'),
    ],
    ['to an agent who is exempt', (s) => s.put(leaveLadder(s.state()))],
  ])('%s', (_, then) => {
    const s = then(bounced());
    const before = s.state();
    expect(isOpen(s)).toBe(false);
    expect(withAnswer(before, BOUNCE, RETURNS).state).toBe(before);
  });

  test('behind a log-off of ours, from its intention on', () => {
    const s = story({ ...NATIVE, rules: [rule({ clock: 'since_work', limit: '31m' })] })
      .at('09:30:40', { presence: 'BREAK' })
      .until('09:31');
    const { due } = s.verdict();
    expect([due?.ruleId, isOpen(s)]).toEqual([rule().id, true]);
    const begun = due === undefined ? s.state() : beginLogoff(s.state(), s.now, due, RETURNS);
    expect(openSuspect(begun)).toBeUndefined();
  });
});

describe('two suspect changes in a row', () => {
  const twice = (): Story =>
    story({ ...NATIVE, nativeTimeouts: ['5m'] })
      .at('09:30:40', { presence: 'BREAK' })
      .at('09:36:40', { presence: 'BREAK' })
      .until('09:37');
  const offlineAt = (from: string, to: string): Answer => ({
    kind: 'bounce',
    offline: { from: clockTime(from), to: clockTime(to) },
  });

  test('are given back one after the other, the newest first', () => {
    const s = answered(twice(), offlineAt('09:36:37', '09:36:40'));
    expect([s.lastSign(), isOpen(s)]).toEqual(['presence 09:30:40', true]);
    answered(s, offlineAt('09:30:37', '09:30:40'));
    expect([s.lastSign(), isOpen(s), s.shows('since_sign')]).toEqual(['none', false, '36m54s']);
    expect(s.state().leftOut).toEqual([
      { from: clockTime('09:30:37'), to: clockTime('09:30:40') },
      { from: clockTime('09:36:37'), to: clockTime('09:36:40') },
    ]);
  });

  test('are both a person’s where the newest is', () => {
    const s = answered(twice(), PERSON);
    expect([s.lastSign(), isOpen(s)]).toEqual(['presence 09:36:40', false]);
  });
});

describe('a change is in question only where a browser may have made it', () => {
  test.each<[string, Story, boolean]>([
    ['the former presence with a newer stamp', bounced(), true],
    ['Available', bounced({ presence: 'AVAILABLE' }), true],
    ['not another presence', bounced({ presence: 'MEAL' }), false],
    [
      'not with a newer token, which tells by itself',
      bounced({ presence: 'BREAK', token: '09:30:39' }),
      false,
    ],
    ['not on queue from off queue', bounced({ presence: 'ON_QUEUE', routing: 'IDLE' }), false],
    [
      'not where native timeouts are off',
      bounced({ presence: 'BREAK' }, { first: { presence: 'BREAK' } }),
      false,
    ],
    [
      'not in a gap',
      story(NATIVE).unwatched('09:25', '09:31').at('09:30:40', { presence: 'BREAK' }).until('09:31'),
      false,
    ],
    [
      'not so soon after a sign',
      story(NATIVE).at('09:20', { presence: 'MEAL' }).at('09:30:40', { presence: 'MEAL' }).until('09:31'),
      false,
    ],
    [
      'not so soon after a token',
      story(NATIVE).at('09:20', { token: '09:20' }).at('09:30:40', { presence: 'BREAK' }).until('09:31'),
      false,
    ],
  ])('%s', (_, s, expected) => {
    expect(isOpen(s)).toBe(expected);
  });
});

describe('Available after our quiet Offline, without a newer token', () => {
  /** Logged off at 10:00, back in silence, quietly Offline since 10:02:02. */
  const quiet = (nativeTimeouts: readonly string[] = []): Story =>
    story({ nativeTimeouts })
      .until('10:00')
      .logOff()
      .at('10:00:22', { presence: 'AVAILABLE', token: '10:00:21' })
      .until('10:02')
      .logOff()
      .until('10:03');
  const SIGNED_IN: Answer = { kind: 'bounce', offline: undefined };

  test('is the person’s click, which takes them off the ladder', () => {
    const s = quiet().at('10:03:10', { presence: 'AVAILABLE' }).until('10:04');
    expect([s.lastSign(), s.ladder(), isOpen(s)]).toEqual(['presence 10:03:10', undefined, true]);
  });

  test('is the browser’s where the log shows a sign-in, and the ladder answers; the return is told of once', () => {
    const s = quiet().at('10:03:10', { presence: 'AVAILABLE' }).until('10:04');
    answered(s, SIGNED_IN);
    expect([s.lastSign(), s.ladder()]).toMatchObject(['none', { kind: 'returned', rung: 1 }]);
    expect(s.eventsOf('silent_return')).toEqual(['10:00:22', '10:03:10']);
    expect(s.until('10:09').verdict().due).toMatchObject({ byLadder: true, rung: 1 });
  });

  test('stays a sign when the agent goes within a minute: the click is no part of the departure', () => {
    const s = quiet()
      .at('10:03:10', { presence: 'AVAILABLE' })
      .until('10:04')
      .at('10:04:05', { presence: 'OFFLINE' })
      .until('10:05');
    expect([s.lastSign(), s.ladder()]).toEqual(['presence 10:03:10', undefined]);
  });

  test('hours later is in question only where it follows on a native timeout', () => {
    const at = (time: string, timeouts: readonly string[]): boolean =>
      isOpen(quiet(timeouts).at(time, { presence: 'AVAILABLE' }).until('10:40'));
    expect(at('10:32:30', ['30m'])).toBe(true);
    expect(at('10:36:30', ['30m'])).toBe(false);
    expect(at('10:32:30', [])).toBe(false);
  });

  test('given back after a native timeout it is the return that the timeout hides', () => {
    const s = quiet(['30m']).at('10:32:30', { presence: 'AVAILABLE' }).until('10:33');
    expect(s.lastSign()).toBe('presence 10:32:30');
    answered(s, SIGNED_IN);
    expect([s.lastSign(), s.ladder()?.kind]).toEqual(['none', 'returned']);
    expect(s.eventsOf('silent_return')).toEqual(['10:00:22', '10:32:30']);
  });
});
