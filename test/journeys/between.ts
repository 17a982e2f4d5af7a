/** Something between worker and platform that answers single requests in the platform's place. */
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as it comes by. */
export interface Passing {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
}

/** An answer in the platform's place; `hang` never answers, `break` ends the connection. */
export type Instead = 'hang' | 'break' | { readonly status: number; readonly text?: string };

/** What is answered instead, if anything. */
export type Rule = (passing: Passing) => Instead | undefined;

/** Passes everything on, save what its rule says. */
export class Between {
  rule: Rule = () => undefined;
  readonly seen: Passing[] = [];
  #target = new URL('http://127.0.0.1');
  readonly #server: Server = createServer((incoming, response) => {
    this.#pass(incoming, response);
  });

  /** Stands before this address from now on; answers its own. */
  async before(url: string): Promise<string> {
    this.#target = new URL(url);
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #pass(incoming: IncomingMessage, response: ServerResponse): void {
    const { pathname: path, searchParams: query } = new URL(incoming.url ?? '/', 'http://between.invalid');
    const passing = { method: incoming.method ?? '', path, query };
    this.seen.push(passing);
    const instead = this.rule(passing);
    if (instead === 'hang') return;
    if (instead === 'break') {
      incoming.socket.destroy();
      return;
    }
    if (instead !== undefined) {
      incoming.resume();
      // Its own clock is not the shift's.
      response.sendDate = false;
      response.writeHead(instead.status, { 'content-type': 'application/json' }).end(instead.text ?? '{}');
      return;
    }
    const { hostname, port } = this.#target;
    const { method, url, headers } = incoming;
    const onward = request({ hostname, port, path: url, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    incoming.pipe(onward);
  }
}
