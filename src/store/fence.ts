/**
 * Keeps a worker that has lost its lease from writing: frozen or cut off, it may not know yet that another has taken over. The same in
 * every kind of store; each asks it inside the transaction that writes.
 */
import { storeError } from './errors.ts';

/** The lease as it stands in the store. */
export interface LeaseRow {
  readonly holder: string;
  readonly epoch: number;
}

/** What one open store was granted. Mutable. */
export class Fence {
  /** `undefined` until the lease was asked for: a visitor never asks. */
  #granted: LeaseRow | 'none' | undefined;

  /** The lease was asked for; `epoch` is `undefined` where another holds it. */
  asked(holder: string, epoch: number | undefined): void {
    this.#granted = epoch === undefined ? 'none' : { holder, epoch };
  }

  /** Whether this store has asked for the lease, so that its writes are checked. */
  get isUp(): boolean {
    return this.#granted !== undefined;
  }

  /** What a write is begun with: one that waits must not be made under a later holding. */
  get granted(): LeaseRow | 'none' | undefined {
    return this.#granted;
  }

  /**
   * To be called inside each transaction that writes, with the lease as it stands in it, and what was granted when the write was begun.
   * Throws `StoreError`.
   */
  check(found: LeaseRow | undefined, place: string, granted = this.#granted): void {
    if (granted === undefined) return;
    const isHeld = granted !== 'none' && found?.epoch === granted.epoch && found.holder === granted.holder;
    if (isHeld) return;
    const epochs = granted === 'none' ? '' : `epoch ${granted.epoch}, now ${found?.epoch ?? 'none'}`;
    throw storeError('fenced', place, epochs === '' ? undefined : epochs);
  }
}
