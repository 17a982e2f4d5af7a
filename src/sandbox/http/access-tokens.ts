/** Access tokens of the simulated login service, and how many requests each has made in its minute. */
import { createRandom, makeId, mixSeed, type Random } from '../random.ts';
import { MINUTE, SECOND } from '../time.ts';

interface Token {
  readonly expiresAt: number;
  windowFrom: number;
  count: number;
}

/** How much of a token's minute is used. */
export interface Allowance {
  readonly count: number;
  readonly allowed: number;
  /** Whole seconds until the next minute begins. */
  readonly resetSeconds: number;
  /** This request is one too many. */
  readonly over: boolean;
}

export class AccessTokens {
  readonly #random: Random;
  readonly #now: () => number;
  readonly #limits: { readonly requestsPerMinute: number; readonly tokenSeconds: number };
  readonly #good = new Map<string, Token>();

  constructor(
    seed: number,
    now: () => number,
    limits: { readonly requestsPerMinute: number; readonly tokenSeconds: number },
  ) {
    this.#random = createRandom(mixSeed(seed, 7));
    this.#now = now;
    this.#limits = limits;
  }

  /** Gives out a token. */
  issue(): string {
    const token = `${makeId(this.#random)}${makeId(this.#random)}`.replaceAll('-', '');
    const now = this.#now();
    this.#good.set(token, { expiresAt: now + this.#limits.tokenSeconds * SECOND, windowFrom: now, count: 0 });
    return token;
  }

  /** Whether the token is known and not expired. */
  isGood(token: string): boolean {
    const found = this.#good.get(token);
    if (found === undefined) return false;
    if (this.#now() < found.expiresAt) return true;
    this.#good.delete(token);
    return false;
  }

  /** From now on the token answers 401. */
  drop(token: string): void {
    this.#good.delete(token);
  }

  /** Counts one request. Windows are a minute long and open with the first request after the one before. */
  spend(token: string): Allowance {
    const { requestsPerMinute: allowed } = this.#limits;
    const found = this.#good.get(token);
    if (found === undefined) return { count: 0, allowed, resetSeconds: 60, over: false };
    const now = this.#now();
    if (now >= found.windowFrom + MINUTE) {
      found.windowFrom = now;
      found.count = 0;
    }
    const over = found.count >= allowed;
    if (!over) found.count += 1;
    const resetSeconds = Math.ceil((found.windowFrom + MINUTE - now) / SECOND);
    return { count: found.count, allowed, resetSeconds, over };
  }
}
