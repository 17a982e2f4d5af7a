/**
 * What the enforcer keeps: memory of agents, the record of events, and its own standing. The interface is asynchronous,
 * so that a database on another machine can stand behind it.
 */
import type { Memory } from '../domain/memory.ts';
import type { Ledger } from '../domain/plan.ts';
import type { Action } from '../domain/policy.ts';
import type { Duration, Instant } from '../domain/time.ts';

export const EVENT_KINDS = [
  'intent',
  'verified',
  'unverified',
  'failed',
  'dropped',
  'observed',
  'return',
  'held',
  'breaker',
  'policy',
  'pause',
  'gap',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** One line of the record. It is only ever added to. Absent parts are left out. */
export interface RecordEvent {
  readonly kind: EventKind;
  readonly at: Instant;
  readonly sweepId?: string;
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
}

export interface StoredEvent extends RecordEvent {
  /** Rises with each event. */
  readonly seq: number;
}

/** The enforcer's own standing between two sweeps. */
export interface Standing {
  readonly policyHash: string | undefined;
  /** Sweeps still to be watched before acting. */
  readonly settleLeft: number;
  /** Server time of the last complete sweep. */
  readonly lastCompleteAt: Instant | undefined;
  /** How many agents the last complete sweep saw. */
  readonly population: number;
  /** Server-time distances between the last sweeps, newest last. */
  readonly intervals: readonly Duration[];
  readonly ledger: Ledger;
  /** The same for imagined log-offs, which spend no caps. */
  readonly imaginedLedger: Ledger;
}

export interface Pause {
  readonly since: Instant;
  /** `undefined`: until `resume`. */
  readonly until: Instant | undefined;
  readonly reason: string | undefined;
}

/** Everything one sweep changed, written in one go. */
export interface SweepRecord {
  readonly at: Instant;
  /** Memories that changed in more than `seenAt`. */
  readonly changed: readonly Memory[];
  /** Agents whom the last sweep saw and this one did not, with their memory as it stands. */
  readonly notSeen: readonly Memory[];
  readonly standing: Standing;
  readonly events: readonly RecordEvent[];
}

export interface EventQuery {
  readonly agentId?: string;
  readonly from?: Instant;
  readonly to?: Instant;
  readonly kinds?: readonly EventKind[];
  /** The newest so many; in rising order. */
  readonly limit?: number;
}

/** Any method may reject when the store is lost; the enforcer then observes only. */
export interface Store {
  /** Takes or renews the lease of the one worker that may act. False when another holds it. */
  holdLease(holder: string, now: Instant, ttl: Duration): Promise<boolean>;
  releaseLease(holder: string): Promise<void>;
  /** All memories; whoever the last saved sweep saw unchanged has its time as `seenAt`. */
  loadMemories(): Promise<Map<string, Memory>>;
  loadMemory(agentId: string): Promise<Memory | undefined>;
  loadStanding(): Promise<Standing | undefined>;
  saveSweep(record: SweepRecord): Promise<void>;
  /** Writes memories and events together: intent or outcome never without what they did to memory. */
  saveStep(memories: readonly Memory[], events: readonly RecordEvent[], standing?: Standing): Promise<void>;
  /** Intents without an outcome: a crash came between. */
  openIntents(): Promise<readonly StoredEvent[]>;
  events(query: EventQuery): Promise<readonly StoredEvent[]>;
  pause(): Promise<Pause | undefined>;
  setPause(pause: Pause | undefined): Promise<void>;
  /** What `resume` leaves for the worker to free the breaker; reading it takes it away. */
  takeResume(): Promise<boolean>;
  requestResume(): Promise<void>;
  /** Small facts by name: learnt ids, what the platform does. */
  facts(): Promise<ReadonlyMap<string, string>>;
  setFacts(facts: ReadonlyMap<string, string>): Promise<void>;
  /** Agents' names as last seen, for `explain` and `report` without the platform. */
  saveAgents(agents: readonly StoredAgent[]): Promise<void>;
  findAgents(nameOrId: string): Promise<readonly StoredAgent[]>;
  /** Forgets personal data and events older than `before`. */
  prune(before: Instant): Promise<void>;
  close(): Promise<void>;
}

export interface StoredAgent {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly profile: string | undefined;
}
