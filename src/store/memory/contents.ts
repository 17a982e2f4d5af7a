/** What a store in memory holds. It outlives the stores that are opened on it, as a file does. */
import type { PlatformBehaviour } from '../../domain/tracking/platform-behaviour.ts';
import type { AgentState } from '../../domain/tracking/state.ts';
import type {
  ControllerState,
  Pause,
  StoredAgent,
  StoredEvent,
  SweepCount,
  WorkerTrace,
} from '../../domain/record.ts';
import type { Duration, Instant } from '../../domain/time/time.ts';
import { MemoryOutbox } from './outbox.ts';

/** A memory as it was written last. */
export interface KeptMemory {
  readonly memory: AgentState;
  /** The last saved sweep saw the agent, so that its time is the agent's. */
  readonly current: boolean;
}

/** The lease; without a holder it was given back, or never taken. */
export interface KeptLease {
  readonly holder: string | undefined;
  readonly epoch: number;
  readonly until: Instant;
  /** How long requests of the holder may be under way after that. */
  readonly quiet: Duration;
  /** Before this the holder may not act. */
  readonly actFrom: Instant;
}

/** Mutable: its stores write it. */
export class MemoryContents {
  readonly memories = new Map<string, KeptMemory>();
  standing: ControllerState | undefined;
  /** When the last saved sweep looked. */
  sweptAt: Instant | undefined;
  /** In rising order. */
  events: StoredEvent[] = [];
  /** The number of the newest event that ever was. */
  lastSeq = 0;
  /** By the moment of the sweep. */
  readonly counts = new Map<Instant, SweepCount>();
  /** With the time at which each was written. */
  readonly agents = new Map<string, { readonly agent: StoredAgent; readonly at: Instant }>();
  readonly facts = new Map<string, string>();
  learnt: PlatformBehaviour | undefined;
  lease: KeptLease = { holder: undefined, epoch: 0, until: 0, quiet: 0, actFrom: 0 };
  worker: WorkerTrace | undefined;
  pause: Pause | undefined;
  resumeWanted = false;
  /** By id, until when each would have opened. */
  readonly endedSessions = new Map<string, Instant>();
  readonly outbox = new MemoryOutbox();

  /** Notes that a session was signed out, and forgets those that would open no more. */
  endSession(id: string, until: Instant, now: Instant): void {
    for (const [each, over] of this.endedSessions) if (over <= now) this.endedSessions.delete(each);
    this.endedSessions.set(id, until);
  }

  /** When an agent was last seen, as far as that is stored. */
  seenAt({ memory, current }: KeptMemory): Instant {
    return current ? Math.max(memory.seenAt, this.sweptAt ?? memory.seenAt) : memory.seenAt;
  }
}
