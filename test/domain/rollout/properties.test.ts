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
  type Candidate,
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

/** Most sweeps are calm: otherwise hardly any rollout would come to its end. */
const regrets = fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, fc.nat(3));
const unverified = fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, fc.nat(6));

const happening = fc.oneof(
  {
    weight: 2,
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
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('sweep' as const),
      watched: fc.constantFrom(0, MINUTE, 9 * MINUTE, HOUR),
      changed: fc.record({
        logoffs: fc.nat(60),
        answers: fc.nat(20),
        regrets,
        unverified,
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
    expect(shareOf(after)).toBeGreaterThanOrEqual(0);
    expect(shareOf(after)).toBeLessThanOrEqual(1);
    this.#checkStopped(one, after);
    this.#checkBase(one, before, after);
    this.#checkStep(one, before, after);
  }

  /** A stopped policy has no agent until it is continued. */
  #checkStopped(one: Happening, after: Rollout): void {
    const { candidate } = after;
    if (isContinue(one)) this.#stopped.delete(one.judges);
    if (candidate?.stopped !== undefined) this.#stopped.add(candidate.judges);
    if (candidate !== undefined && this.#stopped.has(candidate.judges)) expect(shareOf(after)).toBe(0);
    expect(after.stopped).toEqual(expect.arrayContaining([...this.#stopped]));
  }

  /** The policy for all changes at the end of a rollout, or by a file that brings it to all. */
  #checkBase(one: Happening, before: Rollout, after: Rollout): void {
    const { base } = after;
    if (base === undefined) return;
    if (base.judges !== before.base?.judges) {
      expect(after.candidate).toBeUndefined();
      const ended = one.kind !== 'file' && before.candidate?.judges === base.judges;
      const atOnce = one.kind === 'file' && (one.mode === 'observe' || one.terms === undefined);
      expect(ended || atOnce).toBe(true);
      if (base.mode === 'enforce') expect([...this.#stopped]).not.toContain(base.judges);
      this.#forAll.add(base.judges);
    }
    expect([...this.#forAll]).toContain(base.judges);
  }

  /** Without an order a share grows to the next step of the file only, when as much was watched as a step takes. */
  #checkStep(one: Happening, before: Rollout, after: Rollout): void {
    const [was, is] = [before.candidate, after.candidate];
    if (isBegun(one, was, is)) this.#watched = 0;
    if (one.kind !== 'sweep' || was === undefined || was.stopped !== undefined) return;
    this.#watched += one.watched;
    const [from, to] = [shareOf(before), shareOf(after)];
    if (to > from) this.#checkGrown(from, to);
    if (is !== undefined) expect(shareAt(is, this.now)).toBe(to);
  }

  #checkGrown(from: number, to: number): void {
    const { every = 0, steps = [] } = this.#wanted.terms ?? {};
    expect(this.#watched).toBeGreaterThanOrEqual(Math.max(every, 10 * MINUTE));
    expect(to).toBe(steps.find((step) => step > from));
    this.#watched = 0;
  }
}

/** Another policy is brought out, or the same one from a step that an operator asked for. */
function isBegun(one: Happening, was: Candidate | undefined, is: Candidate | undefined): boolean {
  if (isContinue(one)) return is?.judges === one.judges || was?.judges !== is?.judges;
  return one.kind !== 'sweep' && was?.judges !== is?.judges;
}

function isContinue(one: Happening): one is Extract<Happening, { readonly kind: 'order' }> {
  return one.kind === 'order' && one.what === 'continue';
}

test('a rollout keeps its promises, whatever comes', () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 60, size: 'max' }), (happenings) => {
      const life = new Life();
      for (const one of happenings) life.happen(one);
    }),
    { numRuns: 300 },
  );
});
