/** Agents of the platform: how they are observed, and what may be done to them. `genesys/` and the policy tests stand behind it. */
import type { Agent, Sighting } from '../domain/agent.ts';
import type { ActionResult } from '../domain/logoff/result.ts';
import type { Action } from '../domain/policy/policy.ts';
import type { Duration, Instant } from '../domain/time/time.ts';

export type { Sighting } from '../domain/agent.ts';
export type { ActionFault, ActionResult } from '../domain/logoff/result.ts';

/** What one pass over the whole organisation brought besides the sightings. */
export interface ReadingSummary {
  /** All pages arrived whole. */
  readonly complete: boolean;
  /** Why not, in one sentence. */
  readonly fault: string | undefined;
  /** Server time when the pass began, and the local clock's error at that moment (local minus server). */
  readonly startedAt: Instant;
  readonly clockError: Duration;
}

/** A source of observations. Every sweep asks all of them; `app/compose.ts` lists them. */
export interface ObservationSource {
  /**
   * `everyone`: all agents in each sweep; these are the observations that a sweep counts and judges. `changes`: agents of whom
   * something was seen since the last sweep, each as often as it changed, oldest first; the clocks are told of these
   * before the listing.
   */
  readonly hands: 'everyone' | 'changes';
  /**
   * Hands over what there is, page by page; each page is then forgotten. Each observation is a whole one, or says what it
   * lacks. Never throws for a page that failed. Only the summary of the listing says whether a sweep was complete: changes that
   * do not arrive leave what the listing shows.
   */
  sweep(onPage: (page: readonly Sighting[]) => void, signal: AbortSignal): Promise<ReadingSummary>;
}

/** Reads agents: the source that lists everyone, and who can be asked for single agents. */
export interface Directory extends ObservationSource {
  readonly hands: 'everyone';
  /** Reads these agents again, in bulk; agents whom the platform did not return are absent from the answer. Throws `PlatformError`. */
  reread(agentIds: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Sighting>>;
  /** The server's time now, from the local clock and the newest HTTP dates. */
  serverNow(): Instant;
  /** After how long the platform ends an idle session, as known since the last sweep began; empty when off, `undefined` when not known. */
  nativeTimeouts(): readonly Duration[] | undefined;
}

/** What may be done to an agent. */
export interface Effects {
  /**
   * Carries out one action, retrying what is transient within the sweep, but never sends it later than `notAfter`
   * (server time): what was read before would be too old to act on. Never throws.
   */
  perform(action: Action, agent: Agent, notAfter: Instant, signal: AbortSignal): Promise<ActionResult>;
  /** Puts a presence back as it was before `off_queue`, which restores the queue with it; not after `notAfter` either. */
  restorePresence(
    agentId: string,
    definitionId: string,
    notAfter: Instant,
    signal: AbortSignal,
  ): Promise<ActionResult>;
  /** How many requests may be sent at once without waiting for the rate budget. */
  room(): number;
}
