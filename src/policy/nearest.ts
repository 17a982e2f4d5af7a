/** "Did you mean": the known word that is closest to a mistyped one. */
import { normaliseName } from '../domain/name.ts';
import { meantZone } from '../domain/zone.ts';

/** Of a long list only so many are compared: a suggestion is a courtesy. */
const COMPARED = 20_000;

/** The closest of `known`, or `undefined` when none is close enough to have been meant. Case does not count. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const wanted = fold(word);
  const allowed = Math.max(1, Math.floor(wanted.length / 3));
  let best: string | undefined;
  let bestDistance = allowed + 1;
  let compared = 0;
  for (const candidate of known) {
    compared += 1;
    if (compared > COMPARED) break;
    const text = fold(candidate);
    if (Math.abs(text.length - wanted.length) >= bestDistance) continue;
    const found = distance(wanted, text);
    if (found >= bestDistance) continue;
    best = candidate;
    bestDistance = found;
  }
  return best;
}

/** The time zone that was probably meant by an abbreviation, an old name, or a slip. */
export function nearestZone(written: string): string | undefined {
  return meantZone(written) ?? nearest(written, Intl.supportedValuesOf('timeZone'));
}

function fold(text: string): string {
  return normaliseName(text)
    .replace(/[\s_-]+/g, '_')
    .slice(0, 100);
}

/** How many letters must be added, dropped, changed or swapped with their neighbour. */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const cost = (i: number, j: number): number => rows[i]?.[j] ?? Infinity;
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j += 1) {
      const changed = cost(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? cost(i - 2, j - 2) + 1 : Infinity;
      row.push(Math.min(changed, swapped, cost(i - 1, j) + 1, cost(i, j - 1) + 1));
    }
  }
  return cost(a.length, b.length);
}
