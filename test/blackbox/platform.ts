/**
 * What the public API of the platform knows: its paths, their parameters and bodies, and nothing else. A request beyond that
 * is a mistake of whoever sends it and is kept for the judge.
 */
import { Analytics, ANALYTICS_BODIES } from './analytics.ts';
import { Notifications, topicsFault } from './notifications.ts';
import { problem, type Reply } from './reply.ts';
import { searchFault, Workforce } from './workforce.ts';
import { emailOf, SPELLINGS, type People, type Person, type Presence } from './people.ts';

/** One request, taken apart. */
export interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly body: unknown;
}

interface Route {
  readonly method: string;
  readonly path: RegExp;
  /** Query parameters that the operation has. */
  readonly query?: readonly string[];
  /** Keys that the body must, or may, have. */
  readonly body?: readonly string[];
  /** What is wrong with a body that may have many forms. */
  readonly check?: (body: unknown) => string | undefined;
  /** What may be expanded, where that is not a part of a user. */
  readonly expands?: ReadonlySet<string>;
  readonly answer: (asked: Asked, id: string) => Reply;
}

const EXPANDS = new Set(
  (
    'routingStatus presence integrationPresence conversationSummary outOfOffice geolocation station authorization ' +
    'lasttokenissued authorization.unusedRoles team workPlanBidRanks externalContactsSettings groups customAttributes ' +
    'profileSkills certifications locations skills languages languagePreference employerInfo biography dateLastLogin ' +
    'dateWelcomeSent'
  ).split(' '),
);
const STATES = new Set(['active', 'inactive', 'deleted', 'any']);
const LISTING = ['pageSize', 'sortOrder', 'expand', 'state'];

/** Definition ids look like any other id of the platform. */
export const DEFINITIONS = (Object.keys(SPELLINGS) as Presence[]).map((key, i) => ({
  id: `6a3af858-942f-489d-9700-5f9bcdcdae${(16 + i).toString(16)}`,
  key,
  type: key === 'Coaching' ? 'User' : 'System',
  systemPresence: key === 'Coaching' ? 'Busy' : key,
  languageLabels: { en_US: key === 'OnQueue' ? 'On Queue' : key },
  deactivated: false,
}));

export class PlatformApi {
  /** Requests that the public API does not know. */
  readonly unknown: string[] = [];
  /** Parts of a user that are left out of a listing now and then. */
  drop: (person: Person) => readonly string[] = () => [];
  /** Changes how a user is written down. */
  distort: (person: Person, user: Record<string, unknown>) => void = () => undefined;
  /** Only so many of the first are listed. */
  listedShare = 1;
  /** By so many places the list moves on between two pages, as if people at its front were deleted. */
  shift = 0;
  cursorOffered = true;
  /** The platform's own inactivity timeout, in seconds; off when 0. */
  nativeTimeout = 0;
  /** More than so many users with expands on a page are too large. */
  largestPage = 500;
  /** What it tells of single agents on demand. */
  readonly analytics: Analytics;
  readonly notifications: Notifications;
  /** Who is scheduled when. */
  readonly workforce: Workforce;
  readonly #people: People;

  constructor(people: People) {
    this.#people = people;
    this.analytics = new Analytics(people);
    this.notifications = new Notifications(people, ({ routing, routingSince, ...person }) => ({
      routingStatus: { status: routing, startTime: iso(routingSince) },
      presence: presenceOf(person),
      outOfOffice: { active: false },
      activeQueueIds: [],
    }));
    this.workforce = new Workforce(people);
  }

  answer(asked: Asked): Reply {
    for (const route of this.#routes) {
      const match = route.method === asked.method ? route.path.exec(asked.url.pathname) : null;
      if (match === null) continue;
      const fault = faultOf(route, asked);
      if (fault === undefined) return route.answer(asked, match[1] ?? '');
      this.unknown.push(`${asked.method} ${asked.url.pathname}: ${fault}`);
      return problem(400, 'bad.request');
    }
    this.unknown.push(`${asked.method} ${asked.url.pathname}`);
    return problem(404, 'not.found');
  }

  readonly #routes: readonly Route[] = [
    {
      method: 'GET',
      path: /^\/api\/v2\/users\/query$/,
      query: [...LISTING, 'cursor'],
      answer: ({ url }) => this.#byCursor(url),
    },
    {
      method: 'GET',
      path: /^\/api\/v2\/users$/,
      query: [...LISTING, 'pageNumber', 'id'],
      answer: ({ url }) => this.#byNumber(url),
    },
    {
      method: 'GET',
      path: /^\/api\/v2\/presence\/definitions$/,
      query: ['deactivated', 'divisionId', 'localeCode'],
      answer: () => ({ status: 200, body: { entities: DEFINITIONS } }),
    },
    {
      method: 'GET',
      path: /^\/api\/v2\/tokens\/timeout$/,
      answer: () => ({
        status: 200,
        body: {
          enableIdleTokenTimeout: this.nativeTimeout > 0,
          idleTokenTimeoutSeconds: this.nativeTimeout || 1_800,
          inactivityTimeoutUnit: 'Minutes',
          inactivityTimeoutGroupsEnabled: false,
          inactivityTimeoutGroupBundles: [],
        },
      }),
    },
    {
      method: 'GET',
      path: /^\/api\/v2\/groups$/,
      query: ['pageSize', 'pageNumber', 'id', 'jabberId', 'sortOrder'],
      answer: () => ({ status: 200, body: listing(GROUPS) }),
    },
    {
      method: 'PATCH',
      path: /^\/api\/v2\/users\/([^/]+)\/presences\/purecloud$/,
      body: ['presenceDefinition'],
      answer: ({ body }, id) => this.#patchPresence(id, body),
    },
    {
      method: 'PUT',
      path: /^\/api\/v2\/users\/([^/]+)\/routingstatus$/,
      body: ['status'],
      answer: ({ body }, id) => this.#putRouting(id, body),
    },
    { method: 'DELETE', path: /^\/api\/v2\/tokens\/([^/]+)$/, answer: (_, id) => this.#revoke(id) },
    {
      method: 'POST',
      path: /^\/api\/v2\/analytics\/users\/details\/query$/,
      check: ANALYTICS_BODIES.details,
      answer: ({ body }) => this.analytics.details(body),
    },
    {
      method: 'GET',
      path: /^\/api\/v2\/analytics\/agents\/([^/]+)\/status$/,
      answer: (_, id) => this.analytics.status(id),
    },
    {
      method: 'POST',
      path: /^\/api\/v2\/audits\/query\/realtime$/,
      query: ['expand'],
      expands: new Set(['user']),
      check: ANALYTICS_BODIES.audits,
      answer: ({ body }) => this.analytics.audits(body),
    },
    {
      method: 'GET',
      path: /^\/api\/v2\/audits\/query\/realtime\/servicemapping$/,
      answer: () => this.analytics.services(),
    },
    {
      method: 'POST',
      path: /^\/api\/v2\/notifications\/channels$/,
      answer: ({ url }) => this.notifications.open(url.host),
    },
    {
      method: 'PUT',
      path: /^\/api\/v2\/notifications\/channels\/([^/]+)\/subscriptions$/,
      query: ['ignoreErrors'],
      check: topicsFault,
      answer: ({ body }, id) => this.notifications.subscribe(id, body),
    },
    {
      method: 'GET',
      path: /^\/api\/v2\/workforcemanagement\/managementunits$/,
      query: ['pageSize', 'pageNumber', 'expand', 'feature', 'divisionId'],
      answer: () => this.workforce.units(),
    },
    {
      method: 'GET',
      path: /^\/api\/v2\/workforcemanagement\/managementunits\/([^/]+)\/users$/,
      answer: (_, id) => this.workforce.users(id),
    },
    {
      method: 'GET',
      path: /^\/api\/v2\/workforcemanagement\/businessunits\/([^/]+)\/activitycodes$/,
      query: ['forceDownloadService'],
      answer: (_, id) => this.workforce.codes(id),
    },
    {
      method: 'POST',
      path: /^\/api\/v2\/workforcemanagement\/managementunits\/([^/]+)\/agentschedules\/search$/,
      query: ['forceAsync', 'forceDownloadService'],
      check: searchFault,
      answer: ({ body }, id) => this.workforce.search(id, body),
    },
  ];

  #patchPresence(id: string, body: unknown): Reply {
    const person = this.#people.all.get(id);
    const wanted = (body as { presenceDefinition: { id?: string } }).presenceDefinition.id;
    const presence = DEFINITIONS.find((definition) => definition.id === wanted)?.key;
    if (person === undefined) return problem(404, 'not.found');
    if (presence === undefined) return problem(400, 'bad.request');
    if (person.forbidden) return problem(403, 'missing.any.division.permissions');
    this.#people.note(presence === 'Offline' ? 'offline' : 'presence', person);
    if (presence === 'Offline') this.#people.goOffline(person, false);
    else this.#people.setPresence(person, presence);
    return { status: 200, body: presenceOf(person) };
  }

  #putRouting(id: string, body: unknown): Reply {
    const person = this.#people.all.get(id);
    if (person === undefined) return problem(404, 'not.found');
    if ((body as { status?: string }).status !== 'OFF_QUEUE') return problem(400, 'bad.request');
    if (person.forbidden) return problem(403, 'missing.any.division.permissions');
    this.#people.note('off_queue', person);
    if (person.callSlipsIn) {
      person.callSlipsIn = false;
      person.goneSince = undefined;
      this.#people.startCall(person);
    }
    if (person.presence === 'OnQueue') this.#people.setPresence(person, 'Available');
    if (person.routing === 'IDLE' || person.routing === 'NOT_RESPONDING')
      this.#people.setRouting(person, 'OFF_QUEUE');
    return { status: 200, body: { userId: person.id, status: person.routing } };
  }

  #revoke(id: string): Reply {
    const person = this.#people.all.get(id);
    if (person === undefined) return problem(404, 'not.found');
    if (person.forbidden) return problem(403, 'missing.any.division.permissions');
    this.#people.note('revoke', person);
    if (person.revocationWorks) this.#people.goOffline(person, true);
    return { status: 204 };
  }

  #user(person: Person, url: URL): Record<string, unknown> {
    const wanted = new Set(url.searchParams.getAll('expand'));
    for (const part of this.drop(person)) wanted.delete(part);
    const { id, name, group } = person;
    const email = emailOf(person);
    const user: Record<string, unknown> = {
      id,
      name,
      email,
      username: email,
      state: 'active',
      version: 7,
      division: { id: 'd-home', name: 'Home' },
      chat: { jabberId: `${id}@example.com` },
      selfUri: `/api/v2/users/${id}`,
    };
    if (wanted.has('presence')) user['presence'] = presenceOf(person);
    if (wanted.has('routingStatus'))
      user['routingStatus'] = { userId: id, status: person.routing, startTime: iso(person.routingSince) };
    if (wanted.has('conversationSummary')) user['conversationSummary'] = summaryOf(person);
    if (wanted.has('lasttokenissued')) user['lastTokenIssued'] = { dateIssued: iso(person.tokenAt) };
    if (wanted.has('groups')) user['groups'] = [{ id: group, selfUri: `/api/v2/groups/${group}` }];
    if (wanted.has('authorization')) user['authorization'] = { roles: [{ id: 'r-employee' }] };
    this.distort(person, user);
    return user;
  }

  #page(url: URL, from: number, size: number): { entities: unknown[]; length: number } {
    const length = Math.ceil(this.#people.all.size * this.listedShare);
    const first = from === 0 ? 0 : Math.min(length, from + this.shift);
    const entities: unknown[] = [];
    let place = 0;
    for (const person of this.#people.all.values()) {
      if (place >= Math.min(first + size, length)) break;
      if (place >= first) entities.push(this.#user(person, url));
      place += 1;
    }
    return { entities, length };
  }

  #byCursor(url: URL): Reply {
    if (!this.cursorOffered) return problem(403, 'missing.permissions');
    const size = Number(url.searchParams.get('pageSize') ?? 25);
    if (size > this.largestPage) return problem(400, 'response.entity.too.large');
    const from = Number(url.searchParams.get('cursor') ?? 0);
    const { entities, length } = this.#page(url, from, size);
    const more = from + size < length;
    return { status: 200, body: { entities, ...(more ? { cursor: String(from + size) } : {}) } };
  }

  #byNumber(url: URL): Reply {
    const ids = url.searchParams.getAll('id');
    if (ids.length > 0) {
      const found = ids.flatMap((id) => this.#people.all.get(id) ?? []);
      return { status: 200, body: listing(found.map((person) => this.#user(person, url))) };
    }
    const size = Number(url.searchParams.get('pageSize') ?? 25);
    if (size > this.largestPage) return problem(400, 'response.entity.too.large');
    const page = Number(url.searchParams.get('pageNumber') ?? 1);
    const { entities, length } = this.#page(url, (page - 1) * size, size);
    const pageCount = Math.ceil(length / size);
    const body = { entities, pageSize: size, pageNumber: page, total: length, pageCount };
    return { status: 200, body };
  }
}

const GROUPS = ['Agents', 'Others', 'Leads'].map((name) => ({ id: `g-${name.toLowerCase()}`, name }));

/** What is wrong with a request, seen from the operation's documentation. */
function faultOf(route: Route, asked: Asked): string | undefined {
  const { body, check } = route;
  const fault = queryFault(route, asked.url.searchParams);
  if (fault !== undefined) return fault;
  return check === undefined ? bodyFault(body, asked.body) : check(asked.body);
}

function queryFault({ query = [], expands = EXPANDS }: Route, params: URLSearchParams): string | undefined {
  for (const key of params.keys()) if (!query.includes(key)) return `has no parameter ${key}`;
  const odd = params.getAll('expand').find((part) => !expands.has(part));
  if (odd !== undefined) return `cannot expand ${odd}`;
  const size = Number(params.get('pageSize') ?? 25);
  if (!Number.isInteger(size) || size < 1 || size > 500) return `a page of ${size}`;
  return STATES.has(params.get('state') ?? 'any') ? undefined : 'odd state';
}

function bodyFault(wanted: Route['body'], body: unknown): string | undefined {
  if (wanted === undefined) return body === undefined ? undefined : 'has no body';
  const keys = typeof body === 'object' && body !== null ? Object.keys(body) : [];
  return keys.join() === wanted.join() ? undefined : `body of ${keys.join()}`;
}

function presenceOf({
  id,
  presence,
  presenceSince,
}: Pick<Person, 'id' | 'presence' | 'presenceSince'>): object {
  const definition = DEFINITIONS.find(({ key }) => key === presence);
  return {
    id,
    source: 'PURECLOUD',
    primary: true,
    presenceDefinition: { id: definition?.id, systemPresence: SPELLINGS[presence] },
    modifiedDate: iso(presenceSince),
  };
}

function summaryOf({ id, calls, emails, wrapUps, enterpriseCalls }: Person): object {
  return {
    userId: id,
    call: { contactCenter: { active: calls, acw: wrapUps }, enterprise: { active: enterpriseCalls, acw: 0 } },
    email: { contactCenter: { active: emails, acw: 0 }, enterprise: { active: 0, acw: 0 } },
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

function listing(entities: readonly unknown[]): object {
  return { entities, pageSize: 500, pageNumber: 1, total: entities.length, pageCount: 1 };
}
