/** Time that several have after each other: whoever is slow leaves some to those after them. */
import type { Duration } from '../domain/time/time.ts';

/** In real time. Mutable. */
export class TimeShares {
  readonly #until: number;
  readonly #stopped: AbortSignal;
  /** How many are still to come. */
  #left: number;

  /** So many share this time, unless they are stopped before. */
  constructor(all: Duration, among: number, stopped: AbortSignal) {
    this.#until = performance.now() + all;
    this.#left = among;
    this.#stopped = stopped;
  }

  /** Ends when the time of the next one is over: half of what is left, and for the last one all of it. */
  next(): AbortSignal {
    const rest = Math.max(0, this.#until - performance.now());
    this.#left -= 1;
    const share = this.#left > 0 ? rest / 2 : rest;
    return AbortSignal.any([this.#stopped, AbortSignal.timeout(Math.floor(share))]);
  }
}
