/**
 * A file that is there whole or not at all: it is written under another name in the same folder, for its owner alone, and gets its own
 * name when it is done. What stands under that name already is never touched. The other name holds the process that writes, so that
 * what a killed one left behind is known for that, and removed by the next one.
 */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { link, lstat, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError } from '../shared/exit.ts';

const OWN = 0o600;
const THIS_MACHINE = hostname()
  .replaceAll(/[^\w-]/g, '_')
  .slice(0, 60);
/** Of file systems that know no second name for a file. */
const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/** Makes the file by `write`, which is given an empty one and its path. Rejects with `UsageError`, or as `write` does. */
export async function makeFile<T>(path: string, write: (temporary: string) => Promise<T>): Promise<T> {
  const target = resolve(path);
  await mustBeFree(target);
  const folder = dirname(target);
  const temporary = join(folder, temporaryName(basename(target)));
  await makeEmpty(temporary, target, folder);
  await removeLeftBehind(folder);
  try {
    const result = await write(temporary);
    await named(temporary, target);
    await folderToDisk(folder);
    return result;
  } finally {
    for (const file of [temporary, `${temporary}-journal`]) await rm(file, { force: true });
  }
}

function temporaryName(name: string): string {
  return `.${name.slice(0, 80)}.${THIS_MACHINE}.${process.pid}.${randomUUID().slice(0, 8)}.partial`;
}

const TEMPORARY = /\.([\w-]{1,60})\.(\d+)\.[0-9a-f]{8}\.partial(?:-journal)?$/;

/** Only what a process of this machine wrote that is no more: another machine may be writing into a shared folder. */
async function removeLeftBehind(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const [, where, pid] = TEMPORARY.exec(name) ?? [];
    if (!name.startsWith('.') || where !== THIS_MACHINE || isRunning(Number(pid))) continue;
    // It stays where this user may not remove it, and disturbs nothing there.
    await rm(join(folder, name), { force: true }).catch(() => undefined);
  }
}

/** A process of another user is one as well. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

/** A link that leads nowhere is something as well. */
async function mustBeFree(target: string): Promise<void> {
  const found = await lstat(target).catch(() => undefined);
  if (found === undefined) return;
  if (found.isDirectory()) throw new UsageError(`${target} is a folder: give the name of a new file in it.`);
  const what = found.isSymbolicLink() ? 'is a symbolic link' : 'is there already';
  throw new UsageError(`${target} ${what}, and nothing is overwritten: give the name of a new file.`);
}

async function makeEmpty(temporary: string, target: string, folder: string): Promise<void> {
  const isFolder = await stat(folder).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (!isFolder)
    throw new UsageError(`There is no folder ${folder}: create it, or name a file in another one.`);
  try {
    const file = await open(temporary, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, OWN);
    await file.chmod(OWN);
    await file.close();
  } catch (error) {
    throw unwritable(target, error);
  }
}

/** A second name is never put over another file; where there are none, the name is looked at once more. */
async function named(temporary: string, target: string): Promise<void> {
  try {
    await link(temporary, target);
  } catch (error) {
    const code = codeOf(error);
    if (code !== 'EEXIST' && !NO_LINKS.has(code)) throw unwritable(target, error);
    await mustBeFree(target);
    await rename(temporary, target);
  }
}

async function folderToDisk(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  // Some file systems keep no folder open; the file itself is on disk.
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

function unwritable(target: string, error: unknown): UsageError {
  const full = codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT';
  const what = full ? 'no space is left there' : 'this user may not write to its folder';
  return new UsageError(`${target} cannot be written (${codeOf(error)}): ${what}.`);
}

function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' ? code : 'unknown error';
}
