/**
 * What the last changes of the policy changed, in words, so that the page can tell of them. One fact of the store; nothing in it is
 * personal, and the record itself names the policies alone.
 */
import { z } from 'zod';
import type { Instant } from '../domain/time/time.ts';
import * as bodies from './bodies.ts';

/** Under which name the fact stands. */
export const POLICY_NOTE = 'policy_changes';

/** One policy that came into force in place of another. */
export interface PolicyChangeNote {
  readonly at: Instant;
  /** Hashes. */
  readonly was: string;
  readonly is: string;
  /** What differs, in sentences without a full stop. */
  readonly changes: readonly string[];
}

/** No more are kept, the newest first, each with no more differences, none of them longer. */
const KEPT = 5;
const MOST_CHANGES = 20;
const LONGEST = 300;
const VERSION = 1;

const shape = z.object({
  v: z.literal(VERSION),
  body: z.array(
    z.object({ at: bodies.instant, was: z.string(), is: z.string(), changes: z.array(z.string()) }),
  ),
});

/** The notes with one more, as they stand in the store. */
export function policyNoteBody(before: readonly PolicyChangeNote[], change: PolicyChangeNote): string {
  const more = change.changes.length - MOST_CHANGES;
  const told = change.changes
    .slice(0, MOST_CHANGES)
    .map((text) => Array.from(text).slice(0, LONGEST).join(''));
  const changes = more > 0 ? [...told, `and ${more} more changes`] : told;
  return JSON.stringify({ v: VERSION, body: [{ ...change, changes }, ...before].slice(0, KEPT) });
}

/** The notes, the newest first; none where they cannot be used. */
export function policyNotesOf(text: string | undefined): readonly PolicyChangeNote[] {
  if (text === undefined) return [];
  try {
    return shape.parse(JSON.parse(text)).body;
  } catch {
    return [];
  }
}
