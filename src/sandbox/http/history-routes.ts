/**
 * The analytics of the platform: what presence and routing status everyone had. A day is stored apart from the next, so a
 * state that lasts over midnight is there twice; pages count what is stored and then leave out what came already.
 */
import type { Person } from '../organisation.ts';
import { DAY } from '../time.ts';
import { pageSizeOf } from './paging.ts';
import { badRequest, notFound } from './refusal.ts';
import { presenceTold, spansOf, type Interval, type Span } from './presence-history.ts';
import { ok, type Ask, type Parts, type Reply, type Route } from './route.ts';
import { field, wantedUsers } from './user-filters.ts';

/** Longest interval without and with filters. */
const UNFILTERED = 7 * DAY;
const FILTERED = 31 * DAY;
const LARGEST_PAGE = 100;
const LARGEST_RESULT_PAGE = 1_000;
/** The data lake knows what is older than this. */
const LAKE_LAG = DAY;

/** What is stored of one user for one day. */
interface UserDay {
  readonly person: Person;
  readonly day: Interval;
}

interface Job {
  readonly interval: Interval;
  asked: number;
}

/** The routes. Jobs live as long as the sandbox. */
export function historyRoutes(parts: Parts): readonly Route[] {
  const permission = 'analytics:userDetail:view';
  const jobs = new Map<string, Job>();
  const base = '/api/v2/analytics/users/details';
  const route = (
    method: Route['method'],
    path: string,
    operation: string,
    answer: Route['answer'],
  ): Route => ({ method, path: `${base}${path}`, operation, permission, answer });
  const find = ({ id }: Ask): Job => {
    const job = jobs.get(id);
    if (job === undefined) throw notFound('Job');
    return job;
  };
  return [
    route('POST', '/query', 'postAnalyticsUsersDetailsQuery', (ask) => query(parts, ask)),
    route('GET', '/jobs/availability', 'getAnalyticsUsersDetailsJobsAvailability', () =>
      ok({ dataAvailabilityDate: stamp(parts.world.now() - LAKE_LAG) }),
    ),
    route('POST', '/jobs', 'postAnalyticsUsersDetailsJobs', (ask) => {
      const jobId = `job-${jobs.size + 1}`;
      jobs.set(jobId, { interval: intervalIn(ask.body, FILTERED), asked: 0 });
      return { status: 202, body: { jobId } };
    }),
    route('GET', '/jobs/{id}', 'getAnalyticsUsersDetailsJob', (ask) => {
      const job = find(ask);
      job.asked += 1;
      return ok({ state: job.asked < 2 ? 'PENDING' : 'FULFILLED' });
    }),
    route('GET', '/jobs/{id}/results', 'getAnalyticsUsersDetailsJobResults', (ask) =>
      results(parts, ask, find(ask)),
    ),
    route('DELETE', '/jobs/{id}', 'deleteAnalyticsUsersDetailsJob', (ask) => {
      find(ask);
      jobs.delete(ask.id);
      return { status: 204 };
    }),
  ];
}

function query(parts: Parts, { body, operation }: Ask): Reply {
  const isWanted = wantedUsers(field(body, 'userFilters'));
  const interval = intervalIn(body, isWanted === undefined ? UNFILTERED : FILTERED);
  const paging = field(body, 'paging');
  const number = Number(field(paging, 'pageNumber') ?? 1);
  const size = Number(field(paging, 'pageSize') ?? 25);
  if (!(
    Number.isInteger(size) &&
    size >= 1 &&
    size <= LARGEST_PAGE &&
    Number.isInteger(number) &&
    number >= 1
  ))
    throw badRequest(`paging must name a page number and a page size of at most ${LARGEST_PAGE}`);
  const days = userDays(parts, interval, isWanted);
  const page = days.slice((number - 1) * size, number * size);
  const until = parts.world.now() - parts.dice.faults.timelineDelayMs;
  return ok({
    userDetails: details({ parts, interval, until, operation }, page),
    totalHits: days.length,
  });
}

function results(parts: Parts, { query: params, operation }: Ask, { interval }: Job): Reply {
  const size = pageSizeOf(params, LARGEST_RESULT_PAGE);
  const from = Number(params.get('cursor') ?? 0);
  const days = userDays(parts, interval);
  const lake = parts.world.now() - LAKE_LAG;
  const more = from + size < days.length ? { cursor: String(from + size) } : {};
  return ok({
    userDetails: details({ parts, interval, until: lake, operation }, days.slice(from, from + size)),
    dataAvailabilityDate: stamp(lake),
    ...more,
  });
}

/** In the order of users, and of days for each. */
function userDays(
  { world }: Parts,
  { from, to }: Interval,
  isWanted: (id: string) => boolean = () => true,
): readonly UserDay[] {
  const found: UserDay[] = [];
  const now = world.now();
  for (const person of world.organisation.people) {
    if (person.activeFrom > now || !isWanted(person.id)) continue;
    for (let day = Math.floor(from / DAY) * DAY; day < Math.min(to, now); day += DAY)
      found.push({ person, day: { from: Math.max(day, from), to: Math.min(day + DAY, to) } });
  }
  return found;
}

/** What one answer is about, and how much is known. */
interface Telling {
  readonly parts: Parts;
  readonly interval: Interval;
  readonly until: number;
  readonly operation: string;
}

/** One entry for each user of the page; what is stored under two of its days comes once. */
function details(
  { parts, interval: whole, until, operation }: Telling,
  page: readonly UserDay[],
): readonly object[] {
  const byPerson = new Map<Person, Interval>();
  for (const { person, day } of page)
    byPerson.set(person, { from: byPerson.get(person)?.from ?? day.from, to: day.to });
  return [...byPerson].map(([person, days]) => {
    const cut = { from: days.from, to: Math.min(days.to, whole.to) };
    const presence = presenceTold(parts, person, cut, until, operation);
    const routing = spansOf(parts.world.desk(person).trail.routing, cut, until);
    return {
      userId: person.id,
      primaryPresence: presence.map(({ state, ...span }) => ({
        ...times(span),
        systemPresence: state.system,
        organizationPresenceId: state.id,
      })),
      routingStatus: routing.map(({ state, ...span }) => ({ ...times(span), routingStatus: state.status })),
    };
  });
}

/** The last one has no end yet. */
function times({ from, to }: Omit<Span<unknown>, 'state'>): object {
  return { startTime: stamp(from), ...(to === undefined ? {} : { endTime: stamp(to) }) };
}

function intervalIn(body: unknown, longest: number): Interval {
  const text = field(body, 'interval');
  const [from, to, more] = typeof text === 'string' ? text.split('/').map(Date.parse) : [];
  if (from === undefined || to === undefined || more !== undefined || !(from < to))
    throw badRequest('interval must be two instants with a slash between them');
  if (to - from > longest) throw badRequest(`the interval must not be longer than ${longest / DAY} days`);
  return { from, to };
}

function stamp(at: number): string {
  return new Date(at).toISOString();
}
