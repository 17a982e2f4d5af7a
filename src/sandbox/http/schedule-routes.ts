/** Workforce management: management units, their people, activity codes, and published schedules. */
import type { NamedThing, Person } from '../organisation.ts';
import { ACTIVITY_WORDS, type ActivityWord, type Planned } from '../planned.ts';
import { Workforce } from '../schedules.ts';
import { DAY, MINUTE } from '../time.ts';
import { badRequest, notFound, Refusal } from './refusal.ts';
import { ok, type Ask, type Parts, type Reply, type Route } from './route.ts';
import { field } from './user-filters.ts';

/** One of those that let a client read units, codes and published schedules. */
const permission = 'wfm:publishedSchedule:view';
const SEARCH = 'postWorkforcemanagementManagementunitAgentschedulesSearch';
const BASE = '/api/v2/workforcemanagement';
/** Answers that wait to be downloaded. */
const MOST_FILES = 100;

/** The routes. `url` is where the sandbox is reached, for answers that are to be downloaded. */
export function scheduleRoutes(parts: Parts, url: () => string): readonly Route[] {
  const workforce = new Workforce(parts.world.organisation, parts.settings);
  const files = new Map<string, object>();
  return [
    {
      method: 'GET',
      path: `${BASE}/managementunits`,
      operation: 'getWorkforcemanagementManagementunits',
      permission,
      answer: () => ok(unitListing(workforce)),
    },
    {
      method: 'GET',
      path: `${BASE}/managementunits/{id}/users`,
      operation: 'getWorkforcemanagementManagementunitUsers',
      permission,
      answer: ({ id }) =>
        ok({ entities: workforce.membersOf(unitOf(workforce, id)).map(({ id }) => ({ id })) }),
    },
    {
      method: 'GET',
      path: `${BASE}/businessunits/{id}/activitycodes`,
      operation: 'getWorkforcemanagementBusinessunitActivitycodes',
      permission,
      answer: ({ id }) => {
        if (id !== workforce.businessUnit.id) throw notFound('Business unit');
        return ok({
          entities: ACTIVITY_WORDS.map((category, i) => ({
            id: String(i),
            name: category,
            category,
            active: true,
            defaultCode: true,
          })),
        });
      },
    },
    {
      method: 'POST',
      path: `${BASE}/managementunits/{id}/agentschedules/search`,
      operation: SEARCH,
      permission,
      answer: (ask) => search(parts, workforce, ask, (result) => fileOf(files, result, url())),
    },
    {
      method: 'GET',
      path: '/downloads/{id}',
      operation: 'download',
      isOpen: true,
      answer: ({ id, token }) => {
        const file = files.get(id);
        // Whoever stores files for the platform is no part of it, and must not be shown its tokens.
        if (token !== '') throw badRequest('Only one auth mechanism allowed');
        if (file === undefined) throw notFound('File');
        return ok(file);
      },
    },
  ];
}

function fileOf(files: Map<string, object>, result: object, url: string): string {
  const id = `schedules-${files.size}`;
  if (files.size >= MOST_FILES) files.clear();
  files.set(id, result);
  return `${url}/downloads/${id}`;
}

function unitListing({ units, businessUnit }: Workforce): object {
  const entities = units.map((unit) => ({
    ...unit,
    businessUnit: { id: businessUnit.id, selfUri: `${BASE}/businessunits/${businessUnit.id}` },
    selfUri: `${BASE}/managementunits/${unit.id}`,
  }));
  return { entities };
}

function unitOf({ units }: Workforce, id: string): NamedThing {
  const unit = units.find((each) => each.id === id);
  if (unit === undefined) throw notFound('Management unit');
  return unit;
}

/** The range of one search, which the documentation does not bound: a week is plenty. */
const LONGEST = 7 * DAY;

function search(
  parts: Parts,
  workforce: Workforce,
  { id, body }: Ask,
  keep: (result: object) => string,
): Reply {
  const { dice, settings, world } = parts;
  if (settings.switches.schedulesTeamOnly)
    throw new Refusal(403, 'wfm.team.only.permissions.not.allowed', 'Team-only permissions are not allowed');
  const unit = unitOf(workforce, id);
  const [from, to] = [instantIn(body, 'startDate'), instantIn(body, 'endDate')];
  if (to <= from || to - from > LONGEST) throw badRequest('the range is empty or too long');
  const wanted = field(body, 'userIds');
  const asked = workforce
    .membersOf(unit)
    .filter((person) => world.isActive(person) && (!Array.isArray(wanted) || wanted.includes(person.id)));
  const isPart = Array.isArray(wanted);
  const operationId = `operation-${unit.id}`;
  if (!isPart && dice.strikes(dice.faults.scheduleProcessing, SEARCH))
    return { status: 202, body: { status: 'Processing', operationId, progress: 0 } };
  const result = resultFor(parts, workforce, asked, from, to);
  if (!isPart && dice.strikes(dice.faults.scheduleDownload, SEARCH))
    return ok({ status: 'Complete', operationId, downloadUrl: keep(result) });
  return ok({ status: 'Complete', operationId, result });
}

function resultFor(
  { dice }: Parts,
  workforce: Workforce,
  people: readonly Person[],
  from: number,
  to: number,
): object {
  const entries = people.flatMap((person) => {
    if (dice.strikes(dice.faults.scheduleHoles, SEARCH)) return [];
    const planned = workforce.plannedFor(person, from, to);
    const isGarbage = dice.strikes(dice.faults.scheduleGarbage, SEARCH);
    const entry = entryOf(person, planned, from, to, isGarbage);
    // In no order, and some of them twice.
    return dice.strikes(dice.faults.scheduleRepeated, SEARCH) ? [entry, entry] : [entry];
  });
  if (dice.strikes(dice.faults.scheduleRepeated, SEARCH)) entries.reverse();
  return { agentSchedules: entries, businessUnitTimeZone: 'UTC' };
}

function entryOf(
  { id }: Person,
  { shifts, daysOff }: Planned,
  from: number,
  to: number,
  isGarbage: boolean,
): object {
  const within = shifts.filter((shift) => shift.to > from && shift.from < to);
  return {
    user: { id, selfUri: `/api/v2/users/${id}` },
    shifts: within.map((shift, i) => ({
      id: `shift-${i}`,
      startDate: new Date(shift.from).toISOString(),
      lengthMinutes: isGarbage ? -1 : (shift.to - shift.from) / MINUTE,
      activities: shift.activities.map((activity) => ({
        startDate: new Date(activity.from).toISOString(),
        lengthMinutes: (activity.to - activity.from) / MINUTE,
        description: '',
        activityCodeId: codeOf(activity.category),
        paid: true,
      })),
    })),
    fullDayTimeOffMarkers: daysOff.map((businessUnitDate) => ({
      businessUnitDate,
      lengthMinutes: 480,
      description: '',
      activityCodeId: codeOf('TimeOff'),
      paid: true,
    })),
  };
}

function codeOf(category: ActivityWord): string {
  return String(ACTIVITY_WORDS.indexOf(category));
}

function instantIn(body: unknown, key: string): number {
  const text = field(body, key);
  const at = typeof text === 'string' ? Date.parse(text) : NaN;
  if (Number.isNaN(at)) throw new Refusal(400, 'invalid.date', `${key} must be an ISO-8601 string`);
  return at;
}
