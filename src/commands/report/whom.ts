/** How many different people are counted in a row, by what happened to them. Mutable; a byte for each person. */

/** What may happen to a person; each has a bit. */
const BITS = {
  verified: 1,
  /** Of the verified ones, by a rule, and by the ladder. */
  ruled: 2,
  answered: 4,
  observed: 8,
  /** Returns after a log-off of ours; of these the silent ones. */
  returned: 16,
  silent: 32,
} as const;

/** One kind of what may happen to a person. */
export type Happened = keyof typeof BITS;

const KINDS = Object.keys(BITS) as readonly Happened[];

/** People by their number, see `People.numberOf`: a set of ids for each of hundreds of rows would cost more than all else. */
export class Whom {
  #bits = new Uint8Array(64);
  readonly #sizes: Record<Happened, number> = {
    ...{ verified: 0, ruled: 0, answered: 0, observed: 0, returned: 0, silent: 0 },
  };

  /** The same may be told of a person again and again. */
  add(person: number, kind: Happened): void {
    if (person >= this.#bits.length) this.#grow(person);
    const before = this.#bits[person] ?? 0;
    if ((before & BITS[kind]) !== 0) return;
    this.#bits[person] = before | BITS[kind];
    this.#sizes[kind] += 1;
  }

  /** How many people that happened to. */
  size(kind: Happened): number {
    return this.#sizes[kind];
  }

  /** The people of several rows, each once. */
  static together(all: readonly Whom[]): Whom {
    const result = new Whom();
    for (const one of all) one.#addTo(result);
    return result;
  }

  #addTo(other: Whom): void {
    for (const [person, bits] of this.#bits.entries())
      for (const kind of KINDS) if ((bits & BITS[kind]) !== 0) other.add(person, kind);
  }

  #grow(person: number): void {
    const larger = new Uint8Array(Math.max(person + 1, this.#bits.length * 2));
    larger.set(this.#bits);
    this.#bits = larger;
  }
}
