/**
 * Single sign-on of the laboratory: a real OpenID Connect provider with a login page, and the service that the worker's
 * signed webhook asks to end somebody's session.
 */
import { createHmac, generateKeyPairSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Provider, type Adapter, type AdapterPayload, type Configuration } from 'oidc-provider';
import { listenOn, readText, stop } from './web.ts';

/** The agent desktop as the provider knows it. */
export const CLIENT_ID = 'agent-desktop';
/** Everybody's password. */
export const PASSWORD = 'correct horse';
/** Key of the webhook. */
export const HOOK_SECRET = 'laboratory-hook-secret';
const HOOK = '/end-session';
const DAY_SECONDS = 86_400;

/** Everything that the provider keeps, by kind and id. */
export class Memory {
  readonly kept = new Map<string, AdapterPayload>();

  adapter(kind: string): Adapter {
    const { kept } = this;
    const key = (id: string): string => `${kind}:${id}`;
    const where = (wanted: (payload: AdapterPayload) => boolean): AdapterPayload | undefined =>
      [...kept].find(([name, payload]) => name.startsWith(`${kind}:`) && wanted(payload))?.[1];
    return {
      upsert: (id, payload) => {
        kept.set(key(id), payload);
        return Promise.resolve(undefined);
      },
      find: (id) => Promise.resolve(kept.get(key(id))),
      findByUid: (uid) => Promise.resolve(where((payload) => payload.uid === uid)),
      findByUserCode: () => Promise.resolve(undefined),
      destroy: (id) => {
        kept.delete(key(id));
        return Promise.resolve(undefined);
      },
      consume: (id) => {
        const found = kept.get(key(id));
        if (found !== undefined) found.consumed = Math.floor(Date.now() / 1000);
        return Promise.resolve(undefined);
      },
      revokeByGrantId: (grantId) => {
        for (const [name, payload] of kept) if (payload.grantId === grantId) kept.delete(name);
        return Promise.resolve(undefined);
      },
    };
  }

  /** Ends every session of somebody, and answers how many there were. */
  endSessions(account: string): number {
    const own = [...this.kept].filter(([, payload]) => payload.accountId === account);
    for (const [name] of own) this.kept.delete(name);
    return own.filter(([name]) => name.startsWith('Session:')).length;
  }
}

export interface SignOn {
  readonly issuer: string;
  /** Where the worker's webhook goes. */
  readonly hookUrl: string;
  /** How often each account typed its password. */
  readonly logins: ReadonlyMap<string, number>;
  /** Whose sessions were ended, and how many they had. */
  readonly ended: readonly { readonly account: string; readonly sessions: number }[];
  /** Resolves when the login page is shown the next time. */
  nextLoginPage(): Promise<void>;
  close(): Promise<void>;
}

/** Starts the provider. `desktop` is the origin of the agent desktop. */
export async function startSignOn(desktop: () => string): Promise<SignOn> {
  const memory = new Memory();
  const logins = new Map<string, number>();
  const ended: { account: string; sessions: number }[] = [];
  let shown = Promise.withResolvers<undefined>();
  let provider: Provider | undefined;
  let handle: ReturnType<Provider['callback']> | undefined;
  const server = createServer((request, response) => {
    answer(request, response).catch(() => {
      response.destroy();
    });
  });
  const issuer = await listenOn(server);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // The desktop's address is known only when it listens.
    provider ??= new Provider(issuer, configuration(memory, desktop()));
    handle ??= provider.callback();
    const { pathname } = new URL(request.url ?? '/', issuer);
    if (pathname === HOOK) return endSession(request, response);
    if (!pathname.startsWith('/interaction/')) return handle(request, response);
    if (request.method === 'POST') return logIn(provider, request, response);
    shown.resolve(undefined);
    shown = Promise.withResolvers<undefined>();
    response.setHeader('content-type', 'text/html');
    response.end(loginPage(pathname));
  }

  async function logIn(op: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = new URLSearchParams(await readText(request));
    const account = form.get('account') ?? '';
    if (form.get('password') !== PASSWORD) {
      response.statusCode = 403;
      response.end('wrong password');
      return;
    }
    logins.set(account, (logins.get(account) ?? 0) + 1);
    await op.interactionFinished(request, response, { login: { accountId: account } });
  }

  async function endSession(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readText(request);
    response.statusCode = isSigned(String(request.headers['x-idle-enforcer-signature']), body) ? 204 : 401;
    if (response.statusCode === 204) {
      const { subject: account } = JSON.parse(body) as { subject: string };
      ended.push({ account, sessions: memory.endSessions(account) });
    }
    response.end();
  }

  return {
    issuer,
    hookUrl: `${issuer}${HOOK}`,
    logins,
    ended,
    nextLoginPage: () => shown.promise,
    close: () => stop(server),
  };
}

function configuration(memory: Memory, desktop: string): Configuration {
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
  const seconds = (): number => DAY_SECONDS;
  return {
    adapter: (kind: string) => memory.adapter(kind),
    clients: [
      {
        client_id: CLIENT_ID,
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code'],
        response_types: ['code'],
        redirect_uris: [`${desktop}/desk`],
        id_token_signed_response_alg: 'ES256',
      },
    ],
    clientBasedCORS: (_ctx, origin) => origin === desktop,
    cookies: { keys: [randomBytes(16).toString('hex')] },
    features: { devInteractions: { enabled: false } },
    findAccount: (_ctx, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    jwks: { keys: [{ ...key, kid: 'laboratory', use: 'sig', alg: 'ES256' }] },
    // The desktop belongs to the house: no one is asked for consent.
    loadExistingGrant: async ({ oidc }) => {
      const grant = new oidc.provider.Grant({
        clientId: CLIENT_ID,
        accountId: oidc.session?.accountId ?? '',
      });
      grant.addOIDCScope('openid');
      await grant.save();
      return grant;
    },
    pkce: { required: () => true },
    ttl: {
      AccessToken: seconds,
      AuthorizationCode: () => 60,
      Grant: seconds,
      IdToken: seconds,
      Interaction: seconds,
      Session: seconds,
    },
  };
}

function isSigned(header: string, body: string): boolean {
  const { t = '', v1 = '' } = /^t=(?<t>\d+),v1=(?<v1>[0-9a-f]{64})$/.exec(header)?.groups ?? {};
  const wanted = createHmac('sha256', HOOK_SECRET).update(`${t}.${body}`).digest();
  const given = Buffer.from(v1, 'hex');
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function loginPage(action: string): string {
  return `<!doctype html><title>Log in</title><h1>Log in</h1>
<form method="post" action="${action}">
  <input name="account" autofocus><input name="password" type="password"><button>Log in</button>
</form>`;
}
