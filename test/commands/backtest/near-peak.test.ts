/** What `near_peak` is worth in a fortnight of a small centre; `npm run bench -- near-peak` measures a month of a large one. */
import { expect, test } from '@jest/globals';
import { columnOf, limitsOf, monthOf } from './month.ts';

test('near the expected peak the same limits save as many licences with three tenths of the log-offs', () => {
  const history = monthOf(200, 14, Date.parse('2026-03-01T00:00:00Z'));
  const fixed = columnOf(history, limitsOf());
  const expected = fixed.licence[0]?.withPolicy.atOrAbove;
  const near = columnOf(history, limitsOf(0.9, expected));
  expect(fixed.licencesSaved).toBeGreaterThan(0);
  expect(near.licencesSaved).toBeGreaterThanOrEqual(0.9 * fixed.licencesSaved);
  expect(near.totals.logoffs).toBeLessThanOrEqual(0.3 * fixed.totals.logoffs);
  expect(near.belowPeak).toBeGreaterThan(near.totals.logoffs);
});
