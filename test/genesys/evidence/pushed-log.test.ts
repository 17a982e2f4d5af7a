/** What is kept of pushed changes. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PushedLog } from '../../../src/genesys/evidence/pushed-log.ts';
import { MINUTE, SECOND } from '../../../src/domain/time/time.ts';

const T0 = Date.parse('2026-03-02T09:00:00Z');
const at = (second: number): number => T0 + second * SECOND;

test('changes stand in the order of their stamps, each once, however they arrive', () => {
  const changes = [0, 10, 20, 30].map((second, i) => ({
    at: at(second),
    presence: i % 2 === 0 ? ('AWAY' as const) : ('OFFLINE' as const),
  }));
  const arrival = fc.shuffledSubarray([...changes, ...changes], { minLength: 8 });
  fc.assert(
    fc.property(arrival, (arriving) => {
      const log = new PushedLog();
      const news = arriving.filter((change) => log.take('a', change));
      expect([log.of('a').changes, news.length]).toEqual([changes, 4]);
    }),
  );
});

test('what is older than a quarter of an hour is dropped, but for the newest of it', () => {
  const log = new PushedLog();
  for (const second of [0, 60, 120]) log.take('a', { at: at(second), presence: 'AWAY' });
  log.prune(at(100) + 15 * MINUTE);
  expect(log.of('a')).toEqual({
    changes: [at(60), at(120)].map((from) => ({ at: from, presence: 'AWAY' })),
    from: at(60),
  });
  log.prune(at(121) + 15 * MINUTE);
  expect(log.of('a').changes).toEqual([]);
});

test('no more than 64 changes are kept of one agent, and what was before is not known any more', () => {
  const log = new PushedLog();
  for (let second = 0; second < 100; second += 1) log.take('a', { at: at(second), presence: 'AWAY' });
  const { changes, from } = log.of('a');
  expect([changes.length, changes[0]?.at, from]).toEqual([64, at(36), at(36)]);
});
