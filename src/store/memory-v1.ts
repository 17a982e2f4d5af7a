/**
 * Bodies of version 1 knew no kinds of session, ladder or log-off: each was implied by fields that were there or not. This turns one
 * into that of version 2, so that a store of before is taken up without losing a clock. What it gets was held against no
 * schema; what it makes is.
 */
import { areContradictory } from '../domain/tracking/reading.ts';
import type { RoutingStatus, SystemPresence } from '../domain/agent.ts';

type Plain = Readonly<Record<string, unknown>>;

/** The state that a memory of version 1 says. What it lacks stays away, for the schema to find. */
export function stateOfMemory(memory: unknown): unknown {
  if (!isPlain(memory)) return memory;
  const { agentId, firstSeenAt, seenAt, tokenMoved, calledAt, unread, own, departure, recent } = memory;
  const last = lastOf(memory);
  const tokenAt = memory['tokenAt'];
  return {
    agentId,
    firstSeenAt,
    seenAt,
    last,
    session: sessionOf(memory, last),
    logoff: isPlain(own) ? logoffOf(own, departure) : own,
    episode: episodeOf(memory),
    undo: Array.isArray(recent) ? recent.map((each: unknown) => checkpointOf(each, memory, tokenAt)) : recent,
    leftOut: isPlain(memory['clocks']) ? memory['clocks']['unwatched'] : undefined,
    tokenMoved,
    outsideCallAt: calledAt,
    unread,
  };
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What an agent showed, with stamps where they are known. */
function snapshotOf(shown: unknown, stamps: Plain = {}): unknown {
  return isPlain(shown) ? { ...shown, ...stamps } : shown;
}

function lastOf({ state, presenceSince, routingSince, tokenAt, leftByUs }: Plain): unknown {
  if (!isPlain(state)) return state;
  // Where it is not known that we left a contradiction behind, its stamps are dropped: the same reading is one still.
  const isOurs = leftByUs !== undefined || !areContradictory(...partsOf(state));
  return isOurs ? { ...state, presenceSince, routingSince, tokenAt } : { ...state, tokenAt };
}

function partsOf({ presence, routing }: Plain): [SystemPresence, RoutingStatus] {
  return [presence as SystemPresence, routing as RoutingStatus];
}

function sessionOf(memory: Plain, last: unknown): unknown {
  const { engagedSince, enterpriseCall, back, state } = memory;
  const isOffline = isPlain(state) && state['presence'] === 'OFFLINE';
  const departure = isOffline ? departureOf(memory, last) : undefined;
  if (engagedSince !== undefined) {
    return { kind: 'engaged', since: engagedSince, outside: enterpriseCall, departure };
  }
  const silent = silentOf(back, memory['departure']);
  if (isOffline) return { kind: 'offline', departure, before: silent };
  return silent === undefined ? { kind: 'online' } : { kind: 'returned', silent };
}

/** An agent who was Offline at first sight has a departure as well; a store that lacks it knows the last reading. */
function departureOf({ departure, seenAt }: Plain, last: unknown): unknown {
  if (!isPlain(departure)) return { at: seenAt, by: 'platform', quiet: false, former: last };
  const { at, by, quiet, tokenAt, former } = departure;
  return { at, by, quiet, former: snapshotOf(former, { tokenAt }) };
}

function silentOf(back: unknown, departure: unknown): unknown {
  if (!isPlain(back)) return back;
  const after = isPlain(departure) && departure['by'] === 'enforcer' ? 'enforcer' : 'platform';
  const { at, from = at, delay, former, tokenAt } = back;
  return { at, earliest: from, delay, after, former: snapshotOf(former), tokenAt };
}

function logoffOf(
  { from, to, actions, former, tokenAt, open, known, done }: Plain,
  departure: unknown,
): unknown {
  const isKnown = known === true;
  const facts = {
    from,
    to,
    actions,
    done: isKnown ? actions : (done ?? []),
    former: snapshotOf(former, { tokenAt }),
  };
  if (open === true) return { ...facts, kind: isKnown ? 'acted' : 'intended' };
  const goneAt = isPlain(departure) ? Number(departure['at']) : -Infinity;
  return { ...facts, kind: goneAt >= Number(from) - STAMPS_APART ? 'seen' : 'ended', isKnown };
}

/** How far the stamp of a departure may lie before the log-off that it answers. */
const STAMPS_APART = 3_000;

function episodeOf({ lastSign, clocks, graceFrom, ladder, imagined, warned }: Plain): unknown {
  const { sinceSign, sinceWork, inState } = isPlain(clocks) ? clocks : {};
  return {
    sign: lastSign,
    clocks: { sinceSign, sinceWork, inState },
    graceFrom,
    ladder: isPlain(ladder) ? ladderOf(ladder) : ladder,
    observedRules: imagined,
    warnedAt: warned,
  };
}

function ladderOf({ cause, rung, active, returnedAt, lastLogoffAt, ssoEnd, quietStood }: Plain): unknown {
  const facts = { cause, rung, lastLogoffAt, quietHeld: quietStood === true };
  const answered =
    returnedAt === undefined ? { ...facts, kind: 'answered' } : { ...facts, kind: 'returned', returnedAt };
  const place = active === true ? answered : { ...facts, kind: 'parked' };
  if (!isPlain(ssoEnd)) return place;
  return { kind: 'ending_sso', place, end: { pending: false, ...ssoEnd } };
}

/** 0.1.0 kept some parts of the episode before a change and no others; those are as they were when it was stored. */
function checkpointOf(before: unknown, memory: Plain, tokenAt: unknown): unknown {
  if (!isPlain(before)) return before;
  const { at, state } = before;
  const episode: Plain = isPlain(before['episode']) ? before['episode'] : { ...memory, ...before };
  return {
    at,
    shown: snapshotOf(state, { tokenAt }),
    silent: silentOf(episode['back'], memory['departure']),
    episode: episodeOf(episode),
  };
}
