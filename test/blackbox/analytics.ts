/**
 * What the platform tells of single agents on demand: their presence history, their open conversations, their sign-ins. By the
 * published shapes alone, so that a body with a key that the platform does not know counts against its sender.
 */
import { randomUUID } from 'node:crypto';
import { emailOf, type People, type Person, type Presence } from './people.ts';
import { problem, type Reply } from './reply.ts';

type Json = Readonly<Record<string, unknown>>;

const DAY = 86_400_000;
/** In the spelling of the analytics; the organisation's own label is a kind of Busy. */
const WORDS: Readonly<Record<Presence, string>> = {
  Available: 'AVAILABLE',
  Away: 'AWAY',
  Busy: 'BUSY',
  Meal: 'MEAL',
  Idle: 'IDLE',
  Offline: 'OFFLINE',
  OnQueue: 'ON_QUEUE',
  Coaching: 'BUSY',
};
const PROPERTIES = new Set([
  'UserId',
  'TrusteeOrganizationId',
  'ClientId',
  'Action',
  'EntityType',
  'EntityId',
]);

export class Analytics {
  /** Records are shown only so many ms after they began, and entries after they were written. */
  delay = 0;
  /** Whether an Offline of less than a second is kept. */
  keepsShort = true;
  /** How an entry names who signed in: by the address in the name of the sign-in, or by the id of its user, or of what it is about. */
  named: 'address' | 'user' | 'entity' = 'address';
  /** Changes what is told of a person. */
  distort: (person: Person, records: readonly object[]) => readonly object[] = (_, records) => records;
  readonly #people: People;
  readonly #conversations = new Map<string, string>();

  constructor(people: People) {
    this.#people = people;
  }

  /** Pages of what is stored for each user and day; pages may be short, and the total is a guess. */
  details(body: unknown): Reply {
    const { interval, userFilters, paging } = body as Json;
    const [from, to] = instants(interval);
    const longest = userFilters === undefined ? 7 : 31;
    if (to - from > longest * DAY) return problem(400, 'bad.request');
    const { pageSize = 25, pageNumber = 1 } = (paging ?? {}) as { pageSize?: number; pageNumber?: number };
    const wanted = [...this.#people.all.values()].filter(({ id }) => passes(userFilters, id));
    const stored = wanted.flatMap((person) =>
      daysIn(from, Math.min(to, this.#people.now())).flatMap((day) => {
        const records = this.#records(person, Math.max(day, from), Math.min(day + DAY, to));
        return records.length === 0 ? [] : [{ userId: person.id, primaryPresence: records }];
      }),
    );
    const userDetails = stored.slice((pageNumber - 1) * pageSize, pageNumber * pageSize);
    const totalHits = Math.round(stored.length * 1.1);
    return { status: 200, body: userDetails.length === 0 ? { totalHits } : { userDetails, totalHits } };
  }

  #records(person: Person, from: number, to: number): readonly object[] {
    const known = person.trail.filter(({ at }) => at <= this.#people.now() - this.delay);
    const spans = known.map(({ at, presence }, i) => ({ at, presence, end: known[i + 1]?.at }));
    const kept = spans.filter(
      ({ at, end, presence }) =>
        end !== at && (this.keepsShort || presence !== 'Offline' || end === undefined || end - at >= 1_000),
    );
    const told = kept.filter(({ at, end }) => at < to && (end === undefined || end > from));
    return this.distort(
      person,
      told.map(({ at, end, presence }) => ({
        startTime: iso(at),
        ...(end === undefined ? {} : { endTime: iso(end) }),
        systemPresence: WORDS[presence],
      })),
    );
  }

  status(id: string): Reply {
    const person = this.#people.all.get(id);
    if (person === undefined) return problem(404, 'not.found');
    const kinds = [
      ['voice', 'interact', person.calls + person.enterpriseCalls],
      ['email', 'interact', person.emails],
      ['voice', 'wrapup', person.wrapUps],
    ] as const;
    const sessions = kinds.flatMap(([mediaType, segmentType, count]) =>
      Array.from({ length: count }, (_, i) => ({
        conversationId: this.conversationOf(person, `${mediaType} ${segmentType} ${i}`),
        sessionId: randomUUID(),
        sessionStart: iso(person.routingSince),
        segmentStart: iso(person.routingSince),
        segmentType,
        mediaType,
      })),
    );
    const { name, presence, routing } = person;
    const state = { systemPresence: WORDS[presence], routingStatus: routing, isOutOfOffice: false };
    return {
      status: 200,
      body: { userId: id, userName: name, sessionCount: sessions.length, sessions, ...state },
    };
  }

  /** The same conversation has the same id for as long as it lasts. */
  conversationOf({ id }: Person, which: string): string {
    const key = `${id} ${which}`;
    const known = this.#conversations.get(key) ?? randomUUID();
    this.#conversations.set(key, known);
    return known;
  }

  services(): Reply {
    const entities = [{ name: 'UserSamlAuthentication', actions: ['Authenticate', 'SingleLogout'] }];
    return { status: 200, body: { services: [{ name: 'PeoplePermissions', entities }] } };
  }

  audits(body: unknown): Reply {
    const { interval, filters = [], sort, pageSize = 25, pageNumber = 1 } = body as Json;
    const [from, to] = instants(interval);
    if (from < this.#people.now() - 14 * DAY) return problem(400, 'bad.request');
    const shown = [...this.#people.all.values()].flatMap((person) =>
      person.signIns.map((at) => ({ at, person })).filter(({ at }) => at <= this.#people.now() - this.delay),
    );
    const entries = shown
      .filter(({ at }) => at >= from && at < to)
      .sort((a, b) => a.at - b.at)
      .map(({ at, person }) => ({
        id: randomUUID(),
        level: 'SYSTEM',
        serviceName: 'PeoplePermissions',
        eventDate: `${iso(at).slice(0, 19)}Z`,
        action: 'Authenticate',
        ...this.#naming(person),
      }))
      .filter((entry) => (filters as readonly Json[]).every((filter) => fits(entry, filter)));
    const [order] = (sort ?? []) as readonly Json[];
    if (order?.['sortOrder'] !== 'ascending') entries.reverse();
    const [size, page] = [Number(pageSize), Number(pageNumber)];
    const shape = {
      pageSize: size,
      pageNumber: page,
      total: entries.length,
      pageCount: Math.ceil(entries.length / size),
    };
    return { status: 200, body: { entities: entries.slice((page - 1) * size, page * size), ...shape } };
  }

  #naming(person: Person): { readonly entity: Json; readonly user: Json; readonly entityType: string } {
    const { id, name } = person;
    const saml = 'UserSamlAuthentication';
    const reference = { id, selfUri: `/api/v2/users/${id}` };
    if (this.named === 'entity') return { entityType: 'AuthUser', entity: reference, user: {} };
    if (this.named === 'user')
      return { entityType: saml, entity: { id: 'unknown' }, user: { ...reference, name } };
    return { entityType: saml, entity: { id: 'unknown', name: emailOf(person) }, user: {} };
  }
}

/** What the documents do not know of in a body; `undefined` where all is known. */
export const ANALYTICS_BODIES = { details: detailsFault, audits: auditsFault } as const;

function detailsFault(body: unknown): string | undefined {
  const keys =
    'interval userFilters presenceFilters routingStatusFilters order presenceAggregations routingStatusAggregations paging';
  const odd = oddKey(body, keys);
  if (odd !== undefined) return odd;
  const { interval, userFilters = [], order = 'asc', paging = {} } = body as Json;
  if (order !== 'asc' && order !== 'desc') return 'an odd order';
  return intervalFault(interval) ?? pagingFault(paging) ?? first(userFilters, filterFault);
}

function pagingFault(paging: unknown): string | undefined {
  const odd = oddKey(paging, 'pageSize pageNumber');
  if (odd !== undefined) return odd;
  const { pageSize = 25, pageNumber = 1 } = paging as Json;
  return isWhole(pageSize, 100) && isWhole(pageNumber, Infinity) ? undefined : 'an odd page';
}

function filterFault(filter: unknown): string | undefined {
  const { type, predicates = [] } = filter as Json;
  if (type !== 'and' && type !== 'or') return 'a filter without a type';
  return (
    oddKey(filter, 'type clauses predicates') ??
    first(predicates, (predicate) => {
      const { dimension, value } = predicate as Json;
      const isKnown = dimension === 'userId' && typeof value === 'string';
      return (
        oddKey(predicate, 'type dimension operator value range') ?? (isKnown ? undefined : 'an odd predicate')
      );
    })
  );
}

function auditsFault(body: unknown): string | undefined {
  const { interval, filters = [], sort = [], pageSize = 25, pageNumber = 1 } = (body ?? {}) as Json;
  return (
    oddKey(body, 'interval serviceName filters sort pageNumber pageSize') ??
    intervalFault(interval) ??
    (isWhole(pageSize, 500) && isWhole(pageNumber, Infinity) ? undefined : 'an odd page') ??
    first(filters, (filter) => {
      const property = (filter as Json)['property'];
      const isKnown = typeof property === 'string' && PROPERTIES.has(property);
      return oddKey(filter, 'property value') ?? (isKnown ? undefined : 'an odd filter');
    }) ??
    first(sort, (by) => {
      const { name, sortOrder } = by as Json;
      const isKnown = name === 'Timestamp' && (sortOrder === 'ascending' || sortOrder === 'descending');
      return oddKey(by, 'name sortOrder') ?? (isKnown ? undefined : 'an odd order');
    })
  );
}

function oddKey(value: unknown, known: string): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'no object';
  const odd = Object.keys(value).find((key) => !known.split(' ').includes(key));
  return odd === undefined ? undefined : `has no key ${odd}`;
}

function first(list: unknown, check: (each: unknown) => string | undefined): string | undefined {
  if (!Array.isArray(list)) return 'no list';
  return list.map(check).find((fault) => fault !== undefined);
}

function isWhole(value: unknown, most: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most;
}

const INSTANT = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z`;
const INTERVAL = new RegExp(`^${INSTANT}/${INSTANT}$`);

function intervalFault(interval: unknown): string | undefined {
  if (typeof interval !== 'string' || !INTERVAL.test(interval)) return 'an odd interval';
  const [from, to] = instants(interval);
  return from < to ? undefined : 'an interval that ends before it begins';
}

function instants(interval: unknown): readonly [number, number] {
  const [from = NaN, to = NaN] = String(interval).split('/').map(Date.parse);
  return [from, to];
}

function daysIn(from: number, to: number): readonly number[] {
  const days: number[] = [];
  for (let day = Math.floor(from / DAY) * DAY; day < to; day += DAY) days.push(day);
  return days;
}

function passes(userFilters: unknown, id: string): boolean {
  return ((userFilters ?? []) as readonly Json[]).every(({ type, predicates }) => {
    const values = ((predicates ?? []) as readonly Json[]).map(({ value }) => value === id);
    return type === 'and' ? values.every(Boolean) : values.some(Boolean);
  });
}

function fits(entry: Json, { property, value }: Json): boolean {
  const name = String(property);
  const key = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
  return (key === 'entityId' ? (entry['entity'] as Json)['id'] : entry[key]) === value;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
