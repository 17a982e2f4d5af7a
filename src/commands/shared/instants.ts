/** Spans of time as they are written on the command line. */
import { DAY, parseDuration, type Instant, type Interval } from '../../domain/time/time.ts';
import { UsageError } from './exit.ts';

const DATE = /^\d{4}-\d\d-\d\d$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/** No record and no history is older. */
const EARLIEST: Instant = Date.parse('2000-01-01T00:00:00Z');

/** `2026-03-02` (midnight UTC), `2026-03-02T08:00:00Z`, `7d` (so long ago) or `now`; `option` is the one that was given it. Throws `UsageError`. */
export function momentOption(option: string, text: string, now: Instant): Instant {
  const wanted = text.trim();
  if (wanted === 'now') return now;
  const ago = parseDuration(wanted);
  const at = ago === undefined ? instantIn(wanted) : now - ago;
  if (at !== undefined && at >= EARLIEST) return at;
  throw new UsageError(
    `${option}: "${text}" is not a time: write 2026-03-02, 2026-03-02T08:00:00Z, or how long ago, like 7d, not before 2000.`,
  );
}

/** `undefined` for what is no instant, or on no day of the calendar such as 30 February. */
function instantIn(text: string): Instant | undefined {
  if (!DATE.test(text) && !TIME.test(text)) return undefined;
  const [at, day] = [Date.parse(text), Date.parse(text.slice(0, 10))];
  if (Number.isNaN(at) || Number.isNaN(day)) return undefined;
  return new Date(day).toISOString().startsWith(text.slice(0, 10)) ? at : undefined;
}

/** From and to, in that order; the last so many days unless said. Throws `UsageError`. */
export function spanOption(
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
  now: Instant,
  days: number,
): Interval {
  const end = to === undefined ? now : momentOption('--to', to, now);
  const start = from === undefined ? end - days * DAY : momentOption('--from', from, now);
  if (start < end) return { from: start, to: end };
  throw new UsageError('--from must be before --to.');
}
