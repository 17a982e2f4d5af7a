/**
 * What the worker leaves behind of its last sweep, in numbers, so that `status` and `list` can tell of it from the store alone.
 * One fact of the store; nothing in it is personal.
 */
import { z } from 'zod';
import type { PeakStanding } from '../domain/licence/near-peak.ts';
import type { Mode } from '../domain/policy/policy.ts';
import type { SweepReport } from '../ports/metrics.ts';
import * as bodies from './bodies.ts';

/** Under which name the fact stands. */
export const SWEEP_NOTE = 'last_sweep';

/** What is kept of a sweep. */
export type SweepNumbers = Pick<
  SweepReport,
  | 'sweepId'
  | 'startedAt'
  | 'took'
  | 'complete'
  | 'fault'
  | 'hold'
  | 'listed'
  | 'seen'
  | 'online'
  | 'clockError'
  | 'breakerHolds'
  | 'overdue'
  | 'left'
  | 'nextDueAt'
  | 'peak'
> & {
  readonly verdicts: Readonly<Record<string, number>>;
  readonly unknown: Readonly<Record<string, number>>;
  readonly deferred: Readonly<Record<string, number>>;
  readonly outcomes: Readonly<Record<string, number>>;
  /** Earlier versions did not count them. */
  readonly engagedTooLong?: number | undefined;
};

/** The last sweep, and the policy that it used. */
export interface SweepNote extends SweepNumbers {
  readonly organisation: string;
  readonly mode: Mode;
  readonly policy: string;
}

const VERSION = 1;
const counts = z.record(z.string(), z.number().min(0));

const shape = z.object({
  organisation: z.string(),
  mode: z.enum(['observe', 'enforce']),
  policy: z.string(),
  sweepId: z.string(),
  startedAt: bodies.instant,
  took: bodies.duration,
  complete: z.boolean(),
  fault: z.string().optional(),
  hold: z.enum(['paused', 'clock', 'store', 'incomplete', 'settling']).optional(),
  listed: bodies.count,
  seen: bodies.count,
  online: bodies.count,
  clockError: z.number(),
  breakerHolds: bodies.count,
  overdue: bodies.count,
  left: bodies.count,
  engagedTooLong: bodies.count.optional(),
  nextDueAt: bodies.instant.optional(),
  peak: z
    .object({
      online: bodies.count.optional(),
      peak: bodies.count,
      learntAt: bodies.instant.optional(),
    } satisfies Readonly<Record<keyof PeakStanding, z.ZodType>>)
    .optional(),
  verdicts: counts,
  unknown: counts,
  deferred: counts,
  outcomes: counts,
} satisfies Readonly<Record<keyof SweepNote, z.ZodType>>);

/** The note of a sweep as it stands in the store. */
export function sweepNoteBody(
  report: SweepReport,
  { organisation, mode, policy }: Pick<SweepNote, 'organisation' | 'mode' | 'policy'>,
): string {
  return JSON.stringify({ v: VERSION, body: { ...report, organisation, mode, policy } });
}

/** The note, if it is one that can be used: a version that knows more, or a file that was damaged, leaves none. */
export function sweepNoteOf(text: string | undefined): SweepNote | undefined {
  if (text === undefined) return undefined;
  try {
    const { v, body } = z.object({ v: z.number(), body: z.unknown() }).parse(JSON.parse(text));
    return v === VERSION ? (shape.parse(body) as SweepNote) : undefined;
  } catch {
    return undefined;
  }
}
