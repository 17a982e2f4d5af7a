/** Which agents a share of a rollout means. */

/**
 * Whether an agent is among the share of the agents to whom a changed policy comes first. It is decided by the id alone, so that each
 * process says the same, and whoever is in a share is in every larger one. `share`: from 0 to 1.
 */
export function isInShare(agentId: string, share: number): boolean {
  return placeOf(agentId) < share;
}

/** A place from 0 to 1, without 1, spread evenly: 32-bit FNV-1a, mixed so that ids which differ in their last letters alone lie apart. */
function placeOf(agentId: string): number {
  let hash = 0x811c9dc5;
  for (const letter of agentId.toLowerCase()) {
    hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
