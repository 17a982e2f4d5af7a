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

function rejection(signal: AbortSignal, over: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = (): void => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true, signal: over });
  });
}
