/**
 * A consistent copy of the file. `VACUUM INTO` reads the store in one transaction, as it stood at one moment: the worker goes on
 * writing meanwhile, waits for nothing, and nothing that it has committed before is missing.
 */
import { closeSync, fsyncSync, openSync, statSync } from 'node:fs';
import type { Instant } from '../../domain/time/time.ts';
import { StoreError, later, storeErrorOf } from '../errors.ts';
import { Database } from './database.ts';
import { wholePath } from './files.ts';
import { openDatabase, type OpenOptions } from './open.ts';
import { checkVersion, MIGRATIONS } from './schema.ts';

/** What a copy was found to hold. */
export interface Copied {
  /** The whole path of the store that was copied. */
  readonly from: string;
  /** Agents of whom something is remembered. */
  readonly agents: number;
  readonly events: number;
  /** When the first and the last event were recorded; `undefined` without events. */
  readonly earliest: Instant | undefined;
  readonly latest: Instant | undefined;
  readonly bytes: number;
}

/** A file that is there and empty, and how errors call what it is going to be. */
export interface CopyTarget {
  readonly file: string;
  readonly called: string;
}

/** Copies the store at `path`, on disk before this resolves, and reads all of the copy. Rejects with `StoreError`. */
export function copySqlite(
  path: string,
  target: CopyTarget,
  options: Pick<OpenOptions, 'now' | 'busyTimeout'>,
): Promise<Copied> {
  return later(path, () => {
    const from = wholePath(path);
    const { db } = openDatabase(from, { ...options, readOnly: true, older: true });
    try {
      writeCopy(db, target);
    } finally {
      db.close();
    }
    return { from, ...checked(target) };
  });
}

function writeCopy(db: Database, { file, called }: CopyTarget): void {
  try {
    db.run('VACUUM INTO ?', file);
    toDisk(file);
  } catch (error) {
    const fault = storeErrorOf(error, db.path);
    if (fault.kind === 'full')
      throw new StoreError(
        'full',
        called,
        `No space is left for the copy ${called}. Free space on its volume, or name a file on another one.`,
      );
    if (fault.kind !== 'unwritable' && fault.kind !== 'lost') throw fault;
    throw new StoreError(
      fault.kind,
      called,
      `The store ${db.path} could not be copied to ${called}. Check both volumes: one of them cannot be read or written.`,
    );
  }
}

function toDisk(file: string): void {
  const fd = openSync(file, 'r+');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Opens the copy as a program would and reads every page and index of it. */
function checked({ file, called }: CopyTarget): Omit<Copied, 'from'> {
  const db = new Database(file, { readOnly: true, busyTimeout: 0, immutable: true });
  try {
    checkVersion(db, MIGRATIONS);
    if (db.get('PRAGMA integrity_check(1)')?.['integrity_check'] !== 'ok')
      throw new StoreError('corrupt', called, failedCheck(called));
    const agents = db.get('SELECT count(*) AS n FROM memory')?.['n'];
    const events = db.get('SELECT count(*) AS n, min(at) AS earliest, max(at) AS latest FROM event');
    return {
      agents: Number(agents),
      events: Number(events?.['n']),
      earliest: instantOf(events?.['earliest']),
      latest: instantOf(events?.['latest']),
      bytes: statSync(file).size,
    };
  } finally {
    db.close();
  }
}

function failedCheck(called: string): string {
  return (
    `The copy ${called} did not pass the integrity check of SQLite and was removed: the store itself is damaged, or a volume. ` +
    'Check the volumes, and keep the backups made before.'
  );
}

function instantOf(value: unknown): Instant | undefined {
  return typeof value === 'number' ? value : undefined;
}
