/**
 * Rows whose body cannot be used. They are moved to a table of their own, where an operator may look at them, so that they
 * are met once and stop nothing: the enforcer goes on as if it had never known what stood in them.
 */
import type { Instant } from '../../domain/time/time.ts';
import type { DamageCount, StoredKind } from '../../ports/store.ts';
import { DamageTold, LONGEST_BODY, MOST_KEPT, type DamagedRow, type DamageLog } from '../damage.ts';
import type { Database } from './database.ts';

export type { DamagedRow } from '../damage.ts';

const KEEP = 'INSERT INTO damaged (at, source, key, body, why) VALUES (?, ?, ?, ?, ?)';
const DROP_OLDEST = `DELETE FROM damaged WHERE seq <=
  (SELECT seq FROM damaged ORDER BY seq DESC LIMIT 1 OFFSET ${MOST_KEPT})`;
const REMOVE: Readonly<Record<StoredKind, string>> = {
  memory: 'DELETE FROM memory WHERE agent_id = ?',
  standing: 'UPDATE standing SET body = NULL WHERE id = ?',
  fact: 'DELETE FROM fact WHERE name = ?',
  outbox: 'DELETE FROM outbox WHERE id = ?',
};

/** What one store has met of such rows. */
export class Damage {
  readonly #db: Database;
  readonly #now: () => Instant;
  readonly #isVisitor: boolean;
  readonly #told: DamageTold;

  /** A visitor leaves everything as it is: the worker will meet it. */
  constructor(db: Database, now: () => Instant, log: DamageLog | undefined, isVisitor: boolean) {
    this.#db = db;
    this.#isVisitor = isVisitor;
    this.#now = now;
    this.#told = new DamageTold(log);
  }

  /** Moves rows aside, and tells of those that were not met before. Throws nothing. */
  put(rows: readonly DamagedRow[]): void {
    if (rows.length > 0 && !this.#isVisitor) this.#move(rows);
    this.#told.tell(rows);
  }

  /** How many rows were met since the last time, if any. */
  take(): DamageCount | undefined {
    return this.#told.take();
  }

  #move(rows: readonly DamagedRow[]): void {
    try {
      this.#db.transaction(() => {
        for (const { source, key, body, why } of rows) {
          this.#db.run(KEEP, Math.round(this.#now()), source, key, body.slice(0, LONGEST_BODY), why);
          this.#db.run(REMOVE[source], key);
        }
        this.#db.run(DROP_OLDEST);
      });
    } catch {
      // They stay where they are, and are left out all the same. What is wrong with the store shows elsewhere.
    }
  }
}

/** Forgets what was put aside before; to be called inside a transaction. */
export function pruneDamaged(db: Database, before: Instant): void {
  db.run('DELETE FROM damaged WHERE at < ?', before);
}
