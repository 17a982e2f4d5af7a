/**
 * What people have asked of the worker outlives the file in which it stood. A damaged file is asked for it part by part; what cannot be
 * read there is taken as this process read it last.
 */
import type { Pause } from '../../domain/record.ts';
import type { Instant } from '../../domain/time/time.ts';
import { ENDED_SESSION } from '../notes.ts';
import { rolloutIn, ROLLOUT_NOTES, withoutRecord } from '../rollout-note.ts';
import type { Database } from './database.ts';
import { goOnFrom, leaseRow } from './lease.ts';
import { readPause, writePause } from './pauses.ts';
import { SAVE_FACT } from './statements.ts';

export interface Carried {
  readonly pause: Pause | undefined;
  /** Of the lease: none comes twice. */
  readonly epoch: number;
  /** Rollouts that were stopped, and sessions of the page that were signed out. */
  readonly facts: ReadonlyMap<string, string>;
}

export const NOTHING_CARRIED: Carried = { pause: undefined, epoch: 0, facts: new Map() };

const FACTS = `SELECT name, value FROM fact WHERE name IN (${ROLLOUT_NOTES.map(() => '?').join()})
  OR (name >= ? AND name < ?)`;
/** Sorts after all sessions. */
const PAST_SESSIONS = `${ENDED_SESSION}\uffff`;

/** All of it. Throws `StoreError` where a part cannot be read. */
export function readCarried(db: Database): Carried {
  return { pause: readPause(db), epoch: epochIn(db), facts: factsIn(db) };
}

/** What a damaged file shows of it, and else what is known. */
export function salvaged(db: Database, known: Carried): Carried {
  return {
    pause: unlessDamaged(() => readPause(db), known.pause),
    epoch: unlessDamaged(() => epochIn(db), known.epoch),
    facts: unlessDamaged(() => factsIn(db), known.facts),
  };
}

function unlessDamaged<T>(read: () => T, known: T): T {
  try {
    return read();
  } catch {
    return known;
  }
}

function epochIn(db: Database): number {
  return leaseRow(db)?.epoch ?? 0;
}

/** Into a new file, whose record is empty. */
export function writeCarried(db: Database, { pause, epoch, facts }: Carried): void {
  writePause(db, pause);
  goOnFrom(db, epoch);
  writeFacts(db, facts);
}

function writeFacts(db: Database, facts: Carried['facts']): void {
  for (const [name, value] of withoutRecord(facts)) db.run(SAVE_FACT, name, value);
}

/** A file that came to the place of another may be an older copy, whose record knows nothing of a pause, or of the stop of a rollout. */
export function keepStopped(db: Database, { pause, facts }: Carried): void {
  if (pause !== undefined && !isOnRecord(db, pause.since, "'pause', 'resume'")) writePause(db, pause);
  const stoppedAt = rolloutIn(facts).candidate?.stopped?.at;
  if (stoppedAt !== undefined && !isOnRecord(db, stoppedAt, "'policy'")) writeFacts(db, facts);
}

/** Whether the record has any event of these kinds since then. */
function isOnRecord(db: Database, since: Instant, kinds: string): boolean {
  const sql = `SELECT 1 AS found FROM event WHERE at >= ? AND kind IN (${kinds}) LIMIT 1`;
  return db.get(sql, Math.floor(since)) !== undefined;
}

function factsIn(db: Database): ReadonlyMap<string, string> {
  const rows = db.all(FACTS, ...ROLLOUT_NOTES, ENDED_SESSION, PAST_SESSIONS);
  return new Map(rows.map((row) => [String(row['name']), String(row['value'])]));
}
