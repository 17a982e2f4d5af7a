import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DAY, formatDuration, HOUR, MINUTE, parseDuration, SECOND } from '../../../src/domain/time/time.ts';

describe('durations', () => {
  test.each<[string, number]>([
    ['90s', 90 * SECOND],
    ['45m', 45 * MINUTE],
    ['2h', 2 * HOUR],
    ['1h30m', 90 * MINUTE],
    ['1d', DAY],
    ['1d2h3m4s', DAY + 2 * HOUR + 3 * MINUTE + 4 * SECOND],
    ['0s', 0],
    [' 5m ', 5 * MINUTE],
  ])('%s is read', (text, length) => {
    expect(parseDuration(text)).toBe(length);
  });

  test.each([
    '',
    ' ',
    '5',
    'm',
    '1.5h',
    '-5m',
    '30m1h',
    '5 m',
    '1h 30m',
    '5M',
    '1w',
    '99999999999999999d',
    '5ms',
  ])('"%s" is refused', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  test.each<[number, string]>([
    [0, '0s'],
    [999, '0s'],
    [-5 * MINUTE, '0s'],
    [90 * SECOND, '1m30s'],
    [90 * MINUTE, '1h30m'],
    [DAY, '1d'],
    [DAY + 1_500, '1d1s'],
  ])('%d ms is written %s', (length, text) => {
    expect(formatDuration(length)).toBe(text);
  });

  test('what is written reads back the same, to the second', () => {
    fc.assert(
      fc.property(fc.nat(400 * 86_400), (seconds) => {
        expect(parseDuration(formatDuration(seconds * SECOND))).toBe(seconds * SECOND);
      }),
    );
  });
});
