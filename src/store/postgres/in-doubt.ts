/**
 * Events of which nobody knows whether they are on record: the connection broke after the end of their transaction had been asked for.
 * Those that are there after all are not added again.
 */
import type { RecordEvent } from '../../domain/record.ts';
import type { Asking } from './database.ts';
import { onRecord, type Added } from './record.ts';

/** Mutable. */
export class InDoubt {
  #added: readonly Added[] = [];
  readonly #found = new WeakSet<RecordEvent>();

  /** The end of the transaction that added these was not heard of. */
  note(added: Added): void {
    this.#added = [...this.#added, added];
  }

  /** These events without those that are on record; to be called inside the transaction that is to add them. */
  async missing(
    tx: Asking,
    organisation: string,
    events: readonly RecordEvent[],
  ): Promise<readonly RecordEvent[]> {
    if (events.length === 0) return events;
    const doubtful = this.#added;
    for (const added of doubtful)
      for (const event of await onRecord(tx, organisation, added)) this.#found.add(event);
    // Their transactions have ended, whatever becomes of this one.
    this.#added = this.#added.filter((each) => !doubtful.includes(each));
    return events.filter((event) => !this.#found.has(event));
  }
}
