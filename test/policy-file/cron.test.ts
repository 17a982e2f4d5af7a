import { describe, expect, test } from '@jest/globals';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/domain/time/time.ts';
import { cronFault, longestInterval } from '../../src/policy-file/cron.ts';

describe('the longest time between two runs', () => {
  test.each([
    ['0 * * * * *', MINUTE],
    ['* * * * * *', SECOND],
    ['*/5 * * * *', 5 * MINUTE],
    ['*/7 * * * * *', 7 * SECOND],
    ['0 */25 * * * *', 25 * MINUTE],
    ['0 0,10 * * * *', 50 * MINUTE],
    ['@hourly', HOUR],
    ['0 0 6-22 * * *', 8 * HOUR],
    ['0 */30 8-17 * * mon-fri', 2 * DAY + 14.5 * HOUR],
    ['0 0 0 1 * *', 31 * DAY],
    ['0 0 0 L * *', 31 * DAY],
    ['0 0 12 29 2 *', 4 * 365 * DAY + DAY],
  ])('of "%s" is %i ms', (expression, expected) => {
    expect(longestInterval(expression)).toBe(expected);
  });

  test('is not to be had of an expression that is none', () => {
    expect(() => longestInterval('every minute')).toThrow(RangeError);
    expect(cronFault('every minute')).toContain('write six fields');
    expect(cronFault('0 * * * * *')).toBeUndefined();
  });
});
