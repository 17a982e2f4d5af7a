/**
 * What other systems say about time: how long to wait, how long something is valid, what time it is. A wrong header must
 * not stop the worker for a day, so nothing of this is believed beyond its bounds. Every such value is read here.
 */
import { DAY, MINUTE, SECOND, type Duration, type Instant } from '../domain/time/time.ts';

/** A value below `least` counts as `least`, one above `most` as `most`. */
export interface Bounds {
  readonly least: Duration;
  readonly most: Duration;
}

/** A system that asks to be left alone is asked again after this, however long it wanted. */
export const LONGEST_WAIT: Duration = 5 * MINUTE;
/** A token is renewed after this at the latest, whatever its answer says. Genesys Cloud issues none for longer. */
const LONGEST_LIFETIME: Duration = 2 * DAY;
/** A token that claims to live shorter than this would mean a login for nearly every request. A 401 renews it anyway. */
const SHORTEST_LIFETIME: Duration = MINUTE;
/** Longer texts are not headers about time. */
const LONGEST_TEXT = 200;
/** Beyond the largest header that common servers accept, with room for the others. */
const LONGEST_TOKEN = 16_384;
/** Dates outside of this belong to a clock that was never set. */
const EARLIEST: Instant = Date.UTC(2000, 0, 1);
const LATEST: Instant = Date.UTC(2100, 0, 1);

/**
 * A length of time in `unit`s, within its bounds. Of a list, which is what a repeated header becomes, the largest number
 * counts. `undefined` for anything but plain numbers from zero on.
 */
export function spanOf(value: unknown, unit: Duration, { least, most }: Bounds): Duration | undefined {
  const numbers = numbersIn(value);
  return numbers === undefined ? undefined : Math.min(most, Math.max(least, Math.max(...numbers) * unit));
}

/** `Retry-After`: seconds, or a date (RFC 9110, 10.2.3), which is measured from `answeredAt`. `undefined` for anything else. */
export function retryAfterOf(value: unknown, answeredAt: Instant, bounds: Bounds): Duration | undefined {
  const until = httpDateOf(value);
  const length = until === undefined ? value : Math.max(0, until - answeredAt) / SECOND;
  return spanOf(length, SECOND, bounds);
}

/** How long from `now` until an epoch time in seconds. `undefined` for anything but a number. */
export function untilEpochOf(value: unknown, now: Instant, most: Duration): Duration | undefined {
  const until = spanOf(value, SECOND, { least: 0, most: LATEST });
  return until === undefined ? undefined : Math.min(most, Math.max(0, until - now));
}

/** `expires_in` of a token answer, in seconds; `usual` where the answer does not tell. */
export function lifetimeOf(value: unknown, usual: Duration): Duration {
  return spanOf(value, SECOND, { least: SHORTEST_LIFETIME, most: LONGEST_LIFETIME }) ?? usual;
}

/** The smallest and the largest of the whole numbers in a header, which may be repeated; `undefined` for anything else. */
export function countsIn(value: unknown): { readonly least: number; readonly most: number } | undefined {
  const numbers = numbersIn(value)?.map(Math.floor);
  return numbers === undefined ? undefined : { least: Math.min(...numbers), most: Math.max(...numbers) };
}

const WEEKDAY = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /;

/** An HTTP date in any of its three forms. `Date.parse` alone would read a date into nearly every text with a number. */
export function httpDateOf(value: unknown): Instant | undefined {
  if (typeof value !== 'string' || value.length > LONGEST_TEXT || !WEEKDAY.test(value)) return undefined;
  const at = Date.parse(value.endsWith('GMT') ? value : `${value} GMT`);
  return at >= EARLIEST && at < LATEST ? at : undefined;
}

/** A bearer token that may stand in a header (RFC 6750, 2.1); `undefined` for anything else. */
export function bearerOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > LONGEST_TOKEN) return undefined;
  return /^[\w.~+/-]+=*$/.test(value) ? value : undefined;
}

const NUMBER = /^\d{1,15}(?:\.\d{1,9})?$/;

/** The plain numbers from zero on in a number, or in a text that may be a list of them. */
function numbersIn(value: unknown): readonly number[] | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? [value] : undefined;
  if (typeof value !== 'string' || value.length > LONGEST_TEXT) return undefined;
  const parts = value.split(',').map((part) => part.trim());
  return parts.every((part) => NUMBER.test(part)) ? parts.map(Number) : undefined;
}
