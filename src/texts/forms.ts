/**
 * In what dress a secret may come back. Escapes (percent codes, those of JSON and HTML) are taken off the text that is looked
 * at; encodings (base64, hex) are looked for as they are.
 */

/** A text with its escapes taken off. Each unit remembers where it stood: `from` and behind `to`. */
export interface Bare {
  readonly text: string;
  /** `undefined` where nothing had to be taken off: then each unit stands where it stood. */
  readonly places: { readonly from: Int32Array; readonly to: Int32Array } | undefined;
}

const ESCAPE =
  /%(?<percent>[0-9a-f]{2})|\\(?:u(?<unit>[0-9a-f]{4})|u\{(?<point>[0-9a-f]{1,6})\}|x(?<byte>[0-9a-f]{2})|(?<letter>[nrtbfv"'\\/]))|&(?:#(?<number>\d{1,6})|#x(?<hex>[0-9a-f]{1,5})|(?<name>amp|lt|gt|quot|apos));/gi;
const LETTERS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', v: '\v' };
const NAMES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
/** So often a text may have been escaped. */
const LAYERS = 3;

/** Takes escapes off, layer by layer. */
export function bare(text: string): Bare {
  let result: Bare = { text, places: undefined };
  for (let layer = 0; layer < LAYERS && /[%\\&]/.test(result.text); layer += 1) {
    const next = withoutLayer(result, ESCAPE);
    if (next === undefined) break;
    result = next;
  }
  return result;
}

/** A break within a text, or a character in it that shows as nothing. */
const BREAK = /[\r\n\v\f\u0085\u2028\u2029\p{Cf}\0](?!$)/u;
/** What may stand between the parts of a text that is split, and the same with the mark that mail and shells put before a break. */
const BETWEEN = /[\s\u0085\p{Cf}\0]+/gu;
const MARKED = /[=\\]\r?\n\s*|[\s\u0085\p{Cf}\0]+/gu;

/** A text that is split over lines, or by what cannot be seen, with nothing between its parts; none of all others. */
export function unbroken(looked: Bare): readonly Bare[] {
  if (!BREAK.test(looked.text)) return [];
  const patterns = /[=\\]\r?\n/.test(looked.text) ? [BETWEEN, MARKED] : [BETWEEN];
  return patterns.flatMap((pattern) => withoutLayer(looked, pattern) ?? []);
}

function withoutLayer({ text, places }: Bare, pattern: RegExp): Bare | undefined {
  const found = [...text.matchAll(pattern)];
  if (found.length === 0) return undefined;
  // What an escape stands for is never longer than itself.
  const from = new Int32Array(text.length);
  const to = new Int32Array(text.length);
  let out = '';
  /** One unit of the result, and what it came from. */
  const place = (unit: number, start: number, end: number): void => {
    from[unit] = places?.from[start] ?? start;
    to[unit] = places?.to[end - 1] ?? end;
  };
  const keep = (start: number, end: number): void => {
    for (let i = start; i < end; i += 1) place(out.length + i - start, i, i + 1);
    out += text.slice(start, end);
  };
  let done = 0;
  for (const { 0: escape, index, groups = {} } of found) {
    keep(done, index);
    done = index + escape.length;
    const meaning = meaningOf(groups);
    for (let i = 0; i < meaning.length; i += 1) place(out.length + i, index, done);
    out += meaning;
  }
  keep(done, text.length);
  return { text: out, places: { from, to } };
}

function meaningOf(groups: Readonly<Record<string, string | undefined>>): string {
  const { percent, unit, point, byte, letter, number, hex, name } = groups;
  if (letter !== undefined) return LETTERS[letter.toLowerCase()] ?? letter;
  if (name !== undefined) return NAMES[name.toLowerCase()] ?? '';
  const code =
    number === undefined ? parseInt(percent ?? unit ?? point ?? byte ?? hex ?? '', 16) : Number(number);
  return code <= 0x10ffff ? String.fromCodePoint(code) : '';
}

/**
 * Everything that is looked for of a secret: itself, as bytes, in hex, and in base64 as it stands at the beginning or in the
 * middle of what was encoded. All folded; no two the same.
 */
export function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  return [
    ...new Set(
      [
        secret,
        bare(secret).text,
        ...[secret, bare(secret).text].map((text) => text.replace(BETWEEN, '')),
        // What percent codes of letters beyond ASCII stand for are bytes.
        bytes.toString('latin1'),
        bytes.toString('hex'),
        ...[0, 1, 2].map((shift) => base64At(bytes, shift)),
      ].map(folded),
    ),
  ].filter((form) => form !== '');
}

/** The characters of base64 that depend on these bytes alone, whatever stands before and behind them. */
function base64At(bytes: Buffer, shift: number): string {
  const whole = Buffer.concat([Buffer.alloc(shift), bytes])
    .toString('base64')
    .replace(/=+$/, '');
  const first = Math.ceil((shift * 8) / 6);
  const last = Math.floor(((shift + bytes.length) * 8) / 6);
  return whole.slice(first, last);
}

/** Both alphabets of base64 and all cases alike; a space as forms write it. Keeps the length. */
export function folded(text: string): string {
  let out = '';
  for (let i = 0; i < text.length; i += 1) out += String.fromCharCode(foldedCode(text.charCodeAt(i)));
  return out;
}

/** The same for one unit of a text. */
export function foldedCode(unit: number): number {
  return unit < FOLDS.length ? (FOLDS[unit] ?? unit) : unit;
}

const FOLDS = Uint8Array.from({ length: 128 }, (_, unit) => {
  const sign = String.fromCharCode(unit).toLowerCase();
  if (sign === '+' || sign === ' ') return '-'.charCodeAt(0);
  return (sign === '/' ? '_' : sign).charCodeAt(0);
});
