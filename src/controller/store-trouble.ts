/** Whether the store works. One that fails stops action, not observation. */
import type { Log } from '../ports/log.ts';
import { FailureLatch } from './failure-latch.ts';

/** Mutable; one for each run of the program. */
export class StoreTrouble {
  readonly #latch: FailureLatch;
  /** Intents without an outcome may stand in the record: after a start, and after the store was lost for a while. */
  unreconciled = true;

  constructor(log: Pick<Log, 'error'>) {
    this.#latch = new FailureLatch(log, 'the store failed: observing only until it is back');
  }

  /** Why it does not work; `undefined` while it does. */
  get why(): string | undefined {
    return this.#latch.why;
  }

  /** Does something with the store. Answers whether the store took it. */
  async unlessLost(sweepId: string, work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      this.lost(error, sweepId);
      return false;
    }
  }

  /** It failed. */
  lost(error: unknown, sweepId: string | undefined): void {
    this.#latch.fail(error, { sweepId });
    this.unreconciled = true;
  }

  /** It cannot be used for a reason that has been said elsewhere. */
  inherit(why: string | undefined): void {
    this.#latch.inherit(why);
    this.unreconciled = true;
  }

  /** It works again. */
  clear(): void {
    this.#latch.clear();
  }
}
