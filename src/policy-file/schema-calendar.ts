/** The shape of a calendar. */
import { z } from 'zod';
import { DAYS_PATTERN, daysFault } from './except.ts';
import { HOUR } from '../domain/time/time.ts';
import { days, duration, hours, timeZone } from '../shapes/scalars.ts';
import { about, block, listOf, nonEmpty } from '../shapes/blocks.ts';

const windows = z.union([hours(), nonEmpty(hours())], {
  error: 'must be hours such as "07:00-19:00", in quotes, or a list of them',
});

/** Days without windows. */
const closed = z
  .string()
  .meta({ pattern: DAYS_PATTERN })
  .superRefine((given, ctx) => {
    const fault = daysFault(given);
    if (fault !== undefined) ctx.addIssue({ code: 'custom', message: `{value} ${fault}` });
  });

/** Days with windows of their own. */
const opened = z
  .record(z.string().meta({ pattern: DAYS_PATTERN }), windows)
  .meta({ minProperties: 1, maxProperties: 1 })
  .superRefine((given, ctx) => {
    const keys = Object.keys(given);
    for (const key of keys) {
      const fault = daysFault(key);
      if (fault === undefined) continue;
      ctx.addIssue({ code: 'custom', path: [key], params: { atKey: true }, message: `{value} ${fault}` });
    }
    if (keys.length === 1) return;
    const message = 'must have one day, or range of days, with its hours: give each an entry of its own';
    ctx.addIssue({ code: 'custom', message });
  });

/** One entry of `except`. */
export const exception = z.union([closed, opened], {
  error:
    'must be a day such as 2026-12-25, 12-25 or 12-24..01-02, or one with hours such as { 12-24: "08:00-12:00" }',
});

const weeklyCalendar = about(
  block({
    source: about(z.literal('weekly'), 'Hours of the week, as without this key.').optional(),
    timezone: about(timeZone(), 'Time zone as Area/Location, such as America/Chicago, or UTC.'),
    weekly: about(
      z.record(days(), windows),
      'Windows by day. A window belongs to the day it starts on; an end at or before the start is on the next day.',
    ),
    except: about(
      listOf(exception).prefault([]),
      'Days with other windows than the week has: a date, a yearly MM-DD, or a range of either, with its windows or, written alone, with none. A date beats a range, a range a yearly date.',
    ),
  }),
  'Opening hours.',
);

/** Longer than this before and after a shift, and the platform's answer may not hold the shift any more. */
const MOST_WIDENED = 4 * HOUR;

const shiftCalendar = about(
  block({
    source: about(z.literal('wfm'), "Each agent's own published shift, as workforce management has it."),
    early: about(
      duration(0, MOST_WIDENED).prefault('0s'),
      'The shift counts from this long before its start.',
    ),
    late: about(duration(0, MOST_WIDENED).prefault('0s'), 'The shift counts until this long after its end.'),
  }),
  "Each agent's own published shift.",
);

export const calendar = z.discriminatedUnion('source', [weeklyCalendar, shiftCalendar], {
  error: ({ input }) =>
    typeof input === 'object'
      ? '{value} is no source of a calendar: write wfm, or leave it out and give timezone and weekly hours'
      : undefined,
});

export type CalendarText = z.output<typeof weeklyCalendar>;
export type ShiftCalendarText = z.output<typeof shiftCalendar>;
export type AnyCalendarText = CalendarText | ShiftCalendarText;

/** Whether a calendar is each agent's own shift. */
export function isOfShifts(text: AnyCalendarText): text is ShiftCalendarText {
  return text.source === 'wfm';
}
