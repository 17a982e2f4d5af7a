/** What readers of the endpoints can do to a worker with 50,000 agents: for how long they hold its only thread, and memory. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ended, firstMatch, startCentre, startWorker } from './centre.ts';
import type { Row } from './measure.ts';

const AGENTS = 50_000;
/** Between two sweeps, so that their own work is not counted. */
const SECONDS = 20;
const READERS = fileURLToPath(new URL('readers.ts', import.meta.url));

export async function benchEndpoints(): Promise<readonly Row[]> {
  const centre = await startCentre(AGENTS);
  const worker = startWorker(centre);
  try {
    const port = await firstMatch(worker, /"port":(\d+)/);
    // The second begins with a minute: until the next there is time.
    for (let n = 0; n < 2; n += 1) await firstMatch(worker, /(sweep done)/);
    const url = `http://127.0.0.1:${port}`;
    const before = stateOf(worker.pid);
    const quiet = await watched(url, 5);
    const readers = spawn(process.execPath, [READERS, port, String(SECONDS)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const answers = firstMatch(readers, /(\d+)/);
    const busy = await watched(url, SECONDS);
    const rate = Number(await answers) / SECONDS;
    await setTimeout(12_000);
    const after = stateOf(worker.pid);
    return [
      { what: 'event loop held at most, without readers', measured: `${quiet.lag.toFixed(0)} ms`, met: true },
      { what: 'answers to /metrics a second, read hard', measured: rate.toFixed(0), met: true },
      {
        what: 'event loop held at most, read hard',
        measured: `${busy.lag.toFixed(0)} ms`,
        target: 'under 200 ms',
        met: busy.lag < 200,
      },
      {
        what: 'slowest /healthz meanwhile',
        measured: `${busy.slowest.toFixed(0)} ms`,
        target: 'under 3 s',
        met: busy.slowest < 3_000,
      },
      {
        what: 'memory that is not given back afterwards',
        measured: `${(after - before).toFixed(0)} MB`,
        target: 'under 30 MB',
        met: after - before < 30,
      },
    ];
  } finally {
    await ended(worker);
    await centre.close();
  }
}

/** The longest time for which the worker's own measure saw its loop held, and the slowest answer of a probe, in ms. */
async function watched(url: string, seconds: number): Promise<{ lag: number; slowest: number }> {
  let [lag, slowest] = [0, 0];
  // The measure begins anew with each reading.
  await lagOf(url);
  for (let n = 0; n < seconds; n += 1) {
    await setTimeout(1_000);
    const begun = performance.now();
    await (await fetch(`${url}/healthz`)).text();
    slowest = Math.max(slowest, performance.now() - begun);
    lag = Math.max(lag, await lagOf(url));
  }
  return { lag, slowest };
}

async function lagOf(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^nodejs_eventloop_lag_max_seconds (\S+)/m.exec(text)?.[1] ?? NaN) * 1_000;
}

/** Resident memory of a process in MB. */
function stateOf(pid: number | undefined): number {
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? NaN) / 1_024;
}
