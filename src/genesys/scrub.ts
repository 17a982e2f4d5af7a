/** Keeps secrets out of texts that came from outside: a server may echo what it was sent. */

const LONGEST = 300;

export class Scrubber {
  readonly #secrets = new Set<string>();

  /** From now on this text is never let through. */
  hide(secret: string): void {
    if (secret.length < 4) return;
    // Tokens are renewed for months: the oldest are forgotten, the settings' own secrets came first and stay.
    if (this.#secrets.size > 40) this.#secrets.delete([...this.#secrets][4] ?? '');
    this.#secrets.add(secret);
  }

  /** The text without secrets, control characters and excess length. */
  clean(text: string): string;
  clean(text: string | undefined): string | undefined;
  clean(text: string | undefined): string | undefined {
    if (text === undefined) return undefined;
    let clean = text;
    for (const secret of this.#secrets) clean = clean.replaceAll(secret, '[hidden]');
    clean = clean.replace(/\p{Cc}+/gu, ' ').replace(/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, '$1 [hidden]');
    return clean.length > LONGEST ? `${clean.slice(0, LONGEST)}…` : clean;
  }
}
