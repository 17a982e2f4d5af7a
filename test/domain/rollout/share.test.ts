/** Which agents a share means: as many as it says, whatever their ids look like, and all of those whom a smaller share means. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isInShare } from '../../../src/domain/rollout/share.ts';

const share = fc.nat(1_000).map((mille) => mille / 1_000);
const id = fc.oneof(fc.uuid(), fc.string());
const SHARES = [0.01, 0.02, 0.1, 0.25, 0.5, 0.9];

/** How far the part of these ids that is in a share lies from it. */
function offBy(ids: readonly string[], wanted: number): number {
  return Math.abs(ids.filter((one) => isInShare(one, wanted)).length / ids.length - wanted);
}

/** As random as any, and the same in each run. */
function uuidOf(n: number): string {
  const hex = createHash('sha256').update(String(n)).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

describe('a share of the agents', () => {
  test('has all agents in it whom a smaller one has', () => {
    fc.assert(
      fc.property(id, share, share, (one, a, b) => {
        const [smaller, larger] = [Math.min(a, b), Math.max(a, b)];
        expect(isInShare(one, smaller) && !isInShare(one, larger)).toBe(false);
      }),
    );
  });

  test('has no agent in it at 0 %, and all of them at 100 %', () => {
    fc.assert(
      fc.property(id, (one) => {
        expect([isInShare(one, 0), isInShare(one, 1)]).toEqual([false, true]);
      }),
    );
  });

  test('does not depend on the case in which an id is written', () => {
    fc.assert(
      fc.property(fc.uuid(), share, (one, wanted) => {
        expect(isInShare(one.toUpperCase(), wanted)).toBe(isInShare(one, wanted));
      }),
    );
  });

  test.each(SHARES)('of %d has that part of 10,000 UUIDs, within one point', (wanted) => {
    const ids = Array.from({ length: 10_000 }, (_, n) => uuidOf(n));
    expect(offBy(ids, wanted)).toBeLessThan(0.01);
  });

  test.each(SHARES)(
    'of %d has that part of ids that differ in one letter or in their last digits',
    (wanted) => {
      const letters = Array.from('abcdefghijklmnopqrstuvwxyz0123456789');
      const base = '3f2504e0-4f89-11d3-9a0c-0305e82c3301';
      const atEachPlace = Array.from(base).flatMap((_, i) =>
        letters.map((letter) => `${base.slice(0, i)}${letter}${base.slice(i + 1)}`),
      );
      const counted = Array.from({ length: 10_000 }, (_, n) => `user-${n}`);
      expect(offBy(atEachPlace, wanted)).toBeLessThan(0.03);
      expect(offBy(counted, wanted)).toBeLessThan(0.01);
    },
  );

  test('means the same agents for ever: a rollout goes on after an update of the program', () => {
    const ids = Array.from({ length: 12 }, (_, n) => `user-${n}`);
    const numbers = [1, 2, 3, 5, 6, 8, 11];
    expect(ids.filter((one) => isInShare(one, 0.5))).toEqual(numbers.map((n) => `user-${n}`));
  });
});
