/**
 * What the enforcer keeps: memory of agents, the record of events, and its own standing. The interface is asynchronous,
 * so that a database on another machine can stand behind it. What each method promises is held against every kind of store
 * by one suite of tests.
 */
import type { PlatformBehaviour } from '../domain/tracking/platform-behaviour.ts';
import type { AgentState } from '../domain/tracking/state.ts';
import type {
  EventQuery,
  LeaseGrant,
  LeaseTrace,
  Pause,
  RecordEvent,
  RememberedAgent,
  RememberedQuery,
  ControllerState,
  StoredAgent,
  StoredEvent,
  SweepBegun,
  SweepCount,
  SweepRecord,
  WorkerTrace,
} from '../domain/record.ts';
import type { Duration, Instant } from '../domain/time/time.ts';
import type { EndedSessions } from './ended-sessions.ts';
import type { Outbox } from './outbox.ts';

/** What a store holds of which single entries may turn out to be damaged. */
export type StoredKind = 'memory' | 'standing' | 'fact' | 'outbox';

/** How many entries of each kind were found to be damaged. */
export type DamageCount = Readonly<Partial<Record<StoredKind, number>>>;

/** What an answer to a warning is weighed by. */
export interface StayGround {
  /** `undefined` where nothing is remembered of the agent. */
  readonly state: AgentState | undefined;
  /** The newest answer of this agent that is on record. */
  readonly newest: StoredEvent | undefined;
}

/**
 * Any method may reject when the store is lost; the enforcer then observes only. A write is done wholly or not at all, and
 * lasts once its promise has resolved; where that rejects, a database may have done it all the same. Events of such a write that are
 * handed in again, the same objects, are on record once. What is handed out belongs to the caller: changing it changes nothing stored.
 */
export interface Store {
  /** Where it is kept, for people to find it; holds no secret. */
  readonly place: string;
  /** How often it has been opened: with each time what is remembered has to be loaded anew. */
  readonly opened: number;
  /** Where a store that could not be read was put when this one was last opened: memory and record began anew then. */
  readonly setAside: string | undefined;
  /** Messages that wait to be delivered. */
  readonly outbox: Outbox;
  /** Sessions of the page that were signed out. */
  readonly sessions: EndedSessions;
  /** How many entries could not be used since this was asked last; `undefined` while there were none. */
  takeDamage(): DamageCount | undefined;

  /**
   * Takes or renews the lease of the one worker that may act; `undefined` when another holds it. A lease ends `ttl` after `now`: at
   * that very moment it is free. A store on another machine goes by its own clock instead of `now`. `quiet` is how long requests of
   * this holder may be under way after the lease has run out; 0 unless given.
   *
   * Once asked, this store writes only while it holds the lease that it was granted: each write checks the epoch in its own
   * transaction, and rejects with a `fenced` error without it. Pause, resume and the outbox are open to all.
   *
   * Of the stores in one place whose facts name the same organisation of the platform one has a worker: rejects while another one has.
   */
  holdLease(holder: string, now: Instant, ttl: Duration, quiet?: Duration): Promise<LeaseGrant | undefined>;
  /**
   * Gives the lease back; that of another holder stays. The epoch is kept. The next holder may act after `underWay`, how long requests
   * that this holder cut off may still be on their way; at once unless given.
   */
  releaseLease(holder: string, underWay?: Duration): Promise<void>;
  /** Who held the lease last, and until when by this machine's clock; `undefined` where it was given back, or never taken. */
  lease(): Promise<LeaseTrace | undefined>;
  /** Notes that a sweep begins. */
  noteSweep(begun: SweepBegun): Promise<void>;
  /** The process that began a sweep last, as it looks from here; `undefined` before the first. */
  worker(): Promise<WorkerTrace | undefined>;

  /** All memories; agents whom the last saved sweep saw unchanged have its time as `seenAt`. */
  loadMemories(): Promise<Map<string, AgentState>>;
  /** That of one agent; `undefined` where there is none. */
  loadMemory(agentId: string): Promise<AgentState | undefined>;
  /** Agents with what is remembered of them, page by page, in no order. */
  rememberedPages(wanted: RememberedQuery): AsyncIterable<readonly RememberedAgent[]>;
  /** `undefined` before the first that was saved. */
  loadStanding(): Promise<ControllerState | undefined>;
  /** Writes all that a sweep changed. The first sweep after loading has to name every agent that it saw. */
  saveSweep(record: SweepRecord): Promise<void>;
  /** Writes memories and events together: intent or outcome never without what they did to memory. */
  saveStep(
    memories: readonly AgentState[],
    events: readonly RecordEvent[],
    standing?: ControllerState,
  ): Promise<void>;

  /** Intents without a later outcome, in rising order: a crash came between. */
  openIntents(): Promise<readonly StoredEvent[]>;
  /** The events that a query wants, in rising order. */
  events(query: EventQuery): Promise<readonly StoredEvent[]>;
  /** The same from the oldest on, page by page, whatever `limit` says: a record may be of years. Ends where it ended at the start. */
  eventPages(query: EventQuery): AsyncIterable<readonly StoredEvent[]>;
  /** Head-counts of the sweeps in a span, without its end, in order, page by page. Of two sweeps of one moment the later counts. */
  countPages(from: Instant, to: Instant): AsyncIterable<readonly SweepCount[]>;

  pause(): Promise<Pause | undefined>;
  /**
   * Sets or lifts the pause; never without the event that tells of it, where there is one. A pause that is in force and would end later stands:
   * whoever set it was told until when no action is taken.
   */
  setPause(pause: Pause | undefined, event?: RecordEvent): Promise<void>;
  /** What `resume` leaves for the worker to free the breaker; reading it takes it away. */
  takeResume(): Promise<boolean>;
  requestResume(): Promise<void>;

  /**
   * Puts an agent's answer to a warning on record, where `decide` gives its event. Nothing of this agent is written between what
   * `decide` is shown and the event; `decide` may be asked more than once. Open to all, whoever holds the lease.
   */
  addStay(agentId: string, decide: (found: StayGround) => RecordEvent | undefined): Promise<void>;

  /** What has been learnt of the platform; `undefined` while that is nothing. */
  learnt(): Promise<PlatformBehaviour | undefined>;
  saveLearnt(learnt: PlatformBehaviour): Promise<void>;
  /** Small facts by name, such as learnt ids: those that `setFacts` wrote, and no others. */
  facts(): Promise<ReadonlyMap<string, string>>;
  /** Adds facts or gives them a new value; none is taken away. */
  setFacts(facts: ReadonlyMap<string, string>): Promise<void>;
  /** Names of other stores in the same place that have this fact, and whose lease a worker holds. A place for one store has no others. */
  heldElsewhere?(fact: string, value: string): Promise<readonly string[]>;
  /** Pauses of other stores in the same place that have this fact, whether or not their time is up. */
  pausesElsewhere?(fact: string, value: string): Promise<readonly Pause[]>;

  /** Agents' names as last seen, for `explain` and `report` without the platform. */
  saveAgents(agents: readonly StoredAgent[]): Promise<void>;
  /** Every agent whose name is stored, in no order. */
  agents(): Promise<readonly StoredAgent[]>;
  /** By id; else by the whole name or e-mail address, whatever the case; else by a part of either. By name, then id. */
  findAgents(nameOrId: string): Promise<readonly StoredAgent[]>;

  /** Forgets personal data and events older than `before`, but no agent whom the last saved sweep saw since. */
  prune(before: Instant): Promise<void>;
  /** May be called again. All other methods reject from now on. */
  close(): Promise<void>;
}
