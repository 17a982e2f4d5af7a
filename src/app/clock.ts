/** The two kinds of clock: the real one, and one that is wound, for the demo and for simulations. */
import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Clock } from '../ports/clock.ts';
import type { Duration, Instant } from '../domain/time/time.ts';

/** Timers of Node.js are 32 bits wide: a longer sleep would end at once. */
const LONGEST_TIMER: Duration = 2 ** 31 - 1;

/** The machine's clock. */
export const realClock: Clock = {
  now: () => Date.now(),
  uptime: () => performance.now(),
  every: (length, work) => {
    const timer = setInterval(work, length).unref();
    return () => {
      clearInterval(timer);
    };
  },
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
  readonly #timers = new Set<{ dueAt: Instant; readonly length: Duration; readonly work: () => void }>();

  constructor(now: Instant) {
    this.#now = now;
  }

  now(): Instant {
    return this.#now;
  }

  /** Goes on to `at`; never back. What is to happen again and again happens on the way, each at its time. */
  windTo(at: Instant): void {
    for (;;) {
      const [next] = [...this.#timers].sort((a, b) => a.dueAt - b.dueAt);
      if (next === undefined || next.dueAt > at) break;
      this.#now = Math.max(this.#now, next.dueAt);
      next.dueAt += next.length;
      next.work();
    }
    this.#now = Math.max(this.#now, at);
  }

  every(length: Duration, work: () => void): () => void {
    const timer = { dueAt: this.#now + length, length, work };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  async sleep(length: Duration, signal?: AbortSignal): Promise<void> {
    const until = this.#now + length;
    await setImmediate();
    signal?.throwIfAborted();
    await this.goOnTo(until, signal);
  }

  /** Goes on to `at`; what the timers begin on the way has its turn before time goes on. */
  async goOnTo(at: Instant, signal?: AbortSignal): Promise<void> {
    for (let next = this.#nextTimer(); next <= at && this.#now < at; next = this.#nextTimer()) {
      this.windTo(next);
      await setImmediate();
      signal?.throwIfAborted();
    }
    this.windTo(at);
  }

  #nextTimer(): Instant {
    return Math.min(Infinity, ...[...this.#timers].map(({ dueAt }) => dueAt));
  }
}
