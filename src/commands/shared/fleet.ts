/** Which organisations a command means: the one of a policy, one of a fleet, or all of it. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { normaliseName } from '../../domain/name.ts';
import { PolicyRefused } from '../../policy-file/faults.ts';
import { FilesRead } from '../../policy-file/files-read.ts';
import { isFleetFile, loadFleetFile, policiesOf, readOrganisationName } from '../../policy-file/fleet.ts';
import { organisationOfStoreFile, storeFileOf, type FleetShared } from '../../policy-file/in-fleet.ts';
import { isDatabaseUrl } from '../../shapes/database-url.ts';
import { nearest } from '../../policy-file/nearest.ts';
import { readFleetStores } from '../../policy-file/store-place.ts';
import { EXIT, explainError, UsageError } from './exit.ts';
import { configPath, type ConfigOption } from './options.ts';
import type { Output } from './output.ts';

/** What a command that means one organisation, or several, is told. */
export interface FleetOption extends ConfigOption {
  /** A store itself, or a folder of them. */
  readonly store?: string;
  readonly json?: boolean;
}

/** One organisation of a fleet. */
export interface Member {
  /** As its policy names it; where that cannot be told, the path of the policy. */
  readonly name: string;
  /** Its policy; `undefined` where only its store is known. */
  readonly policy: string | undefined;
  /** The file of its store; `undefined` where its name is not known, or its store is in a database. */
  readonly store: string | undefined;
}

/** Several organisations. */
export interface FleetMeant {
  /** The file of the fleet, or the folder with its stores. */
  readonly place: string;
  readonly members: readonly Member[];
  readonly shared: FleetShared | undefined;
  /** The folder of the stores; `undefined` where that cannot be told, or they are in a database. */
  readonly stores: string | undefined;
  /** Why the file of the fleet cannot be used, so that its policies are not known. */
  readonly fault: string | undefined;
}

/**
 * The fleet that is meant; `undefined` where it is a single policy, or a single store. Never throws. `mayBeAbsent`: keys of its file whose
 * values need not be set in this shell, for commands that do not act by them; nothing unless said.
 */
export function fleetMeant(
  { store, ...options }: FleetOption,
  mayBeAbsent?: ReadonlySet<unknown>,
): FleetMeant | undefined {
  const file = configPath(options);
  const isFolder = store !== undefined && isDirectory(store);
  if (store !== undefined && !isFolder) return undefined;
  const fleet = isFleetFile(file) ? readFleet(file, mayBeAbsent) : undefined;
  if (store === undefined) return fleet;
  const named = fleet?.members ?? [];
  const members = storesIn(store).map((each) => {
    const same = named.find(({ name }) => normaliseName(name) === normaliseName(each.name));
    return same === undefined ? each : { ...same, store: each.store };
  });
  return { place: store, members, shared: fleet?.shared, stores: store, fault: undefined };
}

/** The organisation that is named. Throws `UsageError` where there is none of this name. */
export function memberNamed({ place, members, fault }: FleetMeant, name: string): Member {
  const wanted = normaliseName(name);
  const found = members.find((member) => normaliseName(member.name) === wanted);
  if (found !== undefined) return found;
  if (fault !== undefined) throw new UsageError(`--organisation: ${place} cannot be used: ${fault}.`);
  const names = members.map((member) => member.name);
  const meant = nearest(name, new Set(names));
  const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`;
  throw new UsageError(`--organisation: ${place} has no "${name}".${hint} It has ${listed(names)}.`);
}

/**
 * For a command that means one organisation: its options. Throws `UsageError` with the names where it could be any of several, or
 * where there is none of that name. `mayBeAbsent` as of `fleetMeant`.
 */
export function oneOrganisation<O extends FleetOption>(
  options: O,
  why: string,
  mayBeAbsent?: ReadonlySet<unknown>,
): O {
  const fleet = fleetMeant(options, mayBeAbsent);
  if (fleet === undefined) return single(options);
  const { members, place } = fleet;
  if (options.organisation !== undefined)
    return optionsOf(options, fleet, memberNamed(fleet, options.organisation));
  mustBeKnown(fleet);
  throw new UsageError(
    `${why}: name one of ${place} with --organisation: ${listed(members.map(({ name }) => name))}.`,
  );
}

/**
 * For a command that means all organisations unless one is named: does it for each, under its name. A failure of one is told with
 * the others' results. Answers the exit code that an operator has to look at first. `mayBeAbsent` as of `fleetMeant`.
 */
export async function eachOrganisation<O extends FleetOption>(
  options: O,
  output: Output,
  run: (options: O, output: Output) => Promise<number>,
  mayBeAbsent?: ReadonlySet<unknown>,
): Promise<number> {
  const fleet = fleetMeant(options, mayBeAbsent);
  if (fleet === undefined || options.organisation !== undefined)
    return await run(
      fleet === undefined ? single(options) : oneOrganisation(options, '', mayBeAbsent),
      output,
    );
  mustBeKnown(fleet);
  const { told, codes } = await inTurn(options, fleet, output, run);
  if (options.json === true) output.json({ organisations: told }, 2);
  return worst(codes);
}

/** Throws `UsageError` where it is not known which organisations there are, or where there is none. */
export function mustBeKnown({ place, members, fault }: FleetMeant): void {
  if (fault !== undefined) throw new UsageError(`The fleet ${place} cannot be used: ${fault}.`);
  if (members.length === 0) throw new UsageError(`In ${place} there is no store of an organisation.`);
}

/** Does it for each under its name; answers what was to be printed as JSON, and the exit codes. */
export async function inTurn<O extends FleetOption>(
  options: O,
  fleet: FleetMeant,
  output: Output,
  run: (options: O, output: Output) => Promise<number>,
): Promise<{ readonly told: readonly object[]; readonly codes: readonly number[] }> {
  const told: object[] = [];
  const codes: number[] = [];
  const isJson = options.json === true;
  for (const [n, member] of fleet.members.entries()) {
    const { name } = member;
    if (!isJson && n > 0) output.line();
    if (!isJson) output.line(output.colours.bold(name));
    const own = isJson ? jsonTo(output, (value) => told.push(named(name, value))) : output;
    codes.push(await tried(() => run(optionsOf(options, fleet, member), own), own, isJson));
  }
  return { told, codes };
}

/** The same options for one organisation. */
export function optionsOf<O extends FleetOption>(options: O, { shared }: FleetMeant, member: Member): O {
  const { policy, store } = member;
  return {
    ...options,
    organisation: undefined,
    ...(policy !== undefined && { config: policy }),
    ...(store !== undefined && options.store !== undefined && { store }),
    ...(policy !== undefined && { shared }),
  };
}

/** Names as they are listed in a sentence. */
export function listed(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}

/** What an operator has to look at first: what is refused, then what failed, then what is not as it should be. */
export function worst(codes: readonly number[]): number {
  const [first] = [EXIT.refused, EXIT.unexpected].filter((code) => codes.includes(code));
  return first ?? codes.find((code) => code !== EXIT.fine) ?? EXIT.fine;
}

/** One policy, or one store, has one organisation. Throws `UsageError` where that is not the one that is named. */
export function single<O extends FleetOption>(options: O): O {
  const { organisation, store } = options;
  // A database may hold several.
  if (organisation === undefined || (store !== undefined && isDatabaseUrl(store))) return options;
  if (store !== undefined)
    throw new UsageError('--store names the store of one organisation already: leave out --organisation.');
  const file = configPath(options);
  const name = readOrganisationName(file, process.env) ?? 'default';
  if (normaliseName(name) !== normaliseName(organisation))
    throw new UsageError(
      `--organisation: ${file} is the policy of "${name}" alone, and not the file of a fleet with "${organisation}".`,
    );
  return options;
}

function readFleet(file: string, mayBeAbsent: ReadonlySet<unknown> | undefined): FleetMeant {
  try {
    const fleet = loadFleetFile(file, process.env, new FilesRead(), mayBeAbsent);
    const { shared } = fleet;
    const { postgres, sqlite } = shared.store;
    const stores = postgres === undefined ? sqlite : undefined;
    const members = policiesOf(fleet).map((policy) => memberOf(policy, stores));
    return { place: file, members, shared, stores, fault: undefined };
  } catch (error) {
    if (!(error instanceof PolicyRefused)) throw error;
    const stores = readFleetStores(file, process.env);
    const fault = error.message.split('\n')[0] ?? '';
    const folder = stores.known && !isDatabaseUrl(stores.path) ? stores.path : undefined;
    return { place: file, members: [], shared: undefined, stores: folder, fault };
  }
}

function memberOf(policy: string, stores: string | undefined): Member {
  const name = readOrganisationName(policy, process.env);
  const isFile = name !== undefined && stores !== undefined;
  return { name: name ?? policy, policy, store: isFile ? storeFileOf(stores, name) : undefined };
}

/** The stores of organisations in a folder; one that does not exist has none. */
export function storesIn(folder: string): readonly Member[] {
  if (!isDirectory(folder)) return [];
  return readdirSync(folder)
    .sort()
    .flatMap((file) => {
      const name = organisationOfStoreFile(file);
      return name === undefined ? [] : [{ name, policy: undefined, store: join(folder, file) }];
    });
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

async function tried(run: () => Promise<number>, output: Output, isJson: boolean): Promise<number> {
  try {
    return await run();
  } catch (error) {
    const { code, text } = explainError(error);
    if (isJson) output.json({ error: text });
    else for (const line of text.split('\n')) output.line(line);
    return code;
  }
}

/** The same with the name of its organisation in front, as the fleet has it. */
export function named(organisation: string, value: object): object {
  return Object.assign({ organisation }, value, { organisation });
}

/** Hands on what is printed as JSON, in whichever way that is, and prints nothing of it. */
export function jsonTo(output: Output, told: (value: object) => void): Output {
  return {
    ...output,
    get columns() {
      return output.columns;
    },
    get rows() {
      return output.rows;
    },
    json: (value) => {
      told(value as object);
    },
    jsonRows: (head, part, rows) => {
      told({ ...head, [part]: [...rows] });
      return Promise.resolve();
    },
    document: async (pieces) => {
      let text = '';
      for await (const piece of pieces) text += piece;
      told(JSON.parse(text) as object);
    },
  };
}
