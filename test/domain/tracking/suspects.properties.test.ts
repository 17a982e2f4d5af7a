/** Random lives: a bounce that evidence gives back leaves no more than one that was seen. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MINUTE, SECOND, type Duration, type Instant } from '../../../src/domain/time/time.ts';
import { measure } from '../../../src/domain/tracking/clocks.ts';
import { asClockTime, clockTime, duration, rule } from '../build.ts';
import { story, type Change, type Story } from '../story.ts';

/** One life of bounces, told in two ways. */
interface Life {
  readonly first: Change;
  readonly back: Change;
  /** Seconds after 09:30, at which the agent goes; and how long they are gone. */
  readonly goes: number;
  readonly gone: number;
  /** Whether a second bounce follows. */
  readonly again: boolean;
  /** Whether the desktop locks in between. */
  readonly locks: boolean;
  /** Whether the agent stands on the ladder. */
  readonly laddered: boolean;
  readonly withOffline: boolean;
}

const lives: fc.Arbitrary<Life> = fc.record({
  first: fc.constantFrom<Change>(
    { presence: 'AWAY' },
    { presence: 'BUSY' },
    { presence: 'AVAILABLE' },
    { presence: 'ON_QUEUE', routing: 'IDLE' },
    { presence: 'ON_QUEUE', routing: 'NOT_RESPONDING' },
  ),
  back: fc.constantFrom<Change>({}, { presence: 'AVAILABLE', routing: 'OFF_QUEUE' }),
  goes: fc.integer({ min: 1, max: 30 }),
  gone: fc.integer({ min: 1, max: 28 }),
  again: fc.boolean(),
  locks: fc.boolean(),
  laddered: fc.boolean(),
  withOffline: fc.boolean(),
});

const LIFE_RULES = [
  rule({ id: 'sign', limit: '3h' }),
  rule({ id: 'work', clock: 'since_work', limit: '3h' }),
  rule({ id: 'away', clock: 'in_state', when: { presence: ['AWAY', 'IDLE'] }, limit: '3h' }),
  rule({ id: 'on', clock: 'in_state', when: { presence: ['AVAILABLE', 'BUSY'] }, limit: '3h' }),
];

type Telling = 'seen by a look' | 'seen by its token' | 'given back';

function live(life: Life, telling: Telling): Story {
  const { first, back, goes, gone, again, locks, laddered, withOffline } = life;
  const ladder = [{ wait: 40 * MINUTE, actions: ['offline'] as const }];
  const rules = laddered
    ? [rule({ id: 'first', limit: '5m', waitingOnQueue: true }), ...LIFE_RULES]
    : LIFE_RULES;
  const s = story({ first, rules, nativeTimeouts: ['5m'], returns: { ladder, grace: 4 * MINUTE } });
  if (laddered) {
    s.until('09:05').logOff();
    s.at('09:05:20', { ...first, token: '09:05:19' }).until('09:06');
  }
  const offlines: [string, string][] = [];
  const bounce = (minute: string, brings: Change): void => {
    const from = clockTime(minute) + goes * SECOND;
    const to = from + gone * SECOND;
    offlines.unshift([asClockTime(from), asClockTime(to)]);
    if (telling === 'seen by a look')
      s.at(asClockTime(from), { presence: 'OFFLINE' }).look(asClockTime(from));
    const token = telling === 'seen by its token' ? { token: asClockTime(to - SECOND) } : {};
    s.at(asClockTime(to), { ...brings, ...token });
  };
  const brings = { ...first, ...back };
  bounce('09:30', brings);
  s.until('09:31');
  if (again) bounce('09:36', { ...brings });
  s.until('09:37');
  if (locks) s.at('09:37:30', { presence: 'IDLE' });
  s.until('09:38');
  if (telling !== 'given back') return s;
  for (const offline of offlines) s.evidence('bounce', withOffline ? offline : undefined);
  return s.until('09:38');
}

function measures(s: Story, now: Instant): readonly Duration[] {
  return LIFE_RULES.map((one) => measure(s.state(), one, now));
}

describe('a bounce that is given back later', () => {
  test.each<Telling>(['seen by a look', 'seen by its token'])(
    'leaves the agent as a bounce that was %s: no clock shows more, no grace ends sooner, and the ladder is the same',
    (telling) => {
      fc.assert(
        fc.property(lives, (life) => {
          const [seen, given] = [live(life, telling), live(life, 'given back')];
          const at = given.now + duration('1m');
          const [most, shown] = [measures(seen, at), measures(given, at)];
          expect(shown.map((one, i) => Math.max(0, one - (most[i] ?? 0)))).toEqual(LIFE_RULES.map(() => 0));
          expect(given.lastSign()).toBe(seen.lastSign());
          expect(given.silentReturn()?.at).toBe(seen.silentReturn()?.at);
          expect(given.state().episode.graceFrom ?? 0).toBeGreaterThanOrEqual(
            seen.state().episode.graceFrom ?? 0,
          );
          expect(given.ladder()).toEqual(seen.ladder());
        }),
        { numRuns: 150 },
      );
    },
  );
});
