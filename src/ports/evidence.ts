/**
 * Evidence: what other sources of the platform tell of a change that two looks cannot tell apart. `genesys/evidence/` stands
 * behind it. Nothing rests on a source: where it is silent, the change stays a sign, which protects.
 */
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

/** The sources that the policy in force asks for. */
export interface EvidenceSources {
  readonly push?: TimelineSource | undefined;
  readonly timeline?: TimelineSource | undefined;
  readonly signIns?: SignInSource | undefined;
}
