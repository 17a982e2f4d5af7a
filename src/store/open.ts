/** Which kind of store is meant, and how it is opened: the one place that knows which kinds there are. */
import type { Store } from '../ports/store.ts';
import { copySqlite, type Copied } from './sqlite/copy.ts';
import type { StoreOptions } from './sqlite/options.ts';
import { openStore as openSqlite } from './sqlite/sqlite-store.ts';

/** Where a store is kept. */
export interface StoreLocation {
  /** A file; `:memory:` keeps nothing. */
  readonly sqlite: string;
}

/** What opening a store takes; only the clock is needed. */
export type OpenOptions = Pick<
  StoreOptions,
  'now' | 'log' | 'readOnly' | 'existing' | 'busyTimeout' | 'trusted'
>;

/** Opens or makes the store. Rejects with `StoreError`. */
export function openStore({ sqlite }: StoreLocation, options: OpenOptions): Promise<Store> {
  return openSqlite(sqlite, options);
}

/**
 * Copies a store, whether or not a worker is writing to it, into a file that is there and empty; `called` is how errors name the copy.
 * Rejects with `StoreError`.
 */
export function copyStore(
  { sqlite }: StoreLocation,
  copy: { readonly file: string; readonly called: string },
  options: Pick<OpenOptions, 'now' | 'busyTimeout'>,
): Promise<Copied> {
  return copySqlite(sqlite, copy, options);
}
