/** Which store a command means: `--store`, else the one that the policy names, whatever else is wrong with it. */
import process from 'node:process';
import { isAbsolute } from 'node:path';
import { readOrganisationName } from '../../policy-file/fleet.ts';
import { storeFileOf, type FleetShared } from '../../policy-file/in-fleet.ts';
import { readStorePlace, type StorePlace } from '../../policy-file/store-place.ts';
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
  const place =
    options.shared === undefined ? readStorePlace(file, process.env) : inFleet(file, options.shared);
  if (place.known) return place.path;
  throw new UsageError(
    `The place of the store cannot be found in the policy ${file}: ${place.why}. Give its path with --store.`,
  );
}

/** That of a policy of a fleet: by its name, whatever else is wrong with it. */
function inFleet(file: string, { store }: FleetShared): StorePlace {
  const name = readOrganisationName(file, process.env);
  if (name === undefined) return { known: false, why: 'its name cannot be told' };
  return { known: true, path: storeFileOf(store.sqlite, name) };
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
