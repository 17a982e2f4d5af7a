/** What the page believes of a provider: forged tokens, renewed keys, clocks apart, claims of every shape. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type JWTPayload } from 'jose';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { pageFetch } from '../../../src/commands/run/page-fetch.ts';
import { SECOND } from '../../../src/domain/time/time.ts';
import { Provider, SignInError, type SignedIn } from '../../../src/server/page/provider.ts';
import { listenOn, readText, stop } from '../../browser/web.ts';

const CLIENT = { clientId: 'idle-enforcer', clientSecret: 'a secret that is long enough for HS256 to take' };
const ROLES = { viewers: ['Supervisors'], operators: ['Ops leads'], organisations: {} };

type Keys = Awaited<ReturnType<typeof generateKeyPair>>;

/** A provider that says whatever a test wants it to say. */
class Forger {
  issuer = '';
  keys: Keys;
  kid = 'one';
  /** Makes the ID token of the next sign-in. */
  token: (claims: JWTPayload) => Promise<string> | string = (claims) => this.signed(claims);
  userInfo: object = {};
  #nonce = '';
  readonly #server = createServer((request, response) => {
    this.#answer(request, response).catch(() => response.destroy());
  });

  constructor(keys: Keys) {
    this.keys = keys;
  }

  async open(): Promise<void> {
    this.issuer = await listenOn(this.#server);
  }

  async close(): Promise<void> {
    await stop(this.#server);
  }

  signed(claims: JWTPayload, keys = this.keys, kid = this.kid): Promise<string> {
    return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid }).sign(keys.privateKey);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', this.issuer);
    await readText(request);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(await this.#told(pathname)));
  }

  async #told(path: string): Promise<object> {
    if (path === '/keys')
      return {
        keys: [{ ...(await exportJWK(this.keys.publicKey)), kid: this.kid, alg: 'RS256', use: 'sig' }],
      };
    if (path === '/token') {
      const now = Math.floor(Date.now() / SECOND);
      const told = { iss: this.issuer, aud: CLIENT.clientId, sub: 'vera', nonce: this.#nonce, iat: now };
      const claims = { ...told, exp: now + 300, groups: ['Ops leads'] };
      return { access_token: 'a', token_type: 'Bearer', id_token: await this.token(claims) };
    }
    if (path === '/me') return this.userInfo;
    return {
      issuer: this.issuer,
      authorization_endpoint: `${this.issuer}/auth`,
      token_endpoint: `${this.issuer}/token`,
      userinfo_endpoint: `${this.issuer}/me`,
      jwks_uri: `${this.issuer}/keys`,
    };
  }

  /** A user who goes there and comes back, as a browser does. */
  async signIn(provider: Provider): Promise<SignedIn> {
    const { address, pending } = await provider.begin();
    this.#nonce = address.searchParams.get('nonce') ?? '';
    return await provider.finish(`?code=c&state=${pending.state}`, pending);
  }
}

function without(claims: JWTPayload, name: string): JWTPayload {
  return Object.fromEntries(Object.entries(claims).filter(([each]) => each !== name));
}

let forger: Forger;
let provider: Provider;
let other: Keys;
beforeEach(async () => {
  const [own, foreign] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')]);
  forger = new Forger(own);
  other = foreign;
  await forger.open();
  const parts = { ...CLIENT, ...ROLES, issuer: forger.issuer, claim: 'groups', scope: 'openid' };
  provider = new Provider({ ...parts, fetch: pageFetch({}) }, 'http://127.0.0.1:1/callback', () =>
    Date.now(),
  );
});
afterEach(async () => {
  await forger.close();
});

test('a token that is as it should be signs a user in, in their role', async () => {
  expect(await forger.signIn(provider)).toMatchObject({ who: 'vera', values: ['Ops leads'] });
});

describe('a token signs no user in', () => {
  const secret = new TextEncoder().encode(CLIENT.clientSecret);
  const now = (): number => Math.floor(Date.now() / SECOND);
  test.each<[string, (claims: JWTPayload) => Promise<string> | string]>([
    ['without a signature', (claims) => new UnsecuredJWT(claims).encode()],
    [
      'signed with the client’s own secret',
      (claims) => new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(secret),
    ],
    [
      'signed with the public key, as if it were a secret',
      async (claims) => {
        const key = new TextEncoder().encode(JSON.stringify(await exportJWK(forger.keys.publicKey)));
        return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'one' }).sign(key);
      },
    ],
    ['signed with a key that is not the provider’s', (claims) => forger.signed(claims, other)],
    ['whose claims were changed', async (claims) => changed(await forger.signed(claims))],
    ['for another client', (claims) => forger.signed({ ...claims, aud: 'another' })],
    [
      'for several clients, made for another of them',
      (claims) => forger.signed({ ...claims, aud: [CLIENT.clientId, 'x'], azp: 'x' }),
    ],
    ['of another issuer', (claims) => forger.signed({ ...claims, iss: 'https://evil.example' })],
    ['of another sign-in', (claims) => forger.signed({ ...claims, nonce: 'of another one' })],
    ['without the nonce', (claims) => forger.signed(without(claims, 'nonce'))],
    ['that is over', (claims) => forger.signed({ ...claims, iat: now() - 600, exp: now() - 120 })],
    ['that begins later', (claims) => forger.signed({ ...claims, nbf: now() + 120 })],
    ['without a subject', (claims) => forger.signed(without(claims, 'sub'))],
    ['that is none', () => 'a.b.c'],
    ['that is longer than the bound', (claims) => forger.signed({ ...claims, more: 'x'.repeat(600_000) })],
  ])('%s', async (_, token) => {
    forger.token = token;
    await expect(forger.signIn(provider)).rejects.toThrow(SignInError);
  });

  function changed(token: string): string {
    const [head = '', body = '', signature = ''] = token.split('.');
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as object;
    const more = Buffer.from(JSON.stringify({ ...claims, sub: 'mallory' })).toString('base64url');
    return [head, more, signature].join('.');
  }
});

test('clocks that are half a minute apart keep no user out', async () => {
  const at = Math.floor((Date.now() - 20 * SECOND) / SECOND);
  forger.token = (claims) => forger.signed({ ...claims, iat: at - 300, exp: at });
  expect((await forger.signIn(provider)).values).toEqual(['Ops leads']);
  forger.token = (claims) => forger.signed({ ...claims, iat: at + 40, nbf: at + 40, exp: at + 300 });
  expect((await forger.signIn(provider)).values).toEqual(['Ops leads']);
});

describe('keys that the provider has renewed, the old one gone', () => {
  test('are read by the sign-in after the first that meets them', async () => {
    await forger.signIn(provider);
    forger.keys = other;
    forger.kid = 'two';
    await expect(forger.signIn(provider)).rejects.toThrow('OAUTH_KEY_SELECTION_FAILED');
    expect((await forger.signIn(provider)).values).toEqual(['Ops leads']);
  });

  test('under the name of the old one are read as well', async () => {
    await forger.signIn(provider);
    forger.keys = other;
    await expect(forger.signIn(provider)).rejects.toThrow(SignInError);
    expect((await forger.signIn(provider)).values).toEqual(['Ops leads']);
  });
});

describe('the claim', () => {
  test.each<[string, unknown, readonly string[]]>([
    ['a list', ['x', 'Supervisors', 'Ops leads'], ['Supervisors', 'Ops leads']],
    ['a list in a list', [['Ops leads']], []],
    ['an object of roles, as a realm has them', { roles: ['Ops leads'] }, []],
    ['a list of objects', [{ name: 'Ops leads' }], []],
    ['a text with blanks around', ' Ops leads ', []],
    ['5,000 values, the last of them ours', [...Array<string>(4_999).fill('g'), 'Ops leads'], ['Ops leads']],
    ['more than 5,000 values, ours behind', [...Array<string>(5_000).fill('g'), 'Ops leads'], []],
  ])('as %s', async (_, groups, values) => {
    forger.token = (claims) => forger.signed({ ...claims, groups });
    expect((await forger.signIn(provider)).values).toEqual(values);
  });

  test('of another user, told as the user information of this one, is refused', async () => {
    forger.token = (claims) => forger.signed(without(claims, 'groups'));
    forger.userInfo = { sub: 'vera', groups: ['Ops leads'] };
    expect((await forger.signIn(provider)).values).toEqual(['Ops leads']);
    forger.userInfo = { sub: 'mallory', groups: ['Ops leads'] };
    await expect(forger.signIn(provider)).rejects.toThrow(SignInError);
  });
});
