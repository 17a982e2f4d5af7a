/** Sockets: takes requests in, hands them to the API, sends what it says, or breaks the connection. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Api, ApiOutcome } from './api.ts';
import type { Sockets } from './sockets.ts';

/** The platform's `request.bytes.max`. */
const MOST_BYTES = 512_000;

/** Longer than a usual pause between two sweeps, so that no connection breaks by chance. */
const KEEP_ALIVE_MS = 75_000;

/** A server on loopback. */
export class SandboxServer {
  readonly #api: Api;
  readonly #server: Server;
  readonly #waiting = new Set<NodeJS.Timeout>();

  readonly #tell: () => void;

  /** `tell` sends what has happened to those who listen. */
  constructor(api: Api, sockets: Sockets, tell: () => void) {
    this.#api = api;
    this.#tell = tell;
    this.#server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
      this.#take(request, response).catch(() => {
        // The client is gone.
        request.socket.destroy();
      });
    });
    sockets.serve(this.#server);
  }

  /** Listens on 127.0.0.1. Answers the address, without a slash at the end. Rejects when the port is taken. */
  async listen(port: number): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    this.#server.once('error', reject);
    this.#server.listen(port, '127.0.0.1', () => {
      resolve(undefined);
    });
    await promise;
    this.#server.off('error', reject);
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Breaks all connections and stops listening. May be called at any time, and more than once. */
  async close(): Promise<void> {
    for (const timer of this.#waiting) clearTimeout(timer);
    this.#waiting.clear();
    if (!this.#server.listening) return;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#server.close(() => {
      resolve(undefined);
    });
    this.#server.closeAllConnections();
    await promise;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const { method = 'GET', url = '/' } = request;
    const { authorization } = request.headers;
    const outcome = this.#api.answer({ method, target: url, authorization, body });
    this.#tell();
    if (outcome.delayMs > 0) await this.#wait(outcome.delayMs);
    send(request, response, outcome);
  }

  async #wait(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => {
      this.#waiting.delete(timer);
      resolve(undefined);
    }, ms);
    this.#waiting.add(timer);
    await promise;
  }
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { ending, headers, text }: ApiOutcome,
): void {
  if (ending === 'reset') {
    request.socket.resetAndDestroy();
    return;
  }
  // `Date` is the sandbox's own.
  response.sendDate = false;
  const bytes = Buffer.from(text);
  const length: Record<string, string> = ending === 204 ? {} : { 'Content-Length': String(bytes.length) };
  response.writeHead(ending, { ...headers, ...length });
  response.end(bytes);
}

/** The whole body; `undefined` when it is too large, in which case the rest of it is read and thrown away. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size <= MOST_BYTES) chunks.push(bytes);
  }
  return size > MOST_BYTES ? undefined : Buffer.concat(chunks).toString();
}
