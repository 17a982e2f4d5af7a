/** "Did you mean": the known word that is closest to a mistyped one. */
import { normaliseName } from '../domain/name.ts';
import { meantZone } from '../domain/time/zone.ts';

/** Longer words are no slips of anything; of a long list only so many are compared: a suggestion is a courtesy. */
const LONGEST = 60;
const COMPARED = 20_000;

/** How much may be compared altogether, in pairs of letters; counted down. */
export interface CompareEffort {
  left: number;
}

/** Some tens of milliseconds. */
export function smallEffort(): CompareEffort {
  return { left: 3_000_000 };
}

/** A known word, and how many letters away it is. */
export interface Near {
  readonly word: string;
  readonly distance: number;
}

/** The closest of `known`, or `undefined` when none is close enough to have been meant. Case does not count. */
export function nearest(word: string, known: Iterable<string>, effort?: CompareEffort): string | undefined {
  return findNear(word, known, effort)?.word;
}

/** The same, with its distance. */
export function findNear(
  word: string,
  known: Iterable<string>,
  effort: CompareEffort = smallEffort(),
): Near | undefined {
  if (word.length > LONGEST) return undefined;
  const wanted = fold(word);
  let best: Near | undefined;
  let most = Math.max(1, Math.floor(wanted.length / 3));
  let compared = 0;
  const letters = countsOf(wanted);
  for (const candidate of known) {
    compared += 1;
    if (compared > COMPARED || effort.left <= 0) break;
    if (candidate.length > LONGEST || Math.abs(candidate.length - word.length) > most + 2) continue;
    const text = fold(candidate);
    if (Math.abs(text.length - wanted.length) > most) continue;
    if (lettersApart(letters, text, wanted.length) > most) {
      effort.left -= text.length;
      continue;
    }
    const found = distance(wanted, text, most, effort);
    if (found > most) continue;
    best = { word: candidate, distance: found };
    most = found - 1;
    if (most < 0) break;
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
    .slice(0, 2 * LONGEST);
}

/** How often a word has each letter; letters that lie 128 apart count as one. */
function countsOf(word: string): Uint8Array {
  const counts = new Uint8Array(128);
  for (let i = 0; i < word.length; i += 1) {
    const letter = word.charCodeAt(i) & 127;
    counts[letter] = at(counts, letter) + 1;
  }
  return counts;
}

/** What one comparison has not found again. */
const left = new Uint8Array(128);

/** At least so many letters must be added, dropped or changed: quick to tell, and of most words enough to pass them over. */
function lettersApart(counts: Uint8Array, word: string, length: number): number {
  left.set(counts);
  let shared = 0;
  for (let i = 0; i < word.length; i += 1) {
    const letter = word.charCodeAt(i) & 127;
    const count = at(left, letter);
    if (count === 0) continue;
    left[letter] = count - 1;
    shared += 1;
  }
  return Math.max(length, word.length) - shared;
}

/** Three rows of the table below; one comparison at a time needs them. */
const rows = [0, 1, 2].map(() => new Uint8Array(2 * LONGEST + 1));

/**
 * How many letters must be added, dropped, changed or swapped with their neighbour; some number above `most` as soon as it
 * is certain to be more than that.
 */
function distance(a: string, b: string, most: number, effort: CompareEffort): number {
  let [before, last, row] = rows as [Uint8Array, Uint8Array, Uint8Array];
  for (let j = 0; j <= b.length; j += 1) last[j] = j;
  for (let i = 1; i <= a.length; i += 1) {
    row[0] = i;
    let least = i;
    for (let j = 1; j <= b.length; j += 1) {
      const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1);
      let cost = Math.min(at(last, j - 1) + (same ? 0 : 1), at(last, j) + 1, at(row, j - 1) + 1);
      const swapped =
        i > 1 &&
        j > 1 &&
        a.charCodeAt(i - 1) === b.charCodeAt(j - 2) &&
        a.charCodeAt(i - 2) === b.charCodeAt(j - 1);
      if (swapped) cost = Math.min(cost, at(before, j - 2) + 1);
      row[j] = cost;
      least = Math.min(least, cost);
    }
    effort.left -= b.length;
    // A swap may still be one less than the row before it.
    if (least > most + 1) return least;
    [before, last, row] = [last, row, before];
  }
  return at(last, b.length);
}

function at(row: Uint8Array, j: number): number {
  return row[j] ?? 0;
}
