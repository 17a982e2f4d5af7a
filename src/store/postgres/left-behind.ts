/** What a worker left behind in the database: found otherwise, the database has gone back to what it was before. */
import type { Instant } from '../../domain/time/time.ts';
import { StoreError } from '../errors.ts';

/** Tries that failed, of which any may have been committed all the same. */
const MOST_TRIES = 20;

/** Mutable. */
export class LeftBehind {
  #sweeps: readonly Instant[] | undefined;

  /** One of these is the last sweep that was saved, by when it looked; `undefined` where this worker has not saved any. */
  get sweeps(): readonly Instant[] | undefined {
    return this.#sweeps;
  }

  saved(at: Instant): void {
    this.#sweeps = [at];
  }

  /** The end of the transaction may not have been heard of. */
  failed(at: Instant): void {
    if (this.#sweeps === undefined) return;
    const [last = at, ...tries] = this.#sweeps;
    this.#sweeps = [last, ...tries.slice(1 - MOST_TRIES), at];
  }

  forget(): void {
    this.#sweeps = undefined;
  }
}

/**
 * A backup was restored, or a standby took over that had not received everything. Only what changes is written, so that the rest would be
 * old and pass for new: what is remembered has to be read again.
 */
export class GoneBack extends StoreError {
  constructor(place: string) {
    const why = 'holds an older state than this worker left there, as after a restored backup';
    super('lost', place, `The database ${place} ${why}: what it remembers is read anew.`);
  }
}
