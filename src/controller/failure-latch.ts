/** Something that does not work for now, and why. */
import type { Log } from '../ports/log.ts';

/** So many reasons are known to have been said: one that tells another time or number in each sweep must not fill the memory. */
const MOST = 20;

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
    const [oldest] = this.#said;
    if (this.#said.size > MOST && oldest !== undefined) this.#said.delete(oldest);
  }

  clear(): void {
    this.#why = undefined;
    this.#said.clear();
  }
}
