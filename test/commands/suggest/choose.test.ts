/** Which of the limits that were tried is best, and what is to be said of the others. */
import { describe, expect, test } from '@jest/globals';
import { bestOf, standingOf, type Tried } from '../../../src/commands/suggest/choose.ts';
import { formatDuration, HOUR } from '../../../src/domain/time/time.ts';
import { duration } from '../../domain/build.ts';

interface Facts {
  readonly logoffs?: number;
  readonly regret?: number;
  readonly browser?: number;
  readonly hours?: number;
  readonly people?: number;
  readonly later?: number;
  readonly returned?: number;
  readonly left?: number;
}

function tried(limit: string, facts: Facts = {}): Tried {
  const { logoffs = 100, regret = 0, browser = 0, hours = 100, people = 20, later = 0 } = facts;
  const { returned = 0, left = 0 } = facts;
  const total = { logoffs, regret, perhapsBrowser: browser, recovered: hours * HOUR };
  return { limit: duration(limit), own: total, all: total, people, later, returned, left };
}

describe('a limit', () => {
  const standing = (limit: Tried): string => standingOf(limit, 0.02);

  test.each<[string, Facts, string]>([
    ['within the regret', { regret: 2 }, 'fits'],
    ['beyond it', { regret: 3 }, 'regret'],
    ['beyond it by what may be browsers', { regret: 30, browser: 28 }, 'fits'],
    ['that would have logged nobody off', { logoffs: 0 }, 'none'],
    ['with few log-offs', { logoffs: 19 }, 'few'],
    ['with few people', { people: 2 }, 'few'],
    ['after which a few come back in some ten minutes', { later: 0.08 }, 'fits'],
    ['after which many do: they were there', { later: 0.081 }, 'later'],
    ['after which most come back before long', { returned: 51 }, 'returning'],
    ['after which half do', { returned: 50 }, 'fits'],
  ])('%s', (_, facts, expected) => {
    expect(standing(tried('30m', facts))).toBe(expected);
  });

  test('a larger regret is not allowed to hide those who are there', () => {
    expect(standingOf(tried('30m', { later: 0.08 }), 0.05)).toBe('fits');
    expect(standingOf(tried('30m', { later: 0.09 }), 0.05)).toBe('later');
    expect(standingOf(tried('30m', { later: 0.1 }), 0.1)).toBe('fits');
    expect(standingOf(tried('30m', { later: 0.021 }), 0.005)).toBe('later');
  });
});

describe('the best limit', () => {
  const best = (configured: string, ...all: Tried[]): string => {
    const result = bestOf(all, duration(configured), 0.02);
    return 'best' in result ? formatDuration(result.best.limit) : result.why;
  };

  test('recovers most of those that fit', () => {
    const all = [
      tried('10m', { hours: 300, regret: 50 }),
      tried('30m', { hours: 200 }),
      tried('60m', { hours: 100 }),
    ];
    expect(best('60m', ...all)).toBe('30m');
  });

  test('is the one that the rule has, where no other is noticeably better', () => {
    const all = [
      tried('20m', { hours: 100.4 }),
      tried('45m', { hours: 100.2 }),
      tried('60m', { hours: 100 }),
    ];
    expect(best('60m', ...all)).toBe('1h');
    expect(best('40m', ...all)).toBe('45m');
  });

  test('may be a longer one', () => {
    expect(best('30m', tried('30m', { hours: 300, regret: 9 }), tried('2h', { hours: 100 }))).toBe('2h');
  });

  test.each<[string, readonly Tried[], string]>([
    ['no log-off', [tried('10m', { logoffs: 0 }), tried('60m', { logoffs: 0 })], 'none'],
    ['few log-offs', [tried('10m', { logoffs: 3 }), tried('60m', { logoffs: 0 })], 'few'],
    ['regret everywhere', [tried('10m', { regret: 9 }), tried('60m', { logoffs: 0 })], 'unfit'],
    ['people who watch, or are gone', [tried('10m', { left: 60 }), tried('60m', { left: 60 })], 'silent'],
  ])('is none with %s', (_, all, why) => {
    expect(best('60m', ...all)).toBe(why);
  });

  test('is found where most go Offline by themselves, if signs tell the others from them', () => {
    const all = [tried('20m', { left: 60, regret: 1 }), tried('60m', { left: 60, hours: 90 })];
    expect(best('60m', ...all)).toBe('20m');
    expect(best('60m', tried('20m', { left: 50 }), tried('60m', { left: 50, hours: 90 }))).toBe('20m');
  });
});
