/** The durable series of head-counts: one short row a sweep. */
import type { SweepCount } from '../domain/record.ts';
import type { Instant } from '../domain/time.ts';
import { numbersIn } from './codec.ts';
import type { Database, Row } from './database.ts';

const SAVE = `INSERT INTO sweep_count (at, online, kept, deferred) VALUES (?, ?, ?, ?)
  ON CONFLICT (at) DO UPDATE SET online = excluded.online, kept = excluded.kept, deferred = excluded.deferred`;

/** Writes one row; to be called inside the sweep's transaction. */
export function saveCount(db: Database, { at, online, kept, deferred }: SweepCount): void {
  const held = Object.keys(deferred).length === 0 ? null : JSON.stringify(deferred);
  db.run(SAVE, Math.floor(at), online, kept, held);
}

/** The counts from `from` on and before `to`, in order. */
export function readCounts(db: Database, from: Instant, to: Instant): SweepCount[] {
  return db.all('SELECT * FROM sweep_count WHERE at >= ? AND at < ? ORDER BY at', from, to).map(countOf);
}

/** Forgets what is older; to be called inside a transaction. */
export function pruneCounts(db: Database, before: Instant): void {
  db.run('DELETE FROM sweep_count WHERE at < ?', before);
}

function countOf(row: Row): SweepCount {
  const { at, online, kept, deferred } = row;
  return { at: Number(at), online: Number(online), kept: Number(kept), deferred: numbersIn(deferred) };
}
