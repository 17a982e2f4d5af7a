/** Waiting for work that is shared with others and goes on when one of them stops waiting. */

/** The outcome of `promise`, unless the signal comes first: then rejects with its reason. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  if (signal.aborted) {
    // This caller no longer looks at it; the others do.
    promise.catch(() => undefined);
    throw signal.reason as Error;
  }
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => {
    reject(signal.reason as Error);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, stopped]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
