/** Waiting that ends with a signal. */
import type { Duration } from '../domain/time/time.ts';

/** What is under way heeds the signal at once, but for a store that hangs. `once` with a deadline of a second has little more left. */
export const PUT_AWAY: Duration = 200;

/** The answer, unless the time is over before: also a source that does not heed the signal holds no sweep up. */
export async function unlessOver<T>(asked: Promise<T>, signal: AbortSignal): Promise<T> {
  const over = new AbortController();
  try {
    return await Promise.race([asked, rejection(signal, over.signal)]);
  } finally {
    over.abort();
  }
}

/**
 * The same of something that is put away where it comes too late. It is given `patience` to end, for what it ends with may be taken away
 * next; after that nobody waits for it any more, and nobody is told how it ended.
 */
export async function unlessTooLate<T>(
  asked: Promise<T>,
  signal: AbortSignal,
  putAway: (late: T) => Promise<void>,
  patience: (ended: AbortSignal) => Promise<void> = () => Promise.resolve(),
): Promise<T> {
  try {
    return await unlessOver(asked, signal);
  } catch (error) {
    const ended = new AbortController();
    const away = asked.then(putAway).catch(() => undefined);
    await Promise.race([away, patience(ended.signal).catch(() => undefined)]);
    ended.abort();
    throw error;
  }
}

function rejection(signal: AbortSignal, over: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = (): void => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true, signal: over });
  });
}
