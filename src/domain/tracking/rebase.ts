/**
 * When the server's clock was ahead for a while and has been set right: memory then speaks of a time that is still to
 * come, and until it came no clock would move. What lies in the future is pulled back to now.
 */
import { SECOND, type Duration, type Instant, type Interval } from '../time/time.ts';
import type { Before, Clocks, Episode, Memory, Return } from './memory.ts';

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
  const { sooner, known } = boundedBy(now);
  const { own, departure, unread, leftByUs } = m;
  return {
    ...m,
    ...episodeBefore(m, now),
    firstSeenAt: sooner(m.firstSeenAt),
    seenAt: now,
    presenceSince: known(m.presenceSince),
    routingSince: known(m.routingSince),
    tokenAt: known(m.tokenAt),
    leftByUs: leftByUs && {
      presenceSince: known(leftByUs.presenceSince),
      routingSince: known(leftByUs.routingSince),
    },
    unread: unread && { ...unread, since: sooner(unread.since) },
    recent: m.recent.map((before): Before => ({
      ...before,
      at: sooner(before.at),
      episode: episodeBefore(before.episode, now),
    })),
    departure: departure && {
      ...departure,
      at: sooner(departure.at),
      tokenAt: known(departure.tokenAt),
    },
    own: own && { ...own, from: sooner(own.from), to: sooner(own.to), tokenAt: known(own.tokenAt) },
  };
}

interface Bounds {
  readonly sooner: (at: Instant) => Instant;
  readonly known: <T extends Instant | undefined>(at: T) => T;
}

function boundedBy(now: Instant): Bounds {
  const sooner = (at: Instant): Instant => Math.min(at, now);
  return { sooner, known: (at) => (at === undefined ? at : (sooner(at) as typeof at)) };
}

function episodeBefore(episode: Episode, now: Instant): Episode {
  const { sooner, known } = boundedBy(now);
  const { lastSign, back, ladder } = episode;
  return {
    ...episode,
    engagedSince: known(episode.engagedSince),
    calledAt: known(episode.calledAt),
    lastSign: lastSign && { ...lastSign, at: sooner(lastSign.at) },
    clocks: clocksBefore(episode.clocks, now),
    back: back && returnBefore(back, sooner),
    graceFrom: known(episode.graceFrom),
    ladder: ladder && {
      ...ladder,
      returnedAt: known(ladder.returnedAt),
      lastLogoffAt: sooner(ladder.lastLogoffAt),
    },
    warned: Object.fromEntries(Object.entries(episode.warned).map(([rule, at]) => [rule, sooner(at)])),
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
