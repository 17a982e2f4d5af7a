/** Which interactions an agent has open. `genesys/evidence/` stands behind it. */

/** Conversations of single agents (`GET /api/v2/analytics/agents/{id}/status`, `analytics:agentState:view`). */
export interface OpenInteractions {
  /**
   * The ids of the conversations in which the agent has a session, at most `MOST_NAMED`, the oldest first. Empty where the platform
   * knows of none; `undefined` where it does not tell. Sends nothing where the rate budget has no room beside the sweep. Never throws but
   * for the signal.
   */
  of(agentId: string, signal: AbortSignal): Promise<readonly string[] | undefined>;
}

/** So many conversations of one agent are named. */
export const MOST_NAMED = 5;
