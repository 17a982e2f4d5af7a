/** Sweeps of 50,000 agents by the worker as it is shipped: requests, and memory at its highest. */
import { readFileSync } from 'node:fs';
import { MINUTE } from '../src/domain/time/time.ts';
import { ended, firstMatch, startCentre, startWorker } from './centre.ts';
import type { Row } from './measure.ts';

const AGENTS = 50_000;
const SWEEPS = 3;

export async function benchSweep(): Promise<readonly Row[]> {
  const centre = await startCentre(AGENTS);
  const worker = startWorker(centre);
  try {
    const port = await firstMatch(worker, /"port":(\d+)/);
    const took: string[] = [];
    for (let i = 0; i < SWEEPS; i += 1)
      took.push(await firstMatch(worker, /"took_seconds":([\d.]+).*"sweep done"/));
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const pages = count(
      metrics,
      /^idle_enforcer_api_requests_total\{[^}]*operation="getUsersQuery",status="200"[^}]*\} (\d+)/m,
    );
    const sweeps = count(metrics, /^idle_enforcer_sweeps_total\{[^}]*outcome="complete"[^}]*\} (\d+)/m);
    const peak =
      count(readFileSync(`/proc/${String(worker.pid)}/status`, 'utf8'), /^VmHWM:\s+(\d+) kB/m) / 1_024;
    const each = pages / sweeps;
    const slowest = Math.max(...took.map(Number)) * 1_000;
    return [
      {
        what: 'requests for a sweep of 50,000 agents',
        measured: each.toFixed(0),
        target: 'at most 100',
        met: each <= 100,
      },
      {
        what: 'resident memory at its highest',
        measured: `${peak.toFixed(0)} MB`,
        target: 'under 250 MB',
        met: peak < 250,
      },
      {
        what: 'slowest of the sweeps',
        measured: `${slowest.toFixed(0)} ms`,
        target: 'half its interval',
        met: slowest < MINUTE / 2,
      },
    ];
  } finally {
    await ended(worker);
    await centre.close();
  }
}

function count(text: string, pattern: RegExp): number {
  return Number(pattern.exec(text)?.[1] ?? NaN);
}
