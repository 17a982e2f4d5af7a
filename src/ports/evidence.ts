/**
 * Evidence: what other sources of the platform tell of a change that two looks cannot tell apart. `genesys/evidence/` stands
 * behind it. Nothing rests on a source: where it is silent, the change stays a sign, which protects.
 */
import type { SystemPresence } from '../domain/agent.ts';
import type { Pushed } from '../domain/evidence/push.ts';
import type { PresenceRecord, SignIn } from '../domain/evidence/records.ts';
import type { Instant, Interval } from '../domain/time/time.ts';

/** Why a source gave no answer. Neither is ever a reason to stop a sweep. */
export type EvidenceFault =
  /** The client lacks this permission. */
  | { readonly kind: 'forbidden'; readonly permission: string }
  /** In one sentence, for the log. */
  | { readonly kind: 'failed'; readonly why: string };

/** What `why` says where the rate budget has no room beside the sweep. Nothing was sent. */
export const NO_ROOM = 'no room in the rate budget';

/** The presence history of single agents (`POST /api/v2/analytics/users/details/query`, `analytics:userDetail:view`). */
export interface TimelineSource {
  /**
   * Asks for the records that touch this span, of at most `MOST_ASKED` agents in one request. Agents of whom nothing is told are
   * absent from the answer, and so are agents of whom a record cannot be read; the records of each are in the order of their
   * beginnings. Sends nothing where the budget has no room beside the sweep. Never throws but for the signal.
   */
  ask(
    agentIds: readonly string[],
    span: Interval,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, readonly PresenceRecord[]> | EvidenceFault>;
  /** How often it may be asked now without a `NO_ROOM`. Evidence has a tenth of `requests_per_minute` at most, and what sweeps leave over. */
  room(): number;
}

/** So many agents go into one request. */
export const MOST_ASKED = 50;

/** What the audit log holds of a span. */
export interface SignIns {
  /** In the order of their time. */
  readonly entries: readonly SignIn[];
  /** The log has come at least so far: the newest entry of anybody. `undefined` where the span is empty. */
  readonly knownTo: Instant | undefined;
}

/** Sign-ins of everybody (`POST /api/v2/audits/query/realtime`, `audits:audit:view`). */
export interface SignInSource {
  /**
   * Asks for the sign-ins of a span, in as few pages as there are. Where there are too many, those up to `knownTo`. Sends nothing where
   * the budget has no room beside the sweep. Never throws but for the signal.
   */
  ask(span: Interval, signal: AbortSignal): Promise<SignIns | EvidenceFault>;
  /** See `TimelineSource`. */
  room(): number;
}

/** What a look showed of an agent who is to be listened to. */
export interface PushLook {
  readonly agentId: string;
  readonly presence: SystemPresence;
  /** The platform's stamp; `undefined` where it was withheld. */
  readonly since: Instant | undefined;
  readonly seenAt: Instant;
}

/**
 * Presence changes as they happen (`POST /api/v2/notifications/channels` and the WebSocket of each channel), of at most
 * `MOST_LISTENED_TO` agents. What of it is lost is lost: the other sources can still be asked.
 */
export interface PushSource {
  /**
   * Listens to the agents of these looks, as far as there is room for requests and channels, mends what is broken, waits until all
   * that was sent so far has arrived, and compares it with the looks. Never throws but for the signal.
   */
  listen(looks: readonly PushLook[], signal: AbortSignal): Promise<EvidenceFault | undefined>;
  /** Waits until all that was sent so far has arrived. Never throws. */
  catchUp(signal: AbortSignal): Promise<void>;
  /** What was pushed of an agent in the last quarter of an hour; `undefined` of one who is not listened to. */
  told(agentId: string): Pushed | undefined;
  /** Whether all that looks have shown lately had been pushed as well. */
  isWhole(): boolean;
  /** Listens to nobody any more. */
  rest(): void;
}

/** Twenty channels of a thousand topics each. */
export const MOST_LISTENED_TO = 20_000;

/** The sources that the policy in force asks for. */
export interface EvidenceSources {
  readonly push?: PushSource | undefined;
  readonly timeline?: TimelineSource | undefined;
  readonly signIns?: SignInSource | undefined;
}
