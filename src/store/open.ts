/**
 * Opening the database file: makes what is missing, refuses what is not ours or too new, and keeps a damaged file aside
 * so that the worker can go on with a fresh one.
 */
import { accessSync, constants, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { SECOND, type Duration, type Instant } from '../domain/time.ts';
import { Database, type Row } from './database.ts';
import { StoreError, storeError, storeErrorOf } from './errors.ts';
import { checkVersion, migrate, MIGRATIONS } from './schema.ts';

export interface OpenOptions {
  readonly now: () => Instant;
  readonly readOnly?: boolean;
  /** Refuse a missing file, and leave a damaged one where it is: for visitors while a worker may be running. */
  readonly existing?: boolean;
  /** How long to wait for another process; 5 s unless given. */
  readonly busyTimeout?: Duration;
  /** The file may not grow beyond so many pages of 4 KiB. */
  readonly maxPages?: number | undefined;
  readonly migrations?: readonly string[];
}

export interface Opened {
  readonly db: Database;
  /** Where a damaged file was put. */
  readonly setAside: string | undefined;
}

/** Opens or makes the database at `path`. Throws `StoreError`. */
export function openDatabase(path: string, options: OpenOptions): Opened {
  if (options.readOnly === true || options.existing === true) mustExist(path);
  if (options.readOnly === true) return { db: openReadOnly(path, options), setAside: undefined };
  makeDirectory(path);
  try {
    return { db: openWritable(path, options), setAside: undefined };
  } catch (error) {
    const fault = storeErrorOf(error, path);
    if (fault.kind !== 'corrupt' || options.existing === true) throw fault;
    const pause = salvagePause(path, options);
    const setAside = keepAside(path, options.now());
    const db = openWritable(path, options);
    restorePause(db, pause);
    return { db, setAside };
  }
}

function openWritable(path: string, options: OpenOptions): Database {
  const isNew = path === ':memory:' || !existsSync(path) || statSync(path).size === 0;
  const db = new Database(path, { readOnly: false, busyTimeout: patience(options) });
  try {
    const migrations = options.migrations ?? MIGRATIONS;
    checkVersion(db, migrations);
    // Must come before the first write to a new file.
    if (isNew) db.exec('PRAGMA auto_vacuum = INCREMENTAL');
    else checkPages(db);
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864');
    if (options.maxPages !== undefined) db.exec(`PRAGMA max_page_count = ${options.maxPages}`);
    migrate(db, migrations);
    db.pinFile();
    return db;
  } catch (error) {
    quietlyClose(db);
    throw error;
  }
}

function openReadOnly(path: string, options: OpenOptions): Database {
  try {
    return openToRead(path, options, false);
  } catch (error) {
    const fault = storeErrorOf(error, path);
    // Without the right to make side files, SQLite reads only what is known not to change: no log beside it, no writer.
    if (fault.kind !== 'unwritable' || (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0)
      throw fault;
    return openToRead(path, options, true);
  }
}

function openToRead(path: string, options: OpenOptions, immutable: boolean): Database {
  const db = new Database(path, { readOnly: true, busyTimeout: patience(options), immutable });
  try {
    const migrations = options.migrations ?? MIGRATIONS;
    checkVersion(db, migrations);
    if (Number(db.get('PRAGMA user_version')?.['user_version']) < migrations.length) {
      const advice = 'Start the worker once: it brings the store up to date.';
      throw new StoreError('unwritable', path, `The store ${path} was made by an older version. ${advice}`);
    }
    return db;
  } catch (error) {
    quietlyClose(db);
    throw error;
  }
}

function checkPages(db: Database): void {
  const first = db.get('PRAGMA quick_check(1)')?.['quick_check'];
  if (first !== 'ok') throw storeError('corrupt', db.path, 'quick check');
}

function mustExist(path: string): void {
  try {
    accessSync(path, constants.R_OK);
  } catch (error) {
    if (existsSync(path)) throw storeErrorOf(error, path);
    const advice = 'Start the worker first, or check store.sqlite.';
    throw new StoreError('unwritable', path, `There is no store at ${path}. ${advice}`);
  }
}

function makeDirectory(path: string): void {
  if (path === ':memory:') return;
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    throw storeErrorOf(error, path);
  }
}

/** Renames the file and what SQLite keeps beside it; answers the new name. */
function keepAside(path: string, now: Instant): string {
  const stamp = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
  let aside = `${path}.corrupt-${stamp}`;
  for (let n = 2; existsSync(aside); n += 1) aside = `${path}.corrupt-${stamp}-${n}`;
  try {
    renameSync(path, aside);
    for (const side of ['-wal', '-shm']) {
      if (existsSync(path + side)) renameSync(path + side, aside + side);
    }
  } catch (error) {
    throw storeErrorOf(error, path);
  }
  return aside;
}

/** The kill switch outlives the file if it can still be read. */
function salvagePause(path: string, options: OpenOptions): Row | undefined {
  let db: Database | undefined;
  try {
    db = new Database(path, { readOnly: true, busyTimeout: patience(options) });
    return db.get('SELECT since, until, reason FROM pause');
  } catch {
    return undefined;
  } finally {
    if (db !== undefined) quietlyClose(db);
  }
}

function restorePause(db: Database, pause: Row | undefined): void {
  if (pause === undefined) return;
  const { since, until, reason } = pause;
  db.run(
    'INSERT INTO pause (id, since, until, reason) VALUES (1, ?, ?, ?)',
    since ?? null,
    until ?? null,
    reason ?? null,
  );
}

function patience({ busyTimeout = 5 * SECOND }: OpenOptions): Duration {
  return busyTimeout;
}

function quietlyClose(db: Database): void {
  try {
    db.close();
  } catch {
    // The first error is the one to report.
  }
}
