/** A share as it was written, in full: `0.05 %`. Twelve digits leave out what a binary number adds. */
export function exactPercentText(share: number): string {
  return `${Number((share * 100).toPrecision(12))} %`;
}

/** A share as people read it, `87.5 %`. What is a little less than a bound never reads like the bound. */
export function percentText(share: number): string {
  // A share such as 0.57 is a little less than its thousandths as a binary number.
  return `${Math.floor(share * 1_000 + 1e-6) / 10} %`;
}
