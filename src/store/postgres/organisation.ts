/** One organisation's part of the database: what every statement needs, and how a worker's writes are made. */
import { normaliseName } from '../../domain/name.ts';
import type { Duration, Instant } from '../../domain/time/time.ts';
import { Fence } from '../fence.ts';
import type { Asking, Database, Transaction } from './database.ts';
import { MachineClock } from './machine-clock.ts';

/** Mutable. */
export class Organisation {
  /** The form by which its rows are kept: however a policy spells the name, it is the same organisation, and has one lease. */
  readonly name: string;
  readonly db: Database;
  readonly fence = new Fence();
  readonly clock: MachineClock;
  /** Writes are made in the order in which they were asked for. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(db: Database, name: string, machine?: () => Instant) {
    this.db = db;
    this.clock = new MachineClock(machine);
    this.name = normaliseName(name);
  }

  /** One transaction, which a worker that has lost its lease does not make. */
  write<T>(work: (tx: Transaction) => Promise<T>, longest?: Duration): Promise<T> {
    const { granted } = this.fence;
    return this.#inTurn(() =>
      this.db.transaction(async (tx) => {
        if (this.fence.isUp) this.fence.check(await this.#lease(tx), this.db.place, granted);
        return await work(tx);
      }, longest),
    );
  }

  /** What anyone may write, whoever holds the lease. It waits for no write of this worker. */
  writeAsVisitor<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.db.transaction(work);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work, work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  /** The lock lets the lease be renewed, and holds up whoever would take it until this transaction has ended. */
  async #lease(tx: Asking): Promise<{ readonly holder: string; readonly epoch: number } | undefined> {
    const sql = 'SELECT holder, epoch FROM idle_enforcer.lease WHERE organisation = $1 FOR KEY SHARE';
    const [row] = await tx.rows(sql, this.name);
    return row && { holder: String(row[0]), epoch: Number(row[1]) };
  }
}

/** A text of PostgreSQL holds no NUL. */
export function storable(text: string): string {
  return text.replaceAll('\0', '\uFFFD');
}

/** The same where there is one. */
export function storableOr(text: string | undefined): string | null {
  return text === undefined ? null : storable(text);
}
