/**
 * What is recorded: the events, the enforcer's standing between two sweeps, and what one sweep changed. Plain data; how
 * it is kept is the store's affair.
 */
import type { AgentState } from './tracking/state.ts';
import type { Hold, Ledger } from './planning/plan.ts';
import type { Action } from './policy/policy.ts';
import { HOUR, type Duration, type Instant, type Interval } from './time/time.ts';

/** What the record tells of. Closed. */
export const EVENT_KINDS = [
  'intent',
  'verified',
  'unverified',
  'failed',
  'dropped',
  'observed',
  'sso_ended',
  'return',
  'regret',
  'held',
  'breaker',
  'policy',
  'pause',
  'resume',
  'gap',
  'stay',
] as const;

/** One kind of event. */
export type EventKind = (typeof EVENT_KINDS)[number];

/** How log-offs end. Closed. */
export const OUTCOMES = ['verified', 'unverified', 'failed', 'dropped', 'observed'] as const;

/** How a log-off ended. */
export type Outcome = (typeof OUTCOMES)[number];

/** Events that say what became of an intent. */
export const INTENT_OUTCOMES = [
  'verified',
  'unverified',
  'failed',
  'dropped',
  'sso_ended',
] as const satisfies readonly EventKind[];

/** One line of the record. It is only ever added to. Absent parts are left out. */
export interface RecordEvent {
  readonly kind: EventKind;
  readonly at: Instant;
  readonly sweepId?: string;
  /** Of the sweep's trace, where it was traced: 32 hexadecimal digits. */
  readonly traceId?: string;
  readonly agentId?: string;
  /** Personal: goes after the retention. */
  readonly agentName?: string;
  readonly rule?: string;
  readonly measured?: Duration;
  readonly limit?: Duration;
  readonly rung?: number;
  readonly actions?: readonly Action[];
  /** A word of a closed list, or one sentence without personal data or secrets. */
  readonly reason?: string;
  readonly correlationId?: string;
  /** Ties the outcome to its intent. */
  readonly intentId?: string;
  /** Between departure and return. */
  readonly delay?: Duration;
  /** Of what a person did with the program: user and machine. */
  readonly by?: string;
}

/** An event with its place in the record. */
export interface StoredEvent extends RecordEvent {
  /** Rises with each event. */
  readonly seq: number;
}

/** The enforcer's own standing between two sweeps. */
export interface ControllerState {
  readonly policyHash: string | undefined;
  /** Sweeps still to be watched before acting. */
  readonly settleLeft: number;
  /** Server time of the last complete sweep. */
  readonly lastCompleteAt: Instant | undefined;
  /** How many agents the last complete sweep saw. */
  readonly population: number;
  /** Server time at which whatever was older than the retention was forgotten last. */
  readonly forgottenAt: Instant | undefined;
  /** Server-time distances between the last sweeps, newest last. */
  readonly intervals: readonly Duration[];
  readonly ledger: Ledger;
  /** The same for imagined log-offs, which spend no caps. */
  readonly observedLedger: Ledger;
}

/** The kill switch is on. */
export interface Pause {
  readonly since: Instant;
  /** `undefined`: until `resume`. */
  readonly until: Instant | undefined;
  readonly reason: string | undefined;
  /** Who paused: user and machine. Not known of pauses made by earlier versions. */
  readonly by?: string | undefined;
}

/** The process that sweeps, as it last told of itself. */
export interface WorkerTrace {
  readonly holder: string;
  readonly command: 'run' | 'once';
  readonly version: string;
  readonly pid: number;
  readonly host: string;
  /** When the process started, and when its last sweep began; by its own clock. */
  readonly startedAt: Instant;
  readonly sweptAt: Instant;
  /** The longest time between two sweeps of its schedule. */
  readonly interval: Duration;
  /**
   * `gone`: the process certainly runs no more; `elsewhere`: it writes to another file, of which this one is a copy;
   * `running`: nothing speaks against it.
   */
  readonly state: 'running' | 'gone' | 'elsewhere';
}

/** What a worker tells of a sweep that it begins. */
export type SweepBegun = Pick<
  WorkerTrace,
  'holder' | 'command' | 'version' | 'startedAt' | 'sweptAt' | 'interval'
>;

/**
 * The longest time for which a log-off counts as the reason of an Offline, because the agent would have gone at some time. The
 * length of a shift.
 */
export const LONGEST_KEPT: Duration = 8 * HOUR;

/** How much of the time in which an agent was off counts as recovered by a log-off. The one rule of reports and backtests. */
export function recoveredBy(logoffAt: Instant, { from, to }: Interval): Duration {
  return Math.max(0, Math.min(to, logoffAt + LONGEST_KEPT) - Math.max(from, logoffAt));
}

/** How many one complete sweep saw, for the report. Nothing personal. */
export interface SweepCount {
  readonly at: Instant;
  readonly online: number;
  /** Offline by our own log-off, for no longer than `LONGEST_KEPT`. */
  readonly kept: number;
  /** Due and not acted on, by what held them back. */
  readonly deferred: Readonly<Partial<Record<Hold, number>>>;
}

/** Everything one sweep changed, written in one go. */
export interface SweepRecord {
  readonly at: Instant;
  /** Memories that changed in more than `seenAt`; in the first sweep after loading, of everyone it saw. */
  readonly changed: readonly AgentState[];
  /** Agents whom the last sweep saw and this one did not, with their memory as it stands. */
  readonly notSeen: readonly AgentState[];
  readonly standing: ControllerState;
  readonly events: readonly RecordEvent[];
  /** Only of a complete sweep. */
  readonly count?: SweepCount;
}

/** Which events to read; the parts given hold together. */
export interface EventQuery {
  readonly agentId?: string;
  /** Belongs to the span. */
  readonly from?: Instant;
  /** Does not. */
  readonly to?: Instant;
  /** Only what is on record after the event of this number. */
  readonly after?: number;
  readonly kinds?: readonly EventKind[];
  /** The newest so many; in rising order. */
  readonly limit?: number;
  /** Only these parts are read of each event, where a record is read page by page; all without it. */
  readonly parts?: readonly (keyof RecordEvent)[];
}

/** The lease of the one worker that may act. */
export interface LeaseTrace {
  readonly holder: string;
  /** Grows with each taking, and is never reset. */
  readonly epoch: number;
  readonly until: Instant;
}

/** What the holder of the lease was granted. */
export interface LeaseGrant {
  /** Another one than before: another worker may have held the lease meanwhile. */
  readonly epoch: number;
  /**
   * The holder may not act for so long: the lease of the holder before ran out, and requests of that holder may still be under way. 0
   * where it gave the lease back, or is certainly gone.
   */
  readonly actsAfter: Duration;
}

/** An agent's name as last seen. Personal: goes after the retention. */
export interface StoredAgent {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly profile: string | undefined;
  /**
   * Label of the exemption that protected the agent in the last sweep whose reading could be used; empty where none did, and left out
   * where that is not known.
   */
  readonly exempt?: string | undefined;
}

/** An agent with what is remembered of them. An agent whose name is not stored has the id in its place. */
export interface RememberedAgent {
  readonly agent: StoredAgent;
  readonly memory: AgentState;
}

/** Which agents are read: not Offline when last seen; or also neither in an interaction nor waiting on queue off the ladder. */
export type RememberedQuery = 'all' | 'online' | 'not_at_work';
