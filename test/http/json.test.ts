/** Answers that are made to cost more than they say: they are refused before they are parsed. */
import { expect, test } from '@jest/globals';
import { PAGE_BOUNDS, parseJson, SMALL_BOUNDS } from '../../src/http/json.ts';

const BOUNDS = { length: 1_000, depth: 3, values: 10 };

test.each<[string, string, unknown]>([
  ['an object', '{"a":[1,{"b":2}]}', { a: [1, { b: 2 }] }],
  ['brackets and commas in a text', '["[[[[{{{{,,,,,,,,,,,,,,\\"[[["]', ['[[[[{{{{,,,,,,,,,,,,,,"[[[']],
  ['a text with a backslash at its end', '["\\\\",1]', ['\\', 1]],
])('%s is parsed', (_, text, value) => {
  expect(parseJson(text, BOUNDS)).toEqual({ is: 'json', value });
});

test.each(['', '{"a":', '["an open end', 'gzip\u001f\u008b', '[1,]', ']]]]'])('%j is no JSON', (text) => {
  expect(parseJson(text, BOUNDS)).toEqual({ is: 'none' });
});

test.each<[string, string]>([
  ['nested one level too deep', '[[[[1]]]]'],
  ['nested too deep without an end', '[[[['],
  ['of one value too many', `[${'1,'.repeat(10)}1]`],
  ['of empty objects without end', '{},'.repeat(100)],
  ['too long', `"${'x'.repeat(1_000)}"`],
])('a text %s is too large', (_, text) => {
  expect(parseJson(text, BOUNDS)).toEqual({ is: 'too_large' });
});

test.each([PAGE_BOUNDS, SMALL_BOUNDS])(
  'thirty megabytes of brackets cost no memory worth speaking of',
  (bounds) => {
    const text = '['.repeat(30_000_000);
    const before = process.memoryUsage().heapUsed;
    expect(parseJson(text, bounds)).toEqual({ is: 'too_large' });
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(20_000_000);
  },
);
