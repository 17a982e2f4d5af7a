/** A Keycloak realm on the wire, as its public documentation has it: the little that ending somebody's sessions takes. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Organisation } from './organisation.ts';
import type { Person } from './people.ts';

const SECRET = 'realm-client~secret~77';

export class Realm {
  /** When somebody's sessions were ended. */
  readonly ended: { readonly at: number; readonly person: Person }[] = [];
  /** Every request, as method and path. */
  readonly asked: string[] = [];
  /** What happens when a session was ended, before that is answered. */
  onEnd: (person: Person) => Promise<void> | void = () => undefined;
  readonly #org: Organisation;
  readonly #server = createServer((request, response) => {
    this.#serve(request, response).catch(() => response.destroy());
  });
  #token = '';

  constructor(org: Organisation) {
    this.#org = org;
    // Nothing of this may be found in output, store or metrics.
    org.tokens.push(SECRET);
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** The policy's part. */
  policy(url: string, delay: string): string {
    return `identity:
  keycloak: { url: ${url}, realm: agents, client_id: idle-enforcer, client_secret: "${SECRET}", delay: ${delay} }
`;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const line = `${request.method ?? ''} ${pathname}`;
    let body = '';
    for await (const chunk of request) body += String(chunk);
    this.asked.push(line);
    const logout = /^POST \/admin\/realms\/agents\/users\/([^/]+)\/logout$/.exec(line);
    const person = this.#org.people.all.get(logout?.[1] ?? '');
    if (line === 'POST /realms/agents/protocol/openid-connect/token') {
      this.#logIn(new URLSearchParams(body), response);
    } else if (request.headers.authorization !== `Bearer ${this.#token}`) {
      send(response, 401, { error: 'HTTP 401 Unauthorized' });
    } else if (person !== undefined) await this.#end(person, response);
    else if (line === 'GET /admin/realms/agents/users') send(response, 200, this.#find(searchParams));
    else send(response, 404, { error: 'HTTP 404 Not Found' });
  }

  #logIn(form: URLSearchParams, response: ServerResponse): void {
    if (form.get('grant_type') !== 'client_credentials' || form.get('client_secret') !== SECRET) {
      send(response, 401, { error: 'unauthorized_client' });
      return;
    }
    this.#token = `realm-${randomUUID()}`;
    this.#org.tokens.push(this.#token);
    send(response, 200, { access_token: this.#token, token_type: 'Bearer', expires_in: 60 });
  }

  #find(query: URLSearchParams): readonly object[] {
    const email = query.get('email')?.toLowerCase();
    if (query.get('exact') !== 'true') throw new Error('a loose search finds others as well');
    return [...this.#org.people.all.values()]
      .map(({ id, name }) => ({ id, email: `${name.replaceAll(/\W+/g, '.').toLowerCase()}@example.com` }))
      .filter((user) => user.email === email);
  }

  /** From now on the person's browser meets the login page. */
  async #end(person: Person, response: ServerResponse): Promise<void> {
    this.ended.push({ at: Date.now(), person });
    person.sso = undefined;
    await this.onEnd(person);
    send(response, 204);
  }
}

function send(response: ServerResponse, status: number, body?: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(body === undefined ? '' : JSON.stringify(body));
}
