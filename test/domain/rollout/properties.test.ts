/** Whatever files, orders and sweeps come, in whatever order: these sentences stay true of a rollout after each of them. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { RolloutTerms } from '../../../src/domain/policy/policy.ts';
import {
  NO_ROLLOUT,
  ordered,
  progressed,
  shareAt,
  shareOf,
  wanting,
  type Moved,
  type Rollout,
  type Wanted,
} from '../../../src/domain/rollout/rollout.ts';
import { HOUR, MINUTE } from '../../../src/domain/time/time.ts';

const BEGIN = Date.parse('2026-03-02T09:00:00Z');
const STOP = { regret: 0.05, unverified: 0.1 };
const TERMS: readonly RolloutTerms[] = [
  { steps: [0.01, 0.1, 1], every: HOUR, stop: STOP },
  { steps: [0.2, 1], every: 20 * MINUTE, stop: STOP },
  { steps: [0.05, 0.5, 0.9, 1], every: MINUTE, stop: STOP },
];
const terms = fc.constantFrom(...TERMS);
const judges = fc.constantFrom('A', 'B', 'C');
const mode = fc.constantFrom('observe', 'enforce', 'enforce');

const happening = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('file' as const),
      judges,
      mode,
      terms: fc.option(terms, { nil: undefined }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('order' as const),
      what: fc.constantFrom('continue' as const, 'abort' as const),
      judges,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('sweep' as const),
      watched: fc.constantFrom(0, MINUTE, 9 * MINUTE, HOUR),
      changed: fc.record({
        logoffs: fc.nat(60),
        answers: fc.nat(20),
        regrets: fc.nat(3),
        unverified: fc.nat(6),
      }),
    }),
  },
);
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

/** A life of one rollout, with what must be known beside it. Mutable. */
class Life {
  rollout: Rollout = NO_ROLLOUT;
  now = BEGIN;
  #wanted: Wanted = { judges: 'A', hash: 'file', mode: 'enforce' };
  /** Policies that were in force for all, by a file without steps, by observing, by the last step or by an operator. */
  readonly #forAll = new Set<string>();
  readonly #stopped = new Set<string>();
  #watched = 0;
  #orders = 0;

  happen(one: Happening): void {
    this.now += MINUTE;
    const before = this.rollout;
    const { rollout } = this.#moved(one);
    this.#check(one, before, rollout);
    this.rollout = rollout;
  }

  #moved(one: Happening): Moved {
    switch (one.kind) {
      case 'file':
        this.#wanted = { ...one, hash: `file-${one.judges}` };
        return wanting(this.rollout, this.#wanted, this.now);
      case 'order':
        this.#orders += 1;
        return ordered(
          this.rollout,
          { ...one, id: String(this.#orders), by: 'lead' },
          this.#wanted.terms,
          this.now,
        );
      case 'sweep': {
        const { terms: given } = this.#wanted;
        return given === undefined
          ? { rollout: this.rollout, told: [] }
          : progressed(this.rollout, given, { ...one, now: this.now });
      }
    }
  }

  #check(one: Happening, before: Rollout, after: Rollout): void {
    const [was, is] = [before.candidate, after.candidate];
    const share = shareOf(after);
    expect(share).toBeGreaterThanOrEqual(0);
    expect(share).toBeLessThanOrEqual(1);
    const continued = one.kind === 'order' && one.what === 'continue';
    // A stopped policy has no agent until it is continued.
    if (continued) this.#stopped.delete(one.judges);
    if (is?.stopped !== undefined) this.#stopped.add(is.judges);
    if (is !== undefined && this.#stopped.has(is.judges)) expect(share).toBe(0);
    for (const each of this.#stopped) expect(after.stopped).toContain(each);
    // The policy for all changes at the end of a rollout, or by a file that brings it to all.
    if (after.base?.judges !== before.base?.judges) {
      expect(is).toBeUndefined();
      const ended = was?.judges === after.base?.judges && one.kind !== 'file';
      const atOnce = one.kind === 'file' && (one.mode === 'observe' || one.terms === undefined);
      expect(ended || atOnce).toBe(true);
      expect(this.#stopped.has(after.base?.judges ?? '') && one.kind !== 'file').toBe(false);
      this.#forAll.add(after.base?.judges ?? '');
    }
    if (after.base !== undefined) expect(this.#forAll).toContain(after.base.judges);
    this.#checkStep(one, before, after, continued);
  }

  /** A share grows by an order, or to the next step of the file when as much was watched as a step takes. */
  #checkStep(one: Happening, before: Rollout, after: Rollout, continued: boolean): void {
    const [was, is] = [before.candidate, after.candidate];
    const isNew = was?.judges !== is?.judges || is?.steps.length === 0;
    if (isNew || (continued && is?.judges === one.judges)) this.#watched = 0;
    if (one.kind !== 'sweep' || was === undefined || was.stopped !== undefined) return;
    this.#watched += one.watched;
    const [from, to] = [shareOf(before), shareOf(after)];
    if (to > from) {
      const { every = 0, steps = [] } = this.#wanted.terms ?? {};
      expect(this.#watched).toBeGreaterThanOrEqual(Math.max(every, 10 * MINUTE));
      expect(to).toBe(steps.find((step) => step > from));
      this.#watched = 0;
    }
    if (is !== undefined && is.stopped === undefined) expect(shareAt(is, this.now)).toBe(to);
  }
}

test('a rollout keeps its promises, whatever comes', () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 60 }), (happenings) => {
      const life = new Life();
      for (const one of happenings) life.happen(one);
    }),
    { numRuns: 2_000 },
  );
});
