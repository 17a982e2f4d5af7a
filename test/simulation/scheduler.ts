/**
 * One seeded order for everything that happens: each answer, timer and write of every process is an event, and the seed says which
 * comes when. Time goes on only from one event to the next.
 */
import { setImmediate } from 'node:timers/promises';
import type { Duration, Instant } from '../../src/domain/time/time.ts';
import { between, type Random } from '../../src/sandbox/random.ts';

/** Whose code an event runs. A process that is frozen goes on with what it missed; one that is dead never does. */
export interface Owner {
  readonly isDead: boolean;
  /** Not before this does any code of it run. */
  readonly frozenUntil: Instant;
}

/** Happens whatever becomes of the processes: what is on its way, and what the world does. */
export const WORLD: Owner = { isDead: false, frozenUntil: -Infinity };

interface Happening {
  readonly at: Instant;
  /** Of two that happen at the same time. */
  readonly order: number;
  readonly owner: Owner;
  readonly run: () => void;
}

/** So many turns of the event loop let a process come to its next wait. */
const TURNS = 4;

export class Scheduler {
  readonly random: Random;
  #now: Instant;
  #waiting: Happening[] = [];

  constructor(begin: Instant, random: Random) {
    this.#now = begin;
    this.random = random;
  }

  get now(): Instant {
    return this.#now;
  }

  /** Lets this happen after so long. */
  after(length: Duration, owner: Owner, run: () => void): void {
    this.#waiting.push({ at: this.#now + Math.max(0, length), order: this.random(), owner, run });
  }

  /** Lets everything happen up to then, and `check` look at it each time. */
  async runTo(end: Instant, check: () => void): Promise<void> {
    for (let next = this.#next(); next !== undefined && next.at <= end; next = this.#next()) {
      this.#now = Math.max(this.#now, next.at);
      this.#waiting = this.#waiting.filter((each) => each !== next);
      if (next.owner.isDead) continue;
      const { frozenUntil } = next.owner;
      if (frozenUntil > this.#now) {
        // After a thaw nothing of what was waiting comes in the order in which it would have come.
        this.#waiting.push({ ...next, at: frozenUntil, order: this.random() });
        continue;
      }
      next.run();
      for (let turn = 0; turn < TURNS; turn += 1) await setImmediate();
      check();
    }
    this.#now = end;
  }

  /** A time between these two. */
  between(least: Duration, most: Duration): Duration {
    return between(this.random, [least, most]);
  }

  #next(): Happening | undefined {
    let first: Happening | undefined;
    for (const each of this.#waiting) {
      if (first === undefined || each.at < first.at || (each.at === first.at && each.order < first.order))
        first = each;
    }
    return first;
  }
}
