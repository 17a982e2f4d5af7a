/**
 * Instants and durations. Both are plain numbers of milliseconds: an instant counts from the Unix epoch on the
 * server's clock, a duration is a length. The two names say which is which.
 */

/** A moment on the server's clock, in ms since 1970-01-01T00:00:00Z. */
export type Instant = number;

/** A length of time in ms. */
export type Duration = number;

export const SECOND: Duration = 1_000;
export const MINUTE: Duration = 60 * SECOND;
export const HOUR: Duration = 60 * MINUTE;
export const DAY: Duration = 24 * HOUR;

/** A span of time: `from` belongs to it, `to` does not. */
export interface Interval {
  readonly from: Instant;
  readonly to: Instant;
}

const UNITS: readonly (readonly [string, Duration])[] = [
  ['d', DAY],
  ['h', HOUR],
  ['m', MINUTE],
  ['s', SECOND],
];

/**
 * Reads a duration as it is written in the policy: `90s`, `45m`, `2h`, `1h30m`, `1d`; units in falling order.
 * Answers `undefined` for anything else.
 */
export function parseDuration(text: string): Duration | undefined {
  const match = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text.trim());
  if (match === null || text.trim() === '') return undefined;
  const total = UNITS.reduce((sum, [, length], i) => sum + Number(match[i + 1] ?? 0) * length, 0);
  return Number.isSafeInteger(total) ? total : undefined;
}

/** Writes a duration as the policy would: `1h30m`. Parts below a second are dropped; nothing left is `0s`. */
export function formatDuration(length: Duration): string {
  let rest = Math.max(0, Math.floor(length / SECOND) * SECOND);
  let text = '';
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text === '' ? '0s' : text;
}
