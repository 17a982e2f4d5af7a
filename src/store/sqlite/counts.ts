/** The durable series of head-counts: one short row a sweep. */
import type { SweepCount } from '../../domain/record.ts';
import type { Instant } from '../../domain/time/time.ts';
import { numbersIn } from '../codec.ts';
import type { Database } from './database.ts';

const SAVE = `INSERT INTO sweep_count (at, online, kept, deferred) VALUES (?, ?, ?, ?)
  ON CONFLICT (at) DO UPDATE SET online = excluded.online, kept = excluded.kept, deferred = excluded.deferred`;

/** Writes one row; to be called inside the sweep's transaction. */
export function saveCount(db: Database, { at, online, kept, deferred }: SweepCount): void {
  const held = Object.keys(deferred).length === 0 ? null : JSON.stringify(deferred);
  db.run(SAVE, Math.floor(at), online, kept, held);
}

/** Counts of one page. */
const PAGE = 500;
const SELECT = `SELECT at, online, kept, deferred FROM sweep_count WHERE at >= ? AND at < ? ORDER BY at LIMIT ${PAGE}`;

/** The counts from `from` on and before `to`, in order, page by page. */
export function* countPages(db: Database, from: Instant, to: Instant): Generator<readonly SweepCount[]> {
  const read = reader();
  for (let next = from; ;) {
    const page = db.lists(SELECT, next, to).map(read);
    if (page.length > 0) yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    next = last.at + 1;
  }
}

/** Forgets what is older; to be called inside a transaction. */
export function pruneCounts(db: Database, before: Instant): void {
  db.run('DELETE FROM sweep_count WHERE at < ?', before);
}

/** The texts of what held agents back are few, and the same sweep after sweep. */
function reader(): (values: readonly unknown[]) => SweepCount {
  const known = new Map<unknown, SweepCount['deferred']>();
  return ([at, online, kept, text]) => {
    const deferred = known.get(text) ?? numbersIn(text);
    if (known.size < 1_000) known.set(text, deferred);
    return { at: Number(at), online: Number(online), kept: Number(kept), deferred };
  };
}
