/** Time. Only `app/` decides which clock it is. */
import type { Duration, Instant } from '../domain/time/time.ts';

/** The one source of time. */
export interface Clock {
  /** Local time, uncorrected. */
  now(): Instant;
  /** Resolves after `length`; rejects with the signal's reason when aborted. */
  sleep(length: Duration, signal?: AbortSignal): Promise<void>;
}
