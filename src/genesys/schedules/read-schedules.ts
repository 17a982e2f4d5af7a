/**
 * From the platform's published schedules (`BuAgentSchedulesSearchResponse`; every field of it is optional) to what is known of
 * each agent. An agent of whom a part cannot be understood is not known; one without an id spoils the answer, for it may be anybody.
 */
import {
  ACTIVITY_CATEGORIES,
  shiftsOf,
  unreadableShifts,
  type Activity,
  type ActivityCategory,
  type Published,
  type Shifts,
} from '../../domain/time/shifts.ts';
import { DAY, MINUTE, type Duration, type Instant, type Interval } from '../../domain/time/time.ts';
import { isZone, localTimeAt } from '../../domain/time/zone.ts';
import { asArray, asNumber, asObject, asText, member, type Json } from '../../http/read-json.ts';
import { asInstant, asName } from '../http/json.ts';

/** What an answer is read with. */
export interface ScheduleContext {
  /** Server time of the request, and the end of what was asked for. */
  readonly readAt: Instant;
  readonly to: Instant;
  /** The category of each activity code; of one that is not there, and of all where they could not be read, it is unknown. */
  readonly categories: ReadonlyMap<string, ActivityCategory>;
}

/** A shift, or a part of one, that is longer is none. */
const LONGEST: Duration = 36 * 60 * MINUTE;
/** More than these within 36 h are no schedule of a person. */
const MOST_SHIFTS = 50;
const MOST_ACTIVITIES = 300;
const MOST_WEEKS = 100;
/** No management unit has more agents. */
const MOST_AGENTS = 20_000;

/** The agents of one answer; `undefined` where it is none. */
export function readSchedules(
  raw: unknown,
  context: ScheduleContext,
): ReadonlyMap<string, Shifts> | undefined {
  const answer = asObject(raw);
  const entries = asArray(answer?.['agentSchedules']);
  if (answer === undefined || entries === undefined || entries.length > MOST_AGENTS) return undefined;
  const zone = zoneIn(answer);
  const weeks = weeksIn(answer, zone);
  const found = new Map<string, Published | undefined>();
  for (const entry of entries) {
    const id = asName(member(entry, 'user', 'id'));
    if (id === undefined) return undefined;
    const published = publishedIn(asObject(entry), zone, context);
    found.set(id, found.has(id) ? joined(found.get(id), published) : published);
  }
  const { readAt, to } = context;
  return new Map(
    [...found].map(([id, each]) => [
      id,
      each === undefined ? unreadableShifts(readAt) : shiftsOf({ ...each, weeks }, readAt, to),
    ]),
  );
}

/** An agent may come twice: all of it counts. */
function joined(a: Published | undefined, b: Published | undefined): Published | undefined {
  if (a === undefined || b === undefined) return undefined;
  return { shifts: [...a.shifts, ...b.shifts], daysOff: [...a.daysOff, ...b.daysOff] };
}

function zoneIn(answer: Json): string | undefined {
  const zone = asName(answer['businessUnitTimeZone']);
  return zone !== undefined && isZone(zone) ? zone : undefined;
}

/** The weeks that are published. An entry that cannot be read is none, which makes less known. */
function weeksIn(answer: Json, zone: string | undefined): readonly Interval[] | undefined {
  const entries = asArray(answer['publishedSchedules']) ?? [];
  if (entries.length === 0 || zone === undefined) return undefined;
  return entries.slice(0, MOST_WEEKS).flatMap((entry) => {
    const first = dayOf(member(entry, 'weekDate'));
    const weeks = asNumber(member(entry, 'weekCount')) ?? 1;
    if (first === undefined || !(weeks >= 1 && weeks <= MOST_WEEKS)) return [];
    return [{ from: startOfDay(zone, first), to: startOfDay(zone, first + Math.floor(weeks) * 7 * DAY) }];
  });
}

/** `undefined` where a part of it cannot be understood. */
function publishedIn(
  entry: Json | undefined,
  zone: string | undefined,
  context: ScheduleContext,
): Published | undefined {
  const shifts = listIn(entry?.['shifts'], MOST_SHIFTS)?.map((raw) => shiftIn(raw, context));
  const daysOff = listIn(entry?.['fullDayTimeOffMarkers'], MOST_SHIFTS)?.map((raw) => dayOffIn(raw, zone));
  if (shifts === undefined || daysOff === undefined) return undefined;
  const whole = shifts.filter((shift) => shift !== undefined);
  const days = daysOff.filter((day) => day !== undefined);
  if (whole.length < shifts.length || days.length < daysOff.length) return undefined;
  return { shifts: whole, daysOff: days };
}

/** What is left out is an empty list. */
function listIn(raw: unknown, most: number): readonly unknown[] | undefined {
  const list = raw === undefined || raw === null ? [] : asArray(raw);
  return list === undefined || list.length > most ? undefined : list;
}

function shiftIn(raw: unknown, context: ScheduleContext): Published['shifts'][number] | undefined {
  const span = spanIn(raw);
  const list = listIn(member(raw, 'activities'), MOST_ACTIVITIES)?.map((each) => activityIn(each, context));
  const activities = list?.filter((each) => each !== undefined);
  if (span === undefined || list === undefined || activities?.length !== list.length) return undefined;
  return { ...span, activities };
}

function activityIn(raw: unknown, { categories }: ScheduleContext): Activity | undefined {
  const span = spanIn(raw);
  const code = asName(member(raw, 'activityCodeId'));
  return span && { ...span, category: (code === undefined ? undefined : categories.get(code)) ?? 'unknown' };
}

function spanIn(raw: unknown): Interval | undefined {
  const from = asInstant(member(raw, 'startDate'));
  const length = asNumber(member(raw, 'lengthMinutes'));
  if (from === undefined || length === undefined || length < 0 || length * MINUTE > LONGEST) return undefined;
  return { from, to: from + length * MINUTE };
}

/** A whole day off: one of the business unit's days, however long the summer time makes it. */
function dayOffIn(raw: unknown, zone: string | undefined): Activity | undefined {
  const day = dayOf(member(raw, 'businessUnitDate'));
  if (day === undefined || zone === undefined) return undefined;
  return { from: startOfDay(zone, day), to: startOfDay(zone, day + DAY), category: 'time_off' };
}

const DATE = /^\d{4}-\d\d-\d\d$/;

function dayOf(raw: unknown): Instant | undefined {
  const text = asText(raw);
  const day = text !== undefined && DATE.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  return Number.isNaN(day) || day <= 0 ? undefined : day;
}

function startOfDay(zone: string, day: Instant): Instant {
  return localTimeAt(zone, day).first;
}

const CATEGORIES = new Map(ACTIVITY_CATEGORIES.map((category) => [category.replaceAll('_', ''), category]));

/** The category of each code of a business unit (`BusinessUnitActivityCodeListing`); those of no known category are left out. */
export function readCategories(entities: readonly unknown[]): ReadonlyMap<string, ActivityCategory> {
  const found = new Map<string, ActivityCategory>();
  for (const entity of entities) {
    const id = asName(member(entity, 'id'));
    const word = asName(member(entity, 'category'));
    const category = CATEGORIES.get(word?.toLowerCase().replaceAll(/[\s_-]/g, '') ?? '');
    if (id !== undefined && category !== undefined) found.set(id, category);
  }
  return found;
}
