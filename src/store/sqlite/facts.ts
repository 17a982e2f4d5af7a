/** Small facts by name, what the store notes among them, and what other processes ask of the worker. */
import type { PlatformBehaviour } from '../../domain/tracking/platform-behaviour.ts';
import { learntOf } from '../codec.ts';
import { isOwnNote, NOTES } from '../notes.ts';
import type { DamagedRow } from './damage.ts';
import type { Database } from './database.ts';
import { factOf } from './statements.ts';

/** All facts but what the store notes for itself. */
export function readFacts(db: Database): ReadonlyMap<string, string> {
  const rows = db.all('SELECT name, value FROM fact ORDER BY name');
  const facts = rows.map((row) => [String(row['name']), String(row['value'])] as const);
  return new Map(facts.filter(([name]) => !isOwnNote(name)));
}

/** What has been learnt of the platform, and the row that holds none of it. */
export function readLearnt(db: Database): {
  readonly learnt: PlatformBehaviour | undefined;
  readonly damaged: readonly DamagedRow[];
} {
  const body = factOf(db, NOTES.learnt);
  const read = body === undefined ? undefined : learntOf(body);
  if (body === undefined || read === undefined) return { learnt: undefined, damaged: [] };
  if (read.ok) return { learnt: read.value, damaged: [] };
  return { learnt: undefined, damaged: [{ source: 'fact', key: NOTES.learnt, body, why: read.why }] };
}

/** Whether a process asked for `resume`: hardly ever, so it is looked up before a lock is taken. */
export function isResumeWanted(db: Database): boolean {
  return db.get("SELECT 1 FROM request WHERE name = 'resume'") !== undefined;
}

/** Takes the request away; false where there is none any more. Part of a transaction. */
export function takeResumeRequest(db: Database): boolean {
  return db.run("DELETE FROM request WHERE name = 'resume'") > 0;
}

/** Part of a transaction. */
export function addResumeRequest(db: Database): void {
  db.run("INSERT INTO request (name) VALUES ('resume') ON CONFLICT DO NOTHING");
}
