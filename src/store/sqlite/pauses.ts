/** The kill switch, as it stands in its table. */
import type { Pause } from '../../domain/record.ts';
import type { Instant } from '../../domain/time/time.ts';
import { LAST_INSTANT } from '../bodies.ts';
import type { Database } from './database.ts';

/** The pause, whether or not its time is up. */
export function readPause(db: Database): Pause | undefined {
  const row = db.get('SELECT * FROM pause WHERE id = 1');
  if (row === undefined) return undefined;
  const { since, until, reason, actor } = row;
  return {
    since: instantOf(since),
    until: typeof until === 'number' ? instantOf(until) : undefined,
    reason: typeof reason === 'string' ? reason : undefined,
    by: typeof actor === 'string' ? actor : undefined,
  };
}

const SAVE = `INSERT INTO pause (id, since, until, reason, actor) VALUES (1, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET since = excluded.since, until = excluded.until, reason = excluded.reason, actor = excluded.actor
  WHERE excluded.until IS NULL OR pause.until <= max(excluded.since, excluded.until)`;

/** Sets or lifts it; to be called inside a transaction. */
export function writePause(db: Database, pause: Pause | undefined): void {
  if (pause === undefined) {
    db.run('DELETE FROM pause');
    return;
  }
  const { since, until, reason, by } = pause;
  db.run(SAVE, Math.round(since), until === undefined ? null : Math.round(until), reason ?? null, by ?? null);
}

/** A time that no calendar holds is as late, or as early, as there is one. */
function instantOf(value: unknown): Instant {
  return Math.min(Math.max(Number(value), -LAST_INSTANT), LAST_INSTANT);
}
