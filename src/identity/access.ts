/** The service's access to an identity provider's API: a token fetched once for all who wait, renewed ahead of its end. */
import { MINUTE, type Duration, type Instant } from '../domain/time/time.ts';
import { bearerOf, lifetimeOf } from '../http/spans.ts';
import { IdentityError, plainWord } from './errors.ts';
import { form, type HttpAnswer, type Http, type HttpRequest } from './http.ts';
import { listAt, member, parseProviderJson, textAt } from './json.ts';

/** What the token endpoint gave. */
export interface AccessGrant {
  readonly token: string;
  readonly lifetime: Duration;
  /** Granted scopes, where it says so. */
  readonly scope: string | undefined;
}

interface Held extends AccessGrant {
  readonly renewAt: Instant;
}

/** Renewal begins five minutes ahead, or a tenth of the lifetime for short-lived tokens. */
const RENEW_AHEAD: Duration = 5 * MINUTE;
/** Of a token whose answer does not tell. */
const USUAL_LIFETIME: Duration = 5 * MINUTE;
/** Credentials that were refused are not tried again so soon: a wrong secret, sent for each agent, may get the client locked. */
const REFUSAL_LASTS: Duration = MINUTE;

/** Sends requests to an API with a token that is good. */
export class Access {
  readonly #http: Http;
  readonly #login: (signal: AbortSignal) => Promise<AccessGrant>;
  readonly #now: () => Instant;
  #held: Held | undefined;
  #pending: Promise<Held> | undefined;
  #refused: { readonly error: IdentityError; readonly until: Instant } | undefined;

  constructor(http: Http, login: (signal: AbortSignal) => Promise<AccessGrant>, now: () => Instant) {
    this.#http = http;
    this.#login = login;
    this.#now = now;
  }

  /** Sends with the token, and once again with a new one when it was refused. Throws what `Http.send` and the login do. */
  async send(wanted: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const { token } = await this.grant(signal);
    const first = await this.#sendWith(token, wanted, signal);
    if (first.status !== 401) return first;
    if (this.#held?.token === token) this.#held = undefined;
    const { token: renewed } = await this.grant(signal);
    const second = await this.#sendWith(renewed, wanted, signal);
    return { ...second, mayBeDone: first.mayBeDone || second.mayBeDone };
  }

  /** A token that is good now. */
  async grant(signal: AbortSignal): Promise<AccessGrant> {
    signal.throwIfAborted();
    if (this.#held !== undefined && this.#now() < this.#held.renewAt) return this.#held;
    if (this.#refused !== undefined && this.#now() < this.#refused.until) throw this.#refused.error;
    // It is fetched for all: a caller that stops waiting must not stop it for the others.
    this.#pending ??= this.#fetch().finally(() => {
      this.#pending = undefined;
    });
    return unlessAborted(this.#pending, signal);
  }

  #sendWith(token: string, wanted: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    return this.#http.send(
      { ...wanted, headers: { ...wanted.headers, authorization: `Bearer ${token}` } },
      signal,
    );
  }

  async #fetch(): Promise<Held> {
    const asked = this.#now();
    try {
      const grant = await this.#login(new AbortController().signal);
      const ahead = Math.min(RENEW_AHEAD, grant.lifetime / 10);
      this.#held = { ...grant, renewAt: asked + grant.lifetime - ahead };
      return this.#held;
    } catch (error) {
      if (error instanceof IdentityError && error.kind === 'credentials') {
        this.#refused = { error, until: this.#now() + REFUSAL_LASTS };
      }
      throw error;
    }
  }
}

async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => {
    reject(signal.reason as Error);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, stopped]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** The client credentials grant at a token endpoint. Throws `IdentityError`: `credentials` when it says no. */
export async function clientCredentials(
  http: Http,
  url: string,
  fields: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<AccessGrant> {
  const what = 'logging in at the identity provider';
  const answer = await http.send(
    { method: 'POST', url, what, ...form({ grant_type: 'client_credentials', ...fields }) },
    signal,
  );
  const body = parseProviderJson(answer.text);
  const { status, correlationId } = answer;
  if (status !== 200) {
    // A tenant or realm that is not there is for the operator to mend as well.
    const kind = [400, 401, 403, 404].includes(status) ? 'credentials' : 'refused';
    const message = `${what}: refused (${[`HTTP ${status}`, ...codesOf(body)].join(', ')})`;
    throw new IdentityError(kind, message, { status, correlationId });
  }
  // A token that could not stand in a header would show up in an error about it.
  const token = bearerOf(member(body, 'access_token'));
  if (token === undefined) {
    throw new IdentityError('refused', `${what}: the answer holds no token`, { status, correlationId });
  }
  http.redactor.knowToken(token);
  const lifetime = lifetimeOf(member(body, 'expires_in'), USUAL_LIFETIME);
  return { token, lifetime, scope: textAt(member(body, 'scope')) };
}

/** What a refusal says in a word, and Entra in a number besides, which tells a wrong secret from one that has run out. */
function codesOf(body: unknown): readonly string[] {
  const word = plainWord(member(body, 'error')) ?? plainWord(member(body, 'errorCode'));
  const number = listAt(member(body, 'error_codes'))?.[0];
  return [
    ...(word === undefined ? [] : [word]),
    ...(Number.isInteger(number) ? [`AADSTS${String(number)}`] : []),
    ...(word === 'invalid_dpop_proof' ? ['switch off DPoP in the settings of the app'] : []),
  ];
}
