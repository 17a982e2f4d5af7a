/** Agents' answers to warnings: when they are new, how long they protect, how many there were. Pure. */
import { DAY, MINUTE, type Duration, type Instant } from '../time/time.ts';
import type { AgentState, Stay } from './state.ts';

/** Stays are counted, and may protect, for so long. */
export const STAYS_COUNT: Duration = DAY;
/** The page that took a stay may have another clock than the platform, and has told the agent a time by it. */
const CLOCKS_APART: Duration = 5 * MINUTE;
/** More are not remembered: the policy allows fewer in a day. */
const MOST_STAYS = 100;

/** What an agent knows only once it is told: the newest stay, where it has not been taken in yet. */
export function newStay(s: AgentState | undefined, told: Stay | undefined): Stay | undefined {
  return told !== undefined && told.seq > (s?.stays.at(-1)?.seq ?? -Infinity) ? told : undefined;
}

/** A stay as it is taken in at `now`: not from the future, and for no longer than it was meant to last, but for the clocks. */
export function stayAt({ seq, at, until }: Stay, now: Instant): Stay {
  return { seq, at: Math.min(at, now), until: Math.min(until, now + (until - at) + CLOCKS_APART) };
}

/** These stays and one more, without those that neither count nor protect any more. */
export function withStay(stays: readonly Stay[], stay: Stay): readonly Stay[] {
  const recent = stays.filter(({ at, until }) => Math.max(until, at + STAYS_COUNT) > stay.at);
  return [...recent, stay].slice(-MOST_STAYS);
}

/** Before this no rule is due. */
export function stayedUntil({ stays }: Pick<AgentState, 'stays'>): Instant {
  let until = -Infinity;
  for (const stay of stays) until = Math.max(until, stay.until);
  return until;
}

/** How many stays there were in the last 24 hours. */
export function staysInDay({ stays }: Pick<AgentState, 'stays'>, now: Instant): number {
  return stays.filter(({ at }) => at > now - STAYS_COUNT).length;
}
