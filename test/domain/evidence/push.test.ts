/** What pushed changes say of a suspect change, and when it is taken that none of them is lost. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  comparedWith,
  isAmong,
  isWhole,
  NOTHING_PUSHED,
  pushAnswer,
  pushedOwnOffline,
  SHOWN_TO_BE_WHOLE,
  type Pushed,
  type PushedChange,
} from '../../../src/domain/evidence/push.ts';
import { DAY, SECOND } from '../../../src/domain/time/time.ts';
import { clockTime } from '../build.ts';

const LOOK = {
  before: clockTime('09:30'),
  after: clockTime('09:31:01'),
  former: 'AWAY',
  shown: 'AWAY',
  stamp: clockTime('09:30:20'),
} as const;

function change(presence: PushedChange['presence'], at: string): PushedChange {
  return { presence, at: clockTime(at) };
}

function pushed(...changes: readonly PushedChange[]): Pushed {
  return { changes, from: clockTime('09:00'), to: clockTime('09:31:02') };
}

const BOUNCE = pushed(change('OFFLINE', '09:30:05'), change('AWAY', '09:30:20'));

describe('pushed changes between two looks', () => {
  test.each<[string, Pushed, string]>([
    ['an Offline that ends with the change is a bounce', BOUNCE, 'bounce'],
    ['the change alone is a person’s', pushed(change('AWAY', '09:30:20')), 'person'],
    [
      'another presence before the Offline is a person’s',
      pushed(change('BUSY', '09:30:04'), change('OFFLINE', '09:30:05'), change('AWAY', '09:30:20')),
      'person',
    ],
    [
      'a change to what the look did not show decides nothing',
      pushed(change('BUSY', '09:10'), change('OFFLINE', '09:30:05'), change('AWAY', '09:30:20')),
      'undecided',
    ],
    [
      'such a change a second before the look decides nothing either',
      pushed(change('BUSY', '09:29:59'), change('OFFLINE', '09:30:05'), change('AWAY', '09:30:20')),
      'undecided',
    ],
    [
      'such a change at the very time of the look decides nothing either',
      pushed(change('BUSY', '09:30'), change('OFFLINE', '09:30:05'), change('AWAY', '09:30:20')),
      'undecided',
    ],
    [
      'a change from the time of the look before is what was in force then',
      pushed(change('AWAY', '09:10'), change('OFFLINE', '09:30:05'), change('AWAY', '09:30:20')),
      'bounce',
    ],
    [
      'a presence that is not known before the Offline is no bounce',
      pushed(change('UNKNOWN', '09:30:04'), change('OFFLINE', '09:30:05'), change('AWAY', '09:30:20')),
      'person',
    ],
    [
      'an Offline that ends long before the change decides nothing',
      pushed(change('OFFLINE', '09:30:05'), change('AWAY', '09:30:10'), change('AWAY', '09:30:20')),
      'undecided',
    ],
    ['nothing of the change is no answer', pushed(), 'none'],
    ['what is not listened to decides nothing', { ...BOUNCE, from: undefined }, 'undecided'],
    [
      'what is listened to since after the look before decides nothing',
      { ...BOUNCE, from: LOOK.before + 1 },
      'undecided',
    ],
    ['what is listened to since just before the look decides', { ...BOUNCE, from: LOOK.before }, 'bounce'],
    ['what may not have arrived yet is no answer', { ...BOUNCE, to: LOOK.stamp + 10 * SECOND - 1 }, 'none'],
    ['what has had ten seconds to arrive decides', { ...BOUNCE, to: LOOK.stamp + 10 * SECOND }, 'bounce'],
  ])('%s', (_, told, answer) => {
    expect(pushAnswer(told, LOOK, true).kind).toBe(answer);
  });

  test('decide nothing while changes are known to be lost', () => {
    expect(pushAnswer(BOUNCE, LOOK, false).kind).toBe('undecided');
    expect(pushAnswer(pushed(change('AWAY', '09:30:20')), LOOK, false).kind).toBe('undecided');
  });

  test('are no answer where they do not show the change, whether or not others are known to be lost', () => {
    expect(pushAnswer(pushed(change('OFFLINE', '09:30:05')), LOOK, false).kind).toBe('none');
  });

  test('never are a bounce once an Offline of theirs is left out, whatever else is left out', () => {
    const all = [change('AWAY', '09:10'), change('BUSY', '09:30:04'), ...BOUNCE.changes];
    fc.assert(
      fc.property(fc.subarray(all), fc.boolean(), (some, whole) => {
        const { kind } = pushAnswer(pushed(...some), LOOK, whole);
        const has = (presence: string): boolean => some.some((each) => each.presence === presence);
        return kind !== 'bounce' || (whole && has('OFFLINE') && !has('BUSY'));
      }),
    );
  });
});

describe('an Offline of ours', () => {
  const offline = {
    begunAt: clockTime('09:30'),
    stamp: clockTime('09:30:01'),
    seenAt: clockTime('09:30:30'),
  };
  test.each<[string, Pushed, boolean | undefined]>([
    ['that was pushed with its stamp is shown rightly', pushed(change('OFFLINE', '09:30:01')), true],
    ['that was not pushed is not shown', pushed(), undefined],
    [
      'that was pushed for the time before it began is shown wrongly',
      pushed(change('OFFLINE', '09:29:50')),
      false,
    ],
    [
      'whose beginning was not listened to tries nothing',
      { ...pushed(change('OFFLINE', '09:30:01')), from: clockTime('09:30:01') },
      undefined,
    ],
    [
      'whose beginning alone was listened to is shown rightly',
      { ...pushed(change('OFFLINE', '09:30:01')), from: offline.begunAt },
      true,
    ],
    [
      'that was not listened to tries nothing',
      { ...pushed(change('OFFLINE', '09:30:01')), from: undefined },
      undefined,
    ],
    [
      'that may not have arrived tries nothing',
      { ...pushed(change('OFFLINE', '09:30:01')), to: clockTime('09:30:10') },
      undefined,
    ],
    [
      'that has had ten seconds to arrive is shown rightly',
      { ...pushed(change('OFFLINE', '09:30:01')), to: clockTime('09:30:11') },
      true,
    ],
  ])('%s', (_, told, isRight) => {
    expect(pushedOwnOffline(told, offline)).toBe(isRight);
  });
});

describe('a change that a look showed was pushed as well', () => {
  const all = [change('AWAY', '09:10'), change('BUSY', '09:30')];
  test.each<[string, readonly PushedChange[], string, PushedChange['presence'], boolean]>([
    ['where one of those pushed has its stamp and presence', all, '09:30', 'BUSY', true],
    ['also where its stamp is two seconds earlier', all, '09:29:58', 'BUSY', true],
    ['also where its stamp is two seconds later', all, '09:30:02', 'BUSY', true],
    ['but not where its stamp is three seconds earlier', all, '09:29:57', 'BUSY', false],
    ['but not where its stamp is three seconds later', all, '09:30:03', 'BUSY', false],
    ['but not where another presence was pushed of that time', all, '09:30', 'AWAY', false],
    ['but not where nothing was pushed', [], '09:30', 'BUSY', false],
  ])('%s', (_, changes, at, presence, isPushed) => {
    expect(isAmong(changes, clockTime(at), presence)).toBe(isPushed);
  });
});

describe('pushed changes are taken to be whole', () => {
  const now = clockTime('12:00');
  const shown = Array.from({ length: SHOWN_TO_BE_WHOLE }).reduce<typeof NOTHING_PUSHED>(
    (sofar) => comparedWith(sofar, true, now),
    NOTHING_PUSHED,
  );

  test('once a hundred in a row were pushed as well as seen, and not one fewer', () => {
    expect(isWhole(shown, now)).toBe(true);
    expect(isWhole({ ...shown, shown: shown.shown - 1 }, now)).toBe(false);
  });

  test('after one was missed only a day and a hundred later', () => {
    const missed = comparedWith(shown, false, now);
    expect(missed.shown).toBe(0);
    const again = { ...missed, shown: SHOWN_TO_BE_WHOLE };
    expect([isWhole(again, now + DAY - 1), isWhole(again, now + DAY)]).toEqual([false, true]);
    expect(isWhole(comparedWith(missed, true, now), now + DAY)).toBe(false);
  });
});
