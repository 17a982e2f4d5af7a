/**
 * `pause` and `resume`: the kill switch, through the store, whether or not a worker is running. They need nothing of the
 * policy but the place of the store, and say which worker they reached.
 */
import { realClock } from '../../app/clock.ts';
import { isPaused, outlasts } from '../../domain/planning/holds.ts';
import type { Pause } from '../../domain/record.ts';
import { formatDuration, type Instant } from '../../domain/time/time.ts';
import { inEachStore, reachedIn } from '../shared/deeds.ts';
import { reasonOption, whoAmI } from '../shared/operator.ts';
import { durationOption } from '../shared/options.ts';
import type { Output } from '../shared/output.ts';
import type { StoreOption } from '../shared/store-place.ts';

export interface PauseOptions extends StoreOption {
  readonly for?: string;
  readonly reason?: string;
}

/**
 * Holds all action from the next agent on; in a fleet that of all organisations, unless one is named. Rejects with `Incomplete` after the
 * pause was written, where it reached no worker.
 */
export async function pause(options: PauseOptions, output: Output): Promise<number> {
  const length = options.for === undefined ? undefined : durationOption('--for', options.for);
  const reason = reasonOption(options.reason);
  const now = realClock.now();
  const until = length === undefined ? undefined : now + length;
  const by = whoAmI();
  return await inEachStore(options, output, async (store, tell) => {
    await store.setPause(
      { since: now, until, reason, by },
      { kind: 'pause', at: now, reason: reason ?? 'paused', by },
    );
    tell(
      `${pausedWords(await store.pause(), { since: now, until, reason, by })}, in the store ${store.place}.`,
    );
    const reached = await reachedIn(store);
    tell(`Reached: ${reached}. Sweeps continue; no action is taken on any agent.`);
  });
}

/** Ends a pause, and frees the agents that the breaker holds; in a fleet in all organisations, unless one is named. */
export async function resume(options: StoreOption, output: Output): Promise<number> {
  const now = realClock.now();
  const by = whoAmI();
  return await inEachStore(options, output, async (store, tell) => {
    const before = await store.pause();
    await store.setPause(undefined, { kind: 'resume', at: now, by });
    await store.requestResume();
    tell(`${resumed(before, now)}, by ${by}, in the store ${store.place}.`);
    const reached = await reachedIn(store);
    tell(`Reached: ${reached}. Agents held back by the breaker are free as well, from the next sweep on.`);
  });
}

/** What holds from now on: this pause, or one of before that ends later. */
function pausedWords(held: Pause | undefined, asked: Pause): string {
  const { until, by, reason } = held ?? asked;
  const end = until === undefined ? 'until resume' : `until ${new Date(until).toISOString()}`;
  const who = by === undefined ? '' : `, by ${by}`;
  if (held === undefined || !outlasts(held, asked)) return `Paused ${end}${who}`;
  const why = reason === undefined ? '' : ` (${reason})`;
  return `Paused already ${end}${who}${why}: that is longer, and stands`;
}

function resumed(before: Pause | undefined, now: Instant): string {
  // One that is over stays in the store until the next.
  if (before === undefined || !isPaused(before, now)) return 'Resumed, though nothing was paused';
  return `Resumed after ${formatDuration(now - before.since)}`;
}
