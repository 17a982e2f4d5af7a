import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PATIENCE, patienceOf, toHandOver, type Replica, type Replicas } from '../../src/domain/spread.ts';

function replica(id: string, held: readonly string[], able: readonly string[] = ALL): Replica {
  return { id, able: new Set(able), held: new Set(held) };
}

const ALL = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];

describe('a free organisation', () => {
  test('is taken at once by the replica that holds the fewest, and left to it by the others', () => {
    const [two, one] = [replica('two', ['a', 'b']), replica('one', ['c'])];
    expect(patienceOf({ own: one, others: [two] }, 'd')).toBe(0);
    expect(patienceOf({ own: two, others: [one] }, 'd')).toBe(PATIENCE);
  });

  test('is taken at once by a replica that is alone, and by each of those that hold as many', () => {
    expect(patienceOf({ own: replica('one', ALL), others: [] }, 'd')).toBe(0);
    const [one, other] = [replica('one', ['a']), replica('other', ['b'])];
    expect(patienceOf({ own: one, others: [other] }, 'c')).toBe(0);
  });

  test('is not left to a replica that cannot hold it', () => {
    const own = replica('one', ['a', 'b']);
    expect(patienceOf({ own, others: [replica('other', [], ['a'])] }, 'c')).toBe(0);
  });
});

describe('an organisation is handed over', () => {
  test('where another replica holds at least two fewer, and otherwise not', () => {
    const own = replica('own', ['b', 'a', 'c']);
    expect(toHandOver({ own, others: [replica('other', ['d'])] })).toBe('a');
    expect(toHandOver({ own, others: [replica('other', ['d', 'e'])] })).toBeUndefined();
    expect(toHandOver({ own, others: [] })).toBeUndefined();
  });

  test('that is quiet, where one is', () => {
    const replicas: Replicas = { own: replica('own', ['a', 'b']), others: [replica('other', [])] };
    expect(toHandOver(replicas, new Set(['a']))).toBe('b');
    expect(toHandOver(replicas, new Set(['a', 'b']))).toBe('a');
  });

  test('only to a replica that is able to hold it', () => {
    const own = replica('own', ['a', 'b', 'c']);
    expect(toHandOver({ own, others: [replica('other', [], ['c', 'x'])] })).toBe('c');
    expect(toHandOver({ own, others: [replica('other', [], ['x'])] })).toBeUndefined();
  });
});

/** Replicas that are all able to hold everything, and know of each other what holds now. Mutable. */
class Floor {
  readonly held: Set<string>[];
  readonly #organisations: readonly string[];

  constructor(organisations: readonly string[], replicas: number, holders: readonly number[]) {
    this.#organisations = organisations;
    this.held = Array.from({ length: replicas }, () => new Set());
    for (const [n, each] of organisations.entries()) this.held[(holders[n] ?? 0) % replicas]!.add(each);
  }

  get sizes(): readonly number[] {
    return this.held.map(({ size }) => size);
  }

  view(n: number): Replicas {
    const all = this.held.map((held, i) => replica(`replica ${i}`, [...held], this.#organisations));
    return { own: all[n]!, others: all.filter((_, i) => i !== n) };
  }

  /** The first of those that take it at once has it, by the order in which they happen to ask. */
  take(organisation: string, order: readonly number[], giver?: number): number {
    const askers = order.filter((n) => n !== giver);
    const patient = askers.map((n) => [n, patienceOf(this.view(n), organisation)] as const);
    const [taker] = patient.find(([, patience]) => patience === 0) ?? [];
    expect(taker).toBeDefined();
    this.held[taker!]!.add(organisation);
    return taker!;
  }

  /** One move by the first that wants one; whether there was any. */
  move(order: readonly number[]): boolean {
    for (const n of order) {
      const moved = toHandOver(this.view(n));
      if (moved === undefined) continue;
      this.held[n]!.delete(moved);
      expect(this.take(moved, order, n)).not.toBe(n);
      return true;
    }
    return false;
  }
}

const lives = fc
  .record({ organisations: fc.integer({ min: 0, max: 24 }), replicas: fc.integer({ min: 1, max: 6 }) })
  .chain(({ organisations, replicas }) =>
    fc.record({
      names: fc.constant(Array.from({ length: organisations }, (_, n) => `organisation ${n}`)),
      replicas: fc.constant(replicas),
      holders: fc.array(fc.nat(), { minLength: organisations, maxLength: organisations }),
      orders: fc.array(
        fc.shuffledSubarray([...Array(replicas).keys()], { minLength: replicas, maxLength: replicas }),
        { minLength: 1, maxLength: 8 },
      ),
    }),
  );

describe('however organisations stand, and whichever replica comes first', () => {
  test('they end evenly, each move brings that nearer, and then none is moved any more', () => {
    fc.assert(
      fc.property(lives, ({ names, replicas, holders, orders }) => {
        const floor = new Floor(names, replicas, holders);
        const squares = (): number => floor.sizes.reduce((sum, size) => sum + size * size, 0);
        for (let n = 0, before = squares(); floor.move(orders[n % orders.length]!); n += 1) {
          expect(squares()).toBeLessThan(before);
          before = squares();
        }
        expect(Math.max(...floor.sizes) - Math.min(...floor.sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('those of a replica that died find a holder each, and end evenly', () => {
    fc.assert(
      fc.property(lives, ({ names, replicas, holders, orders }) => {
        fc.pre(replicas > 1);
        const floor = new Floor(names, replicas, holders);
        const [lost] = floor.held.splice(0, 1);
        const order = orders[0]!.filter((n) => n > 0).map((n) => n - 1);
        for (const each of lost!) floor.take(each, order);
        expect(floor.sizes.reduce((sum, size) => sum + size, 0)).toBe(names.length);
        for (let n = 0; floor.move(order); n += 1) expect(n).toBeLessThan(names.length);
        expect(Math.max(...floor.sizes) - Math.min(...floor.sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('a replica that knows the others wrongly leaves none without a holder for longer than it asks twice', () => {
    const sets = fc.uniqueArray(fc.constantFrom(...ALL)).map((names) => new Set(names));
    const replicas = fc.record({ id: fc.string(), able: sets, held: sets });
    fc.assert(
      fc.property(replicas, fc.array(replicas), fc.constantFrom(...ALL), (own, others, organisation) => {
        expect(patienceOf({ own, others }, organisation)).toBeLessThan(2_000);
        const moved = toHandOver({ own, others });
        if (moved !== undefined)
          expect(others.some(({ able, held }) => able.has(moved) && held.size <= own.held.size - 2)).toBe(
            true,
          );
      }),
    );
  });
});
