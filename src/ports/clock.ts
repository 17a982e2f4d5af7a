/** Time. Only `app/` decides which clock it is. */
import type { Duration, Instant } from '../domain/time/time.ts';

/** The one source of time. */
export interface Clock {
  /** Local time, uncorrected. */
  now(): Instant;
  /** Resolves after `length`; rejects with the signal's reason when aborted. */
  sleep(length: Duration, signal?: AbortSignal): Promise<void>;
  /** Time since some moment, which setting the clock does not change. Without it `now` tells. */
  uptime?(): Duration;
  /** Calls `work` again and again, so far apart, until the answer is called. Keeps no process alive. */
  every?(length: Duration, work: () => void): () => void;
}

/** For spans within one process: setting the clock neither ends nor lengthens them. */
export function uptimeOf(clock: Pick<Clock, 'now' | 'uptime'>): Duration {
  return clock.uptime?.() ?? clock.now();
}
