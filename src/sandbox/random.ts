/** Seeded randomness: the same seed tells the same story, whatever the order in which people are looked at. */

/** A stream of numbers in [0, 1). */
export type Random = () => number;

/** mulberry32: small, fast, and good enough for a cast. */
export function createRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Mixes numbers into one seed, so that neighbours do not resemble each other. */
export function mixSeed(...parts: readonly number[]): number {
  let hash = 0x811c9dc5;
  for (const part of parts) {
    hash = Math.imul(hash ^ (part | 0), 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
    hash ^= hash >>> 13;
  }
  return hash | 0;
}

/** A number between the two, whole. */
export function between(random: Random, [least, most]: readonly [number, number]): number {
  return Math.round(least + random() * (most - least));
}

/** One of the entries. Throws `RangeError` for an empty list. */
export function pick<T>(random: Random, entries: readonly T[]): T {
  const found = entries[Math.floor(random() * entries.length)];
  if (found === undefined) throw new RangeError('nothing to pick from');
  return found;
}

/** An id in the shape of a UUID. */
export function makeId(random: Random): string {
  const hex = (): string =>
    Math.floor(random() * 0x1_0000)
      .toString(16)
      .padStart(4, '0');
  const [a, b, c, d, e, f, g, h] = Array.from({ length: 8 }, hex);
  return `${a}${b}-${c}-4${d?.slice(1)}-8${e?.slice(1)}-${f}${g}${h}`;
}
