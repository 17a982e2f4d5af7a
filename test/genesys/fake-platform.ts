/** A small HTTP server that answers as each test wants, and a clock that is wound on instead of waited for. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connectPlatform, type Platform, type PlatformSettings } from '../../src/genesys/platform.ts';
import type { PlatformHooks } from '../../src/genesys/http/transport.ts';

export const T0 = Date.parse('2026-03-02T09:00:00.000Z');
export const SECRET = 'S3cr3t-of-the-client';
export const CLIENT_ID = '0a1b2c3d-0000-4000-8000-client000001';

/** Time that passes only when somebody sleeps: a sleep ends at once and moves the hands. */
export class WoundClock {
  time: number;
  readonly slept: number[] = [];

  constructor(time = T0) {
    this.time = time;
  }

  now(): number {
    return this.time;
  }

  sleep(length: number, signal?: AbortSignal): Promise<void> {
    const until = this.time + length;
    return new Promise((resolve, reject) => {
      setImmediate(() => {
        if (signal?.aborted === true) {
          reject(signal.reason as Error);
          return;
        }
        this.slept.push(length);
        this.time = Math.max(this.time, until);
        resolve();
      });
    });
  }
}

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Reply {
  readonly status?: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Breaks the connection off instead of answering, or in the middle of the answer. */
  readonly cut?: 'before' | 'within';
  /** Never answers. */
  readonly hang?: boolean;
}

export type Handler = (seen: Seen, count: number) => Reply | undefined;

export interface FakePlatform {
  readonly platform: Platform;
  readonly clock: WoundClock;
  readonly requests: Seen[];
  readonly url: string;
  readonly events: { operation: string; status: number | string; ms: number }[];
  readonly warnings: { message: string; fields: object }[];
  readonly clockErrors: number[];
  /** Tokens that the login has given out. */
  readonly tokens: string[];
  of(path: string): Seen[];
  close(): Promise<void>;
}

export interface FakeOptions {
  readonly settings?: Partial<PlatformSettings>;
  readonly clock?: WoundClock;
  readonly basePath?: string;
  readonly lifetime?: number;
  /** Server time minus local time. */
  readonly skew?: number;
}

/** Starts a server and connects to it. `handler` answers API calls; logins are granted, and there is no native timeout, unless it answers that too. */
export async function fakePlatform(handler: Handler, options: FakeOptions = {}): Promise<FakePlatform> {
  const clock = options.clock ?? new WoundClock();
  const requests: Seen[] = [];
  const tokens: string[] = [];
  const server = createServer((request, response) => {
    void answer(request, response);
  });
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const url = new URL(request.url ?? '/', 'http://x');
    const seen = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body,
    };
    requests.push(seen);
    const count = requests.filter(({ method, path }) => method === seen.method && path === seen.path).length;
    let reply = handler(seen, count);
    if (seen.path === '/api/v2/tokens/timeout') reply ??= { json: { enableIdleTokenTimeout: false } };
    if (reply === undefined && seen.path.endsWith('/oauth/token')) {
      tokens.push(`token-number-${tokens.length + 1}-of-many`);
      reply = {
        json: { access_token: tokens.at(-1), token_type: 'bearer', expires_in: options.lifetime ?? 86_400 },
      };
    }
    send(
      response,
      reply ?? { status: 404, json: { code: 'not.found', message: 'no such thing', status: 404 } },
      clock.now() + (options.skew ?? 0),
    );
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${options.basePath ?? ''}`;
  const events: FakePlatform['events'] = [];
  const warnings: FakePlatform['warnings'] = [];
  const clockErrors: number[] = [];
  const hooks: PlatformHooks = {
    onRequest: (event) => events.push(event),
    onClock: (error) => clockErrors.push(error),
    warn: (message, fields) => warnings.push({ message, fields }),
  };
  const settings: PlatformSettings = {
    region: 'eu-west-1',
    clientId: CLIENT_ID,
    clientSecret: SECRET,
    apiUrl: url,
    loginUrl: url,
    requestsPerMinute: 600,
    timeout: 5_000,
    ...options.settings,
  };
  const platform = connectPlatform(settings, clock, hooks);
  return {
    platform,
    clock,
    requests,
    url,
    events,
    warnings,
    clockErrors,
    tokens,
    of: (path) => requests.filter((seen) => seen.path === path),
    close: async () => {
      await platform.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function send(response: ServerResponse, reply: Reply, serverTime: number): void {
  if (reply.hang === true) return;
  if (reply.cut === 'before') {
    response.destroy();
    return;
  }
  const text = reply.text ?? (reply.json === undefined ? '' : JSON.stringify(reply.json));
  response.writeHead(reply.status ?? (text === '' ? 204 : 200), {
    date: new Date(serverTime).toUTCString(),
    'content-type': 'application/json',
    'inin-correlation-id': 'c0ffee00-1111-4222-8333-correlation1',
    ...(text === '' ? {} : { 'content-length': String(Buffer.byteLength(text)) }),
    ...reply.headers,
  });
  if (reply.cut === 'within') {
    response.write(text.slice(0, Math.floor(text.length / 2)), () => response.destroy());
    return;
  }
  response.end(text);
}

/** A user as the platform shows them, with every part that is read. */
export function user(n: number, more: object = {}): Record<string, unknown> {
  const id = `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
  return {
    id,
    name: `Agent ${n}`,
    email: `agent${n}@example.com`,
    username: `agent${n}@example.com`,
    state: 'active',
    division: { id: 'd1', name: 'Home', selfUri: '/api/v2/authorization/divisions/d1' },
    groups: [{ id: 'g1', selfUri: '/api/v2/groups/g1' }],
    authorization: { roles: [{ id: 'r1', name: 'employee' }] },
    presence: {
      id,
      source: 'PURECLOUD',
      primary: true,
      presenceDefinition: { id: 'def-available', systemPresence: 'AVAILABLE', selfUri: '/x' },
      message: '',
      modifiedDate: '2026-03-02T08:00:00.123Z',
    },
    routingStatus: { userId: id, status: 'OFF_QUEUE', startTime: '2026-03-02T08:00:01.000Z' },
    conversationSummary: {
      userId: id,
      call: { contactCenter: { active: 0, acw: 0 }, enterprise: { active: 0, acw: 0 } },
      email: { contactCenter: { active: 0, acw: 0 }, enterprise: { active: 0, acw: 0 } },
    },
    lastTokenIssued: { dateIssued: '2026-03-02T07:59:00.000Z' },
    ...more,
  };
}

export function users(from: number, to: number): Record<string, unknown>[] {
  return Array.from({ length: to - from + 1 }, (_, i) => user(from + i));
}

export const NO_SIGNAL = new AbortController().signal;
