/**
 * A small organisation on the wire, for looking at the program from outside: written from the platform's documentation
 * alone and sharing nothing with `src/`, so that a misunderstanding in there cannot hide in here as well. Its time is real.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

export const CLIENT_ID = '5c1e2f0a-7d43-4b52-9a55-1f2ab3c4d5e6';
export const CLIENT_SECRET = 'S3cret-of~the+client/0123456789abcdef';

/** Spelled as they are met in the wild: the platform is not of one mind. */
const SPELLINGS = {
  Available: 'AVAILABLE',
  Away: 'Away',
  Busy: 'Busy',
  Meal: 'MEAL',
  Idle: 'Idle',
  Offline: 'Offline',
  OnQueue: 'On Queue',
} as const;
export type Presence = keyof typeof SPELLINGS;
export type Routing = 'OFF_QUEUE' | 'IDLE' | 'INTERACTING' | 'NOT_RESPONDING' | 'COMMUNICATING';

/** What a browser does by itself when its user has been logged off. */
export interface SingleSignOn {
  /** From the log-off to the return, in ms. */
  readonly after: number;
  readonly as: 'former' | 'Available';
  readonly movesToken: boolean;
  /** It also puts the former presence back after a mere Offline, without a new login. */
  readonly reasserts?: boolean;
}

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly group: string;
  presence: Presence;
  presenceSince: number;
  routing: Routing;
  routingSince: number;
  calls: number;
  emails: number;
  wrapUps: number;
  enterpriseCalls: number;
  tokenAt: number;
  /** The truth: sits there and works. Whoever is touched while this is true was disturbed. */
  present: boolean;
  sso: SingleSignOn | undefined;
  forbidden: boolean;
  /** How long Offline takes to be seen after a request for it, in ms. */
  propagation: number;
  revocationWorks: boolean;
  /** Each instant at which he went Offline, and each at which he came back. */
  readonly wentAt: number[];
  readonly cameAt: number[];
  /** Bound to happen when the platform is told to take him off the queue: the race that nobody can win. */
  callSlipsIn: boolean;
}

/** One request that wanted to change something. */
export interface Write {
  readonly at: number;
  readonly operation: 'offline' | 'presence' | 'off_queue' | 'revoke';
  readonly personId: string;
  readonly disturbed: boolean;
}

export type Fault =
  | { readonly status: number; readonly retryAfter?: number }
  | { readonly slow: number }
  | 'reset'
  | 'truncated'
  | 'hang';

interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly answer: (match: RegExpExecArray, url: URL, body: unknown) => { status: number; body?: unknown };
}

export class Organisation {
  readonly people = new Map<string, Person>();
  readonly writes: Write[] = [];
  /** Requests that the public API does not know. */
  readonly unknown: string[] = [];
  /** Every token ever issued: none may be found anywhere. */
  readonly tokens: string[] = [];
  requests = 0;
  tooMany = 0;
  firstRequestAt: number | undefined;
  /** Decides for each request what goes wrong, if anything. */
  fault: (method: string, path: string) => Fault | undefined = () => undefined;
  /** Parts of a user that are left out of a listing now and then. */
  drop: (person: Person) => readonly string[] = () => [];
  /** Shift of the whole platform's clock, in ms, and of its `Date` header alone. */
  skew = 0;
  headerSkew = 0;
  /** Only so many of the first are listed. */
  listedShare = 1;
  cursorOffered = true;
  allowed = 300;
  #windows = new Map<string, { until: number; count: number }>();
  #server: Server;
  #ordered: Person[] | undefined;

  constructor() {
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  now(): number {
    return Date.now() + this.skew;
  }

  add(name: string, parts: Partial<Person> = {}): Person {
    const long = this.now() - 3_600_000;
    const person: Person = {
      id: randomUUID(),
      name,
      group: 'g-agents',
      presence: 'Available',
      presenceSince: long,
      routing: 'OFF_QUEUE',
      routingSince: long,
      calls: 0,
      emails: 0,
      wrapUps: 0,
      enterpriseCalls: 0,
      tokenAt: long,
      present: false,
      sso: undefined,
      forbidden: false,
      propagation: 0,
      revocationWorks: true,
      wentAt: [],
      cameAt: [],
      callSlipsIn: false,
      ...parts,
    };
    this.people.set(person.id, person);
    this.#ordered = undefined;
    return person;
  }

  setPresence(person: Person, presence: Presence): void {
    const now = this.now();
    const was = person.presence;
    person.presence = presence;
    person.presenceSince = now;
    if (presence === 'Offline' && was !== 'Offline') person.wentAt.push(now);
    if (presence !== 'Offline' && was === 'Offline') person.cameAt.push(now);
    if (presence === 'OnQueue' && person.routing === 'OFF_QUEUE') this.setRouting(person, 'IDLE');
    if (presence !== 'OnQueue' && person.routing !== 'OFF_QUEUE' && person.routing !== 'INTERACTING')
      this.setRouting(person, 'OFF_QUEUE');
  }

  setRouting(person: Person, routing: Routing): void {
    person.routing = routing;
    person.routingSince = this.now();
  }

  startCall(person: Person): void {
    person.calls += 1;
    if (person.routing !== 'OFF_QUEUE') this.setRouting(person, 'INTERACTING');
  }

  endCall(person: Person): void {
    person.calls -= 1;
    if (person.routing === 'INTERACTING') this.setRouting(person, 'IDLE');
  }

  get disturbed(): readonly Write[] {
    return this.writes.filter((write) => write.disturbed);
  }

  #note(operation: Write['operation'], person: Person): void {
    const engaged = person.calls + person.emails + person.wrapUps + person.enterpriseCalls > 0;
    const disturbed = operation !== 'presence' && (person.present || engaged);
    this.writes.push({ at: Date.now(), operation, personId: person.id, disturbed });
  }

  #goOffline(person: Person, revoked: boolean): void {
    const former = person.presence;
    const go = (): void => {
      if (person.presence !== 'Offline') this.setPresence(person, 'Offline');
    };
    if (person.propagation === 0) go();
    else setTimeout(go, person.propagation).unref();
    const { sso } = person;
    if (sso === undefined || former === 'Offline' || (!revoked && sso.reasserts !== true)) return;
    this.#comeBack(person, sso, former, revoked);
  }

  #comeBack(person: Person, sso: SingleSignOn, former: Presence, revoked: boolean): void {
    setTimeout(() => {
      if (revoked && sso.movesToken) person.tokenAt = this.now();
      if (person.presence === 'Offline')
        this.setPresence(person, revoked && sso.as === 'Available' ? 'Available' : former);
    }, person.propagation + sso.after).unref();
  }

  readonly #routes: readonly Route[] = [
    {
      method: 'GET',
      path: /^\/api\/v2\/users\/query$/,
      answer: (_, url) => this.#byCursor(url),
    },
    { method: 'GET', path: /^\/api\/v2\/users$/, answer: (_, url) => this.#byNumber(url) },
    {
      method: 'GET',
      path: /^\/api\/v2\/presence\/definitions$/,
      answer: () => ({ status: 200, body: { entities: DEFINITIONS } }),
    },
    {
      method: 'GET',
      path: /^\/api\/v2\/groups$/,
      answer: () => ({
        status: 200,
        body: listing([
          { id: 'g-agents', name: 'Agents' },
          { id: 'g-other', name: 'Others' },
        ]),
      }),
    },
    {
      method: 'PATCH',
      path: /^\/api\/v2\/users\/([^/]+)\/presences\/purecloud$/,
      answer: ([, id], __, body) => this.#patchPresence(id, body),
    },
    {
      method: 'PUT',
      path: /^\/api\/v2\/users\/([^/]+)\/routingstatus$/,
      answer: ([, id], __, body) => this.#putRouting(id, body),
    },
    { method: 'DELETE', path: /^\/api\/v2\/tokens\/([^/]+)$/, answer: ([, id]) => this.#revoke(id) },
  ];

  #patchPresence(id: string | undefined, body: unknown): { status: number; body?: unknown } {
    const person = this.people.get(id ?? '');
    const wanted = (body as { presenceDefinition?: { id?: string } }).presenceDefinition?.id;
    const presence = DEFINITIONS.find((definition) => definition.id === wanted)?.key;
    if (person === undefined) return problem(404, 'not.found');
    if (presence === undefined) return problem(400, 'bad.request');
    if (person.forbidden) return problem(403, 'missing.any.division.permissions');
    this.#note(presence === 'Offline' ? 'offline' : 'presence', person);
    if (presence === 'Offline') this.#goOffline(person, false);
    else this.setPresence(person, presence);
    return { status: 200, body: presenceOf(person) };
  }

  #putRouting(id: string | undefined, body: unknown): { status: number; body?: unknown } {
    const person = this.people.get(id ?? '');
    if (person === undefined) return problem(404, 'not.found');
    if ((body as { status?: string }).status !== 'OFF_QUEUE') return problem(400, 'bad.request');
    if (person.forbidden) return problem(403, 'missing.any.division.permissions');
    this.#note('off_queue', person);
    if (person.callSlipsIn) {
      person.callSlipsIn = false;
      person.calls += 1;
      person.present = true;
    }
    if (person.routing === 'IDLE' || person.routing === 'NOT_RESPONDING')
      this.setRouting(person, 'OFF_QUEUE');
    if (person.presence === 'OnQueue') this.setPresence(person, 'Available');
    return { status: 200, body: { userId: person.id, status: person.routing } };
  }

  #revoke(id: string | undefined): { status: number; body?: unknown } {
    const person = this.people.get(id ?? '');
    if (person === undefined) return problem(404, 'not.found');
    if (person.forbidden) return problem(403, 'missing.any.division.permissions');
    this.#note('revoke', person);
    if (!person.revocationWorks) return { status: 204 };
    if (person.presence !== 'Offline') this.#goOffline(person, true);
    // The tokens behind an Offline that was set a moment ago go now: the browser notices and asks for new ones.
    else if (person.sso !== undefined) this.#comeBack(person, person.sso, this.#formerOf(person), true);
    return { status: 204 };
  }

  #former = new Map<string, Presence>();

  /** What the browser last showed before Offline. */
  #formerOf(person: Person): Presence {
    return this.#former.get(person.id) ?? 'Available';
  }

  #user(person: Person, url: URL): Record<string, unknown> {
    if (person.presence !== 'Offline') this.#former.set(person.id, person.presence);
    const wanted = new Set(url.searchParams.getAll('expand'));
    for (const part of this.drop(person)) wanted.delete(part);
    const { id, name, group } = person;
    const email = `${name.replaceAll(/\W+/g, '.').toLowerCase()}@example.com`;
    const user: Record<string, unknown> = {
      id,
      name,
      email,
      username: email,
      state: 'active',
      division: { id: 'd-home', name: 'Home' },
      selfUri: `/api/v2/users/${id}`,
    };
    if (wanted.has('presence')) user['presence'] = presenceOf(person);
    if (wanted.has('routingStatus'))
      user['routingStatus'] = { userId: id, status: person.routing, startTime: iso(person.routingSince) };
    if (wanted.has('conversationSummary')) user['conversationSummary'] = summaryOf(person);
    if (wanted.has('lasttokenissued')) user['lastTokenIssued'] = { dateIssued: iso(person.tokenAt) };
    if (wanted.has('groups')) user['groups'] = [{ id: group, selfUri: `/api/v2/groups/${group}` }];
    if (wanted.has('authorization')) user['authorization'] = { roles: [{ id: 'r-employee' }] };
    return user;
  }

  #list(): readonly Person[] {
    this.#ordered ??= [...this.people.values()];
    return this.#ordered.slice(0, Math.ceil(this.#ordered.length * this.listedShare));
  }

  #byCursor(url: URL): { status: number; body?: unknown } {
    if (!this.cursorOffered) return problem(403, 'missing.permissions');
    const size = Number(url.searchParams.get('pageSize') ?? 25);
    const from = Number(url.searchParams.get('cursor') ?? 0);
    const all = this.#list();
    const entities = all.slice(from, from + size).map((person) => this.#user(person, url));
    const more = from + size < all.length;
    return { status: 200, body: { entities, ...(more ? { cursor: String(from + size) } : {}) } };
  }

  #byNumber(url: URL): { status: number; body?: unknown } {
    const ids = url.searchParams.getAll('id');
    if (ids.length > 0) {
      const found = ids.flatMap((id) => this.people.get(id) ?? []);
      return { status: 200, body: listing(found.map((person) => this.#user(person, url))) };
    }
    const size = Number(url.searchParams.get('pageSize') ?? 25);
    const page = Number(url.searchParams.get('pageNumber') ?? 1);
    const all = this.#list();
    const entities = all.slice((page - 1) * size, page * size).map((person) => this.#user(person, url));
    const pageCount = Math.ceil(all.length / size);
    return {
      status: 200,
      body: { entities, pageSize: size, pageNumber: page, total: all.length, pageCount },
    };
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests += 1;
    this.firstRequestAt ??= Date.now();
    const url = new URL(request.url ?? '/', 'http://localhost');
    const { method = 'GET' } = request;
    const text = await bodyOf(request);
    response.sendDate = false;
    response.setHeader('date', new Date(this.now() + this.headerSkew).toUTCString());
    response.setHeader('inin-correlation-id', randomUUID());
    const fault = this.fault(method, url.pathname);
    if (fault === 'hang') return;
    if (fault === 'reset') {
      response.destroy();
      return;
    }
    if (typeof fault === 'object' && 'slow' in fault) await sleep(fault.slow);
    if (url.pathname === '/oauth/token') {
      this.#login(request, response, text);
      return;
    }
    if (this.#refuses(request, response)) return;
    if (typeof fault === 'object' && 'status' in fault) {
      if (fault.retryAfter !== undefined) response.setHeader('retry-after', String(fault.retryAfter));
      send(response, problem(fault.status, 'fault'));
      return;
    }
    this.#route(method, url, text, response, fault === 'truncated');
  }

  #route(method: string, url: URL, text: string, response: ServerResponse, truncated: boolean): void {
    for (const route of this.#routes) {
      const match = route.method === method ? route.path.exec(url.pathname) : null;
      if (match === null) continue;
      const answer = route.answer(match, url, text === '' ? undefined : JSON.parse(text));
      send(response, answer, truncated);
      return;
    }
    this.unknown.push(`${method} ${url.pathname}`);
    send(response, problem(404, 'not.found'));
  }

  #login(request: IncomingMessage, response: ServerResponse, text: string): void {
    const basic = Buffer.from(`${CLIENT_ID}:${CLIENT_SECRET}`).toString('base64');
    const good = request.headers.authorization === `Basic ${basic}` && text.includes('client_credentials');
    if (!good) {
      send(response, { status: 401, body: { error: 'invalid_client', description: 'client not found' } });
      return;
    }
    const token = `tok-${randomUUID()}${randomUUID()}`;
    this.tokens.push(token);
    send(response, { status: 200, body: { access_token: token, token_type: 'bearer', expires_in: 86_399 } });
  }

  /** Authorisation and the rate limit: fixed windows of a minute from the first request, per token. */
  #refuses(request: IncomingMessage, response: ServerResponse): boolean {
    const token = request.headers.authorization?.replace(/^Bearer /i, '') ?? '';
    if (!this.tokens.includes(token)) {
      send(response, problem(401, 'bad.credentials'));
      return true;
    }
    const now = Date.now();
    let window = this.#windows.get(token);
    if (window === undefined || now >= window.until) window = { until: now + 60_000, count: 0 };
    window.count += 1;
    this.#windows.set(token, window);
    const reset = Math.ceil((window.until - now) / 1000);
    response.setHeader('inin-ratelimit-count', String(window.count));
    response.setHeader('inin-ratelimit-allowed', String(this.allowed));
    response.setHeader('inin-ratelimit-reset', String(reset));
    if (window.count <= this.allowed) return false;
    this.tooMany += 1;
    response.setHeader('retry-after', String(reset));
    send(response, problem(429, 'too.many.requests.retry.after'));
    return true;
  }

  /** The access tokens are worth nothing from now on. */
  forgetTokens(): void {
    this.tokens.splice(0).forEach((token) => this.spent.push(token));
  }
  readonly spent: string[] = [];
}

const DEFINITIONS = (Object.keys(SPELLINGS) as Presence[]).map((key) => ({
  id: `def-${key.toLowerCase()}`,
  key,
  type: 'System',
  systemPresence: SPELLINGS[key],
  languageLabels: { en_US: key },
  deactivated: false,
}));

function presenceOf({ id, presence, presenceSince }: Person): object {
  const definition = { id: `def-${presence.toLowerCase()}`, systemPresence: SPELLINGS[presence] };
  return {
    id,
    source: 'PURECLOUD',
    primary: true,
    presenceDefinition: definition,
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

function problem(status: number, code: string): { status: number; body: unknown } {
  const message = `${code} in the organisation`;
  return { status, body: { message, code, status, contextId: randomUUID(), details: [], errors: [] } };
}

function send(
  response: ServerResponse,
  { status, body }: { status: number; body?: unknown },
  truncated = false,
): void {
  const text = body === undefined ? '' : JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  if (!truncated) response.end(text);
  else response.write(text.slice(0, text.length / 2), () => response.destroy());
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
