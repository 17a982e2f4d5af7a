/** Reads what another program hands over, such as standard input: as text, within bounds of size and time. */
import type { Readable } from 'node:stream';
import { FileFault, textOf } from './plain-file.ts';

/**
 * Reads to the end, at most `most` bytes and no longer than the signal lets it, as UTF-8 without a byte order mark. Rejects with
 * `FileFault`. The stream is closed in any case.
 */
export async function readInput(input: Readable, most: number, signal?: AbortSignal): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  const stop = (): void => {
    input.destroy(new FileFault('it does not end'));
  };
  signal?.addEventListener('abort', stop);
  if (signal?.aborted === true) stop();
  try {
    for await (const part of input) {
      const bytes = Buffer.from(part as Uint8Array);
      length += bytes.length;
      if (length > most) throw new FileFault(`it is larger than ${most / 1024} KiB`, { tooLarge: true });
      parts.push(bytes);
    }
  } catch (error) {
    throw error instanceof FileFault ? error : new FileFault('reading it failed');
  } finally {
    signal?.removeEventListener('abort', stop);
    input.destroy();
  }
  return textOf(Buffer.concat(parts));
}
