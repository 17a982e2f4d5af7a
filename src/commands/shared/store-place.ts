/** Which store a command means: `--store`, else the one that the policy names, whatever else is wrong with it. */
import process from 'node:process';
import { isAbsolute } from 'node:path';
import { isSameName } from '../../domain/name.ts';
import { UNNAMED } from '../../policy-file/draft.ts';
import { readOrganisationName } from '../../policy-file/fleet.ts';
import { storeFileOf, type FleetShared } from '../../policy-file/in-fleet.ts';
import { readStorePlace, type StorePlace } from '../../policy-file/store-place.ts';
import type { Store } from '../../ports/store.ts';
import { StoreError } from '../../store/errors.ts';
import { openStore, organisationsIn, type OpenOptions, type StoreLocation } from '../../store/open.ts';
import { databaseUrlOf, DatabaseUrlFault, isDatabaseUrl, isUrl } from '../../shapes/database-url.ts';
import { UsageError } from './exit.ts';
import { configPath, type ConfigOption } from './options.ts';

const NAMES_SHOWN = 20;

export interface StoreOption extends ConfigOption {
  /** The file itself, or the URL of the database, in place of what the policy says. */
  readonly store?: string;
}

/** The store that is meant. Rejects with `UsageError` where it cannot be known: it is never guessed. */
export async function locationMeant(options: StoreOption): Promise<StoreLocation> {
  const { store } = options;
  if (store !== undefined) {
    if (store.trim() === '')
      throw new UsageError('--store is empty: give the path of the store, or its URL.');
    mustBePlace('--store', store);
    return isDatabaseUrl(store) ? await inDatabase(store, options) : { sqlite: store };
  }
  const file = configPath(options);
  const place =
    options.shared === undefined ? readStorePlace(file, process.env) : inFleet(file, options.shared);
  if (!place.known)
    throw new UsageError(
      `The place of the store cannot be found in the policy ${file}: ${place.why}. Give its path with --store.`,
    );
  const { path, organisation } = place;
  return isDatabaseUrl(path) ? { postgres: path, organisation } : { sqlite: path };
}

/** Throws `UsageError` for what is neither a path nor the URL of a database. It is not shown: it may hold a password. */
export function mustBePlace(option: string, place: string): void {
  if (isDatabaseUrl(place)) {
    try {
      databaseUrlOf(place);
    } catch (error) {
      if (!(error instanceof DatabaseUrlFault)) throw error;
      throw new UsageError(`${option}: the URL of the database ${error.message}.`);
    }
  } else if (isUrl(place))
    throw new UsageError(
      `${option}: a store is a file or a PostgreSQL database: give its path, or a URL that begins with postgres://.`,
    );
}

/** A database may hold many organisations: one is named, the policy that is given names one, or there must be only one. */
async function inDatabase(url: string, { config, organisation }: ConfigOption): Promise<StoreLocation> {
  if (organisation !== undefined) return { postgres: url, organisation: await nameIn(url, organisation) };
  if (config !== undefined) {
    const named = readStorePlace(config, process.env);
    if (named.known) return { postgres: url, organisation: named.organisation };
    throw new UsageError(`The policy ${config} does not tell which organisation is meant: ${named.why}.`);
  }
  const [only = UNNAMED, ...others] = await organisationsIn(url);
  if (others.length === 0) return { postgres: url, organisation: only };
  throw new UsageError(
    `That database holds several organisations: name one with --organisation, or give its policy with --config: ${namesOf([only, ...others])}.`,
  );
}

/** As it stands in the database. */
async function nameIn(url: string, organisation: string): Promise<string> {
  const names = await organisationsIn(url);
  const found = names.find((name) => isSameName(name, organisation));
  if (found !== undefined) return found;
  throw new UsageError(`--organisation: that database has no "${organisation}". It has ${namesOf(names)}.`);
}

function namesOf(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_SHOWN).map((name) => `"${name}"`);
  const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : '';
  return names.length === 0 ? 'none' : `${shown.join(', ')}${more}`;
}

/** That of a policy of a fleet: by its name, whatever else is wrong with it. */
function inFleet(file: string, { store }: FleetShared): StorePlace {
  const name = readOrganisationName(file, process.env);
  if (name === undefined) return { known: false, why: 'its name cannot be told' };
  return { known: true, path: store.postgres ?? storeFileOf(store.sqlite, name), organisation: name };
}

/** Opens the store that is meant. Rejects with `UsageError` or `StoreError`. */
export function openStoreMeant(options: StoreOption, how: OpenOptions): Promise<Store> {
  return withStoreMeant(options, (place) => openStore(place, how));
}

/** Does something with the place of the store that is meant. Rejects with `UsageError` where no store is there. */
export async function withStoreMeant<T>(
  options: StoreOption,
  use: (place: StoreLocation) => Promise<T>,
): Promise<T> {
  const location = await locationMeant(options);
  const path = 'sqlite' in location ? location.sqlite : undefined;
  if (path === ':memory:')
    throw new UsageError('The policy keeps its store in memory (:memory:): no other process can reach it.');
  try {
    return await use(location);
  } catch (error) {
    if (!(error instanceof StoreError) || error.kind !== 'missing') throw error;
    if (path === undefined || isAbsolute(path)) throw error;
    const what =
      options.store === undefined
        ? `Either no worker has run yet, or it was started in another folder, where ${path} in the policy begins: go there, or give the whole path with --store.`
        : '--store starts at the folder in which this command is run: give the whole path, which the log of the worker names as store.';
    throw new UsageError(`There is no store at ${error.path}. ${what}`);
  }
}
