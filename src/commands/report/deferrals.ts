/** How often agents who were due were held back, by what, and how many at once. Mutable; small. */
import type { Hold } from '../../domain/planning/plan.ts';

/** What one reason came to. */
export interface Deferral {
  readonly hold: Hold;
  /** Sweeps in which it held agents back. */
  readonly sweeps: number;
  /** The most agents at once. */
  readonly most: number;
}

export class Deferrals {
  readonly #all = new Map<Hold, { sweeps: number; most: number }>();

  /** One sweep. */
  add(counts: Iterable<readonly [Hold, number | { readonly length: number }]>): void {
    for (const [hold, held] of counts) {
      const count = typeof held === 'number' ? held : held.length;
      const { sweeps, most } = this.#all.get(hold) ?? { sweeps: 0, most: 0 };
      this.#all.set(hold, { sweeps: sweeps + 1, most: Math.max(most, count) });
    }
  }

  /** In the order in which they came. */
  get all(): readonly Deferral[] {
    return [...this.#all].map(([hold, rest]) => ({ hold, ...rest }));
  }
}
