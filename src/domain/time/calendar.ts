/**
 * Opening hours in an IANA time zone. A window is one interval: it opens at the first occurrence of its start and closes
 * at the last occurrence of its end, so a repeated hour lies inside and a skipped one costs nothing. Weekday and `except`
 * belong to the local day on which the window starts, also when it runs past midnight.
 */
import { DAY, MINUTE, type Duration, type Instant, type Interval } from './time.ts';
import { localTimeAt } from './zone.ts';

/** A day of the week, Monday is 1 and Sunday 7 (ISO 8601). */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** A daily window in minutes after local midnight. `end` <= `start` means that it ends on the next day. */
export interface DailyWindow {
  readonly start: number;
  readonly end: number;
}

/** A weekly calendar in one IANA time zone. A window belongs, weekday and `except` alike, to the day it starts on. */
export interface Calendar {
  readonly name: string;
  readonly timezone: string;
  readonly weekly: ReadonlyMap<Weekday, readonly DailyWindow[]>;
  /** Days with other windows than the week has; of several that have a day the first counts. */
  readonly except: readonly CalendarException[];
}

/** Local days with windows of their own; none means that no window starts on them. */
export interface CalendarException {
  /**
   * First and last day, both belong to it: dates, `2026-12-25`, or days of every year, `12-25`, where a `from` after `to`
   * means that it runs over the end of the year.
   */
  readonly from: string;
  readonly to: string;
  readonly windows: readonly DailyWindow[];
}

/** When a rule counts: only inside the calendar's windows, or only outside. */
export interface Hours {
  readonly calendar: Calendar;
  readonly side: 'during' | 'outside';
}

/** The longest a single window can last: a day, and the hour that a time change may add. Two are ample. */
const LONGEST_WINDOW = 2 * DAY;
/** How far ahead `walkHours` looks before it answers that the hours never come. */
const HORIZON = 400 * DAY;
const WEEK = 7 * DAY;

/** One local day, counted as the platform-independent number of days since 1970-01-01. */
type DayNumber = number;

/** Windows are computed once per calendar and day: judging 50,000 agents asks for the same few days over and over. */
const computed = new WeakMap<Calendar, Map<DayNumber, readonly Interval[]>>();

function windowsOfDay(calendar: Calendar, day: DayNumber): readonly Interval[] {
  let days = computed.get(calendar);
  if (days === undefined) {
    days = new Map();
    computed.set(calendar, days);
  }
  const cached = days.get(day);
  if (cached !== undefined) return cached;
  if (days.size > 1_000) days.clear();
  const windows = computeWindows(calendar, day);
  days.set(day, windows);
  return windows;
}

function computeWindows(calendar: Calendar, day: DayNumber): readonly Interval[] {
  return dailyWindows(calendar, day).map(({ start, end }) => {
    const endDay = end <= start ? day + 1 : day;
    return {
      from: localTimeAt(calendar.timezone, day * DAY + start * MINUTE).first,
      to: localTimeAt(calendar.timezone, endDay * DAY + end * MINUTE).last,
    };
  });
}

function dailyWindows({ weekly, except }: Calendar, day: DayNumber): readonly DailyWindow[] {
  const date = new Date(day * DAY);
  const text = date.toISOString().slice(0, 10);
  const exception = except.find((one) => hasDay(one, text));
  if (exception !== undefined) return exception.windows;
  const weekday = (((date.getUTCDay() + 6) % 7) + 1) as Weekday;
  return weekly.get(weekday) ?? [];
}

function hasDay({ from, to }: CalendarException, date: string): boolean {
  const day = date.slice(-from.length);
  return from <= to ? from <= day && day <= to : from <= day || day <= to;
}

/** Windows are looked up in stretches of this length, each merged once. */
const STRETCH = 14 * DAY;
const stretches = new WeakMap<Calendar, Map<number, readonly Interval[]>>();

/** The merged windows among which are all that touch `span`, and some beside: one of a few lists that many agents share. */
function windowsAround(calendar: Calendar, span: Interval): readonly Interval[] {
  const index = Math.floor(span.from / STRETCH);
  const from = index * STRETCH;
  const to = from + 2 * STRETCH;
  if (span.to > to) return mergedWindows(calendar, span);
  let lists = stretches.get(calendar);
  if (lists === undefined) {
    lists = new Map();
    stretches.set(calendar, lists);
  }
  let list = lists.get(index);
  if (list === undefined) {
    if (lists.size > 100) lists.clear();
    list = mergedWindows(calendar, { from, to });
    lists.set(index, list);
  }
  return list;
}

/** The windows of a calendar that touch `span`, in order and merged where they meet. */
export function windowsIn(calendar: Calendar, span: Interval): readonly Interval[] {
  return windowsAround(calendar, span).filter((window) => window.to > span.from && window.from < span.to);
}

/** The same, worked out for this span. */
function mergedWindows(calendar: Calendar, span: Interval): readonly Interval[] {
  // A local day is at most one day away from the UTC day: asking for one more costs less than asking Intl.
  const first = Math.floor((span.from - LONGEST_WINDOW) / DAY) - 1;
  const last = Math.floor(span.to / DAY) + 1;
  const found: Interval[] = [];
  for (let day = first; day <= last; day += 1) found.push(...windowsOfDay(calendar, day));
  found.sort((a, b) => a.from - b.from);
  const merged: Interval[] = [];
  for (const window of found) {
    const previous = merged.at(-1);
    if (previous !== undefined && window.from <= previous.to) {
      merged[merged.length - 1] = { from: previous.from, to: Math.max(previous.to, window.to) };
    } else merged.push(window);
  }
  return merged;
}

/** Whether `at` lies inside the rule's hours. */
export function insideHours(hours: Hours, at: Instant): boolean {
  // A sweep asks of the same instant over and over.
  const kept = asked.get(hours);
  if (kept?.at === at) return kept.inside;
  const span = { from: at, to: at + 1 };
  const open = windowsAround(hours.calendar, span).some((window) => window.from <= at && window.to > at);
  const inside = hours.side === 'during' ? open : !open;
  asked.set(hours, { at, inside });
  return inside;
}

const asked = new WeakMap<Hours, { readonly at: Instant; readonly inside: boolean }>();

/** How much of `span` lies inside the rule's hours. */
export function hoursOverlap(hours: Hours, span: Interval): Duration {
  let open = 0;
  for (const window of windowsAround(hours.calendar, span)) {
    if (window.from >= span.to) break;
    open += Math.max(0, Math.min(window.to, span.to) - Math.max(window.from, span.from));
  }
  return hours.side === 'during' ? open : span.to - span.from - open;
}

/**
 * The first instant from `from` on at which `amount` of time inside the hours has passed and the hours are on;
 * `undefined` when that is more than about a year away.
 */
export function walkHours(hours: Hours, from: Instant, amount: Duration): Instant | undefined {
  let rest = amount;
  for (let week = 0; week * WEEK < HORIZON; week += 1) {
    for (const part of week === 0
      ? weekAhead(hours, from)
      : partsInside(hours, weekFrom(from + week * WEEK))) {
      const length = part.to - part.from;
      if (rest < length) return part.from + rest;
      rest -= length;
    }
  }
  return undefined;
}

/** The first week is kept: one sweep asks for it over and over, from the same instant. */
const ahead = new WeakMap<Hours, { readonly from: Instant; readonly parts: readonly Interval[] }>();

function weekAhead(hours: Hours, from: Instant): readonly Interval[] {
  const kept = ahead.get(hours);
  if (kept?.from === from) return kept.parts;
  const parts = partsInside(hours, weekFrom(from));
  ahead.set(hours, { from, parts });
  return parts;
}

function weekFrom(from: Instant): Interval {
  return { from, to: from + WEEK };
}

function partsInside(hours: Hours, span: Interval): readonly Interval[] {
  const windows = windowsIn(hours.calendar, span).map((window) => ({
    from: Math.max(window.from, span.from),
    to: Math.min(window.to, span.to),
  }));
  if (hours.side === 'during') return windows;
  const parts: Interval[] = [];
  let at = span.from;
  for (const window of windows) {
    if (window.from > at) parts.push({ from: at, to: window.from });
    at = window.to;
  }
  if (at < span.to) parts.push({ from: at, to: span.to });
  return parts;
}
