/**
 * The records of one agent, as they come: nearly all of them begin where the one before ended. Those take ten bytes each, without their
 * end; what comes twice, late or over another is kept as it is. A month of 5,000 agents is some ten million records.
 */
import type { Instant } from '../../domain/time/time.ts';

/** Stands for no record, from the end of one to the beginning of the next. No state has this number. */
export const GAP = 65_535;

const GROWTH = 1.25;
const FIRST = 16;

/** A record that is kept as it is. */
interface Other {
  /** How many of those in a row had been read before it. */
  readonly after: number;
  readonly from: Instant;
  readonly to: Instant;
  readonly state: number;
}

/** Gathers records of one kind. */
export class SpanList {
  #at = new Float64Array(FIRST);
  #state = new Uint16Array(FIRST);
  #length = 0;
  /** Where the last record in a row ends. */
  #end: Instant = -Infinity;
  readonly #others: Other[] = [];
  /** Another record begins with the last in a row. Of such the one read last holds, so that their order is kept. */
  #isContradicted = false;

  /** Adds a record; `to` is Infinity for one that lasts. */
  push(from: Instant, to: Instant, state: number): void {
    const last = this.#length - 1;
    const isLast = this.#length > 0 && this.#at[last] === from && this.#state[last] === state;
    // Read once more. Of two readings of one record the one with an end is the newer.
    if (isLast && !this.#isContradicted) this.#end = endOf(this.#end, to);
    else if (from < this.#end) {
      this.#others.push({ after: this.#length, from, to, state });
      this.#isContradicted ||= this.#at[last] === from;
    } else {
      if (from > this.#end && this.#length > 0) this.#put(this.#end, GAP);
      this.#put(from, state);
      this.#end = to;
      this.#isContradicted = false;
    }
  }

  /** All records in the order in which they were read, flat: from, to, number of the state; from, to, … */
  spans(): readonly number[] {
    const spans: number[] = [];
    let other = 0;
    for (let i = 0; i <= this.#length; i += 1) {
      for (let each = this.#others[other]; each?.after === i; each = this.#others[(other += 1)])
        spans.push(each.from, each.to, each.state);
      const state = i < this.#length ? (this.#state[i] ?? GAP) : GAP;
      const to = i + 1 < this.#length ? (this.#at[i + 1] ?? 0) : this.#end;
      if (state !== GAP) spans.push(this.#at[i] ?? 0, to, state);
    }
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
