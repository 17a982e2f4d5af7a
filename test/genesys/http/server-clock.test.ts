import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ServerClock } from '../../../src/genesys/http/server-clock.ts';

const LOCAL = Date.parse('2026-03-02T09:00:00Z');

interface Look {
  readonly pause: number;
  readonly there: number;
  readonly back: number;
}

const look: fc.Arbitrary<Look> = fc.record({
  pause: fc.integer({ min: 0, max: 120_000 }),
  there: fc.integer({ min: 0, max: 2_000 }),
  back: fc.integer({ min: 0, max: 2_000 }),
});

/** Plays responses of a server that is `offset` ahead; answers the local time after the last one. */
function play(clock: ServerClock, looks: readonly Look[], offset: number, from: number): number {
  let local = from;
  for (const { pause, there, back } of looks) {
    const sent = local + pause;
    const stamped = sent + there + offset;
    local = sent + there + back;
    clock.observe(Math.floor(stamped / 1_000) * 1_000, sent, local);
  }
  return local;
}

describe('the server clock', () => {
  test('is never ahead of the truth, and never more than a second and a round trip behind', () => {
    const offset = fc.integer({ min: -86_400_000, max: 86_400_000 });
    fc.assert(
      fc.property(offset, fc.array(look, { minLength: 1, maxLength: 40, size: 'max' }), (ahead, looks) => {
        const clock = new ServerClock();
        const local = play(clock, looks, ahead, LOCAL);
        const { there, back } = looks.at(-1)!;
        expect(clock.earliest(local)).toBeLessThanOrEqual(local + ahead);
        expect(clock.latest(local)).toBeGreaterThanOrEqual(local + ahead);
        expect(clock.earliest(local)).toBeGreaterThanOrEqual(local + ahead - 1_000 - there - back);
        expect(Math.abs(clock.error() + ahead)).toBeLessThanOrEqual(500 + (there + back) / 2 + 1);
      }),
    );
  });

  test('knows better with every response', () => {
    const clock = new ServerClock();
    play(clock, [{ pause: 0, there: 10, back: 10 }], 400, LOCAL);
    const rough = clock.latest(LOCAL) - clock.earliest(LOCAL);
    play(
      clock,
      Array.from({ length: 40 }, () => ({ pause: 1_037, there: 10, back: 10 })),
      400,
      LOCAL + 20,
    );
    const local = LOCAL + 20 + 40 * 1_057;
    const sharp = clock.latest(local) - clock.earliest(local);
    expect(rough).toBeGreaterThan(1_000);
    expect(sharp).toBeLessThan(150);
  });

  test('follows a jump of either clock within one response', () => {
    const jump = fc.integer({ min: -10_000_000, max: 10_000_000 });
    fc.assert(
      fc.property(
        jump,
        fc.array(look, { minLength: 1, maxLength: 20, size: 'max' }),
        look,
        (jumped, before, after) => {
          const clock = new ServerClock();
          const local = play(clock, before, 0, LOCAL);
          const then = play(clock, [after], jumped, local);
          const width = 1_000 + after.there + after.back;
          expect(Math.abs(clock.earliest(then) - (then + jumped))).toBeLessThanOrEqual(width);
          const spread = 2_000 + 2 * Math.max(...before.map(({ there, back }) => there + back)) + width;
          if (Math.abs(jumped) > spread) expect(clock.earliest(then)).toBeLessThanOrEqual(then + jumped);
        },
      ),
    );
  });

  test('takes server time for local time until it has heard from the server', () => {
    const clock = new ServerClock();
    expect(clock.earliest(LOCAL)).toBe(LOCAL);
    expect(clock.error()).toBe(0);
    expect(clock.synced).toBe(false);
  });
});
