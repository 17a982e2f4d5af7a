/** The process that sweeps, in words. */
import { usualInterval } from '../../controller/controller-state.ts';
import type { WorkerTrace } from '../../domain/record.ts';
import { formatDuration, MINUTE, SECOND, type Duration, type Instant } from '../../domain/time/time.ts';

/** A worker that has not begun a sweep for the longer of these is not there. */
const RECENT_SWEEP: Duration = 5 * MINUTE;
const INTERVALS = 3;

/**
 * Why it cannot be said that this worker sweeps the store that was read; `undefined` when it does. `intervals` are those between the
 * last sweeps.
 */
export function workerFault(
  worker: WorkerTrace | undefined,
  intervals: readonly Duration[],
  now: Instant,
): string | undefined {
  if (worker === undefined) return 'no sweep of a worker is on record in this store';
  const lately = Math.max(RECENT_SWEEP, INTERVALS * usualInterval(worker.interval, intervals));
  const last = `the last sweep began ${agoWords(worker.sweptAt, now)}, by ${workerWords(worker)}`;
  if (Math.abs(now - worker.sweptAt) > lately) return last;
  if (worker.state === 'gone') return `${last}, which runs no more`;
  return worker.state === 'elsewhere' ? `this file is a copy: ${last}, in another file` : undefined;
}

/** Which process it is: `run on host web-1, process 17, version 0.1.0, since 2026-03-02T08:00:00Z (1b2c3d4e)`. */
export function workerWords({ command, host, pid, version, startedAt, holder }: WorkerTrace): string {
  const since = instantWords(startedAt);
  return `${command} on host ${host}, process ${pid}, version ${version}, since ${since} (${holder.slice(0, 8)})`;
}

/** An instant to the second; what is no instant is said to be none. */
export function instantWords(at: Instant): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? 'a time that cannot be' : date.toISOString().replace(/\.\d+/, '');
}

/** How long ago that was, at `now`; another process may have looked at the clock a moment later. */
export function agoWords(at: Instant, now: Instant): string {
  return at <= now + SECOND ? `${formatDuration(now - at)} ago` : `in the future, at ${instantWords(at)}`;
}
