/**
 * What the enforcer keeps: memory of agents, the record of events, and its own standing. The interface is asynchronous,
 * so that a database on another machine can stand behind it.
 */
import type { PlatformBehaviour } from '../domain/tracking/platform-behaviour.ts';
import type { AgentState } from '../domain/tracking/state.ts';
import type {
  EventQuery,
  Pause,
  RecordEvent,
  ControllerState,
  StoredAgent,
  StoredEvent,
  SweepBegun,
  SweepRecord,
} from '../domain/record.ts';
import type { Duration, Instant } from '../domain/time/time.ts';

/** Any method may reject when the store is lost; the enforcer then observes only. */
export interface Store {
  /** How often it has been opened: with each time what is remembered has to be loaded anew. */
  readonly opened: number;
  /** Takes or renews the lease of the one worker that may act. False when another holds it. */
  holdLease(holder: string, now: Instant, ttl: Duration): Promise<boolean>;
  releaseLease(holder: string): Promise<void>;
  /** Notes that a sweep begins: `pause` reads it. */
  noteSweep(begun: SweepBegun): Promise<void>;
  /** All memories; agents whom the last saved sweep saw unchanged have its time as `seenAt`. */
  loadMemories(): Promise<Map<string, AgentState>>;
  loadMemory(agentId: string): Promise<AgentState | undefined>;
  loadStanding(): Promise<ControllerState | undefined>;
  saveSweep(record: SweepRecord): Promise<void>;
  /** Writes memories and events together: intent or outcome never without what they did to memory. */
  saveStep(
    memories: readonly AgentState[],
    events: readonly RecordEvent[],
    standing?: ControllerState,
  ): Promise<void>;
  /** Intents without an outcome: a crash came between. */
  openIntents(): Promise<readonly StoredEvent[]>;
  events(query: EventQuery): Promise<readonly StoredEvent[]>;
  /** The same from the oldest on, page by page, whatever `limit` says: a record may be of years. */
  eventPages(query: EventQuery): AsyncIterable<readonly StoredEvent[]>;
  pause(): Promise<Pause | undefined>;
  setPause(pause: Pause | undefined): Promise<void>;
  /** What `resume` leaves for the worker to free the breaker; reading it takes it away. */
  takeResume(): Promise<boolean>;
  requestResume(): Promise<void>;
  /** What has been learnt of the platform; `undefined` while that is nothing. */
  learnt(): Promise<PlatformBehaviour | undefined>;
  saveLearnt(learnt: PlatformBehaviour): Promise<void>;
  /** Small facts by name, such as learnt ids. */
  facts(): Promise<ReadonlyMap<string, string>>;
  setFacts(facts: ReadonlyMap<string, string>): Promise<void>;
  /** Agents' names as last seen, for `explain` and `report` without the platform. */
  saveAgents(agents: readonly StoredAgent[]): Promise<void>;
  findAgents(nameOrId: string): Promise<readonly StoredAgent[]>;
  /** Forgets personal data and events older than `before`. */
  prune(before: Instant): Promise<void>;
  close(): Promise<void>;
}
