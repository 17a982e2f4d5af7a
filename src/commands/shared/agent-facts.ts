/** The few facts of an agent's state that lists show. What decides is asked of the domain. */
import type { Instant } from '../../domain/time/time.ts';
import type { Shown } from '../../domain/agent.ts';
import type { AgentState } from '../../domain/tracking/state.ts';

/** What the last look showed. */
export interface AgentFacts {
  readonly state: Shown;
  readonly seenAt: Instant;
  /** The last sign of a person; without one the first sight. */
  readonly lastSignAt: Instant;
  /** Since when the agent has been handling an interaction, if so. */
  readonly engagedSince: Instant | undefined;
  /** Looks since then could not be used. */
  readonly isUnread: boolean;
}

/** The facts of one agent. */
export function agentFacts({ last, seenAt, firstSeenAt, session, episode, unread }: AgentState): AgentFacts {
  return {
    state: last,
    seenAt,
    lastSignAt: episode.sign?.at ?? firstSeenAt,
    engagedSince: session.kind === 'engaged' ? session.since : undefined,
    isUnread: unread !== undefined,
  };
}
