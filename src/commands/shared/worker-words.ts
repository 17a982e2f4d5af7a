/** The process that sweeps, in words. */
import type { WorkerTrace } from '../../domain/record.ts';
import { formatDuration, SECOND, type Instant } from '../../domain/time/time.ts';

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
