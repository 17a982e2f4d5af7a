/** Something that does not work for now, and why. */
import type { Log } from '../ports/log.ts';

/** Said once for each reason: sweep after sweep the same line would bury all others. */
export class FailureLatch {
  readonly #log: Pick<Log, 'error'>;
  readonly #sentence: string;
  #why: string | undefined;

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
    if (why !== this.#why) this.#log.error({ ...fields, err: error }, this.#sentence);
    this.#why = why;
  }

  /** It cannot work for a reason that has been said elsewhere. */
  inherit(why = 'the holder of its lease is unknown'): void {
    this.#why = why;
  }

  clear(): void {
    this.#why = undefined;
  }
}
