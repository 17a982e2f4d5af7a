/** The way to a platform that need not be there yet when the worker starts. */
import { MINUTE, SECOND, type Duration, type Instant } from '../domain/time/time.ts';
import type { Alarms } from '../controller/alarms.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { CredentialsError, PlatformError } from '../genesys/http/errors.ts';

/** Between two tries to reach the platform: doubling up to this. */
const LONGEST_PAUSE: Duration = MINUTE;

export interface StartParts {
  readonly clock: Clock;
  readonly log: Log;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  readonly alarms: Pick<Alarms, 'unwatched'>;
  readonly startedAt: Instant;
  /** The usual time between two sweeps: none of them takes place before the platform is reached. */
  readonly interval: Duration;
  /** After each try that failed. */
  readonly failed: () => void;
}

/**
 * Asks the platform again and again, and reports that no agent is watched when that lasts. Wrong credentials and a refused policy
 * are not a matter of waiting: rejects with them, or with the signal's reason.
 */
export async function untilReached<T>(parts: StartParts, ask: () => Promise<T>): Promise<T> {
  const { clock, log, signal, alarms, startedAt, interval, failed } = parts;
  for (let pause = SECOND; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof PlatformError) || error instanceof CredentialsError) throw error;
      signal.throwIfAborted();
      log.warn({ err: error, pause }, 'the platform cannot be asked yet: trying again');
      const now = clock.now();
      alarms.unwatched(now, error.message, Math.floor((now - startedAt) / interval));
      failed();
      await clock.sleep(pause, signal);
    }
  }
}
