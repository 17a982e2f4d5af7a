/** The audit log that is asked at once: an entry for each sign-in. How it names the user is a switch. */
import type { Person } from '../organisation.ts';
import { createRandom, makeId, mixSeed } from '../random.ts';
import { DAY } from '../time.ts';
import { badRequest } from './refusal.ts';
import { ok, type Ask, type Parts, type Reply, type Route } from './route.ts';
import { field } from './user-filters.ts';

/** The log that is asked at once goes back so far. */
const KEPT = 14 * DAY;
const USUAL_PAGE = 25;
const LARGEST_PAGE = 500;
const SERVICE = 'PeoplePermissions';
const KINDS = [
  { name: 'UserSamlAuthentication', actions: ['Authenticate', 'AuthenticationFailed', 'SingleLogout'] },
  { name: 'AuthUser', actions: ['Authenticate', 'ChangePassword', 'Update'] },
];

interface SignIn {
  readonly person: Person;
  readonly at: number;
  /** Somebody else who acted. */
  readonly actor: Person | undefined;
}

/** The routes. */
export function auditRoutes(parts: Parts): readonly Route[] {
  const permission = 'audits:audit:view';
  const base = '/api/v2/audits/query/realtime';
  const { auditsCoverSignIns } = parts.settings.switches;
  const routing = { name: 'Routing', entities: [{ name: 'Queue', actions: ['Create', 'Update', 'Delete'] }] };
  const services = auditsCoverSignIns ? [{ name: SERVICE, entities: KINDS }, routing] : [routing];
  return [
    {
      method: 'POST',
      path: base,
      operation: 'postAuditsQueryRealtime',
      permission,
      answer: (ask) => query(parts, ask),
    },
    {
      method: 'GET',
      path: `${base}/servicemapping`,
      operation: 'getAuditsQueryRealtimeServicemapping',
      permission,
      answer: () => ok({ services }),
    },
  ];
}

function query(parts: Parts, { body, query: asked }: Ask): Reply {
  const { from, to } = intervalIn(body, parts.world.now());
  const pageSize = wholeIn(body, 'pageSize', USUAL_PAGE);
  const pageNumber = wholeIn(body, 'pageNumber', 1);
  if (pageSize > LARGEST_PAGE) throw badRequest(`pageSize must not be larger than ${LARGEST_PAGE}`);
  const isWanted = wantedEntries(body);
  const found = signIns(parts)
    .filter(({ at }) => at >= from && at < to)
    .map((signIn) => entry(parts, signIn, asked.getAll('expand').includes('user')))
    .filter(isWanted);
  if (isDescending(body)) found.reverse();
  return ok({
    entities: found.slice((pageNumber - 1) * pageSize, pageNumber * pageSize),
    pageSize,
    pageNumber,
    total: found.length,
    pageCount: Math.ceil(found.length / pageSize),
  });
}

/** What the log shows by now, in the order of time. */
function signIns({ world, dice, settings }: Parts): readonly SignIn[] {
  if (!settings.switches.auditsCoverSignIns) return [];
  const { auditDelayMs, auditHoles, auditOtherActors } = dice.faults;
  const until = world.now() - auditDelayMs;
  const { people } = world.organisation;
  const found: SignIn[] = [];
  for (const person of people) {
    // The same entries each time the log is read.
    const strikes = (share: number, salt: number, at: number): boolean =>
      share > 0 && createRandom(mixSeed(settings.seed, salt, person.index, at))() < share;
    for (const at of world.desk(person).trail.signIns) {
      if (at > until || strikes(auditHoles, 12, at)) continue;
      const next = people[(person.index + 1) % people.length];
      found.push({ person, at, actor: strikes(auditOtherActors, 13, at) ? next : undefined });
    }
  }
  return found.sort((a, b) => a.at - b.at || a.person.index - b.person.index);
}

interface Reference {
  readonly id?: string;
  readonly name?: string;
  readonly selfUri?: string;
}

interface Entry {
  readonly action: string;
  readonly entityType: string;
  readonly entity: Reference;
  readonly user: Reference;
}

/** Dated to the second. Who acted has a name only where that is expanded. */
function entry({ settings }: Parts, { person, at, actor }: SignIn, expandsUser: boolean): Entry {
  const second = Math.floor(at / 1_000) * 1_000;
  const by = settings.switches.auditsNameUsersBy;
  const acted = actor ?? (by === 'actor' ? person : undefined);
  const described = {
    id: makeId(createRandom(mixSeed(settings.seed, 10, person.index, at))),
    level: acted === undefined ? 'SYSTEM' : 'USER',
    serviceName: SERVICE,
    eventDate: new Date(second).toISOString().replace('.000Z', 'Z'),
    status: 'SUCCESS',
  };
  return {
    ...described,
    action: 'Authenticate',
    entityType: by === 'target' ? 'AuthUser' : 'UserSamlAuthentication',
    // Where another user acted, the entry says on whom.
    entity: entityOf(person, by === 'actor' && actor !== undefined ? 'address' : by),
    user: acted === undefined ? {} : { ...userOf(acted), ...(expandsUser ? { name: acted.name } : {}) },
  };
}

function entityOf(person: Person, by: Parts['settings']['switches']['auditsNameUsersBy']): Reference {
  if (by === 'target') return userOf(person);
  return by === 'address' ? { id: 'unknown', name: person.email } : { id: 'unknown' };
}

function userOf({ id }: Person): Reference {
  return { id, selfUri: `/api/v2/users/${id}` };
}

/** All filters of the platform, of which entries of this log have four. */
const PROPERTIES: Readonly<Record<string, (entry: Entry) => string | undefined>> = {
  Action: ({ action }) => action,
  EntityType: ({ entityType }) => entityType,
  EntityId: ({ entity }) => entity.id,
  UserId: ({ user }) => user.id,
  ClientId: () => undefined,
};

function wantedEntries(body: unknown): (entry: Entry) => boolean {
  const service = field(body, 'serviceName');
  const filters = field(body, 'filters') ?? [];
  if (!Array.isArray(filters)) throw badRequest('filters must be a list');
  const tests = filters.map((filter: unknown) => {
    const read = PROPERTIES[String(field(filter, 'property'))];
    const value = field(filter, 'value');
    if (read === undefined || typeof value !== 'string')
      throw badRequest('a filter must name a property of the log and a value');
    return (one: Entry) => read(one) === value;
  });
  return (one) => (service === undefined || service === SERVICE) && tests.every((test) => test(one));
}

function isDescending(body: unknown): boolean {
  const sort = field(body, 'sort') ?? [];
  if (!Array.isArray(sort)) throw badRequest('sort must be a list');
  const [first] = sort as readonly unknown[];
  if (first === undefined) return true;
  const order = field(first, 'sortOrder');
  if (field(first, 'name') !== 'Timestamp' || (order !== 'ascending' && order !== 'descending'))
    throw badRequest('sort must be by Timestamp, ascending or descending');
  return order === 'descending';
}

function intervalIn(body: unknown, now: number): { readonly from: number; readonly to: number } {
  const text = field(body, 'interval');
  const [from, to, more] = typeof text === 'string' ? text.split('/').map(Date.parse) : [];
  if (from === undefined || to === undefined || more !== undefined || !(from < to))
    throw badRequest('interval must be two instants with a slash between them');
  if (from < now - KEPT) throw badRequest('the log that is asked at once goes back 14 days');
  return { from, to };
}

function wholeIn(body: unknown, name: string, otherwise: number): number {
  const value = field(body, name) ?? otherwise;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1)
    throw badRequest(`${name} must be a whole number of at least 1`);
  return value;
}
