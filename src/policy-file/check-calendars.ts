/** Whether the exceptions of a calendar make sense together. */
import { normaliseName } from '../domain/name.ts';
import { toWindows } from './calendars.ts';
import { entriesAt, isBlock, part, warn, type Checking } from './checking.ts';
import { daysOfYear, dayOfYear, parseDays, type Days } from './except.ts';
import { exception } from './schema-calendar.ts';
import type { Path } from './source.ts';

type Checked = Pick<Checking, 'source' | 'faults' | 'warnings'>;

/** A yearly range longer than this was probably written the wrong way round. */
const HALF_A_YEAR = 183;

/** Adds the faults of all calendars. Answers the names that rules may give them, in the form in which they are compared. */
export function checkCalendars(checking: Checked): ReadonlySet<string> {
  const { source, faults } = checking;
  const names = new Set<string>();
  const all = source.at(['calendars']);
  for (const name of typeof all === 'object' && all !== null ? Object.keys(all) : []) {
    const form = normaliseName(name);
    if (names.has(form))
      faults.add(['calendars', name], 'another calendar has this name already', { atKey: true });
    names.add(form);
    checkExceptions(checking, ['calendars', name, 'except']);
  }
  return names;
}

/** Names of calendars that are each agent's own shift. */
export function shiftCalendars({ source }: Pick<Checked, 'source'>): ReadonlySet<string> {
  const value = source.at(['calendars']);
  const names = Object.entries(isBlock(value) ? value : {}).filter(
    ([, entry]) => isBlock(entry) && entry['source'] === 'wfm',
  );
  return new Set(names.map(([name]) => normaliseName(name)));
}

/** One entry of `except`, with where it stands. */
interface Entry extends Days {
  readonly text: string;
  readonly path: Path;
  /** Its windows, in one text for all spellings. */
  readonly windows: string;
}

function checkExceptions(checking: Checked, path: Path): void {
  const entries = entriesAt(checking.source, path).flatMap((raw, i): readonly Entry[] => {
    // What has a fault of its own is told elsewhere.
    const entry = part(exception, raw);
    if (entry === undefined) return [];
    const [text = '', hours = []] = typeof entry === 'string' ? [entry] : (Object.entries(entry)[0] ?? []);
    const days = parseDays(text);
    const windows = toWindows(hours).map(({ start, end }) => `${start}-${end}`);
    return days === undefined
      ? []
      : [{ ...days, text, path: [...path, i], windows: [...new Set(windows)].sort().join() }];
  });
  checkTwice(checking, entries);
  checkRanges(checking, entries);
  checkYearly(checking, entries);
}

function checkTwice(checking: Checked, entries: readonly Entry[]): void {
  const seen = new Map<string, Entry>();
  for (const entry of entries) {
    const key = `${entry.kind} ${entry.from} ${entry.to}`;
    const before = seen.get(key);
    if (before === undefined) seen.set(key, entry);
    else addFault(checking, entry, `"${entry.text}" stands twice: first in line ${lineOf(checking, before)}`);
  }
}

/** Of two ranges with years that overlap, none beats the other. */
function checkRanges(checking: Checked, entries: readonly Entry[]): void {
  const ranges = entries.filter(({ kind }) => kind === 'range');
  let last: Entry | undefined;
  for (const range of ranges.toSorted((a, b) => (a.from < b.from ? -1 : 1))) {
    if (last !== undefined && range.from <= last.to) refuseBoth(checking, last, range);
    if (last === undefined || range.to > last.to) last = range;
  }
}

function checkYearly(checking: Checked, entries: readonly Entry[]): void {
  const owners: (Entry | undefined)[] = [];
  for (const entry of entries.filter(({ kind }) => kind === 'yearly_range')) {
    const days = daysOfYear(entry);
    const other = owners[days.find((day) => owners[day] !== undefined) ?? -1];
    if (other !== undefined) refuseBoth(checking, other, entry);
    for (const day of days) owners[day] ??= entry;
    if (days.length > HALF_A_YEAR)
      warn(
        checking,
        entry.path,
        `"${entry.text}" has ${days.length} days of each year: is it written the wrong way round?`,
      );
  }
  for (const entry of entries.filter(({ kind }) => kind === 'yearly_date')) {
    const range = owners[dayOfYear(entry.from)];
    if (range !== undefined && range.windows !== entry.windows)
      warn(
        checking,
        entry.path,
        `"${entry.text}" never counts: a range beats a yearly date, and "${range.text}" in line ${lineOf(checking, range)} has this day`,
      );
  }
}

function refuseBoth(checking: Checked, a: Entry, b: Entry): void {
  // The same days twice are told already.
  if (a.windows === b.windows || (a.from === b.from && a.to === b.to)) return;
  const [first, second] = Number(a.path.at(-1)) < Number(b.path.at(-1)) ? [a, b] : [b, a];
  addFault(
    checking,
    second,
    `"${second.text}" and "${first.text}" in line ${lineOf(checking, first)} overlap with different windows: which of them counts?`,
  );
}

function addFault({ faults }: Checked, { path }: Entry, sentence: string): void {
  faults.add(path, sentence);
}

function lineOf({ source }: Checked, { path }: Entry): number {
  return source.place(path).line;
}
