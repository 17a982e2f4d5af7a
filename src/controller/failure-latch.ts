/** Something that does not work for now, and why. */
import type { Log } from '../ports/log.ts';

/** Said once for each reason, also where several alternate: sweep after sweep the same lines would bury all others. */
export class FailureLatch {
  readonly #log: Pick<Log, 'error'>;
  readonly #sentence: string;
  #why: string | undefined;
  readonly #said = new Set<string>();

  constructor(log: Pick<Log, 'error'>, sentence: string) {
    this.#log = log;
    this.#sentence = sentence;
  }

  /** Why it does not work; `undefined` while it does. */
  get why(): string | undefined {
    return this.#why;
  }

  /** It failed. */
  fail(error: unknown, fields: object = {}): void {
    const why = error instanceof Error ? error.message : 'it failed';
    if (!this.#said.has(why)) this.#log.error({ ...fields, err: error }, this.#sentence);
    this.inherit(why);
  }

  /** It cannot work for a reason that has been said elsewhere. */
  inherit(why = 'the holder of its lease is unknown'): void {
    this.#why = why;
    this.#said.add(why);
  }

  clear(): void {
    this.#why = undefined;
    this.#said.clear();
  }
}
