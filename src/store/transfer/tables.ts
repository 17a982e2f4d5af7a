/** What of a store goes into another kind of store: rows as they stand, under the names that both kinds have for them. */
import { createHash } from 'node:crypto';
import { EVENT_COLUMNS } from '../codec.ts';
import { NOTES } from '../notes.ts';

/** One table and its columns. */
export interface Table {
  readonly name: string;
  readonly columns: readonly string[];
  /** The column that names a row, by which it is read page by page. A table without one is short, and read at once. */
  readonly key?: string;
  /** In which order such a table is read; 1 unless given. */
  readonly order?: string;
}

/** A row, by the order of the columns. */
export type PlainRow = readonly (string | number | null)[];

/**
 * Who holds the lease, which process sweeps and what was put aside are of the one store alone. Of messages the order counts, and not their
 * numbers, which all organisations of a database share.
 */
export const TABLES: readonly Table[] = [
  { name: 'memory', columns: ['agent_id', 'current', 'seen_at', 'body'], key: 'agent_id' },
  { name: 'standing', columns: ['sweep_at', 'body'] },
  { name: 'event', columns: ['seq', ...EVENT_COLUMNS.map(([, column]) => column)], key: 'seq' },
  { name: 'sweep_count', columns: ['at', 'online', 'kept', 'deferred'], key: 'at' },
  { name: 'agent', columns: ['id', 'name', 'email', 'profile', 'exempt', 'seen'], key: 'id' },
  { name: 'fact', columns: ['name', 'value'], key: 'name' },
  { name: 'pause', columns: ['since', 'until', 'reason', 'actor'] },
  { name: 'request', columns: ['name'], key: 'name' },
  { name: 'outbox', columns: ['id', 'channel', 'key', 'at', 'next_at', 'tries', 'body'], order: 'seq' },
];

/** Facts that a store notes of itself, and that hold for no other. */
const OF_ONE_STORE: ReadonlySet<unknown> = new Set([NOTES.checked, NOTES.watched]);

/** Without what belongs to the one store alone. */
export function transferable({ name }: Table, rows: readonly PlainRow[]): readonly PlainRow[] {
  return name === 'fact' ? rows.filter(([fact]) => !OF_ONE_STORE.has(fact)) : rows;
}

/** How many rows a table has, and a hash over all of them in their order. */
export interface Sum {
  readonly rows: number;
  readonly hash: string;
}

/** Rows of one page. */
export const PAGE = 2_000;

/** Adds up rows. */
export class Summing {
  readonly #hash = createHash('sha256');
  #rows = 0;

  add(rows: readonly PlainRow[]): void {
    for (const row of rows) this.#hash.update(`${JSON.stringify(row)}\n`);
    this.#rows += rows.length;
  }

  end(): Sum {
    return { rows: this.#rows, hash: this.#hash.digest('hex') };
  }
}

/** Reads rows of one moment. */
export interface Reading {
  /** All rows of a table by their keys, page by page; texts go by their bytes. */
  pages(table: Table): AsyncIterable<readonly PlainRow[]>;
  /** The number of the newest event that there ever was, also where it is not on record any more. */
  lastEvent(): Promise<number>;
}

/** Writes rows, which the other store has read. */
export interface Writing extends Reading {
  add(table: Table, rows: readonly PlainRow[]): Promise<void>;
  /** New events have later numbers than this: what is remembered names some by theirs. */
  goOnAfter(event: number): Promise<void>;
}

/** One side of a transfer. All methods reject with `StoreError`. */
export interface Side {
  readonly place: string;
  /** Reads as of one moment. */
  read<T>(work: (reading: Reading) => Promise<T>): Promise<T>;
  /** Writes all of it or nothing. */
  write<T>(work: (writing: Writing) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
