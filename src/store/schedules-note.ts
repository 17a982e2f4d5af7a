/**
 * When each management unit was read last, for the next process: `once` makes one sweep, and schedules are read hourly. One fact of the
 * store; nothing in it is personal.
 */
import { z } from 'zod';
import type { Instant } from '../domain/time/time.ts';
import { instant } from './bodies.ts';

/** Under which name the fact stands. */
export const SCHEDULES_NOTE = 'schedules_read';

/** No organisation has more units. */
const MOST = 10_000;
const shape = z.array(z.tuple([z.string(), instant])).max(MOST);

/** The note as it stands in the store. */
export function schedulesNoteBody(readAt: ReadonlyMap<string, Instant>): string {
  return JSON.stringify([...readAt]);
}

/** When each unit was read; nothing where there is no note that can be used. */
export function schedulesNoteOf(text: string | undefined): ReadonlyMap<string, Instant> {
  try {
    return new Map(shape.parse(JSON.parse(text ?? '[]')));
  } catch {
    return new Map();
  }
}
