/** A policy as one of a fleet: what it leaves to the file of the fleet, and where its memory is kept. */
import { join } from 'node:path';
import type { LoadedPolicy, Settings } from './draft.ts';
import { PolicyRefused, type FaultList } from './faults.ts';
import { normaliseName } from '../domain/name.ts';
import type { Path, Source } from './source.ts';

/** Settings that all organisations of a process have in common. Plain data; `store` and `page` hold secrets. */
export interface FleetShared {
  /** The path of the file of the fleet, as it was given. */
  readonly file: string;
  /** `sqlite` is a folder; with `postgres`, the URL of a database, there is none. */
  readonly store: Settings['store'];
  readonly server: Settings['server'];
  readonly page: Settings['page'];
  readonly log: Settings['log'];
}

/** Keys of a policy that are those of the process. */
const OF_THE_PROCESS = ['store', 'server', 'page', 'log'] as const;
const ENDING = '.db';
const NAME: Path = ['name'];
/** Where a policy says which organisation it is for. */
const CLIENT: Path = ['genesys', 'client_id'];

/** Adds a fault for each key that belongs into the file of the fleet, and where there is no name. */
export function checkInFleet(source: Source, faults: FaultList, { file }: FleetShared): void {
  for (const key of OF_THE_PROCESS) {
    if (source.at([key]) === undefined) continue;
    faults.add(
      [key],
      `is the same for all organisations of a fleet: it stands in ${file}, leave it out here`,
      {
        atKey: true,
      },
    );
  }
  if (source.at(['name']) === undefined)
    faults.add(['name'], 'is missing: in a fleet each policy has a name, by which its memory is kept', {
      absence: true,
    });
}

/** The settings that the fleet has for the organisation of this name. */
export function placed(
  name: string | undefined,
  { store, server, page, log }: FleetShared,
): Pick<Settings, 'store' | 'server' | 'page' | 'log'> {
  const sqlite = storeFileOf(store.sqlite, name ?? '');
  return { store: { ...store, sqlite }, server, page, log };
}

/** The database file of an organisation. Two names that are one without regard to case have the same, on any file system. */
export function storeFileOf(folder: string, name: string): string {
  return join(folder, `${encodeURIComponent(normaliseName(name))}${ENDING}`);
}

/** Whose database file this is, as `normaliseName` has it; `undefined` where it is that of no organisation. */
export function organisationOfStoreFile(fileName: string): string | undefined {
  if (!fileName.endsWith(ENDING) || fileName.startsWith('.')) return undefined;
  try {
    return decodeURIComponent(fileName.slice(0, -ENDING.length));
  } catch {
    return undefined;
  }
}

/** Why two policies may not be in one fleet: a refusal of the first; `undefined` where they may. */
export function refusalBeside(one: LoadedPolicy, other: LoadedPolicy): PolicyRefused | undefined {
  const { source } = one.draft;
  const there = (path: Path): string => {
    const { line } = other.draft.source.place(path);
    return `${other.draft.source.file}, line ${line}`;
  };
  const refused = (path: Path, message: string): PolicyRefused =>
    new PolicyRefused([{ file: source.file, ...source.place(path), path: path.join('.'), message }]);
  const [a, b] = [one.settings, other.settings];
  if (normaliseName(a.organisation) === normaliseName(b.organisation))
    return refused(
      NAME,
      `the same name stands in ${there(NAME)}: memory is kept by it, so each needs its own`,
    );
  // Values that are not set on this machine have the same stand-in.
  const isUnknown = [source, other.draft.source].some((each) => each.isAbsent(CLIENT));
  if (isUnknown || clientOf(a) !== clientOf(b)) return undefined;
  const message = `the same client of the same region stands in ${there(CLIENT)}: an organisation has one policy`;
  return refused(CLIENT, message);
}

/** That another policy of the fleet has turned out to be for the same organisation, named `other`. */
export function sameOrganisation({ draft: { source } }: LoadedPolicy, other: string): PolicyRefused {
  const message = `its client belongs to the organisation of "${other}" as well: an organisation has one policy`;
  return new PolicyRefused([{ file: source.file, ...source.place(CLIENT), path: CLIENT.join('.'), message }]);
}

/** Two policies with the same text ask the same organisation as the same client. */
function clientOf({ genesys }: Settings): string {
  const { region, apiUrl, loginUrl, clientId } = genesys;
  return JSON.stringify([region, apiUrl ?? '', loginUrl ?? '', clientId]);
}

/** Names under `page.sign_in.organisations` that are those of no organisation: a slip, for nobody has these roles. */
export function strangeRoles(
  { page: { signIn } }: FleetShared,
  names: readonly (string | undefined)[],
): readonly string[] {
  const known = new Set(names.map((name = '') => normaliseName(name)));
  return Object.keys(signIn?.organisations ?? {}).filter((name) => !known.has(normaliseName(name)));
}

/** What of the process has changed and comes into force only with a restart. */
export function changedForRestart(before: FleetShared, after: FleetShared): readonly string[] {
  const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
  return [
    ...(placeOf(before) === placeOf(after) ? [] : ['store']),
    ...(isSame(before.server, after.server) ? [] : ['server']),
    ...(isSame(before.page, after.page) ? [] : ['page']),
  ];
}

function placeOf({ store: { postgres, sqlite } }: FleetShared): string {
  return postgres ?? sqlite;
}
