/** `backup`: a copy of the store to keep somewhere else, taken while a worker runs or not. */
import { resolve } from 'node:path';
import { realClock } from '../../app/clock.ts';
import { SECOND, type Duration } from '../../domain/time/time.ts';
import { besideStore, copyStore } from '../../store/open.ts';
import { EXIT, UsageError } from '../shared/exit.ts';
import type { Output } from '../shared/output.ts';
import { untilSignalled } from '../shared/signals.ts';
import { withStoreMeant, type StoreOption } from '../shared/store-place.ts';
import { instantWords } from '../shared/worker-words.ts';
import { makeFile } from './new-file.ts';
import { counted } from '../../texts/counted.ts';

export interface BackupOptions extends StoreOption {
  readonly json?: boolean;
}

/** A worker may be writing. */
const BUSY: Duration = 15 * SECOND;

/** Copies the store and says what the copy holds. Rejects with `UsageError` or `StoreError`, and leaves nothing then. */
export async function backup(path: string, options: BackupOptions, output: Output): Promise<number> {
  if (path.trim() === '' || path.includes('\0'))
    throw new UsageError('FILE is empty: give the path of a new file.');
  const file = resolve(path);
  // A signal must not end the process while half a copy is there.
  const ending = untilSignalled();
  try {
    const copied = await withStoreMeant(options, (place) => {
      const store = besideStore(file);
      if (store !== undefined)
        throw new UsageError(`${file} belongs to the store ${store}: give another name.`);
      return makeFile(file, async (temporary) => {
        const how = { now: () => realClock.now(), busyTimeout: BUSY };
        const result = await copyStore(place, { file: temporary, called: file }, how);
        // Signals that came meanwhile are heard now.
        await new Promise(setImmediate);
        ending.signal.throwIfAborted();
        return result;
      });
    });
    tell(file, copied, options, output);
    return EXIT.fine;
  } catch (error) {
    if (ending.signal.aborted) return await ending.code;
    throw error;
  } finally {
    ending.close();
  }
}

function tell(
  file: string,
  copied: Awaited<ReturnType<typeof copyStore>>,
  { json }: BackupOptions,
  output: Output,
): void {
  const { from: store, agents, events, earliest, latest, bytes } = copied;
  if (json === true) {
    const times = { earliestAt: earliest, latestAt: latest };
    output.json({ file, store, agents, events, ...times, bytes }, 2);
    return;
  }
  output.line(`Copied the store ${store} to ${file} (${sizeWords(bytes)}), and checked the copy.`);
  const span =
    earliest === undefined || latest === undefined
      ? ''
      : `, from ${instantWords(earliest)} to ${instantWords(latest)}`;
  output.line(`It holds the clocks of ${counted(agents, 'agent')} and ${counted(events, 'event')}${span}.`);
}

function sizeWords(bytes: number): string {
  return bytes < 2 ** 20 ? `${Math.ceil(bytes / 1024)} KiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
