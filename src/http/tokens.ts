/** The service's own access token at an API: fetched once for all who wait, and renewed ahead of its end. */
import { MINUTE, SECOND, type Duration, type Instant } from '../domain/time/time.ts';

/** What a login brought. */
export interface TokenGrant {
  readonly token: string;
  /** How long the token lives from when it was asked for. */
  readonly lifetime: Duration;
}

interface Held {
  readonly token: string;
  readonly renewAt: Instant;
  readonly endsAt: Instant;
}

/** Renewal begins five minutes ahead, or a tenth of the lifetime for short-lived tokens. */
const RENEW_AHEAD: Duration = 5 * MINUTE;
/** A renewal that failed while the old token is still good is tried again after this. */
const RETRY_RENEWAL: Duration = 15 * SECOND;
/** Credentials that were refused are not tried again so soon: a wrong secret, sent for each agent, may get the client locked. */
const REFUSAL_LASTS: Duration = MINUTE;

/** See the head of this file. */
export class TokenSource {
  readonly #login: () => Promise<TokenGrant>;
  readonly #now: () => Instant;
  readonly #isRefusal: (error: unknown) => boolean;
  #held: Held | undefined;
  #pending: Promise<string> | undefined;
  #quietUntil = Number.NEGATIVE_INFINITY;
  #refused: { readonly error: unknown; readonly until: Instant } | undefined;

  /** `isRefusal` says which errors of `login` are thrown again for a minute without another login; none unless given. */
  constructor(
    login: () => Promise<TokenGrant>,
    now: () => Instant,
    isRefusal: (error: unknown) => boolean = () => false,
  ) {
    this.#login = login;
    this.#now = now;
    this.#isRefusal = isRefusal;
  }

  /** A token that is good now. Throws what `login` throws. */
  async get(): Promise<string> {
    const now = this.#now();
    const held = this.#held;
    if (held === undefined || now >= held.endsAt) {
      if (this.#refused !== undefined && now < this.#refused.until) throw this.#refused.error as Error;
      return this.#renew();
    }
    if (now >= held.renewAt && now >= this.#quietUntil) {
      // The old token is still valid: no caller has to wait for the new one, nor to fail with it.
      this.#quietUntil = now + RETRY_RENEWAL;
      this.#renew().catch(() => undefined);
    }
    return held.token;
  }

  /** The API refused this token. A newer one that came in between stays. */
  reject(token: string): void {
    if (this.#held?.token === token) this.#held = undefined;
  }

  #renew(): Promise<string> {
    this.#pending ??= this.#fetch().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  async #fetch(): Promise<string> {
    const asked = this.#now();
    try {
      const { token, lifetime } = await this.#login();
      const ahead = Math.min(RENEW_AHEAD, lifetime / 10);
      this.#held = { token, renewAt: asked + lifetime - ahead, endsAt: asked + lifetime };
      return token;
    } catch (error) {
      if (this.#isRefusal(error)) this.#refused = { error, until: this.#now() + REFUSAL_LASTS };
      throw error;
    }
  }
}
