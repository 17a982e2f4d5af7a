/**
 * What stands between the agent desktop in the browser and the sandbox: it serves the page, takes the identity provider's
 * word for who somebody is, gives out the platform's tokens for people, and passes on what page and person do. Whether a
 * token is still good is the sandbox's truth. It also tells each page when the time has come to do something by itself.
 */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRemoteJWKSet, jwtVerify, type JWTVerifyGetKey } from 'jose';
import type { Person } from '../../src/sandbox/organisation.ts';
import type { SystemPresence } from '../../src/sandbox/presences.ts';
import type { World } from '../../src/sandbox/world.ts';
import { CLIENT_ID, type SignOn } from './sign-on.ts';
import { listenOn, readText, stop } from './web.ts';

const CHOICES: readonly SystemPresence[] = ['AVAILABLE', 'ON_QUEUE', 'BUSY', 'BREAK', 'MEAL', 'AWAY'];

/** What a page is to do next by itself. */
export interface Beat {
  /** It sets its last presence again when it finds itself Offline. */
  readonly reasserts: boolean;
}

/** A page that has done what it was told, and waits to be told more. */
interface Waiting {
  readonly response: ServerResponse;
}

/** How somebody got a token. */
export interface SignedIn {
  readonly at: number;
  readonly by: 'person' | 'browser';
}

export class Desktop {
  origin = '';
  /** Every sign-in so far. */
  readonly signIns: SignedIn[] = [];
  /** How many requests were refused because their token was gone. */
  refused = 0;
  readonly #world: () => World;
  readonly #signOn: () => SignOn;
  readonly #tokens = new Map<string, Person>();
  readonly #typed = new Map<string, number>();
  readonly #waiting = new Map<string, Waiting>();
  readonly #arrivals = new Map<string, () => void>();
  readonly #server = createServer((request, response) => {
    this.#answer(request, response).catch(() => {
      response.destroy();
    });
  });
  #keys: JWTVerifyGetKey | undefined;

  constructor(world: () => World, signOn: () => SignOn) {
    this.#world = world;
    this.#signOn = signOn;
  }

  async listen(): Promise<void> {
    this.origin = await listenOn(this.#server);
  }

  close(): Promise<void> {
    return stop(this.#server);
  }

  /** Resolves when the page has nothing left to do: at once, if so already. */
  idle(tab: string): Promise<void> {
    if (this.#waiting.has(tab)) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#arrivals.set(tab, () => {
      resolve(undefined);
    });
    return promise;
  }

  /** Tells a page to do what it does by itself. False when it is not listening: the login page stands in its place. */
  tell(tab: string, beat: Beat): boolean {
    const waiting = this.#waiting.get(tab);
    this.#waiting.delete(tab);
    if (waiting !== undefined) reply(waiting.response, 200, beat);
    return waiting !== undefined;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/' } = request;
    const { pathname } = new URL(url, this.origin);
    const body = await readText(request);
    switch (`${method} ${pathname}`) {
      case 'GET /desk':
        response.setHeader('content-type', 'text/html');
        response.end(await readFile(new URL('desk.html', import.meta.url)));
        return;
      case 'GET /settings':
        reply(response, 200, { issuer: this.#signOn().issuer, clientId: CLIENT_ID });
        return;
      case 'POST /platform/sign-in':
        reply(response, 200, { token: await this.#signIn(JSON.parse(body) as { id_token: string }) });
        return;
      case 'GET /platform/presence':
      case 'PUT /platform/presence':
        this.#presence(request, response, body);
        return;
      default:
        if (pathname.startsWith('/next/')) this.#await(pathname.slice('/next/'.length), response);
        else reply(response, 404, {});
    }
  }

  #await(tab: string, response: ServerResponse): void {
    this.#waiting.set(tab, { response });
    this.#arrivals.get(tab)?.();
    this.#arrivals.delete(tab);
  }

  /** The identity provider's word, checked, for a token of the platform. */
  async #signIn({ id_token }: { readonly id_token: string }): Promise<string> {
    const { issuer, logins } = this.#signOn();
    this.#keys ??= createRemoteJWKSet(new URL(`${issuer}/jwks`));
    const { payload } = await jwtVerify(id_token, this.#keys, { issuer, audience: CLIENT_ID });
    const account = payload.sub ?? '';
    const world = this.#world();
    const person = world.organisation.people.find(({ email }) => email === account);
    if (person === undefined) throw new Error('nobody has this account');
    // A password was typed since the last time: that was a person. Otherwise single sign-on said yes by itself.
    const typed = logins.get(account) ?? 0;
    const by = typed > (this.#typed.get(account) ?? 0) ? 'person' : 'browser';
    this.#typed.set(account, typed);
    this.#forgetDead(person);
    world.play(person).signIn(by);
    this.signIns.push({ at: world.now(), by });
    const token = randomUUID();
    this.#tokens.set(token, person);
    return token;
  }

  #presence(request: IncomingMessage, response: ServerResponse, body: string): void {
    const person = this.#whose(request);
    if (person === undefined) {
      this.refused += 1;
      reply(response, 401, { code: 'bad.credentials' });
      return;
    }
    const world = this.#world();
    if (request.method === 'PUT') {
      const { presence, byItself } = JSON.parse(body) as { presence: SystemPresence; byItself?: boolean };
      const played = world.play(person);
      if (byItself === true) played.reassert(presence);
      else played.choose(presence);
    }
    reply(response, 200, { presence: world.desk(person).presence.system, choices: CHOICES });
  }

  /** Whose token this is, while it is good. */
  #whose({ headers }: IncomingMessage): Person | undefined {
    const token = headers.authorization?.replace('Bearer ', '') ?? '';
    const person = this.#tokens.get(token);
    if (person !== undefined) this.#forgetDead(person);
    return this.#tokens.get(token);
  }

  /** Once the platform has revoked an agent's tokens, those of all their browsers are dead. */
  #forgetDead(person: Person): void {
    if (this.#world().desk(person).session) return;
    for (const [token, owner] of this.#tokens) if (owner === person) this.#tokens.delete(token);
  }
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.statusCode = status;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(body));
}
