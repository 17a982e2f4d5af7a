/**
 * What can go wrong with the store, by what has to be done about it. SQLite's and the file system's own errors never
 * travel further than this file.
 */
import { getuid } from 'node:process';

/**
 * `missing`: there is no such file; `unwritable`: the file or its directory may not be written; `full`: no space is
 * left; `locked`: another process held it too long; `corrupt`: it cannot be read; `newer`: a later version of the
 * program made it; `lost`: it was closed, moved away, or the disk failed; `fenced`: this worker does not hold its lease; `foreign`: it is
 * that of another organisation.
 */
export type StoreErrorKind = UsualKind | 'foreign';

/** Kinds that have a sentence of their own for each kind of store. */
export type UsualKind =
  'missing' | 'unwritable' | 'full' | 'locked' | 'corrupt' | 'newer' | 'lost' | 'fenced';

/** The store did not do what it was asked. The message says what, where, and what to do. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly kind: StoreErrorKind;
  readonly path: string;

  constructor(kind: StoreErrorKind, path: string, message: string) {
    super(message);
    this.kind = kind;
    this.path = path;
  }
}

/** SQLite's primary result codes (the low byte of an extended one). */
const KIND_OF_CODE: Readonly<Record<number, UsualKind>> = {
  3: 'unwritable', // PERM
  5: 'locked', //     BUSY
  6: 'locked', //     LOCKED
  8: 'unwritable', // READONLY
  10: 'lost', //      IOERR
  11: 'corrupt', //   CORRUPT
  13: 'full', //      FULL
  14: 'unwritable', // CANTOPEN
  15: 'locked', //    PROTOCOL
  23: 'unwritable', // AUTH
  26: 'corrupt', //   NOTADB
};
/** The file was moved away or deleted while it was open. */
const READONLY_DBMOVED = 1032;

const KIND_OF_SYSTEM_CODE: Readonly<Record<string, UsualKind>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EIO: 'lost',
};

/** Makes a `StoreError` of whatever was thrown; one that already is stays as it is. */
export function storeErrorOf(error: unknown, path: string): StoreError {
  if (error instanceof StoreError) return error;
  const [code, errcode] = [codeOf(error), resultOf(error)];
  if (errcode !== undefined) {
    const kind = errcode === READONLY_DBMOVED ? 'lost' : (KIND_OF_CODE[errcode & 0xff] ?? 'lost');
    return storeError(kind, path, `SQLite ${errcode}`);
  }
  if (code === 'ERR_INVALID_STATE') return storeError('lost', path, 'closed');
  return storeError(
    KIND_OF_SYSTEM_CODE[code ?? ''] ?? (isSystemCode(code) ? 'unwritable' : 'lost'),
    path,
    code,
  );
}

/** A `StoreError` with the sentence of its kind. `detail` is a code, never free text of a library. */
export function storeError(kind: UsualKind, path: string, detail?: string): StoreError {
  const why = detail === undefined ? '' : ` (${detail})`;
  return new StoreError(kind, path, sentence(kind, path, why));
}

function sentence(kind: UsualKind, path: string, why: string): string {
  switch (kind) {
    case 'missing':
      return `There is no store at ${path}${why}. Start the worker first, or check store.sqlite.`;
    case 'unwritable':
      return (
        `The store ${path} cannot be opened or written by ${user()}${why}. Mount a volume that this user may ` +
        'write to at its directory, or name another path under store.sqlite; commands are run as the user of the worker.'
      );
    case 'full':
      return `No space is left for the store ${path}${why}. Free space on its volume, or shorten store.retention.`;
    case 'locked':
      return (
        `The store ${path} is held by another process${why}. Look for a backup or a tool that keeps it open; ` +
        'the next try may succeed.'
      );
    case 'corrupt':
      return (
        `The store ${path} is damaged${why}, or that file is no store. The worker keeps a damaged store aside and begins a ` +
        'new one, at its next sweep or start. Check the path, and the volume.'
      );
    case 'newer':
      return (
        `The store ${path} was made by a newer version of this program${why} and was left untouched. ` +
        'Run that version, or restore a backup made before it.'
      );
    case 'fenced':
      return (
        `The lease of the store ${path} was lost${why}, and nothing was written: another worker may hold it. ` +
        'This worker acts again once it holds the lease.'
      );
    case 'lost':
      return `The store ${path} has been lost${why}. Check its volume: the worker continues when the file is back.`;
  }
}

function user(): string {
  const uid = getuid?.();
  return uid === undefined ? 'this user' : `user id ${uid}`;
}

function isSystemCode(code: string | undefined): boolean {
  return code !== undefined && /^E[A-Z]+$/.test(code);
}

/** The code that Node.js gave an error, if it did. */
export function codeOf(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' ? code : undefined;
}

function resultOf(error: unknown): number | undefined {
  const { errcode } = (error ?? {}) as { readonly errcode?: unknown };
  return typeof errcode === 'number' ? errcode : undefined;
}

/** Does the work now, and answers by a promise whatever comes of it. */
export function later<T>(path: string, work: () => T): Promise<T> {
  try {
    return Promise.resolve(work());
  } catch (error) {
    return Promise.reject(storeErrorOf(error, path));
  }
}
