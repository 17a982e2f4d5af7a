/**
 * Which policies of a fleet may be in force beside each other. Files that exchange names or clients in one step are seen one at a time, and
 * each of them alone is in the way of another one: they are taken up together.
 */
import type { LoadedPolicy } from '../../policy-file/draft.ts';
import type { PolicyRefused } from '../../policy-file/faults.ts';
import { refusalBeside } from '../../policy-file/in-fleet.ts';
import type { Fellow } from './fellows.ts';

/** What of an organisation counts here. */
export type Trader = Omit<Fellow, 'name' | 'started'>;

/** Mutable. */
export class Trades {
  readonly #organisations: () => readonly Trader[];
  readonly #signal: () => AbortSignal | undefined;
  #trading: Promise<void> | undefined;

  /** `organisations`: those that there are at the moment. */
  constructor(organisations: () => readonly Trader[], signal: () => AbortSignal | undefined) {
    this.#organisations = organisations;
    this.#signal = signal;
  }

  /** Why this policy may not be in force beside those of the others. */
  refusal(own: Trader, wanted: LoadedPolicy | undefined): PolicyRefused | undefined {
    if (wanted === undefined) return undefined;
    for (const other of this.#organisations()) {
      if (other === own || other.policy === undefined) continue;
      const refusal = refusalBeside(wanted, other.policy);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  /** Takes up what is held back because of others together with what these want; what cannot be taken up so stays held. Never rejects. */
  trade(): Promise<void> {
    this.#trading ??= this.#trade().finally(() => {
      this.#trading = undefined;
    });
    return this.#trading;
  }

  async #trade(): Promise<void> {
    const asked = new Set<Trader>();
    for (;;) {
      const next = this.#inTheWay().filter((each) => !asked.has(each));
      const signal = this.#signal();
      if (next.length === 0 || signal === undefined) break;
      for (const each of next) asked.add(each);
      await Promise.all(next.map((each) => each.lookAgain(signal)));
    }
    const all = this.#tradable();
    if (all.length < 2) return;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    // One begins by another's name only when that one has ended.
    void Promise.all(all.map((each) => each.takeHeld(promise))).then(() => {
      resolve(undefined);
    });
  }

  /** Those because of which something is held back, as far as they want nothing else themselves. */
  #inTheWay(): readonly Trader[] {
    const all = this.#organisations();
    return all.filter(
      (own) =>
        own.held === undefined &&
        all.some(
          (other) => other !== own && other.held !== undefined && areInConflict(other.held, own.policy),
        ),
    );
  }

  /** The most that can be in force at once of what is held back, beside all that stays as it is. */
  #tradable(): readonly Trader[] {
    const all = this.#organisations();
    let taken = all.filter(({ held }) => held !== undefined);
    for (;;) {
      const then = (each: Trader): LoadedPolicy | undefined =>
        taken.includes(each) ? each.held : each.policy;
      const good = taken.filter(
        (own) => !all.some((other) => other !== own && areInConflict(own.held, then(other))),
      );
      if (good.length === taken.length) return good;
      taken = good;
    }
  }
}

function areInConflict(one: LoadedPolicy | undefined, other: LoadedPolicy | undefined): boolean {
  return one !== undefined && other !== undefined && refusalBeside(one, other) !== undefined;
}
