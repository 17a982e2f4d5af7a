/** Tolerant readers for what came out of `JSON.parse`: the value if it has the wanted shape, else `undefined`. */

/** A JSON object, of which nothing is known yet. */
export type Json = Readonly<Record<string, unknown>>;

export function asObject(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

export function asArray(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? (value as readonly unknown[]) : undefined;
}

/** A string that is not empty. */
export function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** In characters. An e-mail address has 254 at most, and no name or id of the platform is longer. */
export const LONGEST_NAME = 320;

/**
 * A text that names something: an id, a name, an address, a word of the platform. A longer one is none: each is compared and
 * kept, of everyone, in each sweep.
 */
export function asName(value: unknown): string | undefined {
  const text = asText(value);
  return text === undefined || text.length > LONGEST_NAME ? undefined : text;
}

export function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)$/;

/** A date and time that stands for none: the year 1, or the very beginning of 1970. */
export function isNever(value: unknown): boolean {
  return typeof value === 'string' && STAMP.test(value) && Date.parse(value) <= 0;
}

/** An ISO 8601 date and time with its zone, as ms since 1970. Without a zone it would mean whatever this machine's is. */
export function asInstant(value: unknown): number | undefined {
  if (typeof value !== 'string' || !STAMP.test(value)) return undefined;
  const at = Date.parse(value);
  return Number.isNaN(at) || at <= 0 ? undefined : at;
}
