/** `pause` and `resume`: the kill switch, through the store, whether or not a worker is running. */
import { realClock } from '../clock.ts';
import { formatDuration } from '../domain/time.ts';
import { openStore } from '../store/sqlite-store.ts';
import { UsageError } from './exit.ts';
import { durationOption, loadConfig, type ConfigOption } from './options.ts';
import type { Output } from './output.ts';

export interface PauseOptions extends ConfigOption {
  readonly for?: string;
  readonly reason?: string;
}

/** Longer reasons belong somewhere else. */
const LONGEST_REASON = 200;

/** Holds all action from the next agent on. */
export async function pause(options: PauseOptions, output: Output): Promise<void> {
  const length = options.for === undefined ? undefined : durationOption(options.for);
  const { reason } = options;
  if (reason !== undefined && reason.length > LONGEST_REASON) {
    throw new UsageError(`--reason has ${reason.length} characters; at most ${LONGEST_REASON} are kept.`);
  }
  const now = realClock.now();
  const until = length === undefined ? undefined : now + length;
  await withStore(options, output, async (store) => {
    await store.setPause({ since: now, until, reason });
    await store.saveStep([], [{ kind: 'pause', at: now, reason: reason ?? 'paused' }]);
  });
  const end = until === undefined ? 'until resume' : `until ${new Date(until).toISOString()}`;
  output.line(`Paused ${end}. Sweeps go on; nothing is done to any agent.`);
}

/** Ends a pause, and frees whoever the breaker holds. */
export async function resume(options: ConfigOption, output: Output): Promise<void> {
  const now = realClock.now();
  const before = await withStore(options, output, async (store) => {
    const paused = await store.pause();
    await store.setPause(undefined);
    await store.requestResume();
    await store.saveStep([], [{ kind: 'pause', at: now, reason: 'resumed' }]);
    return paused;
  });
  const length = before === undefined ? '' : ` after ${formatDuration(now - before.since)}`;
  output.line(`Resumed${length}. Whoever the breaker held back is free as well, from the next sweep on.`);
}

async function withStore<T>(
  options: ConfigOption,
  output: Output,
  use: (store: Awaited<ReturnType<typeof openStore>>) => Promise<T>,
): Promise<T> {
  const { settings } = loadConfig(options, output);
  const store = await openStore(settings.store.sqlite, { now: () => realClock.now(), existing: true });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}
