/**
 * JSON from outside. Its size, its depth and the number of its values are bounded before it is parsed: `JSON.parse` makes
 * gigabytes out of some megabytes of brackets, and holds the only thread for as long as it takes.
 */

/** What one answer may be. */
export interface JsonBounds {
  readonly length: number;
  readonly depth: number;
  /** Objects, lists and what stands in them. */
  readonly values: number;
}

/**
 * A page of 500 users: 16 kB and 400 values each. A user with all expands that a policy can need has some 100 values in 3 kB,
 * a group takes 3 values in 120 bytes, a role 4 in 150: there is room for 40 groups and 40 roles each. Larger users come in
 * smaller pages, down to 25 of 320 kB. At its worst, parsing so much holds the thread for less than 200 ms.
 */
export const PAGE_BOUNDS: JsonBounds = { length: 8 * 1024 * 1024, depth: 64, values: 200_000 };
/** A token answer, an error, or what an identity provider says of one user. */
export const SMALL_BOUNDS: JsonBounds = { length: 1024 * 1024, depth: 32, values: 50_000 };

export type ParsedJson =
  | { readonly is: 'json'; readonly value: unknown }
  /** Not JSON, or cut short. */
  | { readonly is: 'none' }
  /** More than the bounds allow. */
  | { readonly is: 'too_large' };

/** Parses a text within bounds. Never throws. */
export function parseJson(text: string, bounds: JsonBounds): ParsedJson {
  if (exceeds(text, bounds)) return { is: 'too_large' };
  try {
    return { is: 'json', value: JSON.parse(text) as unknown };
  } catch {
    return { is: 'none' };
  }
}

const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;

/** Whether a text is larger than its bounds. Reads it once and makes nothing of it. */
function exceeds(text: string, bounds: JsonBounds): boolean {
  if (text.length > bounds.length) return true;
  let depth = 0;
  let values = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === COMMA) values += 1;
    else if (isOpening(code)) {
      depth += 1;
      values += 1;
    } else if (isClosing(code)) depth -= 1;
    if (depth > bounds.depth || values > bounds.values) return true;
  }
  return false;
}

function isOpening(code: number): boolean {
  return code === 91 || code === 123;
}

function isClosing(code: number): boolean {
  return code === 93 || code === 125;
}

/** The place of the quote that ends a string, or the end of the text. */
function endOfString(text: string, opening: number): number {
  for (let at = opening + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at += 1;
  }
  return text.length;
}
