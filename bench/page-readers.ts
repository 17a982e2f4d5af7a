/** Readers who have the page open, and what the worker takes meanwhile. */

/** Opens the page's events and reads them; answers how large the first is. */
export async function follow(url: string, signal: AbortSignal): Promise<number> {
  const { body } = await fetch(`${url}/events`, { signal });
  const first = Promise.withResolvers<number>();
  const read = async (): Promise<void> => {
    for await (const part of body ?? []) first.resolve(Buffer.from(part as Uint8Array).byteLength);
  };
  read().catch(() => undefined);
  return await first.promise;
}

/** Seconds of processor that the worker has taken, as it says. */
export async function cpuOf(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^process_cpu_seconds_total (\S+)$/m.exec(text)?.[1] ?? NaN);
}
