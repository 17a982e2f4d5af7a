/**
 * The door of the process: which connections there may be, and what is asked. It answers the read-only endpoints of machines itself
 * (/healthz, /readyz, /metrics, /status), so that a probe waits for no framework, and hands everything else to the page.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createDoor, type AddressInfo, type Server as Door } from 'node:net';
import type { Duplex } from 'node:stream';
import { SECOND } from '../domain/time/time.ts';
import { BOUNDS, Connections, type ConnectionBounds } from './connections.ts';
import type { Probe } from './health.ts';
import { cannotListen } from './listen-error.ts';
import { Sliced } from './sliced.ts';

export interface ServerParts {
  readonly alive: () => Probe;
  readonly ready: () => Probe;
  /** The text of all metrics, and its content type. Asked for each request: see `cached`. */
  readonly metrics: () => Promise<Document>;
  /** JSON. */
  readonly status: () => Promise<Document>;
  /** What people see; without it there are only the endpoints of machines. */
  readonly page?: PageServer;
}

/** Answers whatever is no endpoint of machines. */
export interface PageServer {
  /** `lasts` is to be called before an answer that goes on for as long as its reader stays: it has no deadline then. */
  readonly answer: (request: IncomingMessage, response: ServerResponse, lasts: () => void) => Promise<void>;
  /** Ends answers that last. */
  readonly close: () => Promise<void>;
}

/** An answer, ready to be sent to any number of readers: none of them costs a copy. */
export interface Document {
  readonly text: string | Buffer;
  readonly type: string;
}

export interface RunningServer {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** What a test may put in another way. */
export interface ServerHooks {
  readonly bounds?: Partial<ConnectionBounds>;
  /** In ms, of any clock. */
  readonly now?: () => number;
}

/** Headers and address of one request, in bytes. */
const MAX_HEADERS = 8 * 1024;
/** Connections that the kernel keeps until they are taken: in a crowd a probe must not be turned away at the door. */
const BACKLOG = 4_096;
/** No browser guesses another type, and nothing on the way keeps an answer. */
const ON_EVERY_ANSWER = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const;
const TEXT = 'text/plain; charset=utf-8';

/** Listens. Rejects with `ListenError` when the address is taken or not ours. */
export async function startServer(
  host: string,
  port: number,
  parts: ServerParts,
  { bounds = {}, now = () => performance.now() }: ServerHooks = {},
): Promise<RunningServer> {
  const connections = new Connections({ ...BOUNDS, ...bounds }, now);
  // Node.js would answer a request without a host itself, and not with our headers.
  const http = createServer({ maxHeaderSize: MAX_HEADERS, requireHostHeader: false });
  attend(http, connections, parts);
  const door = createDoor({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const sliced = new Sliced(socket);
    connections.opened(sliced);
    sliced.once('close', () => {
      connections.closed(sliced);
    });
    http.emit('connection', sliced);
  });
  await listening(door, host, port);
  const checking = setInterval(() => {
    connections.check();
  }, SECOND);
  checking.unref();
  return {
    port: (door.address() as AddressInfo).port,
    close: async () => {
      clearInterval(checking);
      const closed = new Promise((done) => door.close(done));
      await parts.page?.close();
      connections.cutAll();
      await closed;
    },
  };
}

/** The environment comes before the policy, and the image sets it. */
const CHANGE = { host: 'server.host (or IDLE_ENFORCER_HOST)', port: 'server.port' };

async function listening(door: Door, host: string, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  door.on('error', ({ code = '' }: NodeJS.ErrnoException) => {
    reject(cannotListen({ host, port, other: 'worker', change: CHANGE }, code));
  });
  door.listen({ port, host, backlog: BACKLOG }, () => {
    resolve(undefined);
  });
  await promise;
}

function attend(server: Server, connections: Connections, parts: ServerParts): void {
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const admission = connections.requested(request.socket);
    if (admission === 'cut') return;
    response.once('close', () => {
      connections.answered(request.socket);
    });
    // Nothing here takes a body: it is not read, so the connection cannot go on after one.
    if (admission === 'last' || hasBody(request)) response.setHeader('connection', 'close');
    const lasts = (): void => {
      connections.lasts(request.socket);
    };
    answer(request, response, parts, lasts).catch(() => {
      send(response, 500, TEXT, 'failed\n');
    });
  };
  server.on('request', onRequest);
  // A client that asks whether to send a body is answered at once, and need not.
  server.on('checkContinue', onRequest);
  server.on('checkExpectation', onRequest);
  server.on('connect', (_request, socket: Duplex) => {
    refuse(socket, '405 Method Not Allowed', false);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    refuse(socket, REFUSALS[error.code ?? ''] ?? '400 Bad Request', connections.isAnswering(socket));
  });
}

/** What a request that cannot be read is told. */
const REFUSALS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
};

/** Answers a request of which there is no more than a connection, and ends that. */
function refuse(socket: Duplex, status: string, isAnswering: boolean): void {
  // In the middle of an answer nothing can be said any more.
  if (!socket.writable || isAnswering) {
    socket.destroy();
    return;
  }
  const head = { ...ON_EVERY_ANSWER, 'content-length': 0, connection: 'close' };
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${status}`, ...lines, '', ''].join('\r\n'));
  // A client that goes on sending is cut off.
  socket.once('finish', () => socket.destroy());
}

/** HTTP/1.1 asks for one host, whichever it is (RFC 9112, 3.2). */
function namesHost({ httpVersion, rawHeaders }: IncomingMessage): boolean {
  const names = rawHeaders.filter((_, i) => i % 2 === 0);
  return httpVersion !== '1.1' || names.filter((name) => name.toLowerCase() === 'host').length === 1;
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;
}

/** Endpoints of machines. */
const MACHINES: Readonly<
  Record<string, (response: ServerResponse, parts: ServerParts) => Promise<void> | void>
> = {
  '/healthz': (response, { alive }) => {
    probe(response, alive());
  },
  '/readyz': (response, { ready }) => {
    probe(response, ready());
  },
  '/metrics': async (response, { metrics }) => {
    tell(response, await metrics());
  },
  '/status': async (response, { status }) => {
    tell(response, await status());
  },
};

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  parts: ServerParts,
  lasts: () => void,
): Promise<void> {
  request.url = originForm(request.url ?? '/');
  const { method = 'GET', url } = request;
  const path = namesHost(request) ? pathOf(url) : undefined;
  const machine = path !== undefined && Object.hasOwn(MACHINES, path) ? MACHINES[path] : undefined;
  const page = path === undefined || machine !== undefined ? undefined : parts.page;
  if (!mayAsk(method, page)) send(response, 405, TEXT, 'only GET\n', { allow: 'GET, HEAD' });
  else if (path === undefined)
    send(response, 400, TEXT, 'the request cannot be read: its address or its host\n');
  else if (machine !== undefined) await machine(response, parts);
  else if (page !== undefined) await page.answer(request, response, lasts);
  else send(response, 404, TEXT, 'there are /healthz, /readyz, /metrics and /status\n');
}

/** Only the page has anything that is posted. */
function mayAsk(method: string, page: PageServer | undefined): boolean {
  return method === 'GET' || method === 'HEAD' || (method === 'POST' && page !== undefined);
}

/**
 * A request's target, from its path on. A proxy may ask for the whole address (RFC 9112, 3.2.2); whose address that is, is not looked at:
 * probes and Prometheus ask by the pod's, and the page looks at the host itself.
 */
function originForm(target: string): string {
  const whole = /^https?:\/\/[^/?#\\]+(?<path>\/[^]*)?$/i.exec(target);
  return whole === null ? target : (whole.groups?.['path'] ?? '/');
}

/** The path of a target, without its query; `undefined` of what is none. */
function pathOf(target: string): string | undefined {
  const [path = ''] = target.split('?', 1);
  // Two slashes would be a host to some readers and a path to others; a fragment is never sent.
  if (!/^\/(?!\/)[\x21-\x7e]*$/.test(path) || /[\\#]|%(?![0-9a-f]{2})/i.test(path)) return undefined;
  return path;
}

function probe(response: ServerResponse, { ok, why }: Probe): void {
  send(response, ok ? 200 : 503, TEXT, `${why}\n`);
}

function tell(response: ServerResponse, { text, type }: Document): void {
  send(response, 200, type, text);
}

function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Buffer,
  more?: object,
): void {
  if (response.headersSent || response.destroyed) return;
  const length = Buffer.byteLength(body);
  response.writeHead(status, { 'content-type': type, 'content-length': length, ...ON_EVERY_ANSWER, ...more });
  response.end(body);
}
