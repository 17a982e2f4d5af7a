/**
 * The records of one agent, as they come: nearly all of them begin where the one before ended. Those take ten bytes each, without their
 * end; what comes twice, late or over another is kept as it is. A month of 5,000 agents is some ten million records.
 */
import type { Instant } from '../../domain/time/time.ts';

/** Stands for no record, from the end of one to the beginning of the next. No state has this number. */
export const GAP = 65_535;

const GROWTH = 1.25;
const FIRST = 16;

/** Gathers records of one kind. */
export class SpanList {
  #at = new Float64Array(FIRST);
  #state = new Uint16Array(FIRST);
  #length = 0;
  /** Where the last record in a row ends. */
  #end: Instant = -Infinity;
  readonly #others: number[] = [];

  /** Adds a record; `to` is Infinity for one that lasts. */
  push(from: Instant, to: Instant, state: number): void {
    const last = this.#length - 1;
    const isSame = this.#length > 0 && this.#at[last] === from && this.#state[last] === state;
    // Read once more. Of two readings of one record the one with an end is the newer.
    if (isSame) this.#end = endOf(this.#end, to);
    else if (from < this.#end) this.#others.push(from, to, state);
    else {
      if (from > this.#end && this.#length > 0) this.#put(this.#end, GAP);
      this.#put(from, state);
      this.#end = to;
    }
  }

  /** All records, flat: from, to, number of the state; from, to, … */
  spans(): readonly number[] {
    const spans: number[] = [];
    for (let i = 0; i < this.#length; i += 1) {
      const state = this.#state[i] ?? GAP;
      const to = i + 1 < this.#length ? (this.#at[i + 1] ?? 0) : this.#end;
      if (state !== GAP) spans.push(this.#at[i] ?? 0, to, state);
    }
    for (const each of this.#others) spans.push(each);
    return spans;
  }

  #put(at: Instant, state: number): void {
    if (this.#length === this.#at.length) {
      const size = Math.ceil(this.#length * GROWTH);
      const [times, states] = [new Float64Array(size), new Uint16Array(size)];
      times.set(this.#at);
      states.set(this.#state);
      this.#at = times;
      this.#state = states;
    }
    this.#at[this.#length] = at;
    this.#state[this.#length] = state;
    this.#length += 1;
  }
}

function endOf(a: Instant, b: Instant): Instant {
  if (a === Infinity || b === Infinity) return Math.min(a, b);
  return Math.max(a, b);
}
