/** What people ask of the worker, what it tells of itself, and small facts. */
import type { Pause, SweepBegun, WorkerTrace } from '../../domain/record.ts';
import type { Self } from '../self.ts';
import type { Asking } from './database.ts';
import { DATABASE_NOW, type MachineClock } from './machine-clock.ts';
import { storable, storableOr, type Organisation } from './organisation.ts';

/** The pause, whether or not its time is up, by this machine's clock. */
export async function readPause({ db, name, clock }: Organisation): Promise<Pause | undefined> {
  const [row] = await db.rows(`${PAUSES} WHERE organisation = $1`, name);
  return row && pauseIn(row, clock);
}

const PAUSES = `SELECT since, until, reason, actor, ${DATABASE_NOW} FROM idle_enforcer.pause`;

function pauseIn([since, until, reason, actor, now]: readonly unknown[], clock: MachineClock): Pause {
  const ahead = clock.aheadOf(now);
  return {
    since: Number(since) + ahead,
    until: until === null ? undefined : Number(until) + ahead,
    reason: typeof reason === 'string' ? reason : undefined,
    by: typeof actor === 'string' ? actor : undefined,
  };
}

/** See `Store.pausesElsewhere`. */
export async function pausesElsewhere(
  { db, name, clock }: Organisation,
  fact: string,
  value: string,
): Promise<readonly Pause[]> {
  const sql = `${PAUSES} JOIN idle_enforcer.fact USING (organisation) WHERE organisation <> $1 AND name = $2 AND value = $3`;
  return (await db.rows(sql, name, fact, value)).map((row) => pauseIn(row, clock));
}

const SET_PAUSE = `INSERT INTO idle_enforcer.pause (organisation, since, until, reason, actor) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (organisation) DO UPDATE SET since = excluded.since, until = excluded.until, reason = excluded.reason,
    actor = excluded.actor
  WHERE excluded.until IS NULL OR pause.until <= greatest(excluded.since, excluded.until)`;

/** Sets or lifts it, by the database's clock, which all replicas know; to be called inside a transaction. */
export async function writePause(
  tx: Asking,
  { name, clock }: Organisation,
  pause: Pause | undefined,
): Promise<void> {
  if (pause === undefined) {
    await tx.run('DELETE FROM idle_enforcer.pause WHERE organisation = $1', name);
    return;
  }
  const { since, until, reason, by } = pause;
  const ahead = await clock.ahead(tx);
  const end = until === undefined ? null : Math.round(until - ahead);
  await tx.run(SET_PAUSE, name, Math.round(since - ahead), end, storableOr(reason), storableOr(by));
}

/** Whether somebody asked for `resume`. */
export async function isResumeWanted(db: Asking, organisation: string): Promise<boolean> {
  const sql = "SELECT 1 FROM idle_enforcer.request WHERE organisation = $1 AND name = 'resume'";
  return (await db.rows(sql, organisation)).length > 0;
}

/** Takes that away; false where another was quicker. */
export async function takeResume(tx: Asking, organisation: string): Promise<boolean> {
  const sql = "DELETE FROM idle_enforcer.request WHERE organisation = $1 AND name = 'resume'";
  return (await tx.run(sql, organisation)) > 0;
}

export async function requestResume(tx: Asking, organisation: string): Promise<void> {
  const sql =
    "INSERT INTO idle_enforcer.request (organisation, name) VALUES ($1, 'resume') ON CONFLICT DO NOTHING";
  await tx.run(sql, organisation);
}

/** All facts, also those that the store notes for itself. */
export async function readFacts(
  db: Asking,
  organisation: string,
): Promise<readonly (readonly [string, string])[]> {
  const sql = 'SELECT name, value FROM idle_enforcer.fact WHERE organisation = $1 ORDER BY name';
  return (await db.rows(sql, organisation)).map(([name, value]) => [String(name), String(value)]);
}

const SAVE_FACTS = `INSERT INTO idle_enforcer.fact (organisation, name, value)
  SELECT $1, name, value FROM unnest($2::text[], $3::text[]) AS given (name, value)
  ON CONFLICT (organisation, name) DO UPDATE SET value = excluded.value`;

export async function saveFacts(
  tx: Asking,
  organisation: string,
  facts: ReadonlyMap<string, string>,
): Promise<void> {
  if (facts.size === 0) return;
  await tx.run(SAVE_FACTS, organisation, [...facts.keys()].map(storable), [...facts.values()].map(storable));
}

const HELD_ELSEWHERE = `SELECT organisation FROM idle_enforcer.fact JOIN idle_enforcer.lease USING (organisation)
  WHERE organisation <> $1 AND name = $2 AND value = $3 AND holder <> '' AND until > clock_timestamp() ORDER BY organisation`;

/** See `Store.heldElsewhere`. */
export async function heldElsewhere(
  db: Asking,
  organisation: string,
  fact: string,
  value: string,
): Promise<readonly string[]> {
  return (await db.rows(HELD_ELSEWHERE, organisation, fact, value)).map(([name]) => String(name));
}

const SAVE_TRACE = `INSERT INTO idle_enforcer.worker
  (organisation, holder, command, version, pid, host, boot, started_at, swept_at, interval)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
  ON CONFLICT (organisation) DO UPDATE SET holder = excluded.holder, command = excluded.command,
    version = excluded.version, pid = excluded.pid, host = excluded.host, boot = excluded.boot,
    started_at = excluded.started_at, swept_at = excluded.swept_at, interval = excluded.interval`;

/** Notes that a sweep begins; to be called inside a transaction. */
export async function saveTrace(
  tx: Asking,
  { name, clock }: Organisation,
  { pid, host, boot }: Self,
  { holder, command, version, startedAt, sweptAt, interval }: SweepBegun,
): Promise<void> {
  const ahead = await clock.ahead(tx);
  const times = [startedAt - ahead, sweptAt - ahead, interval].map(Math.round);
  await tx.run(SAVE_TRACE, name, holder, command, version, pid, host, boot, ...times);
}

/** The process that swept last; `undefined` before the first sweep. From another machine its end cannot be seen. */
export async function readTrace(
  { db, name, clock }: Organisation,
  self: Self,
): Promise<WorkerTrace | undefined> {
  const columns = 'holder, command, version, pid, host, boot, started_at, swept_at, interval';
  const sql = `SELECT ${columns}, ${DATABASE_NOW} FROM idle_enforcer.worker WHERE organisation = $1`;
  const [row] = await db.rows(sql, name);
  if (row === undefined) return undefined;
  const [holder, command, version, pid, host, boot, startedAt, sweptAt, interval, now] = row;
  const ahead = clock.aheadOf(now);
  const isHere = host === self.host && boot === self.boot;
  return {
    holder: String(holder),
    command: command === 'once' ? 'once' : 'run',
    version: String(version),
    pid: Number(pid),
    host: String(host),
    startedAt: Number(startedAt) + ahead,
    sweptAt: Number(sweptAt) + ahead,
    interval: Number(interval),
    state: isHere && command === 'run' && !self.isAlive(Number(pid)) ? 'gone' : 'running',
  };
}
