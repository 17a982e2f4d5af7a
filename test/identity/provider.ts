/** An identity provider for tests: a local server that answers as each test wants, and a clock that nobody waits for. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WoundClock } from '../../src/app/clock.ts';
import type { Duration, Instant } from '../../src/domain/time/time.ts';
import { createIdentity } from '../../src/identity/identity.ts';
import type { EndResult, Identity, IdentityFault } from '../../src/ports/identity.ts';
import type { IdentitySettings } from '../../src/identity/connectors/kind.ts';
import type { Redactor } from '../../src/texts/redactor.ts';
import { agent } from '../domain/build.ts';

export const T0: Instant = Date.parse('2026-03-02T09:00:00.000Z');

/** Whose session is ended in most stories. */
export const ISAAC = agent({
  id: 'd3f1c0de-0000-4000-8000-000000000042',
  name: 'Isaac Brock',
  email: 'isaac.brock@example.com',
  username: 'isaac.brock@example.com',
});

/** One request as the provider got it. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The body of a form. */
  readonly form: URLSearchParams;
  /** Simulated time. */
  readonly at: Instant;
}

export interface Reply {
  readonly status?: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Breaks the connection off, or never answers. */
  readonly instead?: 'break' | 'hang';
}

/** Answers one request; `nth` counts those with the same method and path, from 1. */
export type Handler = (asked: Asked, nth: number) => Reply;

/** A clock that notes how long each sleep was, and that may be set. */
export class NotingClock extends WoundClock {
  readonly slept: Duration[] = [];
  /** By how much what it shows is wrong. */
  ahead: Duration = 0;

  override now(): Instant {
    return super.now() + this.ahead;
  }

  uptime(): Duration {
    return super.now() - T0;
  }

  override async sleep(length: Duration, signal?: AbortSignal): Promise<void> {
    this.slept.push(length);
    await super.sleep(length, signal);
  }
}

export class Provider {
  readonly asked: Asked[] = [];
  readonly clock: NotingClock | WoundClock;
  handler: Handler;
  readonly #server = createServer((request, response) => {
    void this.#answer(request, response);
  });

  constructor(handler: Handler, clock: NotingClock | WoundClock) {
    this.handler = handler;
    this.clock = clock;
  }

  async listen(): Promise<this> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#server.listen(0, '127.0.0.1', () => {
      resolve(undefined);
    });
    await promise;
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Each request as `METHOD path`. */
  get lines(): readonly string[] {
    return this.asked.map(({ method, path }) => `${method} ${path}`);
  }

  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#server.close(() => {
      resolve(undefined);
    });
    this.#server.closeAllConnections();
    await promise;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const { method = '', url = '/', headers } = request;
    const { pathname: path, searchParams: query } = new URL(url, 'http://provider.invalid');
    const form = new URLSearchParams(body);
    const asked: Asked = { method, path, query, headers, body, form, at: this.clock.now() };
    this.asked.push(asked);
    const nth = this.asked.filter((one) => one.method === method && one.path === path).length;
    const reply = this.handler(asked, nth);
    if (reply.instead === 'break') request.socket.destroy();
    if (reply.instead !== undefined) return;
    const { status = 200, json, text = json === undefined ? '' : JSON.stringify(json) } = reply;
    response.sendDate = false;
    response.writeHead(status, {
      date: new Date(this.clock.now()).toUTCString(),
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...reply.headers,
    });
    response.end(text);
  }
}

/** A provider, the service connected to it, and everything between them. */
export interface Link {
  readonly provider: Provider;
  readonly clock: NotingClock;
  readonly identity: Identity;
  readonly end: () => Promise<EndResult>;
}

const open: { close(): Promise<void> }[] = [];

/** Starts a provider and connects to it; `settings` gets its address. */
export async function link(
  settings: (url: string) => Partial<IdentitySettings>,
  handler: Handler,
  more: {
    readonly spentBefore?: readonly Instant[];
    readonly timeout?: Duration;
    readonly redactor?: Redactor;
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): Promise<Link> {
  const clock = new NotingClock(T0);
  const provider = await new Provider(handler, clock).listen();
  open.push(provider);
  const { env = {}, ...hooks } = more;
  const given: IdentitySettings = { subject: 'email', per_hour: 20, ...settings(provider.url) };
  const identity = createIdentity(given, { clock, env, random: () => 0.5, ...hooks });
  open.unshift(identity);
  return {
    provider,
    clock,
    identity,
    end: () => identity.endSession(ISAAC, new AbortController().signal),
  };
}

/** Ends all that `link` began. */
export async function closeLinks(): Promise<void> {
  for (const each of open.splice(0)) await each.close();
}

/** The fault of a session that could not be ended. */
export function faultIn(result: EndResult): IdentityFault {
  if (result.ok) throw new Error('the session was ended');
  return result.fault;
}
