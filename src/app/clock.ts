/** The two kinds of clock: the real one, and one that is wound, for the demo and for simulations. */
import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Clock } from '../ports/clock.ts';
import type { Duration, Instant } from '../domain/time/time.ts';

/** Timers of Node.js are 32 bits wide: a longer sleep would end at once. */
const LONGEST_TIMER: Duration = 2 ** 31 - 1;

/** The machine's clock. */
export const realClock: Clock = {
  now: () => Date.now(),
  sleep: async (length, signal) => {
    await setTimeout(
      Math.min(Math.max(0, length), LONGEST_TIMER),
      undefined,
      signal === undefined ? {} : { signal },
    );
  },
};

/** A clock that stands still until it is wound. Sleeping winds it: simulated time costs no real time. */
export class WoundClock implements Clock {
  #now: Instant;

  constructor(now: Instant) {
    this.#now = now;
  }

  now(): Instant {
    return this.#now;
  }

  /** Goes on to `at`; never back. */
  windTo(at: Instant): void {
    this.#now = Math.max(this.#now, at);
  }

  async sleep(length: Duration, signal?: AbortSignal): Promise<void> {
    const until = this.#now + length;
    await setImmediate();
    signal?.throwIfAborted();
    this.windTo(until);
  }
}
