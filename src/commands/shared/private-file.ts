/** Files that commands write hold names and what agents did: they are for their owner alone. */
import { access, constants, open, realpath, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UsageError } from './exit.ts';

const OTHERS = 0o077;
const OWN = 0o600;

/**
 * Writes a file in place of what it held. Whatever the umask is, only its owner may read it afterwards; a device or a
 * pipe stays what it is. Half a file does not stay: it would be taken for a whole one. Rejects with what the system says.
 */
export async function writePrivately(path: string, content: string | AsyncIterable<string>): Promise<void> {
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
  if (stats?.isDirectory() === true) throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
  await access(stats === undefined ? dirname(path) : path, constants.W_OK);
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
