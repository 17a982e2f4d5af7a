/** What the record says of returns: of which kind, after whose log-off, and which source of evidence showed it. Pure. */
import type { RecordEvent } from '../../domain/record.ts';
import { SECOND, type Duration, type Instant } from '../../domain/time/time.ts';

/** One return. */
export interface ReturnRead {
  readonly at: Instant;
  /** Within the window and without a sign of the person; else a login. */
  readonly silent: boolean;
  /** After a log-off of ours. */
  readonly own: boolean;
  /** The source of evidence that showed afterwards that the browser had come back. */
  readonly shownBy: string | undefined;
  /** Since the departure. */
  readonly delay: Duration | undefined;
}

const REASON =
  /^(?<kind>silent|late) after (?<whose>our log-off|the platform’s)(?:, shown by (?<source>\S+))?$/;

/** Reads the line of a return. What an older version may have said in other words counts as the platform's, and silent. */
export function returnIn({
  at,
  reason = '',
  delay,
}: Pick<RecordEvent, 'at' | 'reason' | 'delay'>): ReturnRead {
  const { kind, whose, source } = REASON.exec(reason)?.groups ?? {};
  return { at, silent: kind !== 'late', own: whose === 'our log-off', shownBy: source, delay };
}

/** Stamps of the same return lie no further apart: some are rounded to seconds. */
const SAME: Duration = 2 * SECOND;

/**
 * Whether this line tells anew of the return that was the last one on record of the same agent: what looked like a person at first was
 * shown to be a browser afterwards.
 */
export function tellsAnew(next: ReturnRead, last: ReturnRead | undefined): last is ReturnRead {
  return next.shownBy !== undefined && last !== undefined && Math.abs(next.at - last.at) <= SAME;
}
