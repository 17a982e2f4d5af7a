/**
 * How sure a number is: the 95 % interval of a bootstrap by agent. Log-offs of one agent are alike, so agents are drawn, not log-offs.
 * The draws are always the same ones. Pure.
 */

/** From and to, both included. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

const DRAWS = 1_000;
const TAIL = 0.025;

/** The share of `part` in `whole`, both by agent. Agents who have nothing of `whole` say nothing. */
export function shareRange(part: Uint32Array, whole: Uint32Array): Range | undefined {
  const agents = [...whole.keys()].filter((i) => (whole[i] ?? 0) > 0);
  if (agents.length === 0) return undefined;
  const shares = drawn(agents, (picked) => {
    let [parts, wholes] = [0, 0];
    for (const i of picked) {
      parts += part[i] ?? 0;
      wholes += whole[i] ?? 0;
    }
    return parts / wholes;
  });
  if (shares.at(-1) !== 0) return rangeOf(shares);
  // Nothing to draw: what so many agents without a single one allow for.
  return { low: 0, high: 1 - (2 * TAIL) ** (1 / agents.length) };
}

/** The sum over all agents. */
export function sumRange(values: Float64Array): Range {
  const agents = [...values.keys()];
  return rangeOf(
    drawn(agents, (picked) => {
      let sum = 0;
      for (const i of picked) sum += values[i] ?? 0;
      return sum;
    }),
  );
}

/** What each draw of as many agents comes to, in order. */
function drawn(agents: readonly number[], measure: (picked: Uint32Array) => number): Float64Array {
  const random = randomNumbers();
  const picked = new Uint32Array(agents.length);
  const results = new Float64Array(DRAWS);
  for (let draw = 0; draw < DRAWS; draw += 1) {
    for (let i = 0; i < picked.length; i += 1) picked[i] = agents[Math.floor(random() * agents.length)] ?? 0;
    results[draw] = measure(picked);
  }
  return results.sort();
}

function rangeOf(sorted: Float64Array): Range {
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  return { low: at(TAIL), high: at(1 - TAIL) };
}

/** Mulberry32: from 0 up to, but not, 1. */
function randomNumbers(): () => number {
  let seed = 1;
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
