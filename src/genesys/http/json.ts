/** What the platform's texts are: names, and dates. The value if it has the wanted shape, else `undefined`. */
import { asText } from '../../http/read-json.ts';

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
