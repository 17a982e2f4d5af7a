/** A sandbox with a clock that is wound by hand, and a client that speaks plain HTTP to it. */
import { createSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/index.ts';

export const T0 = Date.parse('2026-03-02T09:00:00.000Z');
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

export type Json = Record<string, unknown>;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; an empty object when it is none. */
  readonly body: Json;
}

export interface User {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly state: string;
  readonly presence?: {
    readonly presenceDefinition: { id: string; systemPresence: string };
    readonly modifiedDate: string;
  };
  readonly routingStatus?: { readonly status: string; readonly startTime: string };
  readonly conversationSummary?: Record<string, { contactCenter: Counters; enterprise: Counters }>;
  readonly lastTokenIssued?: { readonly dateIssued: string };
  readonly groups?: readonly { readonly id: string }[];
}

export interface Counters {
  readonly active: number;
  readonly acw: number;
}

/** A visit to one sandbox. */
export class Visit {
  readonly sandbox: Sandbox;
  apiUrl = '';
  token = '';
  readonly #clock: { now: number };

  private constructor(sandbox: Sandbox, clock: { now: number }) {
    this.sandbox = sandbox;
    this.#clock = clock;
  }

  static async begin(options: Partial<SandboxOptions> = {}): Promise<Visit> {
    const clock = { now: T0 };
    const sandbox = createSandbox({
      seed: 7,
      agents: 20,
      startsAt: T0,
      now: () => clock.now,
      requestsPerMinute: 100_000,
      ...options,
    });
    const visit = new Visit(sandbox, clock);
    const { apiUrl } = await sandbox.listen();
    visit.apiUrl = apiUrl;
    visit.token = await visit.logIn();
    return visit;
  }

  end(): Promise<void> {
    return this.sandbox.close();
  }

  get now(): number {
    return this.#clock.now;
  }

  /** Sets the clock to so long after the shift began. */
  wind(sinceStart: number): void {
    this.#clock.now = T0 + sinceStart;
  }

  wait(ms: number): void {
    this.#clock.now += ms;
  }

  async logIn(id = 'sandbox-client', secret = 'sandbox-secret'): Promise<string> {
    const { body } = await this.login(`grant_type=client_credentials`, `Basic ${btoa(`${id}:${secret}`)}`);
    return String(body['access_token']);
  }

  login(form: string, authorization?: string): Promise<Answer> {
    const headers: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded' };
    if (authorization !== undefined) headers['authorization'] = authorization;
    return exchange(`${this.apiUrl}/oauth/token`, { method: 'POST', headers, body: form });
  }

  get(path: string): Promise<Answer> {
    return this.send('GET', path);
  }

  send(method: string, path: string, body?: unknown): Promise<Answer> {
    const headers = { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' };
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return exchange(`${this.apiUrl}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: text }),
    });
  }

  async user(id: string): Promise<User> {
    const expand = ['presence', 'routingStatus', 'conversationSummary', 'lasttokenissued', 'groups'];
    const { text } = await this.get(`/api/v2/users/${id}?${expand.map((one) => `expand=${one}`).join('&')}`);
    return JSON.parse(text) as User;
  }

  /** The id of the person who plays this part. */
  idOf(archetype: string): string {
    const found = this.sandbox.world.organisation.people.find(
      (person) => person.archetype.name === archetype,
    );
    if (found === undefined) throw new Error(`nobody plays ${archetype}`);
    return found.id;
  }

  async presenceOf(id: string): Promise<string> {
    return (await this.user(id)).presence!.presenceDefinition.systemPresence;
  }

  async setOffline(id: string): Promise<Answer> {
    return this.send('PATCH', `/api/v2/users/${id}/presences/purecloud`, {
      presenceDefinition: { id: await this.definition('Offline') },
    });
  }

  async definition(word: string): Promise<string> {
    const { body } = await this.get('/api/v2/presence/definitions');
    const entities = body['entities'] as { id: string; systemPresence: string }[];
    return entities.find(({ systemPresence }) => systemPresence === word)!.id;
  }

  revoke(id: string): Promise<Answer> {
    return this.send('DELETE', `/api/v2/tokens/${id}`);
  }
}

async function exchange(url: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, init);
  const text = await response.text();
  let body: Json = {};
  try {
    body = JSON.parse(text) as Json;
  } catch {
    // Not every answer has a body, and a fault may have cut it.
  }
  return { status: response.status, headers: response.headers, text, body };
}

export function entities(answer: Answer): readonly User[] {
  return answer.body['entities'] as readonly User[];
}

/** Everyone by page number, as often as they were listed. */
export async function allByNumber(visit: Visit, pageSize: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let number = 1; ; number += 1) {
    const answer = await visit.get(`/api/v2/users?pageSize=${pageSize}&pageNumber=${number}`);
    ids.push(...entities(answer).map(({ id }) => id));
    if (answer.body['nextUri'] === undefined) return ids;
  }
}

/** Everyone by cursor, and how many pages that took. */
export async function allByCursor(
  visit: Visit,
  pageSize: number,
): Promise<{ readonly ids: readonly string[]; readonly pages: number }> {
  const ids: string[] = [];
  let cursor = '';
  for (let pages = 1; ; pages += 1) {
    const answer = await visit.get(`/api/v2/users/query?pageSize=${pageSize}${cursor}`);
    ids.push(...entities(answer).map(({ id }) => id));
    const next = answer.body['cursor'];
    if (typeof next !== 'string') return { ids, pages };
    cursor = `&cursor=${next}`;
  }
}
