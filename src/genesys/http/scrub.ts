/** Keeps secrets out of texts that came from outside: a server may echo what it was sent. */
import { clip, oneLine } from '../../texts/clean.ts';
import { Redactor } from '../../texts/redactor.ts';

const LONGEST = 300;

export class Scrubber {
  readonly #redactor: Redactor;

  /** `redactor` is that of the whole process. */
  constructor(redactor = new Redactor()) {
    this.#redactor = redactor;
  }

  /** From now on this text is never let through. */
  hide(secret: string): void {
    this.#redactor.know(secret);
  }

  /** The same for an access token, which is replaced after a while. */
  hideToken(token: string): void {
    this.#redactor.knowToken(token, this);
  }

  /** The text without secrets, characters that cannot be seen, and excess length. */
  clean(text: string): string;
  clean(text: string | undefined): string | undefined;
  clean(text: string | undefined): string | undefined {
    return text === undefined ? undefined : clip(oneLine(this.#redactor.hide(text)), LONGEST);
  }
}
