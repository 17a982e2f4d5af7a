/** A file as one side of a transfer. */
import { setImmediate } from 'node:timers/promises';
import { StoreError, storeErrorOf } from '../errors.ts';
import { storable } from '../postgres/organisation.ts';
import type { Database } from '../sqlite/database.ts';
import { wholePath } from '../sqlite/files.ts';
import { openDatabase } from '../sqlite/open.ts';
import type { OpenOptions } from '../sqlite/open.ts';
import { PAGE, type PlainRow, type Reading, type Side, type Table, type Writing } from './tables.ts';

/** See `Side`. */
export class SqliteSide implements Side {
  readonly place: string;
  readonly #db: Database;

  private constructor(db: Database) {
    this.#db = db;
    this.place = db.path;
  }

  /** Opens the file; makes it where it is to be written. Throws `StoreError`. */
  static open(path: string, options: OpenOptions): SqliteSide {
    return new SqliteSide(openDatabase(wholePath(path), options).db);
  }

  async read<T>(work: (reading: Reading) => Promise<T>): Promise<T> {
    return await this.#within('BEGIN', () => work(this.#reading()));
  }

  async write<T>(work: (writing: Writing) => Promise<T>): Promise<T> {
    const writing: Writing = {
      ...this.#reading(),
      add: async (table, rows) => {
        this.#add(table, rows);
        await setImmediate();
      },
      goOnAfter: (event) => {
        this.#db.run("DELETE FROM sqlite_sequence WHERE name = 'event'");
        this.#db.run("INSERT INTO sqlite_sequence (name, seq) VALUES ('event', ?)", event);
        return Promise.resolve();
      },
    };
    return await this.#within('BEGIN IMMEDIATE', () => work(writing));
  }

  close(): Promise<void> {
    this.#db.close();
    return Promise.resolve();
  }

  #reading(): Reading {
    return {
      pages: (table) => this.#pages(table),
      lastEvent: () =>
        Promise.resolve(
          Number(this.#db.get("SELECT seq FROM sqlite_sequence WHERE name = 'event'")?.['seq'] ?? 0),
        ),
    };
  }

  async #within<T>(begin: string, work: () => Promise<T>): Promise<T> {
    this.#db.exec(begin);
    try {
      const result = await work();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      try {
        this.#db.exec('ROLLBACK');
      } catch {
        // SQLite rolls back when the connection goes.
      }
      throw storeErrorOf(error, this.place);
    }
  }

  async *#pages({ name, columns, key, order = '1' }: Table): AsyncGenerator<readonly PlainRow[]> {
    const select = `SELECT ${columns.join(', ')} FROM ${name}`;
    if (key === undefined) {
      yield this.#db.lists(`${select} ORDER BY ${order}`).map((row) => row.map(plain));
      return;
    }
    const behind = `ORDER BY ${key} LIMIT ${PAGE}`;
    let rows = this.#db.lists(`${select} ${behind}`).map((row) => row.map(plain));
    for (;;) {
      yield rows;
      if (rows.length < PAGE) return;
      await setImmediate();
      const last = rows.at(-1)?.[0] ?? '';
      rows = this.#db.lists(`${select} WHERE ${key} > ? ${behind}`, last).map((row) => row.map(plain));
    }
  }

  #add({ name, columns }: Table, rows: readonly PlainRow[]): void {
    const single = name === 'standing' || name === 'pause';
    const into = single ? ['id', ...columns] : columns;
    const sql = `INSERT INTO ${name} (${into.join(', ')}) VALUES (${into.map(() => '?').join(', ')})`;
    for (const row of rows) this.#db.run(sql, ...(single ? [1, ...row] : row));
  }
}

/** A text holds no NUL on the other side. */
function plain(value: unknown): string | number | null {
  if (value === null || typeof value === 'number') return value;
  if (typeof value === 'string') return storable(value);
  throw new StoreError(
    'corrupt',
    'store',
    'The store holds a value that is neither a text nor a number: it was not copied.',
  );
}
