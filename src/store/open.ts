/** Which kind of store is meant, and how it is opened: the one place that knows which kinds there are. */
import type { Store } from '../ports/store.ts';
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
