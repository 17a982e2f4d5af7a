/**
 * An agent's own shifts, as workforce management publishes them, and the hours that a calendar of shifts makes of them. What is
 * not known lies on neither side: no rule counts there, whether it asks for `during` or for `outside`.
 */
import type { Hours } from './calendar.ts';
import { common, unionOf, without } from './spans.ts';
import { DAY, HOUR, MINUTE, SECOND, type Duration, type Instant, type Interval } from './time.ts';

/** A calendar whose windows are each agent's own published shift, made longer at both ends. */
export interface ShiftCalendar {
  readonly name: string;
  readonly source: 'wfm';
  readonly early: Duration;
  readonly late: Duration;
}

/** When a rule counts: only in the agent's shift, or only outside of it. */
export interface ShiftHours {
  readonly calendar: ShiftCalendar;
  readonly side: 'during' | 'outside';
}

/** The hours of a rule. */
export type RuleHours = Hours | ShiftHours;

/** The hours of a rule for one agent: the windows that all agents share, or spans of the agent's own, in order. */
export type AgentHours = Hours | { readonly spans: readonly Interval[] };

/** The categories that workforce management gives its activities, in the words of the policy. */
export const ACTIVITY_CATEGORIES = [
  'on_queue_work',
  'break',
  'meal',
  'meeting',
  'off_queue_work',
  'time_off',
  'training',
  'unavailable',
] as const;
export type ActivityCategory = (typeof ACTIVITY_CATEGORIES)[number];

/** What an agent is scheduled for other than work on queue. `unknown`: it could not be told, or the shift has a gap. */
export interface Activity extends Interval {
  readonly category: ActivityCategory | 'unknown';
}

/** What is known of one agent's schedule. An agent without a published one has empty lists. */
export interface Shifts {
  /** When it was read, by the server's clock. */
  readonly readAt: Instant;
  /** Shifts as published, merged, in order. */
  readonly work: readonly Interval[];
  /** The time of which it is known whether a shift lies in it, merged, in order. */
  readonly known: readonly Interval[];
  /** In order of their beginnings. */
  readonly activities: readonly Activity[];
}

/** A schedule that was read longer ago than this is not known any more. */
export const SHIFTS_HOLD: Duration = 6 * HOUR;

/** Shifts of the past are remembered for so long: no clock of a calendar of shifts can show more. */
export const SHIFTS_REMEMBERED: Duration = 3 * DAY;

/**
 * So long before and after a published shift it is known that there is none. Further away the answer does not tell a day off
 * from a day that is not published yet.
 */
const NEAR: Duration = 12 * HOUR;

/** Schedules that differ in the time of reading alone are taken for the same for so long. */
const SAME_FOR: Duration = 30 * MINUTE;

/** What one answer publishes of one agent. */
export interface Published {
  readonly shifts: readonly (Interval & { readonly activities: readonly Activity[] })[];
  /** Whole days on which the agent is off. */
  readonly daysOff: readonly Activity[];
  /** The time for which schedules are published at all, where that was told. */
  readonly weeks?: readonly Interval[] | undefined;
}

/**
 * What a reading at `readAt` tells of an agent, up to `to`. A day off with a shift in it contradicts itself, and that part of
 * it is not known.
 */
export function shiftsOf({ shifts, daysOff, weeks }: Published, readAt: Instant, to: Instant): Shifts {
  const work = unionOf(shifts);
  const off = unionOf(daysOff);
  const near = work.map((shift) => ({ from: shift.from - NEAR, to: shift.to + NEAR }));
  const told = common([{ from: readAt, to }], unionOf([...near, ...off]));
  const within = weeks === undefined ? told : common(told, unionOf(weeks));
  const activities = [...daysOff, ...shifts.flatMap(plannedIn)].toSorted((a, b) => a.from - b.from);
  return { readAt, work, known: without(within, common(work, off)), activities };
}

/** The activities of a shift other than work on queue, and its gaps. */
function plannedIn({
  activities,
  ...shift
}: Interval & { readonly activities: readonly Activity[] }): readonly Activity[] {
  const gaps = without([shift], unionOf(activities));
  return [
    ...activities.filter(({ category }) => category !== 'on_queue_work'),
    ...gaps.map((gap) => ({ ...gap, category: 'unknown' as const })),
  ];
}

/** The schedule of an agent of whom the reading has none. */
export function noShifts(readAt: Instant): Shifts {
  return { readAt, work: [], known: [], activities: [] };
}

/** The schedule of an agent of whom the reading has one that cannot be understood. */
export function unreadableShifts(readAt: Instant): Shifts {
  const all: Activity = { from: readAt - DAY, to: readAt + DAY, category: 'unknown' };
  return { readAt, work: [], known: [], activities: [all] };
}

/** What two units tell of an agent who was moved from one to the other. What cannot be understood in one is not known at all. */
export function joined(a: Shifts | undefined, b: Shifts): Shifts {
  if (a === undefined || isUnreadable(b)) return b;
  if (isUnreadable(a)) return a;
  return {
    readAt: Math.min(a.readAt, b.readAt),
    work: unionOf([...a.work, ...b.work]),
    known: unionOf([...a.known, ...b.known]),
    activities: [...a.activities, ...b.activities].toSorted((x, y) => x.from - y.from),
  };
}

function isUnreadable({ work, activities }: Shifts): boolean {
  return work.length === 0 && activities.some(({ category }) => category === 'unknown');
}

/** Readings overtake each other by less than this. */
const OVERTAKEN: Duration = 30 * SECOND;

/** Whether it was read by a clock that ran ahead: it is of another time, and tells nothing of this one. */
export function isReadAhead({ readAt }: Shifts, now: Instant): boolean {
  return readAt - now > OVERTAKEN;
}

/** Takes in what was read last: it decides from its time on, and what was known before goes on counting for the time before. */
export function remembered(before: Shifts | undefined, read: Shifts | undefined): Shifts | undefined {
  if (before === undefined || read === undefined) return read ?? before;
  if (read.readAt <= before.readAt) return before;
  const past = { from: read.readAt - SHIFTS_REMEMBERED, to: read.readAt };
  const known = common([past], knownAt(before, read.readAt));
  const work = common([past], before.work);
  const shifts = {
    ...read,
    work: unionOf([...work, ...read.work]),
    known: unionOf([...known, ...read.known]),
  };
  return isSame(before, shifts) ? before : shifts;
}

/** Written anew each hour at most, though readings come one unit after the other. */
function isSame(before: Shifts, { readAt, ...now }: Shifts): boolean {
  const { readAt: earlier, ...then } = before;
  return readAt - earlier < SAME_FOR && JSON.stringify(then) === JSON.stringify(now);
}

/** Where it was known, of a reading that holds for six hours: later than that nothing is. */
function knownAt(shifts: Shifts, now: Instant): readonly Interval[] {
  if (holds(shifts, now)) return shifts.known;
  return common(shifts.known, [{ from: -Infinity, to: shifts.readAt + SHIFTS_HOLD }]);
}

/** Whether a schedule still holds. */
export function holds({ readAt }: Shifts, now: Instant): boolean {
  return now < readAt + SHIFTS_HOLD;
}

/** Whether it is known on which side of a shift a moment lies. */
export function isKnown(shifts: Shifts | undefined, now: Instant): boolean {
  return (
    shifts !== undefined && holds(shifts, now) && shifts.known.some(({ from, to }) => from <= now && now < to)
  );
}

/** Whether the hours of a rule are each agent's own. */
export function areShifts(hours: RuleHours): hours is ShiftHours {
  return 'source' in hours.calendar;
}

/** The hours of a rule for an agent with these shifts, as they are known now. */
export function hoursFor(hours: RuleHours, shifts: Shifts | undefined, now: Instant): AgentHours {
  if (!areShifts(hours)) return hours;
  if (shifts === undefined) return NEVER;
  const { early, late } = hours.calendar;
  const known = knownAt(shifts, now);
  const widened = unionOf(shifts.work.map(({ from, to }) => ({ from: from - early, to: to + late })));
  return { spans: hours.side === 'during' ? common(widened, known) : without(known, widened) };
}

const NEVER: AgentHours = { spans: [] };

/**
 * Whether an agent is scheduled now for one of these. `unknown`: the schedule does not hold any more, was never read, or does not
 * tell. Outside of a shift nothing is scheduled.
 */
export function isScheduled(
  categories: ReadonlySet<ActivityCategory>,
  shifts: Shifts | undefined,
  now: Instant,
): 'yes' | 'no' | 'unknown' {
  if (shifts === undefined || !holds(shifts, now)) return 'unknown';
  const planned = shifts.activities.filter(({ from, to }) => from <= now && now < to);
  if (planned.some(({ category }) => category !== 'unknown' && categories.has(category))) return 'yes';
  if (planned.some(({ category }) => category === 'unknown')) return 'unknown';
  if (!categories.has('on_queue_work')) return 'no';
  return planned.length === 0 && shifts.work.some(({ from, to }) => from <= now && now < to) ? 'yes' : 'no';
}

/** The next instant after `now` at which an activity ends, or another one begins. */
export function nextChange(shifts: Shifts | undefined, now: Instant): Instant {
  const edges = (shifts?.activities ?? []).flatMap(({ from, to }) => [from, to]).filter((at) => at > now);
  return Math.min(Infinity, ...edges);
}
