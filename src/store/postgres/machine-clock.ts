/**
 * Machines that share a database may have clocks that are apart. What one of them writes for the others, such as the end of a pause, goes by
 * the database's clock, and each reads it by its own.
 */
import { SECOND, type Duration, type Instant } from '../../domain/time/time.ts';
import type { Asking } from './database.ts';

/** An answer takes time: clocks that are no further apart than this count as alike. */
const ALIKE: Duration = 2 * SECOND;

/** The database's clock, in ms, as a column of a question. */
export const DATABASE_NOW = '(extract(epoch FROM clock_timestamp()) * 1000)::float8';

/** Mutable. */
export class MachineClock {
  readonly #now: () => Instant;
  #ahead: Duration = 0;

  constructor(now: () => Instant = () => Date.now()) {
    this.#now = now;
  }

  /** How far this machine's clock is ahead of the database's, which has just said what it shows. The same while it is about the same. */
  aheadOf(database: unknown): Duration {
    const found = Math.round(this.#now() - Number(database));
    if (Math.abs(found) <= ALIKE) this.#ahead = 0;
    else if (Math.abs(found - this.#ahead) > ALIKE) this.#ahead = found;
    return this.#ahead;
  }

  /** The same, asked for. */
  async ahead(db: Asking): Promise<Duration> {
    const [row] = await db.rows(`SELECT ${DATABASE_NOW}`);
    return this.aheadOf(row?.[0]);
  }
}
