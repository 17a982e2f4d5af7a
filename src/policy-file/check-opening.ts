/** Calendars that never open, or never close. */
import { normaliseName } from '../domain/name.ts';
import type { Calendar, DailyWindow } from '../domain/time/calendar.ts';
import { toCalendar } from './calendars.ts';
import { isBlock, part, warn, type Checking } from './checking.ts';
import { calendar, isOfShifts } from './schema-calendar.ts';
import { MOST_IN_A_DAY } from './check-windows.ts';

const WHOLE_DAY = 24 * 60;

/** Warns of calendars that never open. Answers those that are always open, in the form in which names are compared. */
export function checkOpening(checking: Pick<Checking, 'source' | 'warnings'>): ReadonlySet<string> {
  const { source } = checking;
  const value = source.at(['calendars']);
  const alwaysOpen = new Set<string>();
  for (const [name, entry] of Object.entries(isBlock(value) ? value : {})) {
    const fitting = part(calendar, entry);
    if (fitting === undefined || isOfShifts(fitting)) continue;
    const parsed = toCalendar(name, fitting);
    if (isAlwaysOpen(parsed)) alwaysOpen.add(normaliseName(name));
    if (!neverOpens(parsed)) continue;
    warn(
      checking,
      ['calendars', name, 'weekly'],
      'has no window, so that the calendar never opens: no rule `during` it is ever due, and `outside` it is all the time; write days with their hours, such as mon-fri: "08:00-18:00"',
    );
  }
  return alwaysOpen;
}

function neverOpens({ weekly, except }: Calendar): boolean {
  return (
    [...weekly.values()].every((windows) => windows.length === 0) &&
    except.every((one) => one.windows.length === 0)
  );
}

/** By windows that do not leave their day; others are taken for closed once a day, which costs a warning and no more. */
function isAlwaysOpen({ weekly, except }: Calendar): boolean {
  return (
    weekly.size === 7 && [...weekly.values(), ...except.map(({ windows }) => windows)].every(fillsTheDay)
  );
}

function fillsTheDay(windows: readonly DailyWindow[]): boolean {
  // More of them are refused.
  if (windows.length > MOST_IN_A_DAY) return false;
  let open = 0;
  for (const { start, end } of windows.toSorted((a, b) => a.start - b.start)) {
    if (start > open) return false;
    open = Math.max(open, end <= start ? WHOLE_DAY : end);
  }
  return open >= WHOLE_DAY;
}
