/**
 * What is remembered of one agent between two looks. Plain data: it survives a restart as it is. How a new look changes
 * it stands in `fold.ts`.
 */
import type { RoutingStatus, SystemPresence, Unknown } from '../agent.ts';
import type { Action, ClockName } from '../policy/policy.ts';
import type { Duration, Instant, Interval } from '../time/time.ts';

export type SignKind = 'interaction' | 'routing' | 'presence' | 'login';

/** Evidence that a person is there. */
export interface Sign {
  readonly kind: SignKind;
  readonly at: Instant;
}

/** Presence and routing without their stamps. */
export interface State {
  readonly presence: SystemPresence;
  readonly presenceId: string | undefined;
  readonly routing: RoutingStatus;
}

/** Where each clock started. What does not count since then stands in `unwatched`. */
export interface Clocks {
  readonly sinceSign: Instant;
  readonly sinceWork: Instant;
  /** By `Rule.whenKey`: since when that condition has held. */
  readonly inState: Readonly<Record<string, Instant>>;
  /** Spans that no clock counts: unwatched, or the agent was Offline. In order, not overlapping. */
  readonly unwatched: readonly Interval[];
}

/** When and how an agent went. */
export interface Departure {
  readonly at: Instant;
  readonly by: 'enforcer' | 'platform';
  /** Our own Offline that left the session alone: one click brings the person back. */
  readonly quiet: boolean;
  /** The newest token known at the departure. */
  readonly tokenAt: Instant | undefined;
  readonly former: State;
}

/** A return within the window. It stays silent until a sign follows. */
export interface Return {
  readonly at: Instant;
  /** The earliest that it may have been: what it brings with it follows soon after that. */
  readonly from?: Instant;
  /** From the departure, between the platform's own stamps; `undefined` when the departure itself was not seen. */
  readonly delay: Duration | undefined;
  readonly former: State;
  readonly tokenAt: Instant | undefined;
}

/** What brought the first log-off, kept so that a policy that would no longer do so stops the ladder. */
export interface Cause {
  readonly ruleId: string;
  readonly clock: ClockName;
  readonly measured: Duration;
  readonly state: State;
}

/** The first part of a rung that begins at the identity provider: the rest of it follows when the end has taken hold. */
export interface SsoEnd {
  readonly at: Instant;
  /** From here on the ended session opens nothing any more. */
  readonly heldFrom: Instant;
  /** Index of the rung that it belongs to. */
  readonly rung: number;
  /** The provider could not be asked yet: it is asked again until `heldFrom`, and then no more. */
  readonly pending?: boolean | undefined;
}

/** The agent's place on the ladder. */
export interface LadderPlace {
  readonly cause: Cause;
  /** How many rungs have been used; the next silent return is answered with the rung of this index. */
  readonly rung: number;
  /** While true the ladder alone judges; a late login leaves the place but hands judging back to the rules. */
  readonly active: boolean;
  /** The silent return that waits for its answer. */
  readonly returnedAt: Instant | undefined;
  readonly lastLogoffAt: Instant;
  /** The session at the identity provider was ended for this answer; taken away by the next return. */
  readonly ssoEnd?: SsoEnd | undefined;
  /** The last Offline that left the session alone stood for a good while: it is worth giving again between repeats. */
  readonly quietStood?: boolean | undefined;
}

/** A log-off that was begun: what the enforcer itself did must not be read as a person's doing. */
export interface OwnLogoff {
  readonly from: Instant;
  readonly to: Instant;
  readonly actions: readonly Action[];
  readonly former: State;
  readonly tokenAt: Instant | undefined;
  /** Nothing of its effect has been seen yet. */
  readonly open: boolean;
  /** What of it was done is known. Not so while it goes on, nor after a crash in the middle of it. */
  readonly known?: boolean;
  /** What of it has certainly been done so far, noted while it goes on. What came after the last note is not known. */
  readonly done?: readonly Action[] | undefined;
}

/**
 * Everything that belongs to one idle episode. It is one value, so that a change which turns out to belong to a departure
 * takes nothing of it along: see `Before`.
 */
export interface Episode {
  /** Handling an interaction since then; `undefined` when not. */
  readonly engagedSince: Instant | undefined;
  /** The last look showed a conversation outside the contact centre: its end has no platform stamp. */
  readonly enterpriseCall: boolean;
  /** The last look that showed one: such work comes and goes without a trace, so that none is left of it by a gap. */
  readonly calledAt?: Instant | undefined;
  /** Had an interaction or stood on queue at the last look. */
  readonly working: boolean;
  readonly lastSign: Sign | undefined;
  readonly clocks: Clocks;
  readonly back: Return | undefined;
  readonly graceFrom: Instant | undefined;
  readonly ladder: LadderPlace | undefined;
  /** Rules in observe mode that have been counted in this idle episode. */
  readonly imagined: readonly string[];
  /** When a warning of a rule was delivered in this idle episode. */
  readonly warned: Readonly<Record<string, Instant>>;
}

/** How things stood before a recent change, in case the change turns out to belong to a departure. */
export interface Before {
  readonly at: Instant;
  readonly state: State;
  readonly episode: Episode;
}

/** Stamps of a presence and a routing status that contradict each other because of our own doing. */
export interface LeftByUs {
  readonly presenceSince: Instant | undefined;
  readonly routingSince: Instant | undefined;
}

/** Readings that could not be used, one after the other. */
export interface Unread {
  /** The first of them. */
  readonly since: Instant;
  /** What of the last one was unknown. */
  readonly unknown: readonly Unknown[];
}

/** What outlasts an episode, and the episode. */
export interface Memory extends Episode {
  readonly agentId: string;
  readonly firstSeenAt: Instant;
  /** The last whole reading. The one part that its owner may move on in place: see `seenAgain`. */
  seenAt: Instant;
  readonly state: State;
  readonly presenceSince: Instant | undefined;
  readonly routingSince: Instant | undefined;
  readonly tokenAt: Instant | undefined;
  /** A newer token has been seen while watching: only then can its date date a return. */
  readonly tokenMoved: boolean;
  /** Presence and routing of `state` contradict each other, and we know why: our own log-off left that behind. */
  readonly leftByUs?: LeftByUs | undefined;
  /** The readings since the last whole one; `undefined` while there are none. */
  readonly unread?: Unread | undefined;
  readonly recent: readonly Before[];
  readonly departure: Departure | undefined;
  readonly own: OwnLogoff | undefined;
}

/** With every key, so that the compiler finds a field that was forgotten. */
type EveryKey<T> = { readonly [K in keyof Required<T>]: T[K] };

/** The episode of a memory. */
export function episodeOf(m: Memory): Episode {
  return {
    engagedSince: m.engagedSince,
    enterpriseCall: m.enterpriseCall,
    calledAt: m.calledAt,
    working: m.working,
    lastSign: m.lastSign,
    clocks: m.clocks,
    back: m.back,
    graceFrom: m.graceFrom,
    ladder: m.ladder,
    imagined: m.imagined,
    warned: m.warned,
  } satisfies EveryKey<Episode>;
}

/** The memory with another episode in place of its own: nothing of its own remains. */
export function withEpisode(m: Memory, episode: Episode): Memory {
  const lasting = {
    agentId: m.agentId,
    firstSeenAt: m.firstSeenAt,
    seenAt: m.seenAt,
    state: m.state,
    presenceSince: m.presenceSince,
    routingSince: m.routingSince,
    tokenAt: m.tokenAt,
    tokenMoved: m.tokenMoved,
    leftByUs: m.leftByUs,
    unread: m.unread,
    recent: m.recent,
    departure: m.departure,
    own: m.own,
  } satisfies EveryKey<Omit<Memory, keyof Episode>>;
  return { ...lasting, ...episode };
}

/** Notes that a reading could not be used. The same object where nothing about it is new. */
export function noteUnread(m: Memory, unknown: readonly Unknown[], at: Instant): Memory {
  const { unread } = m;
  if (unread !== undefined && areSame(unread.unknown, unknown)) return m;
  return { ...m, unread: { since: unread?.since ?? at, unknown } };
}

function areSame(a: readonly Unknown[], b: readonly Unknown[]): boolean {
  const isSame = (x: Unknown, y: Unknown | undefined): boolean =>
    x.part === y?.part && x.why === y.why && x.said === y.said;
  return a.length === b.length && a.every((each, i) => isSame(each, b[i]));
}

/** What a fold found worth telling. */
export type MemoryEvent =
  | {
      readonly kind: 'silent_return';
      readonly at: Instant;
      readonly delay: Duration | undefined;
      readonly own: boolean;
      /** After our own Offline that left the session alone: the client asserted a presence by itself, or a person clicked. */
      readonly quiet?: boolean;
      /** Whether the return brought a newer token; `undefined` where one of the two is not known. */
      readonly tokenMoved?: boolean | undefined;
    }
  | { readonly kind: 'late_return'; readonly at: Instant; readonly delay: Duration; readonly own: boolean }
  | { readonly kind: 'person_back'; readonly at: Instant; readonly sign: SignKind };
