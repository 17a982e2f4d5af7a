/** An order that is another one in each sweep. */

/** The same things, begun at a place that the sweep decides: one that is always in the way is not always the first. */
export function startingAt<T>(sweepId: string, all: readonly T[]): readonly T[] {
  if (all.length === 0) return all;
  const from = (Number.parseInt(sweepId, 16) || 0) % all.length;
  return [...all.slice(from), ...all.slice(0, from)];
}
