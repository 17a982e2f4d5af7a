/** Ending single-sign-on sessions at an identity provider. */
import type { Agent } from '../domain/agent.ts';
import type { Duration, Instant } from '../domain/time/time.ts';

/**
 * Why a session was not ended, by who must act: `forbidden` the administrator who grants rights, `credentials` the
 * operator, `gone` and `ambiguous` the person who maps agents to users, `refused` the developer (or the receiver of a webhook),
 * `transient`, `capped` and `late` no one. Only after `transient` with a `delay` the session may have been ended all the same.
 */
export const IDENTITY_FAULTS = [
  'forbidden',
  'credentials',
  'gone',
  'ambiguous',
  'refused',
  'transient',
  'capped',
  'late',
] as const;
/** One kind of fault. */
export type IdentityFaultKind = (typeof IDENTITY_FAULTS)[number];

/** What went wrong, in one sentence without personal data or secrets. */
export interface IdentityFault {
  readonly kind: IdentityFaultKind;
  readonly message: string;
  readonly correlationId: string | undefined;
  /** With `transient`: how long the end would take to hold; left out where the session was surely not ended. */
  readonly delay?: Duration | undefined;
}

/** `delay` is how long the provider takes until the ended session opens nothing any more, in ms. */
export type EndResult =
  | { readonly ok: true; readonly delay: Duration; readonly correlationId: string | undefined }
  | { readonly ok: false; readonly fault: IdentityFault };

/** What asking the provider showed. `unsure`: everything that can be checked without ending a session is well. */
export interface SelfCheck {
  readonly verdict: 'ok' | 'unsure' | 'failed';
  readonly sentence: string;
}

/** What `validate` and `doctor` say of a connector. */
export interface Description {
  /** Name of the provider. */
  readonly provider: string;
  /** Scheme and host, without anything that could be a secret. */
  readonly address: string;
  /** How an agent is told there. */
  readonly mapping: string;
  readonly delay: Duration;
  readonly perHour: number;
  /** What else ending a session does, in one or two sentences. */
  readonly reach: string;
}

/** Ends single-sign-on sessions. Nothing here ever throws. */
export interface Identity {
  /**
   * Ends the agent's session at the identity provider. `stillMay` is asked right before the one request that ends it: what
   * was judged before would be too old to act on.
   */
  endSession(agent: Agent, signal: AbortSignal, stillMay?: () => boolean): Promise<EndResult>;
  /** Logs in and looks up a user who does not exist: ends no session and reads nothing personal. */
  selfCheck(signal: AbortSignal): Promise<SelfCheck>;
  describe(): Description;
  /** When sessions were ended in the last hour: what the hourly cap counts. */
  spent(): readonly Instant[];
  close(): Promise<void>;
}
