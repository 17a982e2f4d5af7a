/**
 * The lease of the one worker that may act. It runs out by itself, but a worker that crashed should not keep its
 * successor waiting: a holder that is certainly gone is succeeded at once.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import process from 'node:process';
import { DAY, MINUTE, type Duration, type Instant } from '../../domain/time/time.ts';
import type { Database, Row } from './database.ts';
import { NOTES } from './notes.ts';
import { factOf, SAVE_FACT } from './statements.ts';

/** Sweeps a few seconds apart do not need a lease that is written anew every few seconds. */
const SHORTEST_LEASE: Duration = 2 * MINUTE;
/** A worker that sweeps less often than this is none. */
const LONGEST_INTERVAL: Duration = 400 * DAY;

/** Who asks for the lease, as other processes can see it. */
export interface Self {
  readonly pid: number;
  readonly host: string;
  /** Within which process ids mean the same: the running system and its process namespace. */
  readonly boot: string;
  readonly isAlive: (pid: number) => boolean;
}

export function thisProcess(): Self {
  return { pid: process.pid, host: hostname(), boot: bootOf(), isAlive };
}

/** How long a lease lasts of a worker whose longest time between two sweeps is this. */
export function leaseLength(longestInterval: Duration): Duration {
  return Math.max(SHORTEST_LEASE, 3 * longestInterval);
}

/** Takes or renews the lease. `found` is the lease as it stood when this store was opened. */
export function takeLease(
  db: Database,
  self: Self,
  found: Row | undefined,
  { holder, now, ttl }: { readonly holder: string; readonly now: Instant; readonly ttl: Duration },
): boolean {
  return db.transaction(() => {
    const row = readLease(db);
    const free =
      row === undefined ||
      row['holder'] === holder ||
      Number(row['until']) <= now ||
      isGone(row, self, found) ||
      isForgotten(db, row, now, ttl);
    if (!free) return false;
    db.run('DELETE FROM fact WHERE name = ?', NOTES.watched);
    db.run(
      `INSERT INTO lease (id, holder, until, pid, host, boot) VALUES (1, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET holder = excluded.holder, until = excluded.until, pid = excluded.pid,
         host = excluded.host, boot = excluded.boot`,
      holder,
      Math.round(now + ttl),
      self.pid,
      self.host,
      self.boot,
    );
    return true;
  });
}

/** Gives the lease back; another's is left alone. */
export function dropLease(db: Database, holder: string): void {
  db.transaction(() => db.run('DELETE FROM lease WHERE holder = ?', holder));
}

export function readLease(db: Database): Row | undefined {
  return db.get('SELECT holder, until, pid, host, boot FROM lease WHERE id = 1');
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

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { readonly code?: unknown }).code !== 'ESRCH';
  }
}

/** Empty where the system does not tell; then only the host's name counts. */
function bootOf(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return '';
  }
}
