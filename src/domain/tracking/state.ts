/**
 * What is remembered of one agent between two readings: the last reading, the session, our last log-off, and the episode
 * that a person's sign replaces whole. Plain, immutable data; it survives a restart as it is. `transitions.ts` has the table
 * of what changes it.
 */
import type { Shown, SystemPresence, Unknown } from '../agent.ts';
import type { EvidenceSource } from '../evidence/calibration.ts';
import type { Answer } from '../evidence/timeline.ts';
import type { Action, ClockName, Returns } from '../policy/policy.ts';
import type { Shifts } from '../time/shifts.ts';
import type { Duration, Instant, Interval } from '../time/time.ts';

/** What one reading showed, with the platform's own stamps where it gave any. */
export interface Snapshot extends Shown {
  readonly presenceSince: Instant | undefined;
  readonly routingSince: Instant | undefined;
  /** The newest token known by then. */
  readonly tokenAt: Instant | undefined;
}

export type SignKind = 'interaction' | 'routing' | 'presence' | 'login' | 'stay';

/** Evidence that a person is there. */
export interface Sign {
  readonly kind: SignKind;
  readonly at: Instant;
}

/** An agent's answer to a warning: "I am here". */
export interface Stay {
  /** Of the event that tells of it. Rises with each stay of an agent, so that none is taken in twice. */
  readonly seq: number;
  readonly at: Instant;
  /** Before this no rule is due, whatever its clock shows. */
  readonly until: Instant;
}

/** How an agent went Offline. */
export interface Departure {
  readonly at: Instant;
  readonly by: 'enforcer' | 'platform';
  /** Our own Offline that left the session alone: one click brings the person back. */
  readonly quiet: boolean;
  /** What a return would bring back. */
  readonly former: Snapshot;
}

/** A return within the window, with no sign since. */
export interface SilentReturn {
  readonly at: Instant;
  /** The earliest that it can have been: what it brings with it follows soon after that. */
  readonly earliest: Instant;
  /** From the departure, between the platform's own stamps; `undefined` when the departure was not seen. */
  readonly delay: Duration | undefined;
  /** Whose doing the departure was. */
  readonly after: Departure['by'];
  readonly former: Snapshot;
  /** The newest token when the return was seen. */
  readonly tokenAt: Instant | undefined;
}

/** How the agent stands towards the platform. */
export type Session =
  | { readonly kind: 'online' }
  /** Handling an interaction, also while Offline (then with the departure). */
  | {
      readonly kind: 'engaged';
      readonly since: Instant;
      /** The last reading showed a conversation outside the contact centre, whose end has no stamp. */
      readonly outside: boolean;
      readonly departure: Departure | undefined;
    }
  /** `before`: the silent return that no sign had followed when the agent went. */
  | { readonly kind: 'offline'; readonly departure: Departure; readonly before: SilentReturn | undefined }
  | { readonly kind: 'returned'; readonly silent: SilentReturn };

/** What brought the first log-off, kept so that a policy that would no longer bring it stops the ladder. */
export interface Cause {
  readonly ruleId: string;
  readonly clock: ClockName;
  readonly measured: Duration;
  readonly state: Shown;
}

interface Place {
  readonly cause: Cause;
  /** How many rungs have been used; the next silent return is answered with the rung of this index. */
  readonly rung: number;
  readonly lastLogoffAt: Instant;
  /** The last quiet Offline kept the agent off for a while, so that it is worth giving again between repeats. */
  readonly quietHeld: boolean;
}

/**
 * The agent's place on the ladder. `parked`: back by a late login, the place is kept, and the rules judge. `answered`: logged
 * off, and not back since. `returned`: a silent return waits for its answer.
 */
export type LadderPlace =
  | (Place & { readonly kind: 'parked' | 'answered' })
  | (Place & { readonly kind: 'returned'; readonly returnedAt: Instant });

/** The first part of a rung that begins at the identity provider: the rest follows when the end has taken hold. */
export interface SsoEnd {
  readonly at: Instant;
  /** From here on the ended session opens nothing any more. */
  readonly heldFrom: Instant;
  /** Index of the rung that it belongs to. */
  readonly rung: number;
  /** The provider could not be asked yet: it is asked again until `heldFrom`, and then no more. */
  readonly pending: boolean;
}

/** A place, or a place whose answer has begun at the identity provider. */
export type Ladder =
  LadderPlace | { readonly kind: 'ending_sso'; readonly place: LadderPlace; readonly end: SsoEnd };

interface LogoffFacts {
  readonly from: Instant;
  readonly to: Instant;
  /** What it is to do. */
  readonly actions: readonly Action[];
  /** What it has certainly done. Of one that broke off in a crash this may lack what came last. */
  readonly done: readonly Action[];
  readonly former: Snapshot;
  /** A sign so soon after it that it was wrong has been told. */
  readonly isRegretted?: true | undefined;
}

/** The newest log-off of ours: what it did must not be read as a person's doing. */
export type Logoff =
  /** Begun. It goes on, or broke off in a crash. */
  | (LogoffFacts & { readonly kind: 'intended' })
  /** Carried out: `done` is all of it. No effect has been seen yet. */
  | (LogoffFacts & { readonly kind: 'acted' })
  /**
   * `ended`: failed, dropped or without effect; a departure soon after is its effect all the same. `seen`: the agent has gone
   * since it began, and nothing that follows is its effect. `isKnown`: `done` is all of it.
   */
  | (LogoffFacts & { readonly kind: 'ended'; readonly isKnown: boolean })
  | (LogoffFacts & { readonly kind: 'seen'; readonly isKnown: boolean });

/** Where each clock started. What does not count since then stands in `AgentState.leftOut`. */
export interface Clocks {
  readonly sinceSign: Instant;
  readonly sinceWork: Instant;
  /** By `Rule.whenKey`: since when that condition has held. */
  readonly inState: Readonly<Record<string, Instant>>;
}

/** All that belongs to one stretch without a person's sign: a sign replaces it whole, a departure may give it back whole. */
export interface Episode {
  readonly sign: Sign | undefined;
  readonly clocks: Clocks;
  /** No rule is due for `returns.grace` from here. */
  readonly graceFrom: Instant | undefined;
  readonly ladder: Ladder | undefined;
  /** Rules in observe mode that have been counted in this episode. */
  readonly observedRules: readonly string[];
  /** When a warning of a rule was delivered in this episode. */
  readonly warnedAt: Readonly<Record<string, Instant>>;
  /** Until when such a warning said that the rule does not log the agent off: that holds whatever the policy becomes. */
  readonly promised?: Readonly<Record<string, Instant>> | undefined;
}

/** Coming back, and what stands behind it. */
export interface Arrival {
  readonly departure: Departure;
  /** Whether our own quiet Offline held for a while; `undefined` where it was none. */
  readonly quietHeld: boolean | undefined;
}

/** A silent return. No rule is due for `returns.grace` from `graceFrom`. */
export interface ReturnFacts extends Arrival {
  readonly silent: SilentReturn;
  readonly graceFrom: Instant;
}

/** A change that a browser or a person may have made: a sign, until evidence says otherwise. */
export interface Suspect {
  /** `bounce`: the presence moved while nobody looked. `click`: Available after our quiet Offline, which a timeline cannot explain. */
  readonly kind: 'bounce' | 'click';
  /** The platform's stamp of it; of a click without one, the look that saw it. */
  readonly stamp: Instant;
  /** When the look before was taken at the earliest, and the look after at the latest. */
  readonly before: Instant;
  readonly after: Instant;
  readonly shown: SystemPresence;
  /** What it is if a browser made it. */
  readonly instead: ReturnFacts;
  /** The return has been told of already: only what stands behind it is in question. */
  readonly isTold: boolean;
}

/** How things stood before a recent change, in case it turns out to belong to a departure, or to be a browser's. */
export interface Checkpoint {
  readonly at: Instant;
  readonly shown: Snapshot;
  readonly silent: SilentReturn | undefined;
  readonly episode: Episode;
  /** For ten minutes, while no later sign stands. */
  readonly suspect: Suspect | undefined;
}

/** What a source said last of a suspect change. */
export interface EvidenceNote {
  readonly stamp: Instant;
  readonly source: EvidenceSource;
  readonly answer: Answer['kind'];
  readonly at: Instant;
  /** The source is believed: what it said has been taken in. */
  readonly isUsed: boolean;
}

/** Readings that could not be used, one after the other. */
export interface Unread {
  /** The first of them. */
  readonly since: Instant;
  /** What of the last one was unknown. */
  readonly unknown: readonly Unknown[];
}

export interface AgentState {
  readonly agentId: string;
  readonly firstSeenAt: Instant;
  /** The last reading that was taken in. */
  readonly seenAt: Instant;
  readonly last: Snapshot;
  readonly session: Session;
  readonly logoff: Logoff | undefined;
  readonly episode: Episode;
  readonly undo: readonly Checkpoint[];
  /** Spans that no clock counts: not watched, or Offline. In order, not overlapping. */
  readonly leftOut: readonly Interval[];
  /** A newer token has been seen while watching: only then can its date date a return. */
  readonly tokenMoved: boolean;
  /** The last reading with a conversation outside the contact centre: another may hide in a gap. */
  readonly outsideCallAt: Instant | undefined;
  /** The agent's answers to warnings in the last day, in order. Nothing but time takes one away. */
  readonly stays: readonly Stay[];
  /** Of the newest suspect change that was asked about. */
  readonly evidence: EvidenceNote | undefined;
  /** The readings since `seenAt` that could not be used; `undefined` while there are none. */
  readonly unread: Unread | undefined;
  /** The schedule as it was read last, with that of the days before. */
  readonly shifts?: Shifts | undefined;
}

/** What most agents have of a list: one for all, for there may be 50,000 of them. */
export const NONE: readonly never[] = [];
/** The same of warnings. */
export const NO_WARNING: Episode['warnedAt'] = {};

/** What a change is worth telling. */
export type TrackingEvent =
  | {
      readonly kind: 'silent_return';
      readonly at: Instant;
      /** From the departure, between the platform's own stamps; `undefined` when the departure was not seen. */
      readonly delay: Duration | undefined;
      /** Whether it follows a log-off of ours. */
      readonly own: boolean;
      /** After our own Offline that left the session alone: the client asserted a presence, or a person clicked. */
      readonly quiet: boolean;
      /** Whether the return brought a newer token; `undefined` where one of the two is not known. */
      readonly tokenMoved: boolean | undefined;
    }
  | { readonly kind: 'late_return'; readonly at: Instant; readonly delay: Duration; readonly own: boolean }
  | { readonly kind: 'person_back'; readonly at: Instant; readonly sign: SignKind }
  /** The agent was there so soon after a log-off of ours that it was wrong. */
  | { readonly kind: 'regret'; readonly at: Instant; readonly delay: Duration; readonly sign: SignKind };

/** The silent return that no sign has followed yet, also while the agent is Offline again. */
export function silentReturnOf({ session }: Pick<AgentState, 'session'>): SilentReturn | undefined {
  if (session.kind === 'returned') return session.silent;
  return session.kind === 'offline' ? session.before : undefined;
}

/** The last departure, where the agent is still gone. */
export function departureOf({ session }: Pick<AgentState, 'session'>): Departure | undefined {
  return session.kind === 'offline' || session.kind === 'engaged' ? session.departure : undefined;
}

/** Whether the agent handles an interaction or stands on queue. On-queue routing restored by a silent return is no work. */
export function isWorking({ session, last }: Pick<AgentState, 'session' | 'last'>): boolean {
  return session.kind === 'engaged' || (session.kind === 'online' && last.routing !== 'OFF_QUEUE');
}

/** Whether everything that a log-off did is known. */
export function isDoneKnown(logoff: Logoff): boolean {
  return logoff.kind === 'acted' || (logoff.kind !== 'intended' && logoff.isKnown);
}

/** What a log-off did, or may have done. */
export function mayHaveDone(logoff: Logoff): readonly Action[] {
  return isDoneKnown(logoff) ? logoff.done : logoff.actions;
}

/** The place, whether or not its answer has begun at the identity provider. */
export function placeIn(ladder: Ladder): LadderPlace {
  return ladder.kind === 'ending_sso' ? ladder.place : ladder;
}

/** The end of the session at the identity provider that this answer began with. */
export function ssoEndIn(ladder: Ladder | undefined): SsoEnd | undefined {
  return ladder?.kind === 'ending_sso' ? ladder.end : undefined;
}

/** The agent's ladder, unless the time after which a place without a return is forgotten has passed. */
export function ladderInForce(s: AgentState, { forget }: Returns, now: Instant): Ladder | undefined {
  const { ladder } = s.episode;
  if (ladder === undefined) return undefined;
  const newest = Math.max(placeIn(ladder).lastLogoffAt, silentReturnOf(s)?.at ?? -Infinity);
  return now - newest > forget ? undefined : ladder;
}

/** The state with some parts of its episode replaced. */
export function withEpisode(s: AgentState, parts: Partial<Episode>): AgentState {
  return { ...s, episode: { ...s.episode, ...parts } };
}

/** Former episodes that a departure may still take back, and evidence no more. */
export function withoutSuspects(undo: AgentState['undo']): AgentState['undo'] {
  return undo.some(({ suspect }) => suspect !== undefined)
    ? undo.map((checkpoint) => ({ ...checkpoint, suspect: undefined }))
    : undo;
}

/** `later` is known, and later than `earlier`. */
export function isNewer(later: Instant | undefined, earlier: Instant | undefined): later is Instant {
  return later !== undefined && earlier !== undefined && later > earlier;
}
