/** Intents of which the record does not tell what became: a crash, or the loss of the store, came between. */
import { INTENT_OUTCOMES, type StoredEvent } from '../../domain/record.ts';
import { eventReader } from '../codec.ts';
import type { Database } from './database.ts';
import { NOTES } from '../notes.ts';
import { factOf, SAVE_FACT } from './statements.ts';

const { columns, read } = eventReader();

const OUTCOMES = INTENT_OUTCOMES.map((kind) => `'${kind}'`).join(', ');

/** Intents without a later outcome, behind a place in the record. */
const OPEN_INTENTS = `SELECT ${columns} FROM event AS intent WHERE seq > ? AND kind = 'intent' AND NOT EXISTS (
  SELECT 1 FROM event AS outcome WHERE outcome.intent_id = intent.intent_id AND outcome.seq > intent.seq
    AND outcome.kind IN (${OUTCOMES})
) ORDER BY seq`;

/** All of them, in order. Notes how far the record is settled: an outcome is never taken back, and a record may be of years. */
export function readOpenIntents(db: Database): readonly StoredEvent[] {
  const newest = Number(db.get('SELECT max(seq) AS seq FROM event')?.['seq'] ?? 0);
  const settled = settledUpTo(db, newest);
  const open = db.lists(OPEN_INTENTS, settled).flatMap((row) => read(row) ?? []);
  const until = (open[0]?.seq ?? newest + 1) - 1;
  if (until > settled) db.run(SAVE_FACT, NOTES.settled, String(until));
  return open;
}

/** What is no place in this record was damaged: it is gone through from its beginning. */
function settledUpTo(db: Database, newest: number): number {
  const seq = Number(factOf(db, NOTES.settled) ?? 0);
  return Number.isSafeInteger(seq) && seq >= 0 && seq <= newest ? seq : 0;
}
