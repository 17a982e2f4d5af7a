/** Which limits are tried. */
import { describe, expect, test } from '@jest/globals';
import { limitsAround, limitsOption, regretOption } from '../../../src/commands/suggest/limits.ts';
import { formatDuration, MINUTE } from '../../../src/domain/time/time.ts';
import { duration } from '../../domain/build.ts';

describe('the limits around that of a rule', () => {
  test.each<[string, string, string]>([
    ['60m', '2m', '10m 15m 20m 30m 45m 1h 1h15m 1h30m 2h 2h30m 3h 4h'],
    ['10m', '2m', '2m 3m 4m 5m 7m 10m 15m 20m 30m'],
    ['12h', '2m', '2h 2h30m 3h 4h 5h 6h 8h 10h 12h 16h 20h 1d'],
    ['52m', '2m', '10m 15m 20m 30m 45m 52m 1h 1h15m 1h30m 2h 2h30m 3h'],
    ['10m', '6m', '7m 10m 15m 20m 30m'],
    ['30d', '2m', '5d 7d 10d 14d 20d 30d'],
  ])('of %s, none shorter than %s', (limit, least, expected) => {
    const limits = limitsAround(duration(limit), duration(least));
    expect(limits.map(formatDuration).join(' ')).toBe(expected);
  });

  test('are never more than twelve, and the rule’s own is always among them', () => {
    for (let minutes = 2; minutes < 3_000; minutes += 7) {
      const limits = limitsAround(minutes * MINUTE, 2 * MINUTE);
      expect(limits).toContain(minutes * MINUTE);
      expect(limits.length).toBeLessThanOrEqual(12);
      expect([...new Set(limits)].toSorted((a, b) => a - b)).toEqual(limits);
    }
  });
});

describe('--limits', () => {
  test('is a list of durations, in any order, each once', () => {
    expect(limitsOption('30m, 10m,2h,30m').map(formatDuration)).toEqual(['10m', '30m', '2h']);
  });

  test.each([
    ['10m,soon', '"soon" is not a limit'],
    ['', '"" is not a limit'],
    ['10m,,20m', '"" is not a limit'],
    ['0s', '"0s" is not a limit'],
    ['31d', '"31d" is not a limit'],
    [Array.from({ length: 41 }, (_, i) => `${i + 1}m`).join(), 'at most 40 limits can be tried, not 41'],
  ])('refuses %s', (text, sentence) => {
    expect(() => limitsOption(text)).toThrow(`--limits: ${sentence}`);
  });
});

describe('--regret', () => {
  test.each([
    ['2%', 0.02],
    ['0.5 %', 0.005],
    ['3', 0.03],
    ['0%', 0],
  ])('%s', (text, share) => {
    expect(regretOption(text)).toBeCloseTo(share, 10);
  });

  test.each(['two', '-1%', '51%', '', '2%%', '1e1', '0.02'])('refuses %s', (text) => {
    expect(() => regretOption(text)).toThrow('is not a share');
  });
});
