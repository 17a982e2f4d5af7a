/**
 * Published schedules, by the published description of workforce management alone: which units there are, who is in them, what
 * activity codes mean, and the shifts of a range of at most some days. Instants are in ms.
 */
import type { People, Person } from './people.ts';
import { problem, type Reply } from './reply.ts';

const MINUTE = 60_000;
const UNIT = 'mu-1';
const BUSINESS = 'bu-1';
const CATEGORIES = [
  'OnQueueWork',
  'Break',
  'Meal',
  'Meeting',
  'OffQueueWork',
  'TimeOff',
  'Training',
  'Unavailable',
];

/** What is published for a person: a shift, or a part of it. */
export interface Shift {
  readonly from: number;
  readonly to: number;
  /** What of it is a meeting. */
  readonly meeting?: { readonly from: number; readonly to: number };
}

export class Workforce {
  /** By id; people who are not in here are in the unit, and have no schedule. */
  readonly shifts = new Map<string, readonly Shift[]>();
  /** How often schedules were asked for. */
  searches = 0;
  /** What a search is refused with. */
  refusal: string | undefined;
  /** Whether a large answer is told to be downloaded. */
  downloadUrl: string | undefined;
  readonly #people: People;

  constructor(people: People) {
    this.#people = people;
  }

  units(): Reply {
    const unit = { id: UNIT, name: 'Agents', businessUnit: { id: BUSINESS, selfUri: '' }, selfUri: '' };
    return { status: 200, body: { entities: [unit] } };
  }

  users(id: string): Reply {
    if (id !== UNIT) return problem(404, 'not.found');
    return { status: 200, body: { entities: [...this.#people.all.keys()].map((user) => ({ id: user })) } };
  }

  codes(id: string): Reply {
    if (id !== BUSINESS) return problem(404, 'not.found');
    return {
      status: 200,
      body: { entities: CATEGORIES.map((category, i) => ({ id: String(i), category, active: true })) },
    };
  }

  search(id: string, body: unknown): Reply {
    this.searches += 1;
    if (id !== UNIT) return problem(404, 'not.found');
    if (this.refusal !== undefined) return problem(403, this.refusal);
    const { startDate, endDate, userIds } = body as {
      startDate: string;
      endDate: string;
      userIds?: readonly string[];
    };
    if (this.downloadUrl !== undefined && userIds === undefined)
      return { status: 200, body: { status: 'Complete', operationId: 'o-1', downloadUrl: this.downloadUrl } };
    const range = { from: Date.parse(startDate), to: Date.parse(endDate) };
    const agentSchedules = [...this.#people.all.values()]
      .filter((person) => userIds?.includes(person.id) !== false)
      .flatMap((person) => this.#scheduleOf(person, range));
    const result = { agentSchedules, businessUnitTimeZone: 'Europe/Vienna' };
    return { status: 200, body: { status: 'Complete', operationId: 'o-1', progress: 100, result } };
  }

  #scheduleOf({ id }: Person, range: { from: number; to: number }): readonly object[] {
    const shifts = this.shifts.get(id)?.filter(({ from, to }) => to > range.from && from < range.to) ?? [];
    return shifts.length === 0
      ? []
      : [{ user: { id }, shifts: shifts.map(shiftOf), fullDayTimeOffMarkers: [] }];
  }
}

function shiftOf({ from, to, meeting = { from: to, to } }: Shift): object {
  const parts = [
    activityOf(from, meeting.from, 'OnQueueWork'),
    activityOf(meeting.from, meeting.to, 'Meeting'),
    activityOf(meeting.to, to, 'OnQueueWork'),
  ];
  return { id: 's', startDate: iso(from), lengthMinutes: (to - from) / MINUTE, activities: parts.flat() };
}

function activityOf(from: number, to: number, category: string): readonly object[] {
  const activityCodeId = String(CATEGORIES.indexOf(category));
  if (to <= from) return [];
  return [
    {
      startDate: iso(from),
      lengthMinutes: (to - from) / MINUTE,
      activityCodeId,
      description: '',
      paid: true,
    },
  ];
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

/** What is wrong with the body of a search. */
export function searchFault(body: unknown): string | undefined {
  const { startDate, endDate, userIds, ...rest } = (body ?? {}) as Record<string, unknown>;
  if (Object.keys(rest).length > 0) return `body of ${Object.keys(rest).join()}`;
  const isDate = (text: unknown): boolean =>
    typeof text === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/.test(text);
  if (!isDate(startDate) || !isDate(endDate)) return 'a range that is none';
  if (Date.parse(String(endDate)) - Date.parse(String(startDate)) > 36 * 60 * MINUTE)
    return 'more than 36 hours at once';
  return userIds === undefined || Array.isArray(userIds) ? undefined : 'users that are no list';
}
