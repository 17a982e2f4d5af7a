/** Reading users: both listings, one user, and the search. */
import type { Person } from '../organisation.ts';
import {
  makeCursor,
  numberedListing,
  numberedPage,
  pageSizeOf,
  readCursor,
  slice,
  uriWith,
  wholeNumber,
} from './paging.ts';
import type { People } from './people.ts';
import { badRequest, missingDivision, notFound } from './refusal.ts';
import { ok, type Ask, type Parts, type Reply, type Route } from './route.ts';
import { searchUsers } from './user-search.ts';
import { expandsOf, type UserShapes } from './user-shapes.ts';

/** So many users can be asked for by id at once. */
const MOST_IDS = 100;

/** The routes. `users/query` is not there where a switch says so. */
export function userRoutes(parts: Parts, people: People, shapes: UserShapes): readonly Route[] {
  const { cursorListing } = parts.settings.switches;
  const query: Route = {
    method: 'GET',
    path: '/api/v2/users/query',
    operation: 'getUsersQuery',
    permission: 'directory:user:view',
    answer: (ask) => byCursor(parts, people, shapes, ask),
  };
  return [
    ...(cursorListing === 'missing' ? [] : [query]),
    {
      method: 'POST',
      path: '/api/v2/users/search',
      operation: 'postUsersSearch',
      permission: 'directory:user:view',
      answer: (ask) => ok(searchUsers(parts, people, shapes, ask)),
    },
    {
      method: 'GET',
      path: '/api/v2/users',
      operation: 'getUsers',
      answer: (ask) => byNumber(parts, people, shapes, ask),
    },
    {
      method: 'GET',
      path: '/api/v2/users/{id}',
      operation: 'getUser',
      answer: (ask) => one(people, shapes, ask),
    },
  ];
}

function byNumber(parts: Parts, people: People, shapes: UserShapes, ask: Ask): Reply {
  const { query, path, operation } = ask;
  const { maxPageSize, numberedListingWall: wall } = parts.settings.switches;
  const expand = expandsOf(query.getAll('expand'));
  const ids = query.getAll('id');
  const listed = people.inState(query.get('state'));
  const list = ids.length === 0 ? listed : among(people, ids, listed);
  const page = numberedPage(query, list.length, maxPageSize.users);
  if (wall !== 'none' && page.number * page.size > wall) {
    throw badRequest(`only the first ${wall} users can be listed by page number`);
  }
  const shift = ids.length === 0 ? shiftOf(parts, operation) : 0;
  const users = slice(list, page, shift).map((person) => shapes.user(person, expand, operation));
  return ok(numberedListing(path, query, page, users));
}

function among(people: People, ids: readonly string[], listed: readonly Person[]): readonly Person[] {
  if (ids.length > MOST_IDS) throw badRequest(`at most ${MOST_IDS} ids can be asked for at once`);
  const allowed = new Set(listed);
  const found = new Set(ids.map((id) => people.find(id)).filter((person) => person !== undefined));
  return [...found].filter((person) => allowed.has(person));
}

function byCursor(parts: Parts, people: People, shapes: UserShapes, ask: Ask): Reply {
  const { settings } = parts;
  const { query, path, operation } = ask;
  const { cursorListing, lastFullPageHasCursor, maxPageSize } = settings.switches;
  // The listing knows no divisions: who is not trusted with all of them gets none.
  if (cursorListing === 'forbidden' || settings.grantedDivisions !== 'all')
    throw missingDivision('directory:user:view');
  const expand = expandsOf(query.getAll('expand'));
  const size = pageSizeOf(query, maxPageSize.usersQuery);
  const after = readCursor(query.get('cursor'));
  const list = people.inState(query.get('state'));
  const from = after === undefined ? 0 : firstAfter(list, after);
  const shifted = Math.max(0, from + shiftOf(parts, operation));
  const users = list.slice(shifted, shifted + size);
  const last = list[Math.min(from + size, list.length) - 1];
  const more = from + size < list.length || (lastFullPageHasCursor && users.length === size);
  const cursor = more && last !== undefined ? makeCursor(last.index) : undefined;
  return ok({
    entities: users.map((person) => shapes.user(person, expand, operation)),
    selfUri: uriWith(path, query, {}),
    ...(cursor === undefined ? {} : { cursor, nextUri: uriWith(path, query, { cursor }) }),
    results: users.length,
  });
}

/** The first place in the list, which is in the order of `index`, behind this one. */
function firstAfter(list: readonly Person[], index: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle]?.index ?? Infinity) <= index) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many places too late, or too early, a page begins. */
function shiftOf({ dice }: Parts, operation: string): number {
  if (!dice.strikes(dice.faults.shifting, operation)) return 0;
  const by = 1 + dice.pick(3);
  return dice.coin() ? by : -by;
}

function one(people: People, shapes: UserShapes, { id, query, operation }: Ask): Reply {
  const expand = expandsOf(query.getAll('expand'));
  const person = people.find(id);
  if (person === undefined || !people.isIn(person, query.get('state'))) throw notFound('User');
  return ok(shapes.user(person, expand, operation));
}

/** Members of something, as `UserEntityListing`. */
export function memberListing(parts: Parts, shapes: UserShapes, ask: Ask, members: readonly Person[]): Reply {
  const { query, path, operation } = ask;
  const expand = expandsOf(query.getAll('expand'));
  const page = numberedPage(query, members.length, parts.settings.switches.maxPageSize.others);
  const users = slice(members, page).map((person) => shapes.user(person, expand, operation));
  return ok(numberedListing(path, query, page, users));
}

/** Members of a queue, as `QueueMemberEntityListing`, which tells neither total nor page count. */
export function queueMemberListing(
  parts: Parts,
  shapes: UserShapes,
  ask: Ask,
  members: readonly Person[],
): Reply {
  const { query, path, operation, id } = ask;
  const expand = expandsOf(query.getAll('expand'));
  const size = pageSizeOf(query, parts.settings.switches.maxPageSize.others);
  const number = wholeNumber(query, 'pageNumber', 1);
  const uri = (to: number): string =>
    uriWith(path, query, { pageSize: String(size), pageNumber: String(to) });
  const entities = slice(members, { size, number, total: members.length }).map((person) => ({
    id: person.id,
    name: person.name,
    user: shapes.user(person, expand, operation),
    ringNumber: 1,
    joined: true,
    memberBy: 'user',
    selfUri: `/api/v2/routing/queues/${id}/members/${person.id}`,
  }));
  return ok({
    entities,
    pageSize: size,
    pageNumber: number,
    firstUri: uri(1),
    selfUri: uri(number),
    ...(number > 1 ? { previousUri: uri(number - 1) } : {}),
    ...(number * size < members.length ? { nextUri: uri(number + 1) } : {}),
  });
}
