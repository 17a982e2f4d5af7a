/** `userFilters` of an analytics query: users by their id, and nothing else. */
import { badRequest } from './refusal.ts';

/** In all filters together. */
const MOST_PREDICATES = 100;

/** A member of something of which nothing is known. */
export function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** Whether a user passes all filters; `undefined` where there are none. Refuses filters that the platform does not know. */
export function wantedUsers(filters: unknown): ((id: string) => boolean) | undefined {
  if (filters === undefined || (Array.isArray(filters) && filters.length === 0)) return undefined;
  if (!Array.isArray(filters)) throw badRequest('userFilters must be a list');
  const tests = filters.map((filter: unknown) => ({ type: typeOf(filter), ids: idsIn(filter) }));
  if (tests.reduce((sum, { ids }) => sum + ids.length, 0) > MOST_PREDICATES)
    throw badRequest(`userFilters must not hold more than ${MOST_PREDICATES} predicates`);
  const sets = tests.map(({ type, ids }) => ({ type, ids: new Set(ids) }));
  return (id) =>
    sets.every(({ type, ids }) => (type === 'or' ? ids.has(id) : [...ids].every((one) => one === id)));
}

function typeOf(filter: unknown): 'or' | 'and' {
  const type = field(filter, 'type');
  if (type !== 'or' && type !== 'and') throw badRequest('the type of a filter must be "and" or "or"');
  return type;
}

function idsIn(filter: unknown): readonly string[] {
  const predicates = field(filter, 'predicates');
  if (!Array.isArray(predicates) || predicates.length === 0)
    throw badRequest('a filter must have predicates');
  return predicates.map((predicate: unknown) => {
    const dimension = field(predicate, 'dimension');
    const value = field(predicate, 'value');
    if (dimension !== 'userId' || typeof value !== 'string')
      throw badRequest('a predicate must name a value of the dimension userId');
    return value;
  });
}
