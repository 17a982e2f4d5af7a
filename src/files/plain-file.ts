/**
 * The only way to read a file from outside. Only plain files are read, up to a bound, and opening one never waits: a FIFO, a
 * device or an endless file cannot hold up the program. Symbolic links are followed, because Kubernetes mounts its volumes
 * with them.
 */
import { closeSync, constants, fstatSync, openSync, readSync, statSync, type BigIntStats } from 'node:fs';

/** A file is not as it should be. `why` is a part of a sentence, such as "it does not exist"; it holds nothing of the file. */
export class FileFault extends Error {
  override readonly name = 'FileFault';
  readonly why: string;
  /** It holds more than was allowed. */
  readonly tooLarge: boolean;
  /** There is nothing that this process could read, but on another machine, or for another user, there may be. */
  readonly notHere: boolean;

  constructor(why: string, { tooLarge = false, notHere = false } = {}) {
    super(why);
    this.why = why;
    this.tooLarge = tooLarge;
    this.notHere = notHere;
  }
}

/** O_NONBLOCK: a FIFO without a writer opens at once. O_NOCTTY: a terminal does not become this process's own. */
const WITHOUT_WAITING = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/** Opens a plain file for reading; the caller closes the descriptor. Throws `FileFault`. */
export function openPlainFile(path: string): number {
  return guarded(() => {
    // Asked before it is opened as well: opening some devices has effects.
    refuseOthers(statSync(path, { bigint: true }));
    const file = openSync(path, WITHOUT_WAITING);
    try {
      refuseOthers(fstatSync(file, { bigint: true }));
      return file;
    } catch (error) {
      closeSync(file);
      throw error;
    }
  });
}

/** A file that changes while it is read is read again, so often at most. */
const TRIES = 5;

/**
 * Reads a plain file of at most `most` bytes. What changes while it is read was read half, and is read again. Throws
 * `FileFault`.
 */
export function readPlainFile(path: string, most: number): Buffer {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const whole = readOnce(path, most);
    if (whole !== undefined) return whole;
  }
  throw new FileFault('it changes while it is read');
}

/** Reads a plain file as UTF-8, without its byte order mark. Throws `FileFault`. */
export function readTextFile(path: string, most: number): string {
  return textOf(readPlainFile(path, most));
}

/** Bytes as UTF-8, without a byte order mark. Throws `FileFault` for anything else. */
export function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
    throw new FileFault(
      isUtf16 ? 'it is UTF-16 text: save it as UTF-8' : 'it is not UTF-8 text: save it as UTF-8',
    );
  }
}

/** `undefined` when the file changed meanwhile. */
function readOnce(path: string, most: number): Buffer | undefined {
  const file = openPlainFile(path);
  try {
    return guarded(() => {
      const before = fstatSync(file, { bigint: true });
      if (before.size > most) throw tooLarge(most);
      const bytes = readBytes(file, Number(before.size), most);
      return isSame(before, fstatSync(file, { bigint: true })) ? bytes : undefined;
    });
  } finally {
    closeSync(file);
  }
}

/** Reads to the end, whatever the size was said to be: files of the kernel say 0. */
function readBytes(file: number, expected: number, most: number): Buffer {
  const parts: Buffer[] = [];
  let length = 0;
  for (let room = expected + 1; ; room = 64 * 1024) {
    const part = Buffer.alloc(Math.min(room, most + 1 - length));
    const count = readSync(file, part, 0, part.length, null);
    if (count === 0) return Buffer.concat(parts);
    length += count;
    if (length > most) throw tooLarge(most);
    parts.push(part.subarray(0, count));
  }
}

function isSame(a: BigIntStats, b: BigIntStats): boolean {
  return a.size === b.size && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs;
}

function tooLarge(most: number): FileFault {
  return new FileFault(`it is larger than ${most / 1024} KiB`, { tooLarge: true });
}

function refuseOthers(stats: BigIntStats): void {
  if (stats.isFile()) return;
  if (stats.isDirectory()) throw new FileFault('it is a folder');
  if (stats.isFIFO()) throw new FileFault('it is a pipe (FIFO), not a plain file');
  if (stats.isSocket()) throw new FileFault('it is a socket, not a plain file');
  throw new FileFault('it is a device, not a plain file');
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  ENOTDIR: 'it does not exist',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
  EAGAIN: 'reading it would wait for a writer',
  ENXIO: 'it is a socket, not a plain file',
  ELOOP: 'its symbolic links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
  ERR_INVALID_ARG_VALUE: 'its name holds a NUL character',
};

function guarded<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof FileFault
      ? error
      : new FileFault(whyUnreadable(error), { notHere: isNotHere(error) });
  }
}

function isNotHere(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'].includes(codeOf(error));
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

/** Why a file could not be read or written, in a few words. */
export function whyUnreadable(error: unknown): string {
  const code = codeOf(error);
  return WORDS[code] ?? (code === '' ? 'unknown error' : code);
}
