/** What befalls the platform, and the program: faults by chance, and kills at moments that a seed decides. */
import { setTimeout as sleep } from 'node:timers/promises';
import { seeded } from './cast.ts';
import type { Fault, Organisation } from './organisation.ts';
import { until, type Run, type Trial } from './program.ts';

/** What may go wrong with reads, and what with writes besides. */
const READ_FAULTS: readonly Fault[] = [
  { status: 429, retryAfter: 1 },
  { status: 500 },
  { status: 502 },
  { status: 503, retryAfter: 1 },
  { status: 504 },
  { slow: 700 },
  { slow: 700, stale: true },
  'reset',
  'truncated',
  'lost',
  'html',
  'hang',
];

/** A share of all requests goes wrong, each in one of all ways. */
export function someFail(share: number, seed: number, faults = READ_FAULTS): Organisation['fault'] {
  const random = seeded(seed);
  return () => (random() < share ? faults[Math.floor(random() * faults.length)] : undefined);
}

/** Now and then a part of a user is missing from an answer. */
export function someMissing(share: number, seed: number): Organisation['api']['drop'] {
  const random = seeded(seed);
  const parts = ['presence', 'routingStatus', 'conversationSummary', 'lasttokenissued', 'groups'];
  return () => (random() < share ? [parts[Math.floor(random() * parts.length)] ?? 'presence'] : []);
}

/** How the program was ended, and with what. */
export interface Death {
  readonly after: number;
  readonly moment: 'by the clock' | 'before the answer' | 'after the answer';
}

/** Kills the program again and again, at once or when it writes, and starts it anew. Answers the last run. */
export async function killAndRestart(
  org: Organisation,
  trial: Trial,
  seed: number,
  times: number,
  lull: () => number = () => 0,
): Promise<{ readonly run: Run; readonly deaths: readonly Death[] }> {
  const random = seeded(seed);
  const deaths: Death[] = [];
  let run = trial.start();
  for (let n = 0; n < times; n += 1) {
    const chance = random();
    const begun = Date.now();
    if (chance < 0.4) await sleep(300 + random() * 3_500);
    else await killedAtWrite(org, run, 1 + Math.floor(random() * 4), chance < 0.7);
    await run.kill();
    const moment = chance < 0.4 ? 'by the clock' : chance < 0.7 ? 'before the answer' : 'after the answer';
    deaths.push({ after: Date.now() - begun, moment });
    await sleep(lull());
    run = trial.start();
  }
  return { run, deaths };
}

/** Kills at the n-th write from now on, or after 4 s if there is none. */
async function killedAtWrite(org: Organisation, run: Run, nth: number, before: boolean): Promise<void> {
  let left = nth;
  let killed = false;
  org.people.onWrite = () => {
    left -= 1;
    if (left > 0 || killed) return;
    killed = true;
    if (before) run.child.kill('SIGKILL');
    else setTimeout(() => run.child.kill('SIGKILL'), 3);
  };
  await until(() => killed, 4_000);
  org.people.onWrite = () => undefined;
}
