/** The organisation on the wire: login, authorisation, the rate limit, and everything that can go wrong on the way. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { People } from './people.ts';
import { PlatformApi } from './platform.ts';
import { problem, type Reply } from './reply.ts';

export const CLIENT_ID = '5c1e2f0a-7d43-4b52-9a55-1f2ab3c4d5e6';
export const CLIENT_SECRET = 'S3cret-of~the+client/0123456789abcdef';

/** What goes wrong with one request. */
export type Fault =
  | { readonly status: number; readonly retryAfter?: number }
  /** Waits before it answers, with what was true when it was asked, or when it answers. */
  | { readonly slow: number; readonly stale?: boolean }
  /** The connection ends before the request is looked at, in the middle of the answer, or just before the answer. */
  | 'reset'
  | 'truncated'
  | 'lost'
  /** No answer ever. */
  | 'hang'
  /** A gateway's page instead of an answer. */
  | 'html';

export class Organisation {
  readonly people = new People();
  readonly api = new PlatformApi(this.people);
  /** Every token ever issued: none may be found anywhere. */
  readonly tokens: string[] = [];
  requests = 0;
  /** Requests beyond the limit. */
  tooMany = 0;
  firstRequestAt: number | undefined;
  /** Decides for each request what goes wrong, if anything. */
  fault: (method: string, path: string) => Fault | undefined = () => undefined;
  /** Of the `Date` header alone, in ms. */
  headerSkew = 0;
  allowed = 300;
  /** Whether the limit is counted over all tokens of the client. */
  limitPerClient = false;
  /** The limit is counted in windows of so many ms, as the headers tell. */
  readonly window = 60_000;
  #windows = new Map<string, { until: number; count: number }>();
  #good = new Set<string>();
  #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
    this.#server.on('upgrade', (request, socket, head: Buffer) => {
      this.api.notifications.upgrade(request, socket, head);
    });
  }

  /** At a port of its own, unless it is to answer where nobody did. */
  async open(port = 0): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.people.end();
    this.api.notifications.breakSockets();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** The access tokens are worth nothing from now on. */
  forgetTokens(): void {
    this.#good.clear();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests += 1;
    this.firstRequestAt ??= Date.now();
    const url = new URL(request.url ?? '/', `http://${request.headers.host ?? 'localhost'}`);
    const { method = 'GET' } = request;
    const text = await bodyOf(request);
    response.sendDate = false;
    response.setHeader('date', new Date(this.people.now() + this.headerSkew).toUTCString());
    response.setHeader('inin-correlation-id', randomUUID());
    const fault = this.fault(method, url.pathname);
    if (fault === 'hang') return;
    if (fault === 'reset') {
      response.destroy();
      return;
    }
    const slow = typeof fault === 'object' && 'slow' in fault ? fault : { slow: 0 };
    if (slow.stale !== true) await sleep(slow.slow);
    const reply = this.#reply(request, response, { method, url, text }, fault);
    if (slow.stale === true) await sleep(slow.slow);
    if (fault === 'lost') response.destroy();
    else send(response, reply, fault);
  }

  #reply(
    request: IncomingMessage,
    response: ServerResponse,
    { method, url, text }: { readonly method: string; readonly url: URL; readonly text: string },
    fault: Fault | undefined,
  ): Reply {
    const status = typeof fault === 'object' && 'status' in fault ? fault : undefined;
    if (status?.retryAfter !== undefined) response.setHeader('retry-after', String(status.retryAfter));
    if (url.pathname === '/oauth/token') {
      return status === undefined ? this.#login(request, text) : problem(status.status, 'fault');
    }
    const refused = this.#refusal(request, response);
    if (refused !== undefined) return refused;
    if (status !== undefined) return problem(status.status, 'fault');
    return this.api.answer({ method, url, body: text === '' ? undefined : JSON.parse(text) });
  }

  #login(request: IncomingMessage, text: string): Reply {
    const basic = Buffer.from(`${CLIENT_ID}:${CLIENT_SECRET}`).toString('base64');
    const good =
      request.headers.authorization === `Basic ${basic}` && text === 'grant_type=client_credentials';
    if (!good) return { status: 401, body: { error: 'invalid_client', description: 'client not found' } };
    const token = `tok-${randomUUID()}${randomUUID()}`;
    this.tokens.push(token);
    this.#good.add(token);
    return { status: 200, body: { access_token: token, token_type: 'bearer', expires_in: 86_399 } };
  }

  /** Authorisation and the rate limit: fixed windows of a minute from the first request, per token. */
  #refusal(request: IncomingMessage, response: ServerResponse): Reply | undefined {
    const token = request.headers.authorization?.replace(/^Bearer /i, '') ?? '';
    if (!this.#good.has(token)) return problem(401, 'bad.credentials');
    const key = this.limitPerClient ? '' : token;
    const now = Date.now();
    let window = this.#windows.get(key);
    if (window === undefined || now >= window.until) window = { until: now + this.window, count: 0 };
    window.count += 1;
    this.#windows.set(key, window);
    const reset = Math.ceil((window.until - now) / 1000);
    response.setHeader('inin-ratelimit-count', String(window.count));
    response.setHeader('inin-ratelimit-allowed', String(this.allowed));
    response.setHeader('inin-ratelimit-reset', String(reset));
    if (window.count <= this.allowed) return undefined;
    this.tooMany += 1;
    response.setHeader('retry-after', String(reset));
    return problem(429, 'too.many.requests.retry.after');
  }
}

function send(response: ServerResponse, { status, body }: Reply, fault: Fault | undefined): void {
  const html = fault === 'html';
  const json = body === undefined ? '' : JSON.stringify(body);
  const text = html ? '<html><body>Bad gateway</body></html>' : json;
  response.writeHead(status, {
    'content-type': html ? 'text/html' : 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  if (fault === 'truncated' && text !== '')
    response.write(text.slice(0, text.length / 2), () => response.destroy());
  else response.end(text);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
