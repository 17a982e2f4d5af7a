/**
 * Opening the database file: makes what is missing, refuses what is not ours or too new, and keeps a damaged file aside
 * so that the worker can go on with a fresh one.
 */
import { accessSync, constants, existsSync, realpathSync, renameSync, statSync } from 'node:fs';
import { SECOND, type Duration, type Instant } from '../../domain/time/time.ts';
import { keepStopped, NOTHING_CARRIED, salvaged, writeCarried, type Carried } from './carried.ts';
import { Database } from './database.ts';
import { StoreError, storeError, storeErrorOf } from '../errors.ts';
import { IN_MEMORY, mustBePlain, prepareFile } from './files.ts';
import { NOTES } from '../notes.ts';
import { checkVersion, migrate, MIGRATIONS } from './schema.ts';
import { factOf, SAVE_FACT } from './statements.ts';

export interface OpenOptions {
  readonly now: () => Instant;
  readonly readOnly?: boolean;
  /** Refuse a missing file, and leave a damaged one where it is: for visitors while a worker may be running. */
  readonly existing?: boolean;
  /** With `readOnly`: a file that an older version made is taken as it is. */
  readonly older?: boolean;
  /** How long to wait for another process; 5 s unless given. */
  readonly busyTimeout?: Duration;
  /** The file may not grow beyond so many pages of 4 KiB. */
  readonly maxPages?: number | undefined;
  readonly migrations?: readonly string[];
  /** Pages that were found whole so short a time ago, in a file that was properly closed since, are not read again; 0 unless given. */
  readonly trusted?: Duration;
  /** For a file that is opened anew: what this process read of it last. */
  readonly known?: Carried;
}

export interface Opened {
  readonly db: Database;
  /** Where a damaged file was put. */
  readonly setAside: string | undefined;
  /** When its pages were found whole; to be noted at the end. `undefined` for visitors. */
  readonly checkedAt: Instant | undefined;
}

/** Opens or makes the database at `path`. Throws `StoreError`. */
export function openDatabase(path: string, options: OpenOptions): Opened {
  if (options.readOnly === true || options.existing === true) mustExist(path);
  if (options.readOnly === true)
    return { db: openReadOnly(path, options), setAside: undefined, checkedAt: undefined };
  if (options.existing === true) mustBeTheNameInUse(path);
  prepareFile(path);
  try {
    if (isEmptied(path, options)) throw storeError('corrupt', path, 'it is empty');
    const opened = openWritable(path, options);
    if (options.known !== undefined) keepStopped(opened.db, options.known);
    return { ...opened, setAside: undefined };
  } catch (error) {
    const fault = storeErrorOf(error, path);
    if (fault.kind !== 'corrupt' || options.existing === true) throw fault;
    const carried = salvagedFrom(path, options);
    const setAside = keepAside(path, options.now());
    prepareFile(path);
    const opened = openWritable(path, options);
    writeCarried(opened.db, carried);
    return { ...opened, setAside };
  }
}

/** An empty file is a new one, unless this process, or what stands beside it, knows of a store there: SQLite would forget all that without a word. */
function isEmptied(path: string, { known }: OpenOptions): boolean {
  return sizeOf(path) === 0 && (known !== undefined || (sizeOf(`${path}-wal`) ?? 0) > 0);
}

/** Notes, before a file is closed, when its pages were found whole. Where that fails they are read again. */
export function noteChecked(db: Database, at: Instant): void {
  try {
    db.run(SAVE_FACT, NOTES.checked, String(at));
  } catch {
    // The next opening finds out why.
  }
}

function openWritable(path: string, options: OpenOptions): Omit<Opened, 'setAside'> {
  const isNew = path === IN_MEMORY || !existsSync(path) || statSync(path).size === 0;
  const db = new Database(path, { readOnly: false, busyTimeout: patience(options) });
  try {
    const migrations = options.migrations ?? MIGRATIONS;
    checkVersion(db, migrations);
    // Must come before the first write to a new file.
    if (isNew) db.exec('PRAGMA auto_vacuum = INCREMENTAL');
    const checkedAt = isNew ? options.now() : checkPages(db, options);
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864');
    if (options.maxPages !== undefined) db.exec(`PRAGMA max_page_count = ${options.maxPages}`);
    migrate(db, migrations);
    db.pinFile();
    // A visitor comes and goes beside the worker.
    if (options.existing !== true) db.run('DELETE FROM fact WHERE name = ?', NOTES.checked);
    db.waitAside(patience(options));
    return { db, checkedAt: options.existing === true ? undefined : checkedAt };
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
    const version = Number(db.get('PRAGMA user_version')?.['user_version']);
    if (options.older !== true && version < migrations.length) {
      const advice = 'Start the worker once: it brings the store up to date.';
      throw new StoreError('unwritable', path, `The store ${path} was made by an older version. ${advice}`);
    }
    return db;
  } catch (error) {
    quietlyClose(db);
    throw error;
  }
}

/** Reads every page, unless that was done not long ago; answers when. Throws `StoreError` where one is damaged. */
function checkPages(db: Database, { now, trusted = 0 }: OpenOptions): Instant {
  const isMade = db.get("SELECT 1 FROM sqlite_schema WHERE name = 'fact'") !== undefined;
  const checkedAt = isMade ? Number(factOf(db, NOTES.checked) ?? -Infinity) : -Infinity;
  if (Math.abs(now() - checkedAt) < trusted) return checkedAt;
  const first = db.get('PRAGMA quick_check(1)')?.['quick_check'];
  if (first !== 'ok') throw storeError('corrupt', db.path, 'quick check');
  return now();
}

/** An empty file is no store yet: a worker that is starting may be about to make one of it. */
function mustExist(path: string): void {
  const size = sizeOf(path);
  if (size === undefined || size === 0) throw storeError('missing', path);
  mustBePlain(path);
  try {
    accessSync(path, constants.R_OK);
  } catch (error) {
    throw storeErrorOf(error, path);
  }
}

/**
 * Under another name of the same file, SQLite has another log: what a visitor writes there the worker never sees, and it damages
 * what the worker writes. Throws `StoreError` unless the log beside this name shows that it is the one in use.
 */
function mustBeTheNameInUse(path: string): void {
  const { nlink = 1 } = statSync(path, { throwIfNoEntry: false }) ?? {};
  if (nlink === 1 || existsSync(`${realpathSync(path)}-wal`)) return;
  throw new StoreError(
    'unwritable',
    path,
    `The file ${path} has ${nlink} names (hard links), and a worker may use another of them: nothing was written. ` +
      'Give the path that the worker names in its log at the start, or remove the other names.',
  );
}

/** `undefined` where there is nothing. Throws `StoreError` where that cannot be told. */
export function sizeOf(path: string): number | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found?.isFile() === false ? Infinity : found?.size;
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

/** What people have asked of the worker, as far as the file still shows it. */
function salvagedFrom(path: string, options: OpenOptions): Carried {
  const { known = NOTHING_CARRIED } = options;
  let db: Database | undefined;
  try {
    db = new Database(path, { readOnly: true, busyTimeout: patience(options) });
    return salvaged(db, known);
  } catch {
    return known;
  } finally {
    if (db !== undefined) quietlyClose(db);
  }
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
