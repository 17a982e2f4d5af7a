/** Whether the worker is alive and whether it sees: what the probes ask. Pure but for what it is told. */
import { MINUTE, type Duration, type Instant } from '../domain/time/time.ts';

/** A sweep may take this many usual intervals before the loop counts as stuck, and never less than `STUCK_AFTER`. */
const INTERVALS = 5;
const STUCK_AFTER: Duration = 10 * MINUTE;
/** The last complete sweep may be this many intervals old, and never less than `FRESH`. */
const FRESH_INTERVALS = 3;
const FRESH: Duration = 2 * MINUTE;

export interface Probe {
  readonly ok: boolean;
  /** One sentence. */
  readonly why: string;
  /** Another worker holds the lease. */
  readonly isStandby?: boolean;
}

/** Notes what the loop does; times are local. */
export class Health {
  readonly #longestInterval: () => Duration;
  #turnAt: Instant;
  #completeAt: Instant | undefined;
  #draining = false;
  #lease: () => 'held' | 'standby' | 'unknown' = () => 'unknown';

  constructor(startedAt: Instant, longestInterval: () => Duration) {
    this.#turnAt = startedAt;
    this.#longestInterval = longestInterval;
  }

  /** The loop began or ended a sweep. */
  turned(now: Instant): void {
    this.#turnAt = now;
  }

  /** A complete sweep ended. */
  completed(now: Instant): void {
    this.#completeAt = now;
  }

  /** How the lease stands is asked with each probe. */
  watchLease(lease: () => 'held' | 'standby' | 'unknown'): void {
    this.#lease = lease;
  }

  /** The service is about to end. */
  drain(): void {
    this.#draining = true;
  }

  /** `/healthz`: the loop makes progress. */
  alive(now: Instant): Probe {
    // A clock that was set back must not make an old sweep a recent one.
    const idle = Math.abs(now - this.#turnAt);
    const stuckAfter = Math.max(STUCK_AFTER, INTERVALS * this.#longestInterval());
    if (idle > stuckAfter) return { ok: false, why: `the loop has not moved for ${seconds(idle)} s` };
    return { ok: true, why: 'the loop makes progress' };
  }

  /** `/readyz`: the last complete sweep is recent, or another worker holds the lease, and this one is ready to take over. */
  ready(now: Instant): Probe {
    if (this.#draining) return { ok: false, why: 'the service is stopping' };
    if (this.#lease() === 'standby')
      return { ok: true, why: 'standby: another worker holds the lease', isStandby: true };
    if (this.#completeAt === undefined) return { ok: false, why: 'no complete sweep yet' };
    const age = Math.abs(now - this.#completeAt);
    const fresh = Math.max(FRESH, FRESH_INTERVALS * this.#longestInterval());
    if (age > fresh) return { ok: false, why: `the last complete sweep is ${seconds(age)} s old` };
    return { ok: true, why: 'the last complete sweep is recent' };
  }
}

function seconds(length: Duration): number {
  return Math.round(length / 1_000);
}
