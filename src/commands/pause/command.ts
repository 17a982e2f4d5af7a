/**
 * `pause` and `resume`: the kill switch, through the store, whether or not a worker is running. They need nothing of the
 * policy but the place of the store, and say which worker they reached.
 */
import { hostname, userInfo } from 'node:os';
import process from 'node:process';
import { realClock } from '../../app/clock.ts';
import type { Pause, WorkerTrace } from '../../domain/record.ts';
import { formatDuration, MINUTE, SECOND, type Duration, type Instant } from '../../domain/time/time.ts';
import { usualInterval } from '../../controller/controller-state.ts';
import type { Store } from '../../ports/store.ts';
import { EXIT, Incomplete, UsageError } from '../shared/exit.ts';
import { durationOption } from '../shared/options.ts';
import type { Output } from '../shared/output.ts';
import { openStoreMeant, type StoreOption } from '../shared/store-place.ts';
import { agoWords, workerWords } from '../shared/worker-words.ts';

export interface PauseOptions extends StoreOption {
  readonly for?: string;
  readonly reason?: string;
}

/** Longer reasons belong somewhere else. */
const LONGEST_REASON = 200;
const LONGEST_NAME = 100;
/** A worker may be writing: stopping is worth some patience. */
const BUSY: Duration = 15 * SECOND;
/** A worker that has not begun a sweep for the longer of these is not there. */
const RECENT_SWEEP: Duration = 5 * MINUTE;
const INTERVALS = 3;

/** Holds all action from the next agent on. Rejects with `Incomplete` after the pause was written, where it reached no worker. */
export async function pause(options: PauseOptions, output: Output): Promise<number> {
  const length = options.for === undefined ? undefined : durationOption('--for', options.for);
  const { reason } = options;
  if (reason !== undefined && reason.length > LONGEST_REASON) {
    throw new UsageError(`--reason has ${reason.length} characters; at most ${LONGEST_REASON} are kept.`);
  }
  const now = realClock.now();
  const until = length === undefined ? undefined : now + length;
  const by = whoAmI();
  await withStore(options, async (store) => {
    await store.setPause(
      { since: now, until, reason, by },
      { kind: 'pause', at: now, reason: reason ?? 'paused', by },
    );
    const end = until === undefined ? 'until resume' : `until ${new Date(until).toISOString()}`;
    output.line(`Paused ${end}, by ${by}, in the store ${store.place}.`);
    const reached = await reachedIn(store);
    output.line(`Reached: ${reached}. Sweeps continue; no action is taken on any agent.`);
  });
  return EXIT.fine;
}

/** Ends a pause, and frees the agents that the breaker holds. */
export async function resume(options: StoreOption, output: Output): Promise<number> {
  const now = realClock.now();
  const by = whoAmI();
  await withStore(options, async (store) => {
    const before = await store.pause();
    await store.setPause(undefined, { kind: 'resume', at: now, by });
    await store.requestResume();
    output.line(`Resumed${afterWords(before, now)}, by ${by}, in the store ${store.place}.`);
    const reached = await reachedIn(store);
    output.line(
      `Reached: ${reached}. Agents held back by the breaker are free as well, from the next sweep on.`,
    );
  });
  return EXIT.fine;
}

function afterWords(before: Pause | undefined, now: Instant): string {
  return before === undefined ? '' : ` after ${formatDuration(now - before.since)}`;
}

async function withStore(options: StoreOption, use: (store: Store) => Promise<void>): Promise<void> {
  const store = await openStoreMeant(options, {
    now: () => realClock.now(),
    existing: true,
    busyTimeout: BUSY,
  });
  try {
    await use(store);
  } finally {
    await store.close();
  }
}

/** The worker that reads this store. Rejects with `Incomplete` when none has begun a sweep lately. */
async function reachedIn(store: Store): Promise<string> {
  const worker = await store.worker();
  const intervals = (await store.loadStanding())?.intervals ?? [];
  const usual = worker === undefined ? 0 : usualInterval(worker.interval, intervals);
  const now = realClock.now();
  const fault = faultIn(worker, Math.max(RECENT_SWEEP, INTERVALS * usual), now);
  if (fault !== undefined || worker === undefined)
    throw new Incomplete(
      `No worker was reached: ${fault ?? ''}. A worker that uses another store continues as before: ` +
        'its log names its store at the start, and --store takes that path.',
    );
  return `${workerWords(worker)}; its last sweep began ${agoWords(worker.sweptAt, now)}`;
}

/** Why it cannot be said that this worker reads the store; `undefined` when it does. */
function faultIn(worker: WorkerTrace | undefined, lately: Duration, now: Instant): string | undefined {
  if (worker === undefined) return 'no sweep of a worker is on record in this store';
  const last = `the last sweep began ${agoWords(worker.sweptAt, now)}, by ${workerWords(worker)}`;
  if (Math.abs(now - worker.sweptAt) > lately) return last;
  if (worker.state === 'gone') return `${last}, which runs no more`;
  return worker.state === 'elsewhere' ? `this file is a copy: ${last}, in another file` : undefined;
}

/** User and machine, for the record. */
function whoAmI(): string {
  const { SUDO_USER: behind } = process.env;
  const user = userName();
  const both = behind === undefined || behind === '' || behind === user ? user : `${user} for ${behind}`;
  return `${plain(both)}@${plain(hostname())}`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // In a container a user need not have a name.
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}

/** The environment must not be able to put lines of its own into the record. */
function plain(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N} ._-]/gu, '?').slice(0, LONGEST_NAME);
}
