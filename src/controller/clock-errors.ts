/** The local clock's error at the last two sweeps: by it a clock that was set is told from one that runs. */
import { SECOND, type Duration } from '../domain/time/time.ts';

/** The clocks drifting apart by more than this between two sweeps means that one of them jumped. */
const CLOCK_JUMP: Duration = 30 * SECOND;

/** Of two sweeps: a clock that jumped in the middle of one is news to half of the agents in the next. */
export class ClockErrors {
  #errors: readonly Duration[] = [];

  /** `error`: local minus server, as a sweep found it. */
  note(error: Duration): void {
    this.#errors = [...this.#errors, error].slice(-2);
  }

  /** Whether this error is another one than that of the last sweeps. */
  differ(error: Duration): boolean {
    return this.#errors.some((last) => Math.abs(error - last) > CLOCK_JUMP);
  }

  /** By how much the clocks moved against each other between the last two sweeps, where that was too much. */
  get jump(): Duration | undefined {
    const [before = 0, last = before] = this.#errors;
    return Math.abs(last - before) > CLOCK_JUMP ? last - before : undefined;
  }
}
