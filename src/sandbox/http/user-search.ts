/** `POST /api/v2/users/search`: as much of it as a directory look-up needs. Presence and routing cannot be searched for. */
import type { Person } from '../organisation.ts';
import type { People } from './people.ts';
import { badRequest, tooLarge } from './refusal.ts';
import type { Ask, Parts } from './route.ts';
import { expandsOf, type UserShapes } from './user-shapes.ts';

const TYPES = ['EXACT', 'TERM', 'TERMS', 'STARTS_WITH', 'CONTAINS', 'MATCH_ALL'] as const;

interface Criterion {
  readonly type: (typeof TYPES)[number];
  readonly fields: readonly string[];
  readonly values: readonly string[];
}

interface Search {
  readonly pageSize: number;
  readonly pageNumber: number;
  readonly expand: readonly string[];
  readonly query: readonly Criterion[];
}

/** `UsersSearchResponse`. */
export function searchUsers(parts: Parts, people: People, shapes: UserShapes, ask: Ask): object {
  const { pageSize, pageNumber, expand, query } = readSearch(ask.body);
  if (pageSize > parts.settings.switches.maxPageSize.others) throw tooLarge();
  const wanted = expandsOf(expand);
  const asksForState = query.some(({ fields }) => fields.includes('state'));
  const found = people
    .inState(asksForState ? 'any' : 'active')
    .filter((person) => query.every((criterion) => meets(person, people, criterion)));
  const from = (pageNumber - 1) * pageSize;
  return {
    total: found.length,
    pageCount: Math.ceil(found.length / pageSize),
    pageSize,
    pageNumber,
    types: ['users'],
    results: found.slice(from, from + pageSize).map((person) => shapes.user(person, wanted, ask.operation)),
  };
}

function meets(person: Person, people: People, { type, fields, values }: Criterion): boolean {
  if (type === 'MATCH_ALL') return true;
  const wanted = values.map((value) => value.toLowerCase());
  return fields.some((field) => {
    const has = valueOf(person, people, field).toLowerCase();
    if (type === 'STARTS_WITH') return wanted.some((value) => has.startsWith(value));
    if (type === 'CONTAINS') return wanted.some((value) => has.includes(value));
    return wanted.includes(has);
  });
}

function valueOf(person: Person, people: People, field: string): string {
  switch (field) {
    case 'id':
      return person.id;
    case 'name':
      return person.name;
    case 'email':
    case 'username':
      return person.email;
    case 'divisionId':
      return person.division.id;
    case 'state':
      return people.isIn(person, 'active') ? 'active' : 'inactive';
    default:
      throw badRequest(`users cannot be searched by ${field}`);
  }
}

function readSearch(body: unknown): Search {
  const raw = record(body);
  return {
    pageSize: count(raw['pageSize'], 25),
    pageNumber: count(raw['pageNumber'], 1),
    expand: texts(raw['expand']),
    query: (Array.isArray(raw['query']) ? raw['query'] : []).map(readCriterion),
  };
}

function readCriterion(entry: unknown): Criterion {
  const raw = record(entry);
  const type = TYPES.find((known) => known === raw['type']);
  if (type === undefined) throw badRequest('query.type is missing or not supported');
  const { value } = raw;
  return {
    type,
    fields: texts(raw['fields']),
    values: [...texts(raw['values']), ...(typeof value === 'string' ? [value] : [])],
  };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw badRequest('the body must be an object');
  return value as Readonly<Record<string, unknown>>;
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

function count(value: unknown, otherwise: number): number {
  if (value === undefined) return otherwise;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1) return value;
  throw badRequest('pageSize and pageNumber must be whole numbers of at least 1');
}
