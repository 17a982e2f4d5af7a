/** What belongs to one call but cannot be said to the SDK: it travels beside it and is picked up by the HTTP client. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Instant } from '../domain/time.ts';
import type { Priority } from './rate-budget.ts';

export interface Call {
  /** Name of the SDK operation, for metrics and messages. */
  readonly operation: string;
  readonly priority: Priority;
  readonly signal: AbortSignal | undefined;
  /** Server time after which the request must not be sent any more. */
  readonly notAfter?: Instant | undefined;
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
