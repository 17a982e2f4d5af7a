/** A time by which a command must have ended, whatever hangs. */
import process from 'node:process';
import { formatDuration, SECOND, type Duration } from '../../domain/time/time.ts';
import { EXIT } from '../shared/exit-codes.ts';

/** What is left for coming to an end in order: a part of the whole, and never more than this. */
const LONGEST_ENDING: Duration = 10 * SECOND;
const PART_FOR_ENDING = 4;

/** Real time, counted from the start of the process. */
export class Deadline {
  readonly #length: Duration;
  readonly #stop = new AbortController();
  readonly #timer: NodeJS.Timeout;
  /** Resolves when it is time to come to an end. */
  readonly passed: Promise<'late'>;

  constructor(length: Duration) {
    this.#length = length;
    const { promise, resolve } = Promise.withResolvers<'late'>();
    this.passed = promise;
    this.#timer = setTimeout(() => {
      this.#stop.abort(new Error('the deadline has passed'));
      resolve('late');
    }, timerLength(this.untilEnding()));
    // It does not keep the process alive; it ends a process that hangs in something that cannot be called off.
    setTimeout(() => {
      process.stderr.write(
        `The deadline of ${formatDuration(length)} has passed: it ends without having finished.\n`,
      );
      process.exit(EXIT.late);
    }, timerLength(this.#left())).unref();
  }

  /** Aborted when it is time to come to an end. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** How long work may still go on. */
  untilEnding(): Duration {
    return Math.max(0, this.#left() - this.#forEnding());
  }

  /** How long one step of coming to an end may take, so that another of its kind fits in after it. */
  forOneStep(most: Duration): Duration {
    return Math.min(most, Math.max(0, this.#left() / 2));
  }

  /** The work has ended. */
  clear(): void {
    clearTimeout(this.#timer);
  }

  #forEnding(): Duration {
    return Math.min(LONGEST_ENDING, this.#length / PART_FOR_ENDING);
  }

  #left(): Duration {
    return this.#length - performance.now();
  }
}

/** Timers of Node.js are 32 bits wide: a longer one would end at once. */
function timerLength(length: Duration): Duration {
  return Math.min(Math.max(0, length), 2 ** 31 - 1);
}
