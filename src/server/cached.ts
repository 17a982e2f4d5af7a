/** What costs something to tell is told at most once a second, however often it is asked for. */
import { SECOND, type Duration, type Instant } from '../domain/time/time.ts';

const LASTS: Duration = SECOND;

/**
 * Answers with what `make` resolved to, for a second. Requests while it is being made wait for the same result. A failure is
 * told only to the requests that waited for it.
 */
export function cached<T>(make: () => Promise<T>, now: () => Instant): () => Promise<T> {
  let madeAt = Number.NEGATIVE_INFINITY;
  let made: Promise<T> | undefined;
  const forget = (failed: Promise<T>): void => {
    if (made === failed) made = undefined;
  };
  return () => {
    const age = now() - madeAt;
    // A clock that was set back must not keep an old answer for hours.
    if (made !== undefined && age >= 0 && age < LASTS) return made;
    madeAt = now();
    const making = make();
    made = making;
    making.catch(() => {
      forget(making);
    });
    return making;
  };
}
