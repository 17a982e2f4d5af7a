/** What is paused in other stores of the same folder, as a fleet keeps them. */
import { readdirSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import type { Pause } from '../../domain/record.ts';
import type { Duration, Instant } from '../../domain/time/time.ts';
import { StoreError } from '../errors.ts';
import { IN_MEMORY } from './files.ts';
import { openDatabase } from './open.ts';
import { readPause } from './pauses.ts';
import { factOf } from './statements.ts';

/** A worker may be writing there; nothing else happens in this process meanwhile. */
const BUSY: Duration = 200;

/** Pauses of the stores beside this one that have this fact. A file that is no store, or cannot be read, has none. */
export function pausesBeside(
  path: string,
  now: () => Instant,
  fact: string,
  value: string,
): readonly Pause[] {
  if (path === IN_MEMORY) return [];
  const folder = dirname(path);
  const others = readdirSync(folder).filter((file) => extname(file) === extname(path));
  return others.flatMap((file) => {
    const other = join(folder, file);
    return other === path ? [] : (pauseOf(other, now, fact, value) ?? []);
  });
}

function pauseOf(path: string, now: () => Instant, fact: string, value: string): Pause | undefined {
  try {
    const { db } = openDatabase(path, { now, readOnly: true, older: true, busyTimeout: BUSY });
    try {
      return factOf(db, fact) === value ? readPause(db) : undefined;
    } finally {
      db.close();
    }
  } catch (error) {
    if (error instanceof StoreError) return undefined;
    throw error;
  }
}
