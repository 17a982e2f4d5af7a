/**
 * Keeps the secrets that the process knows out of every text that leaves it: log, errors, notifications, status. A server may
 * echo what it was sent, whole or in part, in whatever encoding.
 *
 * A text is looked at once, whatever the number of secrets: a rolling hash of eight characters tells of nearly every place
 * that no secret stands there; only the others are compared.
 */
import { bare, folded, foldedCode, formsOf, unbroken, type Bare } from './forms.ts';

/** What stands in the place of a secret. */
export const HIDDEN = '[hidden]';

/** Characters that are compared at once. */
const GRAM = 8;
/** Below this a text is no secret but a word. */
const SHORTEST_SECRET = 4;
/** A part of a secret tells something once it is so long; of short ones nearly all of it is. */
const PART = { least: 10, most: 16 } as const;
/** Of long forms each so many characters only: a part that is long enough still holds one of them whole. */
const STRIDE = 8;
const SHORT_FORM = 64;
/** Access tokens of one client that are remembered: older ones open nothing any more. */
const TOKENS_KEPT = 8;
/** Clients whose tokens are remembered: those that came last. */
const CLIENTS_KEPT = 1_000;
/** Bits of the hash that are looked up first. */
const BITS = 20;
const BASE = 31;
/** BASE to the power of GRAM, modulo 2^32: what the character that leaves the window weighs. */
const LEAVING = Array.from({ length: GRAM }).reduce<number>((power) => Math.imul(power, BASE), 1);

/** Schemes of the header Authorization, with whatever follows. */
const AUTHORIZATION = /\b(Bearer|Basic|SSWS)\s+([\w.~+/=-]+)/gi;
/** "Basic training" is a name of a presence: unlike it, a credential is no plain word, and has a colon once it is decoded. */
const WORD = /^(?:[A-Z]?[a-z]{1,15}|[A-Z]{1,8})\.?$/;
const HEADER = /\bauthorization\W*$/i;
const NEAR = 24;

interface Place {
  readonly form: string;
  readonly offset: number;
  /** A run of so many characters is hidden. */
  readonly least: number;
}

interface Run {
  readonly from: number;
  readonly to: number;
}

/** Knows secrets, and hides them. Mutable; one for each process. */
export class Redactor {
  readonly #secrets = new Set<string>();
  readonly #tokens = new Map<object, readonly string[]>();
  #index: Index | undefined;

  /** From now on this text is never let through. Less than four characters are no secret. */
  know(secret: string | undefined): void {
    if (secret === undefined || secret.length < SHORTEST_SECRET || this.#secrets.has(secret)) return;
    this.#secrets.add(secret);
    this.#index = undefined;
  }

  /** The same for what is replaced again and again: only the last ones of each `client` are remembered. */
  knowToken(token: string, client: object = this): void {
    const known = this.#tokens.get(client) ?? [];
    if (token.length < SHORTEST_SECRET || known.includes(token)) return;
    this.#tokens.delete(client);
    this.#tokens.set(client, [...known, token].slice(-TOKENS_KEPT));
    const [oldest = client] = this.#tokens.keys();
    if (this.#tokens.size > CLIENTS_KEPT) this.#tokens.delete(oldest);
    this.#index = undefined;
  }

  /** The text without anything of a secret that would tell it. */
  hide(text: string): string {
    this.#index ??= new Index([...this.#secrets, ...[...this.#tokens.values()].flat()]);
    const looked = bare(text);
    const index = this.#index;
    const runs = [looked, ...unbroken(looked)].flatMap((one) => runsOf(one, index));
    let out = '';
    let done = 0;
    for (const { from, to } of merged(runs)) {
      out += `${text.slice(done, from)}${HIDDEN}`;
      done = to;
    }
    return (done === 0 ? text : out + text.slice(done)).replace(AUTHORIZATION, withoutCredential);
  }

  /** The same for every text within: keys, lists and other values stay as they are. */
  hideIn<T>(value: T): T {
    return this.#hidden(value) as T;
  }

  #hidden(value: unknown): unknown {
    if (typeof value === 'string') return this.hide(value);
    if (Array.isArray(value)) return value.map((each) => this.#hidden(each));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, this.#hidden(each)]));
  }
}

function withoutCredential(found: string, scheme: string, what: string, at: number, text: string): string {
  const isName =
    scheme.toUpperCase() === 'BASIC' &&
    WORD.test(what) &&
    !Buffer.from(what, 'base64').includes(':') &&
    !HEADER.test(text.slice(Math.max(0, at - NEAR), at));
  return isName ? found : `${scheme} ${HIDDEN}`;
}

/** Where in the text itself something stands that shows in it once it is taken apart. */
function runsOf({ text, places }: Bare, index: Index): readonly Run[] {
  return index.runsIn(text).map(({ from, to }) => ({
    from: places?.from[from] ?? from,
    to: places?.to[to - 1] ?? to,
  }));
}

/** What is looked for, by its grams. */
class Index {
  readonly #may = new Uint32Array((1 << BITS) / 32);
  readonly #places = new Map<string, Place[]>();
  /** Too short for a gram: only whole, and only as a word of its own. */
  readonly #words: string[] = [];

  constructor(secrets: readonly string[]) {
    for (const secret of secrets) {
      for (const form of formsOf(secret)) {
        if (form.length < GRAM) this.#words.push(form);
        else this.#add(form, secret.length < PART.least ? form.length : Math.min(form.length, partOf(form)));
      }
    }
  }

  #add(form: string, least: number): void {
    const stride = form.length < SHORT_FORM ? 1 : STRIDE;
    for (let offset = 0; offset + GRAM <= form.length; offset += stride) {
      const gram = form.slice(offset, offset + GRAM);
      const known = this.#places.get(gram) ?? [];
      // A form that repeats itself is found by its first places as well.
      if (known.length < GRAM) known.push({ form, offset, least });
      this.#places.set(gram, known);
      this.#note(hashOf(gram));
    }
  }

  /** Where something stands that is to be hidden; in order, none touching another. */
  runsIn(text: string): readonly Run[] {
    const runs: Run[] = this.#words.length === 0 ? [] : [...this.#wordsIn(folded(text))];
    if (this.#places.size === 0) return merged(runs);
    // Most texts have no place that would have to be compared.
    let comparable: string | undefined;
    let hash = 0;
    for (let i = 0; i < text.length; i += 1) {
      hash = (Math.imul(hash, BASE) + foldedCode(text.charCodeAt(i))) | 0;
      if (i >= GRAM) hash = (hash - Math.imul(foldedCode(text.charCodeAt(i - GRAM)), LEAVING)) | 0;
      if (i < GRAM - 1 || !this.#mayBe(hash)) continue;
      const at = i - GRAM + 1;
      const places = this.#places.get(folded(text.slice(at, at + GRAM)));
      if (places === undefined) continue;
      comparable ??= folded(text);
      const run = runAround(comparable, at, places);
      if (run !== undefined) runs.push(run);
    }
    return merged(runs);
  }

  #note(hash: number): void {
    const bit = hash >>> (32 - BITS);
    this.#may[bit >>> 5] = (this.#may[bit >>> 5] ?? 0) | (1 << (bit & 31));
  }

  #mayBe(hash: number): boolean {
    const bit = hash >>> (32 - BITS);
    return ((this.#may[bit >>> 5] ?? 0) & (1 << (bit & 31))) !== 0;
  }

  /** Both are folded. */
  *#wordsIn(text: string): Generator<Run> {
    for (const word of this.#words) {
      for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
        const to = at + word.length;
        if (!/\w/.test(text.charAt(at - 1)) && !/\w/.test(text.charAt(to))) yield { from: at, to };
      }
    }
  }
}

/** The longest part of any form around the gram that stands at `at` in the text and at each of the places. */
function runAround(text: string, at: number, places: readonly Place[]): Run | undefined {
  let longest: Run | undefined;
  for (const { form, offset, least } of places) {
    let before = 0;
    while (before < Math.min(at, offset) && text[at - before - 1] === form[offset - before - 1]) before += 1;
    let behind = GRAM;
    while (offset + behind < form.length && text[at + behind] === form[offset + behind]) behind += 1;
    if (before + behind < least) continue;
    const run = { from: at - before, to: at + behind };
    if (longest === undefined || run.to - run.from > longest.to - longest.from) longest = run;
  }
  return longest;
}

function partOf(form: string): number {
  return Math.min(Math.max(Math.floor(form.length / 4), PART.least), PART.most);
}

function hashOf(gram: string): number {
  let hash = 0;
  for (let i = 0; i < gram.length; i += 1) hash = (Math.imul(hash, BASE) + gram.charCodeAt(i)) | 0;
  return hash;
}

function merged(runs: readonly Run[]): readonly Run[] {
  const result: Run[] = [];
  for (const run of runs.toSorted((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last !== undefined && run.from <= last.to) {
      result[result.length - 1] = { from: last.from, to: Math.max(last.to, run.to) };
    } else result.push(run);
  }
  return result;
}
