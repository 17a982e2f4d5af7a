/** Waiting that ends with a signal. */

/** The answer, unless the time is over before: also a source that does not heed the signal holds no sweep up. */
export async function unlessOver<T>(asked: Promise<T>, signal: AbortSignal): Promise<T> {
  const over = new AbortController();
  try {
    return await Promise.race([asked, rejection(signal, over.signal)]);
  } finally {
    over.abort();
  }
}

/** The same of something that is put away where it comes too late. */
export async function unlessTooLate<T>(
  asked: Promise<T>,
  signal: AbortSignal,
  putAway: (late: T) => Promise<void>,
): Promise<T> {
  try {
    return await unlessOver(asked, signal);
  } catch (error) {
    // Nobody waits for it any more, and nobody is told how it ended.
    void asked.then(putAway).catch(() => undefined);
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
