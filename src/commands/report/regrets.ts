/** Which log-offs were regretted: a sign of the agent followed so soon that they were there. */
import type { RecordEvent } from '../../domain/record.ts';
import type { Instant } from '../../domain/time/time.ts';
import type { Counting, ReportedEvent } from './parts.ts';

/** Whatever of an attempt that failed was done, the agent may have lost by it. */
const CARRIED_OUT: ReadonlySet<string> = new Set<RecordEvent['kind']>(['verified', 'unverified', 'failed']);

/** Mutable; persons by their numbers. */
export class Regrets {
  /** The last log-off of each that was carried out, and where it is counted. */
  readonly #last: ({ readonly at: Instant; readonly rows: readonly Counting[] } | undefined)[] = [];
  /** Told before the outcome of their log-off, which was still being verified. */
  readonly #early = new Set<number>();

  /** The next event of the record; an outcome is counted in these rows. */
  event({ kind, at, delay = 0 }: ReportedEvent, person: number, rows: readonly Counting[]): void {
    if (CARRIED_OUT.has(kind)) {
      this.#last[person] = { at, rows };
      if (this.#early.delete(person)) countIn(rows);
    } else if (kind === 'regret') {
      const last = this.#last[person];
      const isOfLast = last !== undefined && last.at >= at - delay;
      if (isOfLast) countIn(last.rows);
      else this.#early.add(person);
    }
  }
}

function countIn(rows: readonly Counting[]): void {
  for (const row of rows) row.regret();
}
