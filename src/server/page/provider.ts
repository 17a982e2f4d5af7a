/** Signing in at an OpenID Connect provider: the authorization code with PKCE, state and nonce, by openid-client. */
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  calculatePKCECodeChallenge,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  type Configuration,
  type CustomFetch,
} from 'openid-client';
import { clip, oneLine } from '../../texts/clean.ts';
import { HOUR, type Duration, type Instant } from '../../domain/time/time.ts';

/** The provider, and what its users may do. */
export interface SignInParts {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly claim: string;
  readonly scope: string;
  /** Values of the claim with a role in every organisation, and in single ones by their names. */
  readonly viewers: readonly string[];
  readonly operators: readonly string[];
  readonly organisations: Readonly<
    Record<string, { readonly viewers: readonly string[]; readonly operators: readonly string[] }>
  >;
  /** With the proxies, deadlines and bounds of the program. */
  readonly fetch: CustomFetch;
}

/** What a browser keeps between leaving for the provider and coming back. */
export interface Pending {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** A user, as the provider tells of them. */
export interface SignedIn {
  /** For the record: an address, else a user name, else the subject. */
  readonly who: string;
  /** The provider's own id of the user: names are what users say of themselves. */
  readonly subject: string;
  /** Values of the claim that the policy names. */
  readonly values: readonly string[];
  /** By which the provider knows what session is to end when the user signs out. */
  readonly idToken: string;
}

/** The provider says no, or what it says cannot be believed. The message is a sentence for the log. */
export class SignInError extends Error {
  override readonly name = 'SignInError';
}

/** The provider's own description of itself is read again after that. */
const KNOWN_FOR: Duration = HOUR;
/** Longer values of the claim, and more of them, are none. */
const MOST_VALUES = 5_000;
const LONGEST_NAME = 100;

/** One provider. */
export class Provider {
  readonly #parts: SignInParts;
  readonly #redirect: string;
  readonly #now: () => Instant;
  #known: { readonly config: Promise<Configuration>; readonly at: Instant } | undefined;

  /** `redirect` is the address to which users come back. */
  constructor(parts: SignInParts, redirect: string, now: () => Instant) {
    this.#parts = parts;
    this.#redirect = redirect;
    this.#now = now;
  }

  /** Where the browser is to go, and what it has to bring back. Rejects with `SignInError`. */
  async begin(): Promise<{ readonly address: URL; readonly pending: Pending }> {
    const config = await this.#config();
    const pending = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier() };
    const address = buildAuthorizationUrl(config, {
      redirect_uri: this.#redirect,
      scope: this.#parts.scope,
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: await calculatePKCECodeChallenge(pending.verifier),
      code_challenge_method: 'S256',
    });
    return { address, pending };
  }

  /** Takes what came back: the query of the address at which the browser arrived. Rejects with `SignInError`. */
  async finish(query: string, { state, nonce, verifier }: Pending): Promise<SignedIn> {
    const config = await this.#config();
    try {
      const tokens = await authorizationCodeGrant(config, new URL(`${this.#redirect}${query}`), {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined) throw new SignInError('the provider sent no ID token');
      const { claim } = this.#parts;
      const isWhole = claims[claim] !== undefined || config.serverMetadata().userinfo_endpoint === undefined;
      const more = isWhole ? {} : await fetchUserInfo(config, tokens.access_token, claims.sub);
      const all: Readonly<Record<string, unknown>> = { ...more, ...claims };
      return {
        who: nameIn(all, claims.sub),
        subject: clip(oneLine(claims.sub), LONGEST_NAME),
        values: this.#valuesIn(all[claim]),
        idToken: tokens.id_token ?? '',
      };
    } catch (error) {
      // Its keys may be others than those that were read a moment ago: the next user is not refused for them.
      if (!isAnswerOf(error)) this.#known = undefined;
      throw failureOf(error);
    }
  }

  /**
   * Where a browser ends the provider's own session, and comes back to `front`; `undefined` where the provider has no such place. Rejects
   * with `SignInError`.
   */
  async logout(idToken: string | undefined, front: string): Promise<URL | undefined> {
    const config = await this.#config();
    if (config.serverMetadata().end_session_endpoint === undefined) return undefined;
    return buildEndSessionUrl(config, {
      post_logout_redirect_uri: front,
      ...(idToken === undefined ? {} : { id_token_hint: idToken }),
    });
  }

  /** A text or a list of texts, of which only those matter that the policy names, exactly. */
  #valuesIn(value: unknown): readonly string[] {
    const given: readonly unknown[] = Array.isArray(value) ? value.slice(0, MOST_VALUES) : [value];
    const { organisations } = this.#parts;
    const named = [this.#parts, ...Object.values(organisations)].flatMap(({ viewers, operators }) => [
      ...viewers,
      ...operators,
    ]);
    return [...new Set(named)].filter((wanted) => given.includes(wanted));
  }

  #config(): Promise<Configuration> {
    const age = this.#now() - (this.#known?.at ?? 0);
    if (this.#known !== undefined && age >= 0 && age < KNOWN_FOR) return this.#known.config;
    const config = this.#discover();
    this.#known = { config, at: this.#now() };
    config.catch(() => {
      if (this.#known?.config === config) this.#known = undefined;
    });
    return config;
  }

  async #discover(): Promise<Configuration> {
    const { issuer, clientId, clientSecret, fetch } = this.#parts;
    try {
      return await discovery(new URL(issuer), clientId, clientSecret, undefined, {
        [customFetch]: fetch,
        // The signature of the ID token is checked beside where it came from; keys that the provider has renewed are fetched again.
        // eslint-disable-next-line @typescript-eslint/no-deprecated -- on loopback alone: the policy is refused otherwise.
        execute: [enableNonRepudiationChecks, ...(issuer.startsWith('http:') ? [allowInsecureRequests] : [])],
      });
    } catch (error) {
      throw failureOf(error);
    }
  }
}

function nameIn(claims: Readonly<Record<string, unknown>>, subject: string): string {
  // Whoever likes may write an address into their own profile, and would stand on record as someone else.
  const email = isUnverified(claims['email_verified']) ? undefined : claims['email'];
  const names = [email, claims['preferred_username'], claims['name'], subject];
  const name = names.find((each): each is string => typeof each === 'string' && each.trim() !== '');
  return clip(oneLine(name ?? subject), LONGEST_NAME);
}

/** Some providers write it as a text, and some leave it out. */
function isUnverified(claim: unknown): boolean {
  return claim === false || claim === 'false';
}

/** Whether the provider itself says no, in words of OAuth. */
function isAnswerOf(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'error' in error;
}

/** The library's errors hold answers with tokens: only their words of a closed list are taken over. */
function failureOf(error: unknown): SignInError {
  if (error instanceof SignInError) return error;
  const { code, error: told } = (typeof error === 'object' && error !== null ? error : {}) as Readonly<
    Record<string, unknown>
  >;
  const word = [told, code].find(
    (each): each is string => typeof each === 'string' && /^[\w.-]{1,64}$/.test(each),
  );
  return new SignInError(`the sign-in failed (${word ?? 'no usable answer'})`);
}
