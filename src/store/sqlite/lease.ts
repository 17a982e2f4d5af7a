/**
 * The lease of the one worker that may act. It runs out by itself, but a worker that crashed should not keep its
 * successor waiting: a holder that is certainly gone is succeeded at once.
 */
import type { LeaseGrant, LeaseTrace } from '../../domain/record.ts';
import { DAY, MINUTE, type Duration, type Instant } from '../../domain/time/time.ts';
import type { LeaseRow } from '../fence.ts';
import type { Self } from '../self.ts';
import type { Database, Row } from './database.ts';
import { NOTES } from '../notes.ts';
import { factOf, SAVE_FACT } from './statements.ts';

/** Sweeps a few seconds apart do not need a lease that is written anew every few seconds. */
const SHORTEST_LEASE: Duration = 2 * MINUTE;
/** A worker that sweeps less often than this is none. */
const LONGEST_INTERVAL: Duration = 400 * DAY;

/** How long a lease lasts of a worker whose longest time between two sweeps is this. */
export function leaseLength(longestInterval: Duration): Duration {
  return Math.max(SHORTEST_LEASE, 3 * longestInterval);
}

/** Takes or renews the lease; `undefined` where another holds it. `found` is the lease as it stood when this store was opened. */
export function takeLease(
  db: Database,
  self: Self,
  found: Row | undefined,
  { holder, now, ttl, quiet }: LeaseAsked,
): LeaseGrant | undefined {
  return db.transaction(() => {
    const row = readLease(db);
    const taken = takenFrom(db, row, self, found, { holder, now, ttl, quiet });
    if (taken === undefined) return undefined;
    db.run('DELETE FROM fact WHERE name = ?', NOTES.watched);
    const [epoch, actFrom] = [taken.epoch, Math.round(taken.actFrom)];
    db.run(SAVE, holder, Math.round(now + ttl), self.pid, self.host, self.boot, epoch, quiet, actFrom);
    return { epoch, actsAfter: Math.max(0, actFrom - now) };
  });
}

/** What is asked for: by whom, when, for how long, and how long requests may be under way after that. */
export interface LeaseAsked {
  readonly holder: string;
  readonly now: Instant;
  readonly ttl: Duration;
  readonly quiet: Duration;
}

const SAVE = `INSERT INTO lease (id, holder, until, pid, host, boot, epoch, quiet, act_from)
  VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET holder = excluded.holder, until = excluded.until, pid = excluded.pid,
    host = excluded.host, boot = excluded.boot, epoch = excluded.epoch, quiet = excluded.quiet,
    act_from = excluded.act_from`;

/** The epoch of the asker, and from when on the asker may act; `undefined` where another holds the lease. */
function takenFrom(
  db: Database,
  row: Row | undefined,
  self: Self,
  found: Row | undefined,
  { holder, now, ttl }: LeaseAsked,
): { readonly epoch: number; readonly actFrom: Instant } | undefined {
  if (row === undefined) return { epoch: 1, actFrom: 0 };
  const [epoch, actFrom] = [Number(row['epoch']), Number(row['act_from'])];
  if (row['holder'] === holder) return { epoch, actFrom };
  // What an earlier holder may have under way is not over sooner because the one between has gone.
  if (row['holder'] === RELEASED || isGone(row, self, found)) return { epoch: epoch + 1, actFrom };
  if (Number(row['until']) <= now || isForgotten(db, row, now, ttl))
    return { epoch: epoch + 1, actFrom: Math.max(actFrom, now + Number(row['quiet'])) };
  return undefined;
}

/** Stands in place of the holder of a lease that was given back. */
const RELEASED = '';

/** A new store goes on where the epochs of the one before ended. */
export function goOnFrom(db: Database, epoch: number): void {
  if (epoch > 0) db.run(SAVE, RELEASED, 0, 0, '', '', epoch, 0, 0);
}

/** Gives the lease back; another's is left alone. Nobody acts before `actFrom`. */
export function dropLease(db: Database, holder: string, actFrom: Instant): void {
  db.transaction(() => db.run(DROP, Math.round(actFrom), holder));
}

const DROP = `UPDATE lease SET holder = '${RELEASED}', until = 0, act_from = max(act_from, ?) WHERE holder = ?`;

/** The row of the lease, whether or not it is held. */
export function readLease(db: Database): Row | undefined {
  return db.get('SELECT holder, until, pid, host, boot, epoch, quiet, act_from FROM lease WHERE id = 1');
}

/** The lease as others see it; `undefined` where it was given back, or never taken. */
export function leaseTrace(db: Database): LeaseTrace | undefined {
  const row = readLease(db);
  if (row === undefined || row['holder'] === RELEASED) return undefined;
  return { holder: String(row['holder']), epoch: Number(row['epoch']), until: Number(row['until']) };
}

/** What each write of a worker checks. */
export function leaseRow(db: Database): LeaseRow | undefined {
  const row = db.get('SELECT holder, epoch FROM lease WHERE id = 1');
  return row && { holder: String(row['holder']), epoch: Number(row['epoch']) };
}

/**
 * A lease that ends later than any worker of this store would have it: its row was damaged, or the clock was wrong when
 * it was taken. Its end says nothing, but a living holder renews it. So it is watched by our own clock, from process to
 * process, and is free when it has not been renewed for as long as it could have lasted.
 */
function isForgotten(db: Database, row: Row, now: Instant, ttl: Duration): boolean {
  const interval = Number(db.get('SELECT interval FROM worker WHERE id = 1')?.['interval'] ?? 0);
  const longest = Math.max(ttl, leaseLength(Math.min(interval, LONGEST_INTERVAL)));
  const state = `${String(row['holder'])} ${String(row['until'])}`;
  if (Number(row['until']) - now <= longest) return false;
  const [since = '', ...rest] = (factOf(db, NOTES.watched) ?? '').split(' ');
  const watched = rest.join(' ') === state && Number(since) <= now ? now - Number(since) : undefined;
  if (watched === undefined) db.run(SAVE_FACT, NOTES.watched, `${now} ${state}`);
  return watched !== undefined && watched >= longest;
}

/** Is the holder certainly a worker that runs no more? */
function isGone(row: Row, self: Self, found: Row | undefined): boolean {
  if (row['host'] !== self.host) return false;
  // A restarted container has the same process id again, so its predecessor's looks alive. Only a lease that has not
  // been renewed since we started can be a predecessor's: two containers of one name must not keep ousting each other.
  if (row['pid'] === self.pid)
    return row['holder'] === found?.['holder'] && row['until'] === found?.['until'];
  // From another container of the same name, the process could not be seen even if it lives.
  return row['boot'] === self.boot && !self.isAlive(Number(row['pid']));
}
