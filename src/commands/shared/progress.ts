/** How far long work is, on standard error: a line that moves on a terminal, now and then a line elsewhere. */
import process from 'node:process';
import { SECOND, type Duration } from '../../domain/time/time.ts';

const ON_TERMINAL: Duration = SECOND / 5;
const ELSEWHERE: Duration = 2 * SECOND;

/** Where progress is shown; standard error, unless said otherwise. */
interface Place {
  readonly isTTY?: boolean;
  readonly write: (text: string) => unknown;
}

/** One line that is written again and again. */
export class Progress {
  readonly #place: Place;
  readonly #now: () => number;
  #lastAt: number;
  #drawn = false;

  /** `now` in ms, from any beginning. */
  constructor(place: Place = process.stderr, now: () => number = () => performance.now()) {
    this.#place = place;
    this.#now = now;
    this.#lastAt = now();
  }

  /** Shows how far the work is, unless that was shown a moment ago. */
  show(text: () => string): void {
    const now = this.#now();
    const { isTTY = false } = this.#place;
    if (now - this.#lastAt < (isTTY ? ON_TERMINAL : ELSEWHERE)) return;
    this.#lastAt = now;
    this.#place.write(isTTY ? `\r\u001b[K${text()}` : `${text()}\n`);
    this.#drawn = true;
  }

  /** Takes the line away again, where it can be. */
  end(): void {
    if (this.#place.isTTY === true && this.#drawn) this.#place.write('\r\u001b[K');
    this.#drawn = false;
  }
}
