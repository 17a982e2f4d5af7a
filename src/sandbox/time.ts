/** Lengths of time in ms. */
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** A span of time in ms since the epoch; without `to` it has not ended. */
export interface Span {
  readonly from: number;
  readonly to: number | undefined;
}

/** How much of `a` lies in `b`; open ends are cut at `now`. */
export function overlap(a: Span, b: Span, now: number): number {
  return Math.max(0, Math.min(a.to ?? now, b.to ?? now) - Math.max(a.from, b.from));
}
