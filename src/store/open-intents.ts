/** Intents of which the record does not tell what became: a crash, or the loss of the store, came between. */
import type { StoredEvent } from '../domain/record.ts';
import { eventOf } from './codec.ts';
import type { Database } from './database.ts';
import { factOf, SAVE_FACT } from './statements.ts';

/** The fact that says up to which event every intent has its outcome. */
const SETTLED = 'settled_seq';

/** Intents without a later outcome, behind a place in the record. */
const OPEN_INTENTS = `SELECT * FROM event AS intent WHERE seq > ? AND kind = 'intent' AND NOT EXISTS (
  SELECT 1 FROM event AS outcome WHERE outcome.intent_id = intent.intent_id AND outcome.seq > intent.seq
    AND outcome.kind IN ('verified', 'unverified', 'failed', 'dropped', 'sso_ended')
) ORDER BY seq`;

/** All of them, in order. Notes how far the record is settled: an outcome is never taken back, and a record may be of years. */
export function readOpenIntents(db: Database): readonly StoredEvent[] {
  const settled = Number(factOf(db, SETTLED) ?? 0);
  const newest = Number(db.get('SELECT max(seq) AS seq FROM event')?.['seq'] ?? 0);
  const open = db.all(OPEN_INTENTS, settled).map(eventOf);
  const until = (open[0]?.seq ?? newest + 1) - 1;
  if (until > settled) db.run(SAVE_FACT, SETTLED, String(until));
  return open;
}
