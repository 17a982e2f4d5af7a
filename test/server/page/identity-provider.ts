/** A real OpenID Connect provider that asks for no password, and a browser without a script. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createDoor, type AddressInfo } from 'node:net';
import { Provider, type Configuration } from 'oidc-provider';
import { Memory } from '../../browser/sign-on.ts';
import { listenOn, stop } from '../../browser/web.ts';

export const CLIENT = { clientId: 'idle-enforcer', clientSecret: 'page-client~secret~42' };

/** The provider, on a port of its own. */
export class IdentityProvider {
  /** Who is signed in there, and their claims. */
  account: { readonly sub: string; readonly claims: Readonly<Record<string, unknown>> } = {
    sub: 'vera',
    claims: {},
  };
  /** Claims of `groups` come with the ID token; else only from the user information. */
  isInToken = true;
  /** It can be told to end its own session. */
  hasLogout = true;
  issuer = '';
  asked: string[] = [];
  #provider: Provider | undefined;
  #keys = 0;
  #redirect = '';
  readonly #server = createServer((request, response) => {
    this.#answer(request, response).catch(() => response.destroy());
  });

  async open(redirect: string): Promise<string> {
    this.#redirect = redirect;
    this.issuer = await listenOn(this.#server);
    this.renewKeys();
    return this.issuer;
  }

  async close(): Promise<void> {
    await stop(this.#server);
  }

  /** From now on it signs with another key, and knows of no session. */
  renewKeys(): void {
    this.#keys += 1;
    this.#provider = new Provider(this.issuer, this.#configuration());
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const provider = this.#provider;
    if (provider === undefined) throw new Error('not open');
    const { pathname } = new URL(request.url ?? '/', this.issuer);
    this.asked.push(pathname);
    if (pathname.startsWith('/interaction/'))
      await provider.interactionFinished(request, response, { login: { accountId: this.account.sub } });
    else await provider.callback()(request, response);
  }

  #configuration(): Configuration {
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
    const { clientId, clientSecret } = CLIENT;
    const claims = {
      openid: ['sub'],
      email: ['email', 'email_verified'],
      profile: ['name'],
      groups: ['groups'],
    };
    const memory = new Memory();
    return {
      adapter: (kind: string) => memory.adapter(kind),
      clients: [
        {
          client_id: clientId,
          client_secret: clientSecret,
          grant_types: ['authorization_code'],
          response_types: ['code'],
          redirect_uris: [this.#redirect],
          post_logout_redirect_uris: [this.#redirect.replace(/callback$/, '')],
          id_token_signed_response_alg: 'ES256',
        },
      ],
      claims,
      conformIdTokenClaims: !this.isInToken,
      scopes: ['openid', 'email', 'profile', 'groups'],
      cookies: { keys: [randomBytes(16).toString('hex')] },
      features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: this.hasLogout } },
      findAccount: (_ctx, accountId) => ({
        accountId,
        claims: () => ({ sub: accountId, ...this.account.claims }),
      }),
      interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
      jwks: { keys: [{ ...key, kid: `key-${this.#keys}`, use: 'sig', alg: 'ES256' }] },
      loadExistingGrant: async ({ oidc }) => {
        // A new one would void the codes of the user's other tabs.
        const known = oidc.session?.grantIdFor(clientId);
        const found = known === undefined ? undefined : await oidc.provider.Grant.find(known);
        if (found !== undefined) return found;
        const grant = new oidc.provider.Grant({ clientId, accountId: oidc.session?.accountId ?? '' });
        grant.addOIDCScope('openid email profile groups');
        await grant.save();
        return grant;
      },
      pkce: { required: () => true },
      ttl: {
        AccessToken: 600,
        AuthorizationCode: 60,
        Grant: 600,
        IdToken: 600,
        Interaction: 600,
        Session: 600,
      },
    };
  }
}

/** What came back of one request. */
export interface Answer {
  readonly status: number;
  readonly url: string;
  readonly text: string;
  readonly headers: Headers;
}

/** Keeps cookies of each origin, and follows redirects as a browser does. */
export class Visitor {
  readonly cookies = new Map<string, Map<string, string>>();

  async get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    let at = url;
    for (let hops = 0; hops < 12; hops += 1) {
      const answer = await this.once(at, { headers });
      const to = answer.headers.get('location');
      if (answer.status < 300 || answer.status > 399 || to === null) return answer;
      at = new URL(to, at).href;
    }
    throw new Error(`no end at ${at}`);
  }

  /** One request, and no further. */
  async once(
    url: string,
    init: Omit<RequestInit, 'headers'> & { readonly headers?: Readonly<Record<string, string>> } = {},
  ): Promise<Answer> {
    const { origin } = new URL(url);
    const jar = this.cookies.get(origin) ?? new Map<string, string>();
    this.cookies.set(origin, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers: Record<string, string> = { ...(cookie === '' ? {} : { cookie }), ...init.headers };
    const answer = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ''] = line.split(';', 1);
      const [name = '', value = ''] = pair.split(/=(.*)/s);
      if (/max-age=0|expires=thu, 01 jan 1970/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    return { status: answer.status, url, text: await answer.text(), headers: answer.headers };
  }

  /** A form of a page, sent as a browser sends it. */
  async post(
    url: string,
    fields: Readonly<Record<string, string>>,
    origin = new URL(url).origin,
  ): Promise<Answer> {
    return this.once(url, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { origin, 'sec-fetch-site': 'same-origin' },
    });
  }
}

/** The token of a page's forms. */
export function tokenIn(html: string): string {
  return /name="token" value="([^"]+)"/.exec(html)?.[1] ?? '';
}

/** A free port: the address of the page has to be known before it listens. */
export async function freePort(): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const door = createDoor();
  door.listen(0, '127.0.0.1', () => {
    const { port } = door.address() as AddressInfo;
    door.close(() => {
      resolve(port);
    });
  });
  return promise;
}
