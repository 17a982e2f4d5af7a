/** The way to a platform that need not be there yet when the worker starts. */
import { MINUTE, SECOND, type Duration } from '../domain/time/time.ts';
import type { Alarms } from '../controller/alarms.ts';
import { uptimeOf, type Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { CredentialsError, PlatformError } from '../genesys/http/errors.ts';
import { faultLine, PolicyRefused } from '../policy-file/faults.ts';

/** Between two tries to reach the platform: doubling up to this. */
const LONGEST_PAUSE: Duration = MINUTE;
/** Between two tries of what an operator has to put right: doubling up to this. */
const LONGEST_PAUSE_REFUSED: Duration = 5 * MINUTE;
/** Faults that a notification names; the log has them all. */
const FAULTS_TOLD = 5;

/** What waiting alone does not cure. */
export type StartRefusal = CredentialsError | PolicyRefused;

export interface StartParts {
  readonly clock: Clock;
  readonly log: Log;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  readonly alarms: Pick<Alarms, 'unwatched' | 'while'>;
  /** By the clock that nobody sets. */
  readonly startedAt: Duration;
  /** The usual time between two sweeps: none of them takes place before the platform is reached. */
  readonly interval: Duration;
  /** After each try that failed. */
  readonly failed: () => void;
  /** For an organisation among others, which go on meanwhile: told of what somebody has to put right, which is then tried again. */
  readonly refused?: ((refusal: StartRefusal) => void) | undefined;
}

/**
 * Asks the platform again and again, and reports that no agent is watched when that lasts. Wrong credentials and a refused policy
 * are not a matter of waiting: unless this is one organisation among others, it rejects with them. Rejects with the signal's reason.
 */
export async function untilReached<T>(parts: StartParts, ask: () => Promise<T>): Promise<T> {
  const { clock, log, signal, failed } = parts;
  let shortest: Duration = SECOND;
  for (let pause = shortest; ; pause = Math.max(shortest, 2 * pause)) {
    try {
      return await ask();
    } catch (error) {
      signal.throwIfAborted();
      const isRefused = error instanceof CredentialsError || error instanceof PolicyRefused;
      if (isRefused && parts.refused !== undefined) tellRefusal(parts, error);
      else if (isRefused || !(error instanceof PlatformError)) throw error;
      else tellUnreached(parts, error);
      shortest = isRefused ? MINUTE : SECOND;
      pause = Math.min(Math.max(shortest, pause), isRefused ? LONGEST_PAUSE_REFUSED : LONGEST_PAUSE);
      if (!(error instanceof PolicyRefused))
        log.warn({ err: error, pause }, 'the platform cannot be asked yet: trying again');
      failed();
      await clock.sleep(pause, signal);
    }
  }
}

function tellUnreached({ clock, alarms, startedAt, interval }: StartParts, { message }: PlatformError): void {
  alarms.unwatched(clock.now(), message, Math.floor((uptimeOf(clock) - startedAt) / interval));
}

/** At once, and every hour: no supervisor sees this process end. */
function tellRefusal({ clock, log, alarms, refused }: StartParts, refusal: StartRefusal): void {
  const now = clock.now();
  refused?.(refusal);
  if (refusal instanceof CredentialsError) {
    const { message: fault } = refusal;
    alarms.while('blind', true, now, 'no agent can be watched: the platform refuses the client', { fault });
    return;
  }
  const lines = refusal.faults.map(faultLine);
  log.error({ faults: lines }, 'the policy cannot come into force, with these faults');
  const more = refusal.count - FAULTS_TOLD;
  const faults = more > 0 ? [...lines.slice(0, FAULTS_TOLD), `and ${more} more`] : lines;
  alarms.while('policy_refused', true, now, 'the policy was refused at the start: no agent is watched', {
    faults,
  });
}
