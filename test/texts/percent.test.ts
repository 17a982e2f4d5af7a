/** Shares as people read them. */
import { expect, test } from '@jest/globals';
import { exactPercentText, percentText } from '../../src/texts/percent.ts';

test.each([
  ['57%', '57 %', '57 %'],
  ['0.05%', '0.05 %', '0 %'],
  ['99.99%', '99.99 %', '99.9 %'],
  ['100%', '100 %', '100 %'],
])('%s of a policy is told in full, as %s; of a measurement, as %s', (written, exact, measured) => {
  const share = Number(written.slice(0, -1)) / 100;
  expect(exactPercentText(share)).toBe(exact);
  expect(percentText(share)).toBe(measured);
});
