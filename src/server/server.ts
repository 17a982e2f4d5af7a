/** The read-only endpoints: /healthz, /readyz, /metrics, /status. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Probe } from './health.ts';

export interface ServerParts {
  readonly alive: () => Probe;
  readonly ready: () => Probe;
  /** The text of all metrics, and its content type. */
  readonly metrics: () => Promise<{ readonly text: string; readonly type: string }>;
  /** Anything that JSON can hold. */
  readonly status: () => Promise<unknown>;
}

export interface RunningServer {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** Nobody can be served at this address. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** Listens. Rejects with `ListenError` when the address is taken or not ours. */
export async function startServer(host: string, port: number, parts: ServerParts): Promise<RunningServer> {
  const server = createServer((request, response) => {
    answer(request, response, parts).catch(() => {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
      response.end('failed\n');
    });
  });
  server.requestTimeout = 10_000;
  server.headersTimeout = 5_000;
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  server.once('error', ({ code = '' }: NodeJS.ErrnoException) => {
    const advice = 'Is another worker running there? Otherwise change server.host or server.port.';
    reject(new ListenError(`The address ${host} port ${port} cannot be listened on (${code}). ${advice}`));
  });
  server.listen(port, host, () => {
    resolve(undefined);
  });
  await promise;
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, parts: ServerParts): Promise<void> {
  const { method = 'GET', url = '/' } = request;
  request.resume();
  if (method !== 'GET' && method !== 'HEAD') {
    send(response, 405, 'text/plain', 'only GET\n', { allow: 'GET, HEAD' });
    return;
  }
  switch (new URL(url, 'http://localhost').pathname) {
    case '/healthz':
      probe(response, parts.alive());
      return;
    case '/readyz':
      probe(response, parts.ready());
      return;
    case '/metrics': {
      const { text, type } = await parts.metrics();
      send(response, 200, type, text);
      return;
    }
    case '/status':
      send(response, 200, 'application/json', `${JSON.stringify(await parts.status(), undefined, 2)}\n`);
      return;
    default:
      send(response, 404, 'text/plain', 'there are /healthz, /readyz, /metrics and /status\n');
  }
}

function probe(response: ServerResponse, { ok, why }: Probe): void {
  send(response, ok ? 200 : 503, 'text/plain', `${why}\n`);
}

function send(response: ServerResponse, status: number, type: string, body: string, more?: object): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', ...more });
  response.end(body);
}
