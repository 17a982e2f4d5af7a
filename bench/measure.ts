/** Shared by the benchmarks: one line of the result, and how it is measured. */

export interface Row {
  readonly what: string;
  readonly measured: string;
  /** `undefined` where a number is for information. */
  readonly target?: string;
  readonly met: boolean;
}

/** The median of some numbers. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
