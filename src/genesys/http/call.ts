/** What belongs to one call but cannot be said to the SDK: it travels beside it and is picked up by the HTTP client. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Duration, Instant } from '../../domain/time/time.ts';
import type { Priority } from './rate-budget.ts';

/** How much a call is worth trying. Without it: four tries, each as long as the settings allow. */
export interface Effort {
  readonly tries: number;
  /** No try begins later than this after the first one was sent. Waiting out a 429 does not count. */
  readonly within: Duration;
  /** Where one try may not take as long as the settings allow, in ms of real time. */
  readonly timeout?: Duration | undefined;
}

export interface Call {
  /** Name of the SDK operation, for metrics and messages. */
  readonly operation: string;
  readonly priority: Priority;
  readonly signal: AbortSignal | undefined;
  /** Server time after which the request must not be sent any more. */
  readonly notAfter?: Instant | undefined;
  readonly effort?: Effort | undefined;
  /** Whether a 409 says that an earlier change is still under way, so that the same request succeeds a moment later. */
  readonly conflictPasses?: boolean | undefined;
}

/** What an API call brings. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly correlationId: string | undefined;
  /** Local instants at which the request that succeeded was sent and answered. */
  readonly sentAt: number;
  readonly receivedAt: number;
}

export const currentCall = new AsyncLocalStorage<Call>();
