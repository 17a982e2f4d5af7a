/** Which kind of store is meant, and how it is opened: the one place that knows which kinds there are. */
import type { Store } from '../ports/store.ts';
import { StoreError } from './errors.ts';
import { addressOf } from './postgres/address.ts';
import type { SharedDatabase } from './postgres/shared.ts';
import { copySqlite, type Copied } from './sqlite/copy.ts';
import type { StoreOptions } from './sqlite/options.ts';
import { openStore as openSqlite } from './sqlite/sqlite-store.ts';

export type { SharedDatabase } from './postgres/shared.ts';
export { besideStore } from './sqlite/files.ts';

/** Where a store is kept: in a file, where `:memory:` keeps nothing; or in a database, which many organisations may share. */
export type StoreLocation =
  { readonly sqlite: string } | { readonly postgres: string; readonly organisation: string };

/** What opening a store takes; only the clock is needed. */
export interface OpenOptions extends Pick<
  StoreOptions,
  'now' | 'log' | 'readOnly' | 'existing' | 'busyTimeout' | 'trusted'
> {
  /** The database of this process, where several organisations share its connections. */
  readonly shared?: SharedDatabase | undefined;
}

/** Where the store of a policy is. */
export function locationOf({
  store: { sqlite, postgres },
  organisation,
}: {
  readonly store: { readonly sqlite: string; readonly postgres?: string | undefined };
  readonly organisation: string;
}): StoreLocation {
  return postgres === undefined ? { sqlite } : { postgres, organisation };
}

/** Opens or makes the store. Rejects with `StoreError`. */
export async function openStore(location: StoreLocation, options: OpenOptions): Promise<Store> {
  if ('sqlite' in location) return await openSqlite(location.sqlite, options);
  const { shared } = options;
  if (shared?.url === location.postgres) return await shared.store(location.organisation, options);
  // Nobody who keeps a file loads what speaks to a database.
  const { openPostgres } = await import('./postgres/postgres-store.ts');
  return await openPostgres(location.postgres, location.organisation, options);
}

/** The database at this URL for all organisations of a process. Nothing is asked yet; whoever has it closes it. */
export async function shareDatabase(url: string): Promise<SharedDatabase> {
  const { SharedDatabase: Shared } = await import('./postgres/shared.ts');
  return new Shared(url);
}

/** Organisations that have a store in the database at this URL. Rejects with `StoreError`. */
export async function organisationsIn(url: string): Promise<readonly string[]> {
  const { organisationsAt } = await import('./postgres/postgres-store.ts');
  return await organisationsAt(url);
}

/**
 * Copies a store, whether or not a worker is writing to it, into a file that is there and empty; `called` is how errors name the copy.
 * Rejects with `StoreError`; a database has tools of its own for that.
 */
export function copyStore(
  location: StoreLocation,
  copy: { readonly file: string; readonly called: string },
  options: Pick<OpenOptions, 'now' | 'busyTimeout'>,
): Promise<Copied> {
  if ('sqlite' in location) return copySqlite(location.sqlite, copy, options);
  const { place } = addressOf(location.postgres);
  const advice =
    'Use pg_dump --schema=idle_enforcer, or "store copy" to get the store of one organisation as a file.';
  return Promise.reject(
    new StoreError(
      'unwritable',
      place,
      `backup copies files only, and this store is in the database ${place}. ${advice}`,
    ),
  );
}
