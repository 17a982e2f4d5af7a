/** Forgetting what is older than the retention. */
import type { Instant } from '../../domain/time/time.ts';
import { pruneCounts } from './counts.ts';
import { pruneDamaged } from './damage.ts';
import type { Database } from './database.ts';
import { SEEN_AT } from './statements.ts';

/** Forgets events older than `before`, and agents and memories not seen since; to be called inside a transaction. */
export function forgetBefore(db: Database, before: Instant): void {
  db.run('INSERT INTO pruning (id) VALUES (1)');
  db.run('DELETE FROM event WHERE at < ?', before);
  db.run('DELETE FROM pruning');
  pruneCounts(db, before);
  pruneDamaged(db, before);
  db.run(`DELETE FROM memory WHERE ${SEEN_AT} < ?`, before);
  // Names are stored when they change, so an old one may be that of an agent seen today.
  db.run('DELETE FROM agent WHERE seen < ? AND id NOT IN (SELECT agent_id FROM memory)', before);
}

/** Gives the space back that was freed. */
export function giveBackSpace(db: Database): void {
  db.exec('PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)');
}
