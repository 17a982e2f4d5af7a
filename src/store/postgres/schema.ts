/**
 * The tables, as a list of scripts that each bring a database one version further. Scripts that were once released are never changed,
 * only followed by others. They stand in a schema of their own, each row under its organisation.
 */
import { SECOND, type Duration } from '../../domain/time/time.ts';
import type { Asking, Database } from './database.ts';
import { StoreError } from '../errors.ts';
import { databaseError } from './errors.ts';

const FIRST = `
CREATE TABLE idle_enforcer.lease (
  organisation text PRIMARY KEY,
  -- Empty where it was given back: the row stays, and so does its epoch.
  holder text NOT NULL,
  epoch bigint NOT NULL,
  until timestamptz NOT NULL,
  -- How long requests of the holder may be under way after that, in ms.
  quiet bigint NOT NULL,
  -- Before this the holder may not act.
  act_from timestamptz NOT NULL,
  pid bigint NOT NULL,
  host text NOT NULL,
  boot text NOT NULL
);

CREATE TABLE idle_enforcer.memory (
  organisation text NOT NULL,
  agent_id text NOT NULL,
  -- The last saved sweep saw the agent, so that its time is the agent's, whatever the body says.
  is_current boolean NOT NULL,
  seen_at bigint NOT NULL,
  -- What of the body queries look at.
  presence text NOT NULL,
  routing text NOT NULL,
  is_on_ladder boolean NOT NULL,
  body text NOT NULL,
  PRIMARY KEY (organisation, agent_id)
) WITH (fillfactor = 70);

CREATE TABLE idle_enforcer.standing (
  organisation text PRIMARY KEY,
  -- When the last saved sweep looked.
  sweep_at bigint,
  body text
);

-- The number of the newest event of each organisation that ever was.
CREATE TABLE idle_enforcer.record (
  organisation text PRIMARY KEY,
  last_seq bigint NOT NULL
);

CREATE TABLE idle_enforcer.event (
  organisation text NOT NULL,
  seq bigint NOT NULL,
  kind text NOT NULL,
  at bigint NOT NULL,
  sweep_id text,
  agent_id text,
  agent_name text,
  rule text,
  measured bigint,
  limit_ms bigint,
  rung bigint,
  actions text,
  reason text,
  correlation_id text,
  intent_id text,
  delay bigint,
  actor text,
  trace_id text,
  PRIMARY KEY (organisation, seq)
);
CREATE INDEX event_agent ON idle_enforcer.event (organisation, agent_id, at);
CREATE INDEX event_at ON idle_enforcer.event (organisation, at);
CREATE INDEX event_intent ON idle_enforcer.event (organisation, intent_id) WHERE intent_id IS NOT NULL;

CREATE FUNCTION idle_enforcer.only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND current_setting('idle_enforcer.pruning', true) = 'on' THEN RETURN OLD; END IF;
  RAISE EXCEPTION 'The record is only ever added to.';
END $$;
CREATE TRIGGER event_is_only_added BEFORE UPDATE OR DELETE ON idle_enforcer.event
FOR EACH ROW EXECUTE FUNCTION idle_enforcer.only_added();

CREATE FUNCTION idle_enforcer.epoch_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR NEW.epoch < OLD.epoch
    OR (NEW.holder NOT IN (OLD.holder, '') AND NEW.epoch = OLD.epoch)
  THEN RAISE EXCEPTION 'The epoch of the lease grows with each taking, and is never reset.'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER lease_epoch_grows BEFORE UPDATE OR DELETE ON idle_enforcer.lease
FOR EACH ROW EXECUTE FUNCTION idle_enforcer.epoch_grows();

CREATE TABLE idle_enforcer.sweep_count (
  organisation text NOT NULL,
  at bigint NOT NULL,
  online bigint NOT NULL,
  kept bigint NOT NULL,
  -- JSON, numbers by what held agents back; NULL when none was.
  deferred text,
  PRIMARY KEY (organisation, at)
);

CREATE TABLE idle_enforcer.agent (
  organisation text NOT NULL,
  id text NOT NULL,
  name text NOT NULL,
  email text NOT NULL,
  profile text,
  exempt text,
  seen bigint NOT NULL,
  PRIMARY KEY (organisation, id)
);

CREATE TABLE idle_enforcer.pause (
  organisation text PRIMARY KEY,
  since bigint NOT NULL,
  until bigint,
  reason text,
  actor text
);

-- What another process asks of the worker.
CREATE TABLE idle_enforcer.request (
  organisation text NOT NULL,
  name text NOT NULL,
  PRIMARY KEY (organisation, name)
);

CREATE TABLE idle_enforcer.fact (
  organisation text NOT NULL,
  name text NOT NULL,
  value text NOT NULL,
  PRIMARY KEY (organisation, name)
);

CREATE TABLE idle_enforcer.worker (
  organisation text PRIMARY KEY,
  holder text NOT NULL,
  command text NOT NULL,
  version text NOT NULL,
  pid bigint NOT NULL,
  host text NOT NULL,
  boot text NOT NULL,
  started_at bigint NOT NULL,
  -- When the last sweep began, and how far apart two of them usually are.
  swept_at bigint NOT NULL,
  interval bigint NOT NULL
);

-- Messages that wait to be delivered.
CREATE TABLE idle_enforcer.outbox (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  organisation text NOT NULL,
  id text NOT NULL,
  -- Its name: an address is a secret.
  channel text NOT NULL,
  key text NOT NULL,
  at bigint NOT NULL,
  next_at bigint NOT NULL,
  tries bigint NOT NULL,
  body text NOT NULL,
  UNIQUE (organisation, id),
  UNIQUE (organisation, channel, key)
);

-- Rows that could not be used.
CREATE TABLE idle_enforcer.damaged (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  organisation text NOT NULL,
  at bigint NOT NULL,
  source text NOT NULL,
  key text NOT NULL,
  body text NOT NULL,
  why text NOT NULL
);
`;

/** Answers to warnings are remembered of an agent from here on: an older program must not take what it does not know for damaged. */
const STAYS = 'SELECT 1;';

const REPLICAS = `
-- Processes that share the organisations of this database.
CREATE TABLE idle_enforcer.replica (
  id text PRIMARY KEY,
  -- When it said last that it lives.
  seen timestamptz NOT NULL,
  -- Organisations that it is able to hold, and those that it holds: JSON, lists of names.
  able text NOT NULL,
  held text NOT NULL
);

-- When an organisation was last moved from one to another: one row.
CREATE TABLE idle_enforcer.move (at timestamptz NOT NULL);
INSERT INTO idle_enforcer.move VALUES (to_timestamp(0));
`;

/** The script at index n makes version n + 1 of version n. */
export const MIGRATIONS: readonly string[] = [FIRST, STAYS, REPLICAS];

/** "idle" in ASCII: whoever migrates this database waits for the others. */
const MIGRATION_LOCK = 0x69646c65;
/** `SQL_ASCII` keeps bytes as they come. */
const HOLD_ALL_TEXTS: ReadonlySet<string> = new Set(['UTF8', 'SQL_ASCII']);
/** Indexes of a large table take their time. */
const LONGEST_MIGRATION: Duration = 600 * SECOND;

/** The version of what is stored, and what this program would make of it. */
export async function storedVersion(db: Asking): Promise<number> {
  // Tables of the catalogue, unlike functions such as to_regclass, never answer from before a lock was waited for.
  const found = await db.rows(
    "SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = 'idle_enforcer' AND tablename = 'version'",
  );
  if (found.length === 0) return 0;
  const [row] = await db.rows('SELECT version FROM idle_enforcer.version');
  return Number(row?.[0] ?? 0);
}

/** Throws where a later version of the program made what is stored. */
export function checkVersion(version: number, known: number, place: string): void {
  if (version > known)
    throw databaseError('newer', place, `its version is ${version}, this program knows ${known}`);
}

/** In another encoding the first agent with a letter that it lacks would stop every write. */
async function mustHoldAllTexts(db: Database): Promise<void> {
  const [row] = await db.rows("SELECT current_setting('server_encoding')");
  const encoding = String(row?.[0]);
  if (HOLD_ALL_TEXTS.has(encoding)) return;
  const advice = "Create a database with ENCODING 'UTF8' and name that one.";
  throw new StoreError(
    'unwritable',
    db.place,
    `The database ${db.place} keeps its texts as ${encoding}, which has no letters for many names. ${advice}`,
  );
}

/** Brings the database to the newest version, wholly or not at all, whoever else starts at the same moment. */
export async function migrate(db: Database, migrations: readonly string[]): Promise<void> {
  const before = await storedVersion(db);
  checkVersion(before, migrations.length, db.place);
  await mustHoldAllTexts(db);
  if (before === migrations.length) return;
  await db.transaction(async (tx) => {
    await tx.run('SET LOCAL lock_timeout = 0');
    await tx.rows('SELECT pg_advisory_xact_lock($1)', MIGRATION_LOCK);
    // Asked under the lock: another process may have been quicker.
    const version = await storedVersion(tx);
    checkVersion(version, migrations.length, db.place);
    if (version === migrations.length) return;
    // Whoever may not make schemas in this database may be given this one.
    const schema = await tx.rows("SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = 'idle_enforcer'");
    if (schema.length === 0) await tx.run('CREATE SCHEMA idle_enforcer');
    for (const script of migrations.slice(version)) await tx.script(script);
    await tx.run('CREATE TABLE IF NOT EXISTS idle_enforcer.version (version bigint NOT NULL)');
    await tx.run('DELETE FROM idle_enforcer.version');
    await tx.run('INSERT INTO idle_enforcer.version VALUES ($1)', migrations.length);
  }, LONGEST_MIGRATION);
}
