/**
 * The line of a policy in which a fault stands, and where in it. Like every word of a fault it quotes nothing that the author wrote
 * freely (see `quoting.ts`): what may be a secret is `…`, whatever its length, and comments are left out.
 */
import { Lexer } from 'yaml';
import { looksLikeName } from './interpolate.ts';
import { isHarmless, isKnownKey, isKnownWord, writePath } from './quoting.ts';
import type { Path, Place, Source } from './source.ts';

/** A line as it may be shown, and how many characters of it stand before the fault. */
export interface Excerpt {
  readonly text: string;
  readonly caret: number;
}

/** Longer lines are cut on both sides of the fault. */
const WIDEST = 100;
const BEFORE = 60;
/** Of a longer line only so many characters on both sides are looked at. */
const LOOKED_AT = 300;

const HIDDEN = '…';

/** What the lexer found in one line; columns count characters from 1. */
interface Token {
  readonly column: number;
  readonly width: number;
  readonly lexeme: string;
  /** It goes on in the next line, or began in one before. */
  readonly cut: boolean;
}

/** The excerpts of some faults of one text. The text is gone through once. */
export class Excerpts {
  readonly #source: Source;
  readonly #lines: ReadonlyMap<number, readonly Token[]>;
  /** From here on the parser only guesses, so that nothing can be told from a secret. */
  readonly #unsureFrom: Place | undefined;
  readonly #owners: ReadonlyMap<string, Owner>;

  constructor(source: Source, places: readonly Place[], unsureFrom?: Place) {
    const wanted = new Set(places.map(({ line }) => line));
    this.#source = source;
    this.#lines = tokensIn(source.text, wanted);
    this.#unsureFrom = unsureFrom;
    this.#owners = ownersIn(source, wanted);
  }

  /** `undefined` where nothing of the line can be shown. `message` is the fault's own, which may show its value already. */
  at(place: Place, message: string): Excerpt | undefined {
    const tokens = this.#lines.get(place.line);
    if (tokens === undefined || this.#isUnsure(place)) return undefined;
    let [text, caret] = ['', 0];
    for (const token of tokens) {
      if (Math.abs(token.column - place.column) > LOOKED_AT) continue;
      if (token.lexeme.startsWith('#')) break;
      const isLast = this.#isUnsure({ line: place.line, column: token.column + 1 });
      const shown = isLast ? `${beginOf(token.lexeme)}${HIDDEN}` : this.#shown(token, place, message);
      if (token.column <= place.column) caret = text.length + within(token, place.column, shown);
      text += shown;
      if (isLast) break;
    }
    return text.trim() === '' ? undefined : windowOf(text.trimEnd(), caret);
  }

  /** Whether a place is behind the first fault of syntax. */
  #isUnsure({ line, column }: Place): boolean {
    const from = this.#unsureFrom;
    return from !== undefined && (line > from.line || (line === from.line && column > from.column));
  }

  #shown(token: Token, place: Place, message: string): string {
    const { lexeme, column, cut } = token;
    if (/^\s+$/.test(lexeme)) return ' '.repeat(lexeme.length);
    if (cut) return HIDDEN;
    if (/^[{}[\],:?|>-]$/.test(lexeme)) return lexeme;
    if (/^[&*!]/.test(lexeme)) return `${lexeme.charAt(0)}${HIDDEN}`;
    const owner = this.#owners.get(`${place.line}:${column}`);
    if (owner?.isKey === true) return this.#shownKey(owner.path);
    const plain = unquoted(lexeme);
    const isTold = column === place.column && message.includes(`"${plain}"`) && isPrintable(plain);
    return isTold || (owner !== undefined && this.#maySee(owner.path, plain)) ? plain : HIDDEN;
  }

  #shownKey(path: Path): string {
    const key = String(path.at(-1));
    if (isKnownKey(key)) return key;
    const shown = this.#unsureFrom === undefined ? writePath([key], this.#source.spoken) : HIDDEN;
    return isPrintable(shown.replaceAll(HIDDEN, '')) ? shown : HIDDEN;
  }

  #maySee(path: Path, text: string): boolean {
    if (this.#unsureFrom !== undefined || this.#source.isSecret(path) || !isPrintable(text)) return false;
    return isHarmless(text) || isKnownWord(text) || isReference(text);
  }
}

/** Where in what is shown of a token a column is. */
function within({ column: from, width }: Token, column: number, shown: string): number {
  return Math.min(column - from, width, Math.max(0, shown.length - 1));
}

/** The sign with which the text begins that cannot be read. */
function beginOf(lexeme: string): string {
  return /^["'{}[\],:-]/.exec(lexeme)?.[0] ?? '';
}

function unquoted(lexeme: string): string {
  return /^(["'])(.*)\1$/s.exec(lexeme)?.[2] ?? lexeme;
}

/** One place on a terminal for each character. */
function isPrintable(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}

function isReference(text: string): boolean {
  const name = /^\$\{(\w{1,60})\}$/.exec(text)?.[1];
  return name !== undefined && looksLikeName(name);
}

function windowOf(text: string, caret: number): Excerpt {
  if (text.length <= WIDEST) return { text, caret };
  const start = Math.max(0, Math.min(caret - BEFORE, text.length - WIDEST));
  const end = start + WIDEST;
  const [before, after] = [start > 0 ? HIDDEN : '', end < text.length ? HIDDEN : ''];
  return { text: before + text.slice(start, end) + after, caret: caret - start + before.length };
}

/** Whose text stands at a place. */
interface Owner {
  readonly path: Path;
  readonly isKey: boolean;
}

function ownersIn(source: Source, wanted: ReadonlySet<number>): ReadonlyMap<string, Owner> {
  const owners = new Map<string, Owner>();
  for (const { path, place, isKey } of source.places()) {
    if (!wanted.has(place.line)) continue;
    const key = `${place.line}:${place.column}`;
    // An alias brings one text to several places, of which one may be made for secrets.
    const before = owners.get(key);
    if (before === undefined || !source.isSecret(before.path)) owners.set(key, { path: path(), isKey });
  }
  return owners;
}

/** Marks of the lexer, which stand for no text. */
const MARKS: ReadonlySet<string> = new Set(['\u0002', '\u0018', '\u001f']);

function tokensIn(text: string, wanted: ReadonlySet<number>): ReadonlyMap<number, readonly Token[]> {
  const lines = new Map<number, Token[]>();
  let [line, column] = [1, 1];
  const last = Math.max(...wanted);
  for (const lexeme of new Lexer().lex(text)) {
    if (MARKS.has(lexeme) || lexeme === '\ufeff') continue;
    if (line > last) break;
    const parts = lexeme.split('\n');
    parts.forEach((part, i) => {
      if (i > 0) [line, column] = [line + 1, 1];
      const width = wanted.has(line) ? Array.from(part).length : 0;
      if (width > 0) {
        const token = {
          column,
          width,
          lexeme: part.replace(/\r$/, ''),
          cut: parts.length > 1 && lexeme.trim() !== '',
        };
        const tokens = lines.get(line);
        if (tokens === undefined) lines.set(line, [token]);
        else tokens.push(token);
      }
      column += width;
    });
  }
  return lines;
}
