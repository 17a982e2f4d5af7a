/** Calendars as written to calendars as judged. */
import type { Calendar, CalendarException, DailyWindow, Weekday } from '../domain/time/calendar.ts';
import { parseDays, PRECEDENCE } from './except.ts';
import type { CalendarText } from './schema-calendar.ts';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** Makes the calendar that the rules ask. */
export function toCalendar(name: string, { timezone, weekly, except }: CalendarText): Calendar {
  const windows = new Map<Weekday, DailyWindow[]>();
  for (const [days, hours] of Object.entries(weekly)) {
    const list = toWindows(hours);
    for (const day of toDays(days)) windows.set(day, [...(windows.get(day) ?? []), ...list]);
  }
  return { name, timezone, weekly: windows, except: toExceptions(except) };
}

/** In the order in which they count: of two ranges of a kind that overlap, each has the same windows. */
function toExceptions(entries: CalendarText['except']): readonly CalendarException[] {
  const parsed = entries.flatMap((entry) => {
    const [text = '', hours] = typeof entry === 'string' ? [entry] : (Object.entries(entry)[0] ?? []);
    const days = parseDays(text);
    return days === undefined ? [] : [{ ...days, windows: hours === undefined ? [] : toWindows(hours) }];
  });
  const rank = ({ kind }: (typeof parsed)[number]): number => PRECEDENCE.indexOf(kind);
  return parsed.toSorted((a, b) => rank(a) - rank(b)).map(({ from, to, windows }) => ({ from, to, windows }));
}

/** `mon-fri` or `mon,wed` or `daily` as days. A range may run over the week's end. */
function toDays(text: string): readonly Weekday[] {
  if (text === 'daily') return [1, 2, 3, 4, 5, 6, 7];
  const found = new Set<Weekday>();
  for (const range of text.split(',')) {
    const [first = '', last = first] = range.trim().split('-');
    const from = DAYS.indexOf(first);
    const length = (DAYS.indexOf(last) - from + 7) % 7;
    for (let i = 0; i <= length; i += 1) found.add((((from + i) % 7) + 1) as Weekday);
  }
  return [...found];
}

/** Hours, or a list of them. */
export function toWindows(hours: string | readonly string[]): readonly DailyWindow[] {
  return (typeof hours === 'string' ? [hours] : hours).map(toWindow);
}

function toWindow(text: string): DailyWindow {
  const [start = '', end = ''] = text.split('-');
  return { start: toMinutes(start), end: toMinutes(end) };
}

function toMinutes(text: string): number {
  const [hour = '0', minute = '0'] = text.trim().split(':');
  return Number(hour) * 60 + Number(minute);
}
