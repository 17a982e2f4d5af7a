/**
 * The files of the store on disk. They hold names and what agents did, so they are for their owner alone, whatever the
 * umask of the process is, and files that an earlier version left open to others are closed.
 */
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import process from 'node:process';
import { StoreError, storeErrorOf } from '../errors.ts';

/** Stands for a store that keeps nothing. */
export const IN_MEMORY = ':memory:';

/** The parts of a mode that let others than the owner in. */
const OTHERS = 0o077;
const OWN_FILE = 0o600;
const OWN_FOLDER = 0o700;
/** What SQLite keeps beside the file. */
const SIDE_FILES = ['-wal', '-shm', '-journal'];

/** The whole path of the store's file; a relative one starts at the working folder. Throws `StoreError`. */
export function wholePath(path: string): string {
  if (path === IN_MEMORY) return path;
  if (path.includes('\0'))
    throw new StoreError('unwritable', path, 'The path of the store has a NUL character in it.');
  const store = besideStore(path);
  if (store !== undefined)
    throw new StoreError(
      'unwritable',
      path,
      `${path} is a part of the store ${store}: give the path of that.`,
    );
  if (isAbsolute(path)) return path;
  const folder = workingFolder();
  if (folder !== undefined) return resolve(folder, path);
  throw new StoreError(
    'unwritable',
    path,
    `The store ${path} cannot be found: the working folder that this path starts at does not exist any more. ` +
      'Start the program in a folder that exists, or give an absolute path under store.sqlite.',
  );
}

/** The file beside which SQLite keeps this one, or would: as a store of its own it would be taken for damaged, or written over. */
export function besideStore(path: string): string | undefined {
  const side = SIDE_FILES.find((each) => path.endsWith(each));
  const store = side === undefined ? undefined : path.slice(0, -side.length);
  return store !== undefined && existsSync(store) ? store : undefined;
}

/** `undefined` when it is gone. Node.js remembers where it was: to go there again would make it anew. */
function workingFolder(): string | undefined {
  try {
    const folder = process.cwd();
    return existsSync(folder) ? folder : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Makes what is missing of the file and its folder, and takes away what others may do with the file. Throws `StoreError`
 * where that cannot be done, and where something other than a plain file stands in its place.
 */
export function prepareFile(path: string): void {
  if (path === IN_MEMORY) return;
  try {
    makeFolder(dirname(path));
    if (!existsSync(path)) makeOwn(path);
  } catch (error) {
    throw storeErrorOf(error, path);
  }
  mustBePlain(path);
  for (const side of ['', ...SIDE_FILES]) closeToOthers(path + side);
}

/** Throws `StoreError` for a folder, a pipe or a device: opening one of these may wait for ever. */
export function mustBePlain(path: string): void {
  if (path === IN_MEMORY || (statSync(path, { throwIfNoEntry: false })?.isFile() ?? true)) return;
  throw new StoreError(
    'unwritable',
    path,
    `${path} is not a plain file, so it cannot be the store. Name the path of a file under store.sqlite.`,
  );
}

/** One part after the other: the recursive `mkdirSync` of Node.js never ends where the working folder is gone. */
function makeFolder(folder: string): void {
  const missing: string[] = [];
  for (let part = folder; !existsSync(part) && dirname(part) !== part; part = dirname(part))
    missing.unshift(part);
  for (const part of missing) {
    try {
      mkdirSync(part, OWN_FOLDER);
      chmodSync(part, OWN_FOLDER);
    } catch (error) {
      // Another process may have been quicker.
      if (!isFolder(part)) throw error;
    }
  }
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

function makeOwn(path: string): void {
  closeSync(openSync(path, 'a', OWN_FILE));
  chmodSync(path, OWN_FILE);
}

function closeToOthers(path: string): void {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0;
  if ((mode & OTHERS) === 0) return;
  try {
    chmodSync(path, mode & 0o777 & ~OTHERS);
  } catch {
    // Only the owner of the file may. Whether this process may use it shows when it is opened.
  }
}
