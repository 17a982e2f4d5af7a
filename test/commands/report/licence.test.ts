/** What a report draws of the head-counts. */
import { expect, test } from '@jest/globals';
import { thinned } from '../../../src/commands/report/licence.ts';
import { seriesOf } from '../../../src/domain/licence/head-counts.ts';
import { HOUR, MINUTE } from '../../../src/domain/time/time.ts';

const FROM = Date.parse('2026-03-10T00:00:00Z');

test('what is drawn keeps the highest count of each stretch', () => {
  const online = [...Array<number>(719).fill(5), 90, ...Array<number>(720).fill(6)];
  const counts = online.map((count, minute) => ({ at: FROM + minute * MINUTE, online: count }));
  const drawn = thinned(seriesOf(counts), { from: FROM, to: FROM + 24 * HOUR }, 24);
  expect(drawn).toHaveLength(24);
  expect(drawn[11]).toEqual({ at: Date.parse('2026-03-10T11:00:00Z'), online: 90 });
});
