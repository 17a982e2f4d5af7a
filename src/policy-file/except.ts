/** The days of a calendar's `except`, as they are written: a date, a yearly date, or a range of either. */

/** One such day or range. `from` and `to` belong to it; a yearly range may run over the end of the year. */
export interface Days {
  readonly kind: 'date' | 'range' | 'yearly_range' | 'yearly_date';
  /** `2026-12-25`, or yearly `12-25`. */
  readonly from: string;
  readonly to: string;
}

/** Which counts where several have a day: the first of these. */
export const PRECEDENCE: readonly Days['kind'][] = ['date', 'range', 'yearly_range', 'yearly_date'];

/** What an editor can tell. */
export const DAYS_PATTERN = String.raw`^(?:\d{4}-)?\d{2}-\d{2}(?:\s*\.\.\s*(?:\d{4}-)?\d{2}-\d{2})?$`;
const DAYS = new RegExp(DAYS_PATTERN);

/** A leap year: every yearly date exists in it. */
const LEAP = '2028';

/** Reads a day or a range. */
export function parseDays(text: string): Days | undefined {
  const written = text.trim();
  if (!DAYS.test(written) || daysFault(written) !== undefined) return undefined;
  const [from = '', to = from] = written.split(/\s*\.\.\s*/);
  const yearly = isYearly(from);
  if (written.includes('..')) return { kind: yearly ? 'yearly_range' : 'range', from, to };
  return { kind: yearly ? 'yearly_date' : 'date', from, to };
}

/** What is wrong with a day or a range, as the end of a sentence about it; `undefined` when nothing is. */
export function daysFault(text: string): string | undefined {
  const written = text.trim();
  if (!DAYS.test(written))
    return 'is not a day; write 2026-12-25, every year 12-25, or a range such as 12-24..01-02';
  const [from = '', to = from] = written.split(/\s*\.\.\s*/);
  for (const day of [from, to]) if (!exists(day)) return `names ${day}, which no calendar has`;
  if (isYearly(from) !== isYearly(to)) return 'mixes years: write both ends with their year, or both without';
  if (!isYearly(from) && to < from) return `ends before it begins; write ${to}..${from}`;
  return undefined;
}

/** The number of the day in a leap year, from 0, of a yearly date. */
export function dayOfYear(yearly: string): number {
  return Math.round(
    (Date.parse(`${LEAP}-${yearly}T00:00:00Z`) - Date.parse(`${LEAP}-01-01T00:00:00Z`)) / 864e5,
  );
}

/** All days of a yearly range, as `dayOfYear` numbers them. */
export function daysOfYear({ from, to }: Pick<Days, 'from' | 'to'>): readonly number[] {
  const [first, last] = [dayOfYear(from), dayOfYear(to)];
  const length = last >= first ? last - first : last - first + 366;
  return Array.from({ length: length + 1 }, (_, i) => (first + i) % 366);
}

function isYearly(day: string): boolean {
  return day.length === 5;
}

function exists(day: string): boolean {
  const date = isYearly(day) ? `${LEAP}-${day}` : day;
  const at = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(date);
}
