/** Agents of the platform: how they are observed, and what may be done to them. `genesys/` and the policy tests stand behind it. */
import type { Agent, Observation } from '../domain/agent.ts';
import type { Action } from '../domain/policy/policy.ts';
import type { Duration, Instant } from '../domain/time/time.ts';

/** One agent and one observation of that agent, read together. */
export interface Sighting {
  readonly agent: Agent;
  readonly observation: Observation;
}

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
  /** After how long the platform ends an idle session, as known since the last sweep began; empty when off, or not known. */
  nativeTimeouts(): readonly Duration[];
}

/** How a state-changing call on one agent ended, when it did not succeed. */
export type ActionFault =
  | {
      /** Of identity providers: several users fit, the service may not log in, the hour's sessions are spent. */
      readonly kind: 'ambiguous' | 'credentials' | 'capped';
      readonly message: string;
      readonly correlationId: string | undefined;
    }
  | { readonly kind: 'forbidden'; readonly message: string; readonly correlationId: string | undefined }
  | { readonly kind: 'gone'; readonly message: string; readonly correlationId: string | undefined }
  | {
      readonly kind: 'transient';
      readonly message: string;
      readonly correlationId: string | undefined;
      /** Of identity providers: how long it would take to hold, should it have been done all the same; left out where not. */
      readonly delay?: Duration | undefined;
    }
  | { readonly kind: 'late'; readonly message: string; readonly correlationId: string | undefined }
  | {
      readonly kind: 'refused';
      readonly message: string;
      readonly correlationId: string | undefined;
      /** What was asked for may be so already, or by an earlier try of this very call: only a look tells. */
      readonly perhapsSo?: 'already' | 'by_us' | undefined;
    };

export type ActionResult =
  | {
      readonly ok: true;
      readonly correlationId: string | undefined;
      /** How long it takes to hold, where that is not at once. */
      readonly delay?: Duration | undefined;
    }
  | { readonly ok: false; readonly fault: ActionFault };

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
