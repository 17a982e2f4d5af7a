/**
 * The tables, as a list of scripts that each bring a database one version further. Scripts that were once released are
 * never changed, only followed by others.
 */
import type { Database } from './database.ts';
import { StoreError, storeError } from '../errors.ts';

/** Marks a file as ours: "IDLE" in ASCII. */
const APPLICATION_ID = 0x49444c45;

const FIRST = `
CREATE TABLE memory (
  agent_id TEXT PRIMARY KEY,
  -- 1: the last saved sweep saw the agent, so that its time is the agent's, whatever the body says.
  current INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;

CREATE TABLE standing (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  -- When the last saved sweep looked.
  sweep_at INTEGER,
  body TEXT
) STRICT;

CREATE TABLE event (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  sweep_id TEXT,
  agent_id TEXT,
  agent_name TEXT,
  rule TEXT,
  measured INTEGER,
  limit_ms INTEGER,
  rung INTEGER,
  actions TEXT,
  reason TEXT,
  correlation_id TEXT,
  intent_id TEXT,
  delay INTEGER
) STRICT;
CREATE INDEX event_agent ON event (agent_id, at);
CREATE INDEX event_at ON event (at);
CREATE INDEX event_intent ON event (intent_id) WHERE intent_id IS NOT NULL;

-- Holds a row only inside the transaction that prunes.
CREATE TABLE pruning (id INTEGER PRIMARY KEY CHECK (id = 1)) STRICT;
CREATE TRIGGER event_never_changes BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'The record is only ever added to.'); END;
CREATE TRIGGER event_never_replaced BEFORE INSERT ON event
WHEN EXISTS (SELECT 1 FROM event WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'The record is only ever added to.'); END;
CREATE TRIGGER event_never_goes BEFORE DELETE ON event
WHEN NOT EXISTS (SELECT 1 FROM pruning)
BEGIN SELECT RAISE(ABORT, 'The record is only ever added to.'); END;

CREATE TABLE agent (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  profile TEXT,
  seen INTEGER NOT NULL
) STRICT;

CREATE TABLE lease (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  holder TEXT NOT NULL,
  until INTEGER NOT NULL,
  pid INTEGER NOT NULL,
  host TEXT NOT NULL,
  boot TEXT NOT NULL
) STRICT;

CREATE TABLE pause (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  since INTEGER NOT NULL,
  until INTEGER,
  reason TEXT
) STRICT;

-- What another process asks of the worker.
CREATE TABLE request (name TEXT PRIMARY KEY) STRICT;

CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
`;

/** How many were online, for reports over months. */
const COUNTS = `
CREATE TABLE sweep_count (
  at INTEGER PRIMARY KEY,
  online INTEGER NOT NULL,
  kept INTEGER NOT NULL,
  -- JSON, numbers by what held agents back; NULL when none was.
  deferred TEXT
) STRICT;
`;

/** Messages that wait to be delivered. */
const OUTBOX = `
CREATE TABLE outbox (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  -- Its name: an address is a secret.
  channel TEXT NOT NULL,
  key TEXT NOT NULL,
  at INTEGER NOT NULL,
  next_at INTEGER NOT NULL,
  tries INTEGER NOT NULL,
  body TEXT NOT NULL,
  UNIQUE (channel, key)
) STRICT;
`;

/** Which process sweeps, for `pause`; who paused; and rows that could not be used. */
const WORKER = `
CREATE TABLE worker (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  holder TEXT NOT NULL,
  command TEXT NOT NULL,
  version TEXT NOT NULL,
  pid INTEGER NOT NULL,
  host TEXT NOT NULL,
  boot TEXT NOT NULL,
  -- Of this file, as the worker sees it: a copy has another.
  inode INTEGER,
  started_at INTEGER NOT NULL,
  -- When the last sweep began, and how far apart two of them usually are.
  swept_at INTEGER NOT NULL,
  interval INTEGER NOT NULL
) STRICT;

CREATE TABLE damaged (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  source TEXT NOT NULL,
  key TEXT NOT NULL,
  body TEXT NOT NULL,
  why TEXT NOT NULL
) STRICT;

ALTER TABLE pause ADD COLUMN actor TEXT;
ALTER TABLE event ADD COLUMN actor TEXT;
`;

/** What is remembered of an agent is written in another shape from here on: an older program must not take it for damaged. */
const NAMED_STATES = `SELECT 1;`;

/** What protected an agent in the last sweep: groups and the like, by which exemptions go, are not stored. */
const EXEMPT = `
-- The label of the exemption; empty where none fitted, NULL where that is not known.
ALTER TABLE agent ADD COLUMN exempt TEXT;
`;

/** Ties an event to the trace of its sweep. */
const TRACES = `ALTER TABLE event ADD COLUMN trace_id TEXT;`;

/**
 * Tells one holding of the lease from the next. The row stays when the lease is given back; then `holder` is empty. The triggers hold
 * against a program of before that still has the file open.
 */
const EPOCHS = `
ALTER TABLE lease ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
-- How long requests of the holder may be under way after its lease has run out, in ms.
ALTER TABLE lease ADD COLUMN quiet INTEGER NOT NULL DEFAULT 15000;
-- Before this the holder may not act.
ALTER TABLE lease ADD COLUMN act_from INTEGER NOT NULL DEFAULT 0;
CREATE TRIGGER lease_never_goes BEFORE DELETE ON lease
BEGIN SELECT RAISE(ABORT, 'The epoch of the lease is never reset.'); END;
CREATE TRIGGER lease_epoch_grows BEFORE UPDATE ON lease
WHEN NEW.epoch < OLD.epoch OR (NEW.holder NOT IN (OLD.holder, '') AND NEW.epoch = OLD.epoch)
BEGIN SELECT RAISE(ABORT, 'The epoch of the lease grows with each taking.'); END;
`;

/** Answers to warnings are remembered of an agent from here on: an older program must not take what it does not know for damaged. */
const STAYS = `SELECT 1;`;

/** The script at index n makes version n + 1 of version n. */
export const MIGRATIONS: readonly string[] = [
  FIRST,
  COUNTS,
  OUTBOX,
  WORKER,
  NAMED_STATES,
  EXEMPT,
  TRACES,
  EPOCHS,
  STAYS,
];

/**
 * Throws when the file was made by a later version of the program, or by another program. Changes nothing.
 */
export function checkVersion(db: Database, migrations: readonly string[]): void {
  const version = numberOf(db, 'user_version');
  const application = numberOf(db, 'application_id');
  const tables = db.get('SELECT count(*) AS n FROM sqlite_schema')?.['n'];
  if (application !== APPLICATION_ID && tables !== 0) {
    throw new StoreError(
      'unwritable',
      db.path,
      `${db.path} belongs to another program and was left untouched. Name another path under store.sqlite.`,
    );
  }
  if (version > migrations.length) {
    throw storeError('newer', db.path, `its version is ${version}, this program knows ${migrations.length}`);
  }
}

/** Brings the database to the newest version, each step wholly or not at all. */
export function migrate(db: Database, migrations: readonly string[]): void {
  db.transaction(() => {
    if (numberOf(db, 'user_version') === 0) db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
  });
  for (const [index, script] of migrations.entries()) {
    db.transaction(() => {
      // Asked inside the transaction: another process may have been quicker.
      if (numberOf(db, 'user_version') !== index) return;
      db.exec(script);
      db.exec(`PRAGMA user_version = ${index + 1}`);
    });
  }
}

function numberOf(db: Database, pragma: 'user_version' | 'application_id'): number {
  return Number(db.get(`PRAGMA ${pragma}`)?.[pragma]);
}
