/** Calendars in plain words: when each opens next, in its own zone and in UTC, and which days are special. */
import { windowsIn } from '../domain/time/calendar.ts';
import type { Policy } from '../domain/policy/policy.ts';
import { SHIFTS_HOLD } from '../domain/time/shifts.ts';
import { DAY, formatDuration, type Instant } from '../domain/time/time.ts';
import { offsetText, wallTime } from '../domain/time/zone.ts';
import { toCalendar } from './calendars.ts';
import type { LoadedPolicy } from './draft.ts';
import { isOfShifts, type CalendarText, type ShiftCalendarText } from './schema-calendar.ts';
import { counted } from '../texts/counted.ts';

/** More special days than this are counted, not listed. */
const LISTED = 20;

/** Some lines for each calendar; none where there is no calendar. */
export function describeCalendars(loaded: LoadedPolicy, policy: Policy, now: Instant): readonly string[] {
  const entries = Object.entries(loaded.draft.content.calendars);
  if (entries.length === 0) return [];
  const used = new Set(
    policy.profiles.flatMap(({ rules }) => rules.map(({ hours }) => hours?.calendar.name)),
  );
  return [
    'Calendars:',
    ...entries.flatMap(([name, text]) => {
      const unused = used.has(name) ? '' : '; no rule uses it';
      if (isOfShifts(text)) return [`  ${name}: ${describeShifts(text)}${unused}`];
      const zone = `${text.timezone}, now ${offsetText(text.timezone, now)}`;
      return [`  ${name} (${zone}): ${describeNext(name, text, now)}${unused}`, ...describeExceptions(text)];
    }),
  ];
}

function describeShifts({ early, late }: ShiftCalendarText): string {
  const widened = [
    early > 0 ? `from ${formatDuration(early)} before its start` : '',
    late > 0 ? `until ${formatDuration(late)} after its end` : '',
  ].filter((part) => part !== '');
  const wide = widened.length === 0 ? '' : `, ${widened.join(' and ')}`;
  return `each agent's own published shift${wide}, read hourly from workforce management. An agent without one, or whose schedule could not be read for ${formatDuration(SHIFTS_HOLD)}, is neither during nor outside it`;
}

function describeNext(name: string, text: CalendarText, now: Instant): string {
  const at = (instant: Instant): string =>
    `${minuteOf(wallTime(text.timezone, instant))} (${minuteOf(instant)} UTC)`;
  const span = { from: now, to: now + 370 * DAY };
  const [first, second] = windowsIn(toCalendar(name, text), span);
  if (first === undefined) return 'has no window in the next year';
  if (first.from > now) return `opens next at ${at(first.from)}`;
  if (first.to >= span.to) return 'open now and for all of the next year';
  const next = second === undefined ? 'not again within a year' : `opens next at ${at(second.from)}`;
  return `open now, until ${at(first.to)}; ${next}`;
}

function describeExceptions({ except }: CalendarText): readonly string[] {
  const lines = except.slice(0, LISTED).map((entry) => {
    const [days = '', hours = []] = typeof entry === 'string' ? [entry] : (Object.entries(entry)[0] ?? []);
    const windows = typeof hours === 'string' ? hours : hours.join(', ');
    return `    on ${days.trim()}: ${windows === '' ? 'no window' : windows}`;
  });
  const more = except.length - lines.length;
  return more > 0
    ? [...lines, `    and ${counted(more, 'more day or range', 'more days or ranges')}`]
    : lines;
}

function minuteOf(at: Instant): string {
  return new Date(at).toISOString().slice(0, 16).replace('T', ' ');
}
