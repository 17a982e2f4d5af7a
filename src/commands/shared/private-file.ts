/** Files that commands write hold names and what agents did: they are for their owner alone. */
import { access, constants, open, realpath, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { besideStore } from '../../store/open.ts';
import { UsageError } from './exit.ts';

const OTHERS = 0o077;
const OWN = 0o600;
/** What a database file of SQLite begins with. */
const MAGIC = 'SQLite format 3\0';
const STORE = 'a store';

/**
 * Writes a file in place of what it held. Whatever the umask is, only its owner may read it afterwards; a device or a
 * pipe stays what it is. Half a file does not stay: it would be taken for a whole one. Rejects with what the system says.
 */
export async function writePrivately(path: string, content: string | AsyncIterable<string>): Promise<void> {
  await mustBeNoStore(path);
  const file = await open(path, 'w', OWN);
  const stats = await file.stat();
  try {
    if (stats.isFile() && (stats.mode & OTHERS) !== 0) await file.chmod(OWN);
    await file.writeFile(content);
  } catch (error) {
    if (stats.isFile()) await rm(await realpath(path)).catch(() => undefined);
    throw error;
  } finally {
    await file.close();
  }
}

/** Whether it could be written, for what is known only after a long time of work. Rejects with what the system says. */
export async function mustBeWritable(path: string): Promise<void> {
  const stats = await stat(path).catch(() => undefined);
  if (stats?.isDirectory() === true) throw refusal('EISDIR');
  await mustBeNoStore(path);
  await access(stats === undefined ? dirname(path) : path, constants.W_OK);
}

/** A mistyped name must not cost the memory of a worker. */
async function mustBeNoStore(path: string): Promise<void> {
  if (besideStore(path) !== undefined) throw refusal(STORE);
  if ((await stat(path).catch(() => undefined))?.isFile() !== true) return;
  const file = await open(path, 'r').catch(() => undefined);
  try {
    const head = await file?.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0);
    if (head?.buffer.toString('latin1') === MAGIC) throw refusal(STORE);
  } finally {
    await file?.close();
  }
}

function refusal(code: string): Error {
  return Object.assign(new Error(code), { code });
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'there is no such folder',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'nothing can be written to its file system',
  ENOSPC: 'no space is left there',
  EDQUOT: 'no space is left there',
  [STORE]: 'it is a store',
};

/** The sentence about a file that could not be written. */
export function unwritten(path: string, error: unknown): string {
  const code = codeOf(error);
  return `${path} cannot be written (${WORDS[code] ?? (code === '' ? 'unknown error' : code)}).`;
}

/** Waits for what writes there. Rejects with `UsageError` where the system refuses, and with any other error as it is. */
export async function orRefused<T>(path: string, writing: Promise<T>, option?: string): Promise<T> {
  try {
    return await writing;
  } catch (error) {
    if (codeOf(error) === '') throw error;
    throw new UsageError(`${option === undefined ? '' : `${option}: `}${unwritten(path, error)}`);
  }
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
