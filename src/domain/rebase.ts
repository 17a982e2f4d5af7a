/**
 * When the server's clock was ahead for a while and has been set right: memory then speaks of a time that is still to
 * come, and until it came no clock would move. What lies in the future is pulled back to now.
 */
import { SECOND, type Duration, type Instant, type Interval } from './time.ts';
import type { Before, Clocks, Memory, Return } from './memory.ts';

/** Readings overtake each other by less than this; what lies further back means that a clock was set back. */
const SET_BACK: Duration = 30 * SECOND;

/** Whether a reading of this time says that the memory was made by a clock that ran ahead. */
export function isAhead({ seenAt }: Memory, at: Instant): boolean {
  return seenAt - at > SET_BACK;
}

/**
 * The memory with no instant later than `now`. The time up to then that was marked as unwatched stays so: clocks can only
 * come to show less.
 */
export function pulledBack(m: Memory, now: Instant): Memory {
  const sooner = (at: Instant): Instant => Math.min(at, now);
  const known = <T extends Instant | undefined>(at: T): T => (at === undefined ? at : (sooner(at) as T));
  const dated = <T extends { readonly at: Instant } | undefined>(part: T): T =>
    part === undefined ? part : { ...part, at: sooner(part.at) };
  const { ladder, own, back, departure } = m;
  return {
    ...m,
    firstSeenAt: sooner(m.firstSeenAt),
    seenAt: now,
    presenceSince: known(m.presenceSince),
    routingSince: known(m.routingSince),
    tokenAt: known(m.tokenAt),
    engagedSince: known(m.engagedSince),
    calledAt: known(m.calledAt),
    lastSign: dated(m.lastSign),
    clocks: clocksBefore(m.clocks, now),
    recent: m.recent.map((before): Before => ({
      ...dated(before),
      clocks: clocksBefore(before.clocks, now),
    })),
    departure:
      departure === undefined ? undefined : { ...dated(departure), tokenAt: known(departure.tokenAt) },
    back: back === undefined ? undefined : returnBefore(back, sooner),
    graceFrom: known(m.graceFrom),
    ladder:
      ladder === undefined
        ? undefined
        : { ...ladder, returnedAt: known(ladder.returnedAt), lastLogoffAt: sooner(ladder.lastLogoffAt) },
    own:
      own === undefined
        ? undefined
        : { ...own, from: sooner(own.from), to: sooner(own.to), tokenAt: known(own.tokenAt) },
    warned: Object.fromEntries(Object.entries(m.warned).map(([rule, at]) => [rule, sooner(at)])),
  };
}

function returnBefore(back: Return, sooner: (at: Instant) => Instant): Return {
  const { at, from = at, tokenAt } = back;
  return {
    ...back,
    at: sooner(at),
    from: sooner(from),
    tokenAt: tokenAt === undefined ? undefined : sooner(tokenAt),
  };
}

function clocksBefore(clocks: Clocks, now: Instant): Clocks {
  const inState = Object.entries(clocks.inState).map(([key, at]) => [key, Math.min(at, now)] as const);
  const unwatched: Interval[] = [];
  for (const { from, to } of clocks.unwatched)
    if (from < now) unwatched.push({ from, to: Math.min(to, now) });
  return {
    sinceSign: Math.min(clocks.sinceSign, now),
    sinceWork: Math.min(clocks.sinceWork, now),
    inState: Object.fromEntries(inState),
    unwatched,
  };
}
