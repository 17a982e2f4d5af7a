/** The file of a fleet, from disk to settings, and the policies that belong to it. */
import { lstatSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { isMap, isScalar, parseDocument } from 'yaml';
import { FileFault, readTextFile, whyUnreadable } from '../files/plain-file.ts';
import { checkPage } from './check-page.ts';
import { PolicyRefused, wholeFileFault } from './faults.ts';
import { checkStore } from './check-store.ts';
import { FilesRead, LARGEST_FILE } from './files-read.ts';
import type { FleetShared } from './in-fleet.ts';
import { interpolate, type Env } from './interpolate.ts';
import { warningAt } from './checking.ts';
import { addIssues } from './issues.ts';
import { readPolicyText, toPage } from './load.ts';
import { readYaml } from './read-yaml.ts';
import { organisationName } from './schema-process.ts';
import { fleetRoot } from './schema-fleet.ts';
import { fleetPage } from './schema-page.ts';
import type { Place } from './source.ts';
import { refuseAbsent, standIn } from './stand-ins.ts';

/** The file of a fleet that has no fault of its own. */
export interface LoadedFleet {
  readonly path: string;
  readonly shared: FleetShared;
  /** Which files are its policies. */
  readonly pattern: FilePattern;
  /** Where that stands. */
  readonly place: Place;
  /** Of values that are not there. */
  readonly warnings: readonly string[];
}

/** Keys of which a command that only reads what is stored needs nothing: what is not set in its shell may be missing. */
export const NOT_FOR_READING: ReadonlySet<unknown> = new Set(['page', 'server', 'log']);
/** To check the file beforehand, nothing but the list of its policies has to be there. */
export const NOT_FOR_CHECKING: ReadonlySet<unknown> = new Set([...NOT_FOR_READING, 'store']);
const NONE: ReadonlySet<unknown> = new Set();

/** Files in one folder; `*` in the name stands for any text. */
export interface FilePattern {
  readonly folder: string;
  readonly name: string;
}

/** More organisations than this are not for one process. */
export const MOST_ORGANISATIONS = 200;
/** Keys that every policy has, and the file of a fleet never. */
const OF_A_POLICY = ['genesys', 'profiles'];

/** Whether a file is that of a fleet rather than a policy, whatever else is wrong with it. Never throws. */
export function isFleetFile(path: string): boolean {
  try {
    return isFleetText(readTextFile(path, LARGEST_FILE));
  } catch (error) {
    if (!(error instanceof FileFault)) throw error;
    return false;
  }
}

/** The same of a text. */
export function isFleetText(text: string): boolean {
  const has = (key: string): boolean => new RegExp(`^(?:"${key}"|'${key}'|${key})\\s*:`, 'm').test(text);
  return has('organisations') && !OF_A_POLICY.some(has);
}

/**
 * Reads and checks the file. Throws `PolicyRefused`. Variables and files that are not there are faults, but under the keys of which
 * `mayBeAbsent` says otherwise: something that is no secret stands in for them, so a worker must have all of them.
 */
export function loadFleetFile(
  path: string,
  env: Env,
  files = new FilesRead(),
  mayBeAbsent = NONE,
): LoadedFleet {
  const text = readPolicyText(path, files);
  const { source, faults } = readYaml(text, path, env, files, mayBeAbsent.size > 0);
  faults.throwIfUnreadable();
  refuseAbsent(source, faults, mayBeAbsent);
  const { remarks } = standIn(source, fleetRoot, faults);
  const result = fleetRoot.safeParse(source.value);
  if (!result.success) addIssues(result.error.issues, source, faults);
  checkPage({ source, faults, warnings: [] }, fleetPage);
  const written = source.at(['organisations']);
  if (typeof written === 'string' && !isPattern(written))
    faults.add(
      ['organisations'],
      'is a folder and the name of a file, in which alone * stands for any text: ./organisations/*.yaml',
    );
  checkStore({ source, faults });
  faults.throwIfAny();
  if (!result.success) throw wholeFileFault(path, 'does not fit the schema');
  const { organisations, store, server, page, log } = result.data;
  const folder = join(dirname(path), dirname(organisations));
  return {
    path,
    shared: { file: path, store, server, page: toPage(page), log },
    pattern: { folder, name: basename(organisations) },
    place: source.place(['organisations']),
    warnings: remarks.map(({ path: at, sentence }) => warningAt(source, at, sentence)),
  };
}

function isPattern(text: string): boolean {
  const name = basename(text);
  return !/[*?[\]{}]/.test(dirname(text)) && !/\*\*|[?[\]{}]/.test(name) && !/^\.{1,2}$/.test(name);
}

/** The policies that are there now; there is at least one. Throws `PolicyRefused`. */
export function policiesOf(fleet: LoadedFleet): readonly string[] {
  const { path: file, place } = fleet;
  const refused = (message: string): PolicyRefused =>
    new PolicyRefused([{ file, ...place, path: 'organisations', message }]);
  try {
    const files = organisationFiles(fleet);
    if (files.length === 0) throw refused('no file fits it: a fleet has at least one policy');
    return files;
  } catch (error) {
    if (!(error instanceof FileFault)) throw error;
    throw refused(`the policies cannot be listed: ${error.why}`);
  }
}

/** The policies that are there now, in the order of their names. Throws `FileFault`. */
function organisationFiles({ path, pattern }: LoadedFleet): readonly string[] {
  const { folder, name } = pattern;
  const [before = '', ...rest] = name.split('*');
  const fits = (file: string): boolean => {
    if (file.startsWith('.') && !before.startsWith('.')) return false;
    return isLike(file, before, rest);
  };
  const found = namesIn(folder).filter(fits).sort();
  const own = resolve(path);
  const files = found.map((file) => join(folder, file)).filter((file) => resolve(file) !== own);
  if (files.length > MOST_ORGANISATIONS)
    throw new FileFault(`${files.length} files fit it, and a fleet has at most ${MOST_ORGANISATIONS}`);
  return files;
}

/** Whether a name is made of these texts with anything between them. */
function isLike(file: string, before: string, rest: readonly string[]): boolean {
  if (rest.length === 0) return file === before;
  const last = rest.at(-1) ?? '';
  if (!file.startsWith(before) || !file.endsWith(last) || file.length < before.length + last.length)
    return false;
  let at = before.length;
  for (const part of rest.slice(0, -1)) {
    const found = file.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= file.length - last.length;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map(({ name }) => name);
  } catch (error) {
    throw new FileFault(whyUnreadable(error), { notHere: true });
  }
}

/** Whether anything stands at a path, be it a link that leads nowhere. */
export function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}

/** The name in a policy that need not be good for anything else; `undefined` where it cannot be told. Never throws. */
export function readOrganisationName(path: string, env: Env): string | undefined {
  try {
    const written = nameIn(readTextFile(path, LARGEST_FILE));
    if (written === undefined) return undefined;
    const { text, faults, absent } = interpolate(written, { env, policyFile: path, files: new FilesRead() });
    const isWhole = faults.length + absent.length === 0;
    return isWhole && organisationName.safeParse(text).success ? text : undefined;
  } catch (error) {
    if (!(error instanceof FileFault)) throw error;
    return undefined;
  }
}

function nameIn(text: string): string | undefined {
  const [line, ...others] = text.split(/\r?\n/).filter((each) => /^(?:name|"name"|'name')\s*:/.test(each));
  if (line === undefined || others.length > 0) return undefined;
  // Behind a mistake the parser only guesses: the line is read by itself.
  const doc = parseDocument(line, { prettyErrors: false, logLevel: 'silent' });
  const value = isMap(doc.contents) ? doc.contents.get('name', true) : undefined;
  return isScalar(value) && typeof value.value === 'string' ? value.value : undefined;
}
