/** Times and tokens from outside: every shape that a wrong header has, and what is made of it. */
import { describe, expect, test } from '@jest/globals';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/domain/time/time.ts';
import {
  bearerOf,
  countsIn,
  httpDateOf,
  lifetimeOf,
  LONGEST_WAIT,
  retryAfterOf,
  spanOf,
  untilEpochOf,
} from '../../src/http/spans.ts';

const NOW = Date.parse('2026-03-02T09:00:00Z');
const BOUNDS = { least: SECOND, most: LONGEST_WAIT };

describe('a wait', () => {
  test.each<[string, unknown, number | undefined]>([
    ['is what the header says', '17', 17 * SECOND],
    ['may be a fraction', '2.5', 2_500],
    ['is a second where it is nothing', '0', SECOND],
    ['is five minutes at most', '999999999', LONGEST_WAIT],
    ['is five minutes at most where milliseconds stand for seconds', '600000', LONGEST_WAIT],
    ['is the longest of a header that is repeated', '7, 30', 30 * SECOND],
    ['may be a number of its own', 4, 4 * SECOND],
    ['is none where it is negative', '-5', undefined],
    ['is none where it is NaN', Number.NaN, undefined],
    ['is none where it is infinite', Number.POSITIVE_INFINITY, undefined],
    ['is none where it is written as a power', '1e9', undefined],
    ['is none where it is hexadecimal', '0x10', undefined],
    ['is none where it has a unit', '30s', undefined],
    ['is none where it is a name', 'soon', undefined],
    ['is none where it is empty', '', undefined],
    ['is none where it is far too long', '1'.repeat(100_000), undefined],
    ['is none where it is no text', { seconds: 3 }, undefined],
    ['is none where it is left out', undefined, undefined],
  ])('%s', (_, value, wait) => {
    expect(spanOf(value, SECOND, BOUNDS)).toBe(wait);
    expect(retryAfterOf(value, NOW, BOUNDS)).toBe(wait);
  });

  test.each<[string, string, number | undefined]>([
    ['is counted from the moment of the answer', 'Mon, 02 Mar 2026 09:00:40 GMT', 40 * SECOND],
    ['in the past is a second', 'Mon, 02 Mar 2026 08:00:00 GMT', SECOND],
    ['of next year is five minutes', 'Tue, 02 Mar 2027 09:00:00 GMT', LONGEST_WAIT],
    ['of the old form is understood', 'Monday, 02-Mar-26 09:00:40 GMT', 40 * SECOND],
    ['of the year 9999 is none', 'Fri, 31 Dec 9999 23:59:59 GMT', undefined],
    ['that does not exist is none', 'Mon, 99 Mar 2026 09:00:40 GMT', undefined],
  ])('to a date that %s', (_, value, wait) => {
    expect(retryAfterOf(value, NOW, BOUNDS)).toBe(wait);
  });

  test.each<[unknown, number | undefined]>([
    ['1772442030', 30 * SECOND],
    ['1772442030000', LONGEST_WAIT],
    ['0', 0],
    ['-1', undefined],
    ['soon', undefined],
  ])('until the epoch time %s is bounded too', (value, wait) => {
    expect(untilEpochOf(value, NOW, LONGEST_WAIT)).toBe(wait);
  });
});

test.each<[string, unknown, number]>([
  ['as told', 3_600, HOUR],
  ['as told in a text', '3600', HOUR],
  ['a minute at least', 1, MINUTE],
  ['a minute where it is nothing', 0, MINUTE],
  ['two days at most', 86_400_000, 2 * DAY],
  ['the usual one where it is left out', undefined, DAY],
  ['the usual one where it is null', null, DAY],
  ['the usual one where it is negative', -1, DAY],
  ['the usual one where it is infinite', Number.POSITIVE_INFINITY, DAY],
  ['the usual one where it is a word', 'never', DAY],
])('the lifetime of a token is %s', (_, value, lifetime) => {
  expect(lifetimeOf(value, DAY)).toBe(lifetime);
});

test.each<[string, number | undefined]>([
  ['Mon, 02 Mar 2026 09:00:00 GMT', NOW],
  ['Mon Mar  2 09:00:00 2026', NOW],
  ['5', undefined],
  ['2026-03-02', undefined],
  ['build 12, 2026', undefined],
  ['Thu, 01 Jan 1970 00:00:00 GMT', undefined],
  ['Mon, 02 Mar 2026 09:00:00 GMT, Mon, 02 Mar 2026 09:00:05 GMT', undefined],
])('the date "%s" is read as %s', (text, at) => {
  expect(httpDateOf(text)).toBe(at);
});

test.each<[unknown, object | undefined]>([
  ['300', { least: 300, most: 300 }],
  ['180, 300', { least: 180, most: 300 }],
  ['2.9', { least: 2, most: 2 }],
  ['-1', undefined],
  ['all', undefined],
])('the counts in %j are %j', (value, counts) => {
  expect(countsIn(value)).toEqual(counts);
});

describe('a bearer token', () => {
  test.each(['abc', 'a.b-c_d~e+f/g==', 'x'.repeat(16_384)])(
    'is taken when it may stand in a header',
    (text) => {
      expect(bearerOf(text)).toBe(text);
    },
  );

  test.each<[string, unknown]>([
    ['empty', ''],
    ['a blank', ' '],
    ['with a blank in it', 'abc def'],
    ['with a line break at its end', 'abc\r\n'],
    ['with a header smuggled in', 'abc\r\nx-admin: 1'],
    ['with a control character', 'abc\u0000'],
    ['with an umlaut', 'abcä'],
    ['of a megabyte', 'x'.repeat(1_000_000)],
    ['a number', 17],
    ['left out', undefined],
  ])('is none when it is %s', (_, value) => {
    expect(bearerOf(value)).toBeUndefined();
  });
});
