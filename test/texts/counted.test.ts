import { expect, test } from '@jest/globals';
import { counted } from '../../src/texts/counted.ts';

test('one of a kind is named in the singular, none and several in the plural', () => {
  expect([0, 1, 2].map((n) => counted(n, 'log-off'))).toEqual(['0 log-offs', '1 log-off', '2 log-offs']);
});

test('what has a plural of its own is named by it', () => {
  expect([0, 1, 2].map((n) => counted(n, 'entry', 'entries'))).toEqual(['0 entries', '1 entry', '2 entries']);
});
