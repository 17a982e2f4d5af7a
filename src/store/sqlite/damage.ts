/**
 * Rows whose body cannot be used. They are moved to a table of their own, where an operator may look at them, so that they
 * are met once and stop nothing: the enforcer goes on as if it had never known what stood in them.
 */
import type { Instant } from '../../domain/time/time.ts';
import type { DamageCount, StoredKind } from '../../ports/store.ts';
import type { Database } from './database.ts';

/** One row that cannot be used. */
export interface DamagedRow {
  /** Named like its table. */
  readonly source: StoredKind;
  /** Names the row within its table. */
  readonly key: string;
  readonly body: string;
  readonly why: string;
}

/** So many are kept; beyond it the oldest go. */
const MOST_KEPT = 10_000;
/** No body of ours is longer. */
const LONGEST_BODY = 1_000_000;

const KEEP = 'INSERT INTO damaged (at, source, key, body, why) VALUES (?, ?, ?, ?, ?)';
const DROP_OLDEST = `DELETE FROM damaged WHERE seq <=
  (SELECT seq FROM damaged ORDER BY seq DESC LIMIT 1 OFFSET ${MOST_KEPT})`;
const REMOVE: Readonly<Record<StoredKind, string>> = {
  memory: 'DELETE FROM memory WHERE agent_id = ?',
  standing: 'UPDATE standing SET body = NULL WHERE id = ?',
  fact: 'DELETE FROM fact WHERE name = ?',
  outbox: 'DELETE FROM outbox WHERE id = ?',
};

/** Where it is told. */
export interface DamageLog {
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** What one store has met of such rows. */
export class Damage {
  readonly #db: Database;
  readonly #now: () => Instant;
  readonly #log: DamageLog | undefined;
  readonly #isVisitor: boolean;
  /** A row that cannot be moved, as on a full disk, is met again and again. */
  readonly #told = new Set<string>();
  #count: DamageCount = {};

  /** A visitor leaves everything as it is: the worker will meet it. */
  constructor(db: Database, now: () => Instant, log: DamageLog | undefined, isVisitor: boolean) {
    this.#db = db;
    this.#isVisitor = isVisitor;
    this.#now = now;
    this.#log = log;
  }

  /** Moves rows aside, and tells of those that were not met before. Throws nothing. */
  put(rows: readonly DamagedRow[]): void {
    const fresh = rows.filter(({ source, key }) => !this.#told.has(`${source} ${key}`));
    for (const { source, key } of fresh) this.#told.add(`${source} ${key}`);
    if (rows.length > 0 && !this.#isVisitor) this.#move(rows);
    if (fresh.length === 0) return;
    this.#count = added(this.#count, fresh);
    const [{ source, why } = { source: '', why: '' }] = fresh;
    const fields = { rows: fresh.length, source, why };
    this.#log?.warn(fields, 'rows of the store that cannot be used were put aside');
  }

  /** How many rows were met since the last time, if any. */
  take(): DamageCount | undefined {
    const count = this.#count;
    this.#count = {};
    return Object.keys(count).length === 0 ? undefined : count;
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

function added(count: DamageCount, rows: readonly DamagedRow[]): DamageCount {
  const sum: Partial<Record<StoredKind, number>> = { ...count };
  for (const { source } of rows) sum[source] = (sum[source] ?? 0) + 1;
  return sum;
}
