/** Writing what several agents have ready at the same time in one go: a disk takes as long for one as for all of them. */

/** Collects what is to be written, and writes what has been collected once everything that is ready has been added. */
export class Grouped<T> {
  readonly #write: (items: readonly T[]) => Promise<void>;
  #waiting: T[] = [];
  #writing: Promise<void> | undefined;

  constructor(write: (items: readonly T[]) => Promise<void>) {
    this.#write = write;
  }

  /** Resolves when it is written; rejects when that failed. */
  add(item: T): Promise<void> {
    this.#waiting.push(item);
    this.#writing ??= this.#soon();
    return this.#writing;
  }

  async #soon(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    const items = this.#waiting;
    this.#waiting = [];
    this.#writing = undefined;
    await this.#write(items);
  }
}
