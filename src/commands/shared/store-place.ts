/** Which store a command means: `--store`, else the one that the policy names, whatever else is wrong with it. */
import process from 'node:process';
import { isAbsolute } from 'node:path';
import { readStorePlace } from '../../policy-file/store-place.ts';
import type { Store } from '../../ports/store.ts';
import { StoreError } from '../../store/errors.ts';
import { openStore, type OpenOptions } from '../../store/open.ts';
import { UsageError } from './exit.ts';
import { configPath, type ConfigOption } from './options.ts';

export interface StoreOption extends ConfigOption {
  /** The file itself, in place of what the policy says. */
  readonly store?: string;
}

/** The path of the store, as it was given. Throws `UsageError` where it cannot be known: it is never guessed. */
export function storePath(options: StoreOption): string {
  const { store } = options;
  if (store !== undefined) {
    if (store.trim() === '') throw new UsageError('--store is empty: give the path of the store.');
    return store;
  }
  const file = configPath(options);
  const place = readStorePlace(file, process.env);
  if (place.known) return place.path;
  throw new UsageError(
    `The place of the store cannot be found in the policy ${file}: ${place.why}. Give its path with --store.`,
  );
}

/** Opens the store that is meant. Rejects with `UsageError` or `StoreError`. */
export function openStoreMeant(options: StoreOption, how: OpenOptions): Promise<Store> {
  return withStoreMeant(options, (place) => openStore(place, how));
}

/** Does something with the place of the store that is meant. Rejects with `UsageError` where no store is there. */
export async function withStoreMeant<T>(
  options: StoreOption,
  use: (place: { readonly sqlite: string }) => Promise<T>,
): Promise<T> {
  const path = storePath(options);
  if (path === ':memory:')
    throw new UsageError('The policy keeps its store in memory (:memory:): no other process can reach it.');
  try {
    return await use({ sqlite: path });
  } catch (error) {
    if (!(error instanceof StoreError) || error.kind !== 'missing' || isAbsolute(path)) throw error;
    const from = options.store === undefined ? `The policy names it as ${path}` : `It was given as ${path}`;
    throw new UsageError(
      `There is no store at ${error.path}. ${from}, from the folder in which the worker was started: ` +
        'go there, or give its whole path with --store.',
    );
  }
}
