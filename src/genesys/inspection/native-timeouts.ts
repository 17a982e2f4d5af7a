/**
 * After how long the platform ends an idle session by itself (`GET /api/v2/tokens/timeout`). A log-off that leaves the session
 * alone lasts no longer than that where single sign-on brings the browser back.
 */
import { MINUTE, type Duration, type Instant } from '../../domain/time/time.ts';
import { PlatformError } from '../http/errors.ts';
import type { TokenTimeout } from './settings-reads.ts';

const FRESH_FOR: Duration = 10 * MINUTE;

const NONE: readonly Duration[] = [];

/** All timeouts that the organisation has, its groups' own among them: which of them an agent has is not asked. */
function timeoutsOf({ enabled, timeout, perGroup, groups }: TokenTimeout): readonly Duration[] {
  if (enabled !== true) return NONE;
  const ofGroups = perGroup === true ? groups.map((group) => group.timeout) : [];
  return [...new Set([...(timeout === undefined ? [] : [timeout]), ...ofGroups])];
}

/** What was read last, and still is believed when it cannot be read again. */
export class NativeTimeouts {
  readonly #read: (signal: AbortSignal) => Promise<TokenTimeout>;
  readonly #now: () => Instant;
  readonly #warn: (message: string, fields: object) => void;
  #triedAt: Instant | undefined;
  #known: readonly Duration[] | undefined;

  constructor(
    read: (signal: AbortSignal) => Promise<TokenTimeout>,
    now: () => Instant,
    warn: (message: string, fields: object) => void,
  ) {
    this.#read = read;
    this.#now = now;
    this.#warn = warn;
  }

  /** Empty when there is none; `undefined` while nothing is known. */
  get all(): readonly Duration[] | undefined {
    return this.#known;
  }

  /** Reads them unless that has just been tried. Never throws. */
  async refresh(signal: AbortSignal): Promise<void> {
    const now = this.#now();
    if (this.#triedAt !== undefined && Math.abs(now - this.#triedAt) < FRESH_FOR) return;
    const first = this.#triedAt === undefined;
    this.#triedAt = now;
    try {
      this.#known = timeoutsOf(await this.#read(signal));
    } catch (error) {
      if (signal.aborted || !first) return;
      const facts =
        error instanceof PlatformError
          ? { operation: error.operation, status: error.status, code: error.code }
          : {};
      this.#warn('the native inactivity timeout could not be read', facts);
    }
  }
}
