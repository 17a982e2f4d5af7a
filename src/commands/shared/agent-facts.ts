/** The few facts of an agent's state that lists show. What decides is asked of the domain. */
import type { Instant } from '../../domain/time/time.ts';
import type { Memory, State } from '../../domain/tracking/memory.ts';

/** What the last look showed. */
export interface AgentFacts {
  readonly state: State;
  readonly seenAt: Instant;
  /** The last sign of a person; without one the first sight. */
  readonly lastSignAt: Instant;
  /** Handling an interaction. */
  readonly engaged: boolean;
  /** Looks since then could not be used. */
  readonly isUnread: boolean;
}

/** The facts of one agent. */
export function agentFacts({
  state,
  seenAt,
  lastSign,
  firstSeenAt,
  engagedSince,
  unread,
}: Memory): AgentFacts {
  return {
    state,
    seenAt,
    lastSignAt: lastSign?.at ?? firstSeenAt,
    engaged: engagedSince !== undefined,
    isUnread: unread !== undefined,
  };
}
