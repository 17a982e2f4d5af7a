/** Lists of spans of time: in order, none touching the next. */
import type { Interval } from './time.ts';

/** The same time as such a list, whatever the order and the overlaps of `spans`. Spans that are empty are left out. */
export function unionOf(spans: readonly Interval[]): readonly Interval[] {
  const merged: Interval[] = [];
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    if (from >= to) continue;
    const last = merged.at(-1);
    if (last === undefined || from > last.to) merged.push({ from, to });
    else merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, to) };
  }
  return merged;
}

/** What two such lists have in common. */
export function common(a: readonly Interval[], b: readonly Interval[]): readonly Interval[] {
  return a.flatMap((one) =>
    b.flatMap((other) => {
      const from = Math.max(one.from, other.from);
      const to = Math.min(one.to, other.to);
      return from < to ? [{ from, to }] : [];
    }),
  );
}

/** What of the first such list the second leaves over. */
export function without(a: readonly Interval[], b: readonly Interval[]): readonly Interval[] {
  return a.flatMap((one) => {
    const parts: Interval[] = [];
    let { from } = one;
    for (const hole of b) {
      if (hole.to <= from || hole.from >= one.to) continue;
      if (hole.from > from) parts.push({ from, to: hole.from });
      from = hole.to;
    }
    return from < one.to ? [...parts, { from, to: one.to }] : parts;
  });
}
