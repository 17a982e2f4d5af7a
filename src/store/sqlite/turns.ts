/**
 * Waiting for another process that holds the file, such as a backup or a tool. SQLite would wait in the only thread, where
 * neither a probe nor a signal is heard meanwhile; here the thread goes on, and the work is tried again and again.
 */
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import type { Duration } from '../../domain/time/time.ts';
import { later, storeErrorOf, type StoreError } from '../errors.ts';

/** Between two tries. */
const PAUSE: Duration = 25;

/** Work on one file, in the order in which it was asked for. Mutable. */
export class Turns {
  readonly #path: string;
  readonly #patience: Duration;
  /** What waits; all that comes later waits behind it. */
  #waiting: Promise<unknown> | undefined;

  /** `patience` is how long each work waits for the file. */
  constructor(path: string, patience: Duration) {
    this.#path = path;
    this.#patience = patience;
  }

  /** Does the work at once where the file is free and nothing waits for it. Rejects with `StoreError`; work that fails has changed nothing. */
  take<T>(work: () => T): Promise<T> {
    const until = performance.now() + this.#patience;
    if (this.#waiting === undefined) {
      const first = this.#tried(work);
      if ('done' in first) return Promise.resolve(first.done);
      if (first.fault.kind !== 'locked') return Promise.reject(first.fault);
    }
    const mine = (this.#waiting ?? Promise.resolve()).then(() => this.#untilFree(work, until));
    const over: Promise<unknown> = mine
      .catch(() => undefined)
      .then(() => {
        if (this.#waiting === over) this.#waiting = undefined;
      });
    this.#waiting = over;
    return mine;
  }

  async #untilFree<T>(work: () => T, until: number): Promise<T> {
    for (;;) {
      const outcome = this.#tried(work);
      if ('done' in outcome) return outcome.done;
      if (outcome.fault.kind !== 'locked' || performance.now() >= until) throw outcome.fault;
      await sleep(PAUSE);
    }
  }

  #tried<T>(work: () => T): { readonly done: T } | { readonly fault: StoreError } {
    try {
      return { done: work() };
    } catch (error) {
      return { fault: storeErrorOf(error, this.#path) };
    }
  }
}

/** Page after page; others have their turn between two of them. */
export async function* inTurns<T>(path: string, next: () => IteratorResult<T>): AsyncGenerator<T> {
  for (;;) {
    // A page that failed cannot be asked for again: the rest would be missing, and no caller told.
    const page = await later(path, next);
    if (page.done === true) return;
    yield page.value;
    await setImmediate();
  }
}
