/** What the page costs a worker with 50,000 agents: the first paint, and readers who have it open. */
import { setTimeout } from 'node:timers/promises';
import { ended, firstMatch, startCentre, startWorker } from './centre.ts';
import type { Row } from './measure.ts';
import { cpuOf, follow } from './page-readers.ts';
import { readFileSync } from 'node:fs';

const AGENTS = 50_000;
const READERS = 10;
/** Sweeps that are watched, each in its minute. */
const SWEEPS = 2;

export async function benchPage(): Promise<readonly Row[]> {
  const centre = await startCentre(AGENTS);
  const worker = startWorker(centre);
  try {
    const port = await firstMatch(worker, /"port":(\d+)/);
    const url = `http://127.0.0.1:${port}`;
    for (let n = 0; n < 2; n += 1) await firstMatch(worker, /(sweep done)/);
    const quiet = await cpuOver(url, worker);
    // After sweeps that had no reader: a worker that has just started still grows by itself.
    const before = memoryOf(worker.pid);
    // The first request of all loads what serves the page.
    const first = await painted(url);
    const second = await painted(url);
    const readers = new AbortController();
    const bytes = await Promise.all(Array.from({ length: READERS }, () => follow(url, readers.signal)));
    const busy = await cpuOver(url, worker);
    readers.abort();
    const after = memoryOf(worker.pid);
    const share = ((busy.cpu - quiet.cpu) / busy.seconds) * 100;
    return [
      {
        what: 'first paint of the page, the first of all',
        measured: `${first.toFixed(0)} ms`,
        target: 'under 1 s',
        met: first < 1_000,
      },
      {
        what: 'first paint of the page',
        measured: `${second.toFixed(0)} ms`,
        target: 'under 1 s',
        met: second < 1_000,
      },
      {
        what: `${READERS} readers, beside the sweeps`,
        measured: `${share.toFixed(2)} % of a core`,
        target: 'under 1 %',
        met: share < 1,
      },
      {
        what: 'memory of the page and its readers',
        measured: `${(after - before).toFixed(0)} MB`,
        target: 'under 20 MB',
        met: after - before < 20,
      },
      {
        what: 'sent to one reader at first',
        measured: `${((bytes[0] ?? 0) / 1_000).toFixed(0)} kB`,
        met: true,
      },
    ];
  } finally {
    await ended(worker);
    await centre.close();
  }
}

/** The page with its style sheet, in ms. */
async function painted(url: string): Promise<number> {
  const begun = performance.now();
  for (const path of ['/', '/page.css']) await (await fetch(`${url}${path}`)).text();
  return performance.now() - begun;
}

/** Seconds of processor that the worker takes over the same number of sweeps. */
async function cpuOver(
  url: string,
  worker: ReturnType<typeof startWorker>,
): Promise<{ cpu: number; seconds: number }> {
  await firstMatch(worker, /(sweep done)/);
  await setTimeout(1_000);
  const [begun, cpu] = [performance.now(), await cpuOf(url)];
  for (let n = 0; n < SWEEPS; n += 1) await firstMatch(worker, /(sweep done)/);
  await setTimeout(1_000);
  return { cpu: (await cpuOf(url)) - cpu, seconds: (performance.now() - begun) / 1_000 };
}

/** In MB, as the system counts it. */
function memoryOf(pid = 0): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? NaN) / 1_000;
}
