/**
 * One connection to a SQLite file: cached statements, transactions, and errors in the house's own words. How such a file
 * is opened, and what happens to a damaged one, stands in `open.ts`.
 */
import { statSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import type { Duration } from '../../domain/time/time.ts';
import { codeOf, later, storeError, storeErrorOf } from '../errors.ts';
import { Turns } from './turns.ts';

/** So long, in ms, a lock is waited for in the thread: most are over by then. */
const QUICK = 20;

/** One row as SQLite hands it out. */
export type Row = Readonly<Record<string, SQLOutputValue>>;

export interface ConnectionOptions {
  readonly readOnly: boolean;
  /** How long to wait for another process. */
  readonly busyTimeout: Duration;
  /** The file is known not to change: no lock and no side file is needed. */
  readonly immutable?: boolean;
}

/** A connection. All its methods throw `StoreError` and nothing else. */
export class Database {
  readonly path: string;
  readonly readOnly: boolean;
  #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #inode: number | undefined;
  #turns: Turns | undefined;

  constructor(path: string, options: ConnectionOptions) {
    this.path = path;
    this.readOnly = options.readOnly;
    this.#db = this.#guard(
      () =>
        new DatabaseSync(locationOf(path, options.immutable === true), {
          readOnly: options.readOnly,
          timeout: options.busyTimeout,
          enableForeignKeyConstraints: true,
        }),
    );
  }

  /** Runs a script of any number of statements. */
  exec(sql: string): void {
    this.#guard(() => {
      this.#db.exec(sql);
    });
  }

  /** Runs one statement; answers how many rows it changed. */
  run(sql: string, ...values: readonly SQLInputValue[]): number {
    return this.#guard(() => Number(this.#statement(sql).run(...values).changes));
  }

  /** The first row, if any. */
  get(sql: string, ...values: readonly SQLInputValue[]): Row | undefined {
    return this.#read(
      sql,
      (statement) => statement.get(...values),
      (row) => row && inNumbers(row),
    );
  }

  all(sql: string, ...values: readonly SQLInputValue[]): Row[] {
    return this.#read(
      sql,
      (statement) => statement.all(...values),
      (rows) => rows.map(inNumbers),
    );
  }

  /** The values of each row, in the order of the columns: of very many rows this costs much less than naming them. */
  lists(sql: string, ...values: readonly SQLInputValue[]): readonly (readonly SQLOutputValue[])[] {
    return this.#read(
      // A statement answers one way or the other: this one is not shared with `all`.
      `${sql} /* lists */`,
      (statement) => {
        statement.setReturnArrays(true);
        const rows: readonly unknown[] = statement.all(...values);
        return rows as readonly (readonly SQLOutputValue[])[];
      },
      (lists) =>
        lists.map((list) => list.map((value) => (typeof value === 'bigint' ? Number(value) : value))),
    );
  }

  /** Hands out rows one by one, so that a large table is never in memory twice. */
  each(sql: string, take: (row: Row) => void): void {
    this.#guard(() => {
      const statement = this.#statement(sql);
      this.#withoutLimit(statement, () => {
        for (const row of statement.iterate()) take(inNumbers(row));
      });
    });
  }

  /** Does `work` wholly or not at all. Takes the write lock at once, so that it cannot fail half-way for want of it. */
  transaction<T>(work: () => T): T {
    this.#mustBeThere();
    this.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.exec('COMMIT');
      return result;
    } catch (error) {
      this.#rollBack();
      throw storeErrorOf(error, this.path);
    }
  }

  /** From now on whatever `later` does waits for another process without holding the thread, for so long. */
  waitAside(patience: Duration): void {
    this.exec(`PRAGMA busy_timeout = ${QUICK}`);
    this.#turns = new Turns(this.path, patience);
  }

  /** Does the work now, or when the file is free; answers by a promise whatever comes of it. The work is all or nothing. */
  later<T>(work: () => T): Promise<T> {
    return this.#turns?.take(work) ?? later(this.path, work);
  }

  /** Remembers which file this is, to notice when it is moved away: writes would go on into the void. */
  pinFile(): void {
    if (this.path !== ':memory:') this.#inode = this.#guard(() => statSync(this.path).ino);
  }

  /** Lets go of its own file and goes on with that of another connection, which is not to be used any more. */
  takeOver(other: Database): void {
    try {
      this.close();
    } catch {
      // What cannot be closed is let go of all the same: it is there no more.
    }
    this.#statements.clear();
    this.#db = other.#db;
    this.#inode = other.#inode;
  }

  close(): void {
    if (!this.#db.isOpen) return;
    this.#statements.clear();
    this.#guard(() => {
      this.#db.close();
    });
  }

  #mustBeThere(): void {
    if (this.#inode === undefined) return;
    const { ino, size } = statSync(this.path, { throwIfNoEntry: false }) ?? {};
    if (ino !== this.#inode) throw storeError('lost', this.path, 'the file was moved or deleted');
    // The log beside it may hide that from us for long; others cannot open it any more.
    if (size === 0) throw storeError('corrupt', this.path, 'it is empty');
  }

  #rollBack(): void {
    try {
      // A full disk may have rolled back already.
      if (this.#db.isOpen && this.#db.isTransaction) this.#db.exec('ROLLBACK');
    } catch {
      // What made the transaction fail is the error to report; SQLite rolls back when the connection goes.
    }
  }

  /** `plain` turns large integers into plain numbers, where there are any. */
  #read<T>(sql: string, read: (statement: StatementSync) => T, plain: (found: T) => T): T {
    return this.#guard(() => {
      const statement = this.#statement(sql);
      try {
        return read(statement);
      } catch (error) {
        if (codeOf(error) !== 'ERR_OUT_OF_RANGE') throw error;
        return this.#withoutLimit(statement, () => plain(read(statement)));
      }
    });
  }

  /** A single number that JavaScript cannot hold would keep all rows from being read. */
  #withoutLimit<T>(statement: StatementSync, read: () => T): T {
    statement.setReadBigInts(true);
    try {
      return read();
    } finally {
      statement.setReadBigInts(false);
    }
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const made = this.#db.prepare(sql);
    this.#statements.set(sql, made);
    return made;
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw storeErrorOf(error, this.path);
    }
  }
}

/** The row with every whole number as a plain one; what is too large for that becomes about as large. */
function inNumbers(row: Record<string, SQLOutputValue>): Row {
  for (const [column, value] of Object.entries(row))
    if (typeof value === 'bigint') row[column] = Number(value);
  return row;
}

function locationOf(path: string, immutable: boolean): string | URL {
  if (!immutable) return path;
  const url = pathToFileURL(path);
  url.searchParams.set('immutable', '1');
  return url;
}
