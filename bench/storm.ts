/**
 * A storm: a thousand agents of 10,000 are due in the same sweep, with ten readers of the page and with none. In `observe`, where all of
 * them are judged, looked at again and put on record within the one sweep: in `enforce` the rate budget spreads them over minutes.
 */
import { HOUR, SECOND } from '../src/domain/time/time.ts';
import { ended, firstMatch, startCentre, startWorker } from './centre.ts';
import type { Row } from './measure.ts';
import { cpuOf, follow } from './page-readers.ts';

const AGENTS = 10_000;
const DUE = 1_000;
const READERS = 10;
const EVERY = 30 * SECOND;
/** Into their shift, when enough of them are away. */
const INTO = 3 * HOUR;
/** The limit is reached in the fourth sweep at the latest; those after it carry on what is left. */
const SWEEPS = 7;

/** All clocks begin with the first sweep, so that all agents in these states are due at the same moment. */
const RULES = `sweep: { every: "*/30 * * * * *" }
profiles:
  - name: agents
    match: { groups: [Agents] }
    rules:
      - { id: storm, when: { presence: [available, away, break, busy, idle, meal] }, limit: 75s }
caps: { per_sweep: ${DUE}, per_hour: ${DUE}, settle: 1, breaker: { at_least: ${AGENTS}, share: 100%, hold: 30m } }
`;

/** What one run comes to. Times in ms. */
interface Storm {
  /** Agents who were due in one sweep and put on record, at most. */
  readonly due: number;
  /** Of the sweep in which they were. */
  readonly took: number;
  /** The longest from the time of the schedule to the beginning of a sweep. */
  readonly late: number;
  /** Of a core, from first to last sweep. */
  readonly share: number;
}

export async function benchStorm(): Promise<readonly Row[]> {
  const alone = await storm(0);
  const read = await storm(READERS);
  const told = ({ due, took, late }: Storm): string =>
    `${due} in a sweep of ${took.toFixed(0)} ms; begun ${late.toFixed(0)} ms late at most`;
  const isOnTime = ({ due, late }: Storm): boolean => due === DUE && late < 1_000;
  return [
    {
      what: `a storm of ${DUE} due, no reader`,
      measured: told(alone),
      target: `${DUE}, begun within 1 s`,
      met: isOnTime(alone),
    },
    {
      what: `the same, ${READERS} readers`,
      measured: told(read),
      target: `${DUE}, begun within 1 s`,
      met: isOnTime(read),
    },
    {
      what: `${READERS} readers in the storm`,
      measured: `${((read.share - alone.share) * 100).toFixed(2)} % of a core`,
      target: 'under 1 %',
      met: read.share - alone.share < 0.01,
    },
  ];
}

async function storm(readers: number): Promise<Storm> {
  const centre = await startCentre(AGENTS, { rules: RULES, into: INTO });
  const worker = startWorker(centre);
  const stop = new AbortController();
  try {
    const port = await firstMatch(worker, /"port":(\d+)/);
    const url = `http://127.0.0.1:${port}`;
    await Promise.all(Array.from({ length: readers }, () => follow(url, stop.signal)));
    const [begun, cpu] = [performance.now(), await cpuOf(url)];
    const sweeps: Sweep[] = [];
    while (sweeps.length < SWEEPS)
      sweeps.push(JSON.parse(await firstMatch(worker, /^(\{.*"sweep done"\})$/m)) as Sweep);
    const share = ((await cpuOf(url)) - cpu) / ((performance.now() - begun) / 1_000);
    const worst = sweeps.reduce((most, each) => (observed(each) > observed(most) ? each : most));
    // The first one begins with the process, and not by the schedule.
    const late = sweeps
      .slice(1)
      .map(({ time, took_seconds: took }) => (Date.parse(time) - took * SECOND) % EVERY);
    return { due: observed(worst), took: worst.took_seconds * 1_000, late: Math.max(...late), share };
  } finally {
    stop.abort();
    await ended(worker);
    await centre.close();
  }
}

/** What is read of a sweep's line in the log. */
interface Sweep {
  /** When the line was written, at its end. */
  readonly time: string;
  readonly took_seconds: number;
  readonly outcomes: Readonly<Record<string, number>>;
}

function observed({ outcomes }: Sweep): number {
  return outcomes['observed'] ?? 0;
}
