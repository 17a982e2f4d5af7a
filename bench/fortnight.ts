/**
 * Long and hostile runs: a simulated fortnight of 500 agents for each mix of answers to what is not known of the platform,
 * with people who mean to evade. `node bench/fortnight.ts [--agents N] [--days N] [--mixes N] [--from MIX] [--tuned]`;
 * as many at a time as there are processors, or `--jobs`. No two mixes have the same seed.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import process from 'node:process';
import { parseArgs } from 'node:util';
import pLimit from 'p-limit';
import { table } from '../src/cli/output.ts';
import type { ArchetypeSums, Truth } from '../src/sandbox/index.ts';
import { mixes, type Mix } from './fortnight-mixes.ts';
import type { Wanted } from './fortnight-play.ts';

const COUNTS = ['people', 'loggedOff', 'logoffs', 'silentReturns', 'disturbed', 'missed'] as const;

/** What several runs add up to. */
type Row = Record<(typeof COUNTS)[number] | 'hoursAfter' | 'hoursOffline', number>;

/** Plays one mix in a process of its own. */
async function play(wanted: Wanted): Promise<Truth> {
  const child = fork(fileURLToPath(new URL('fortnight-play.ts', import.meta.url)));
  child.send(wanted);
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`seed ${wanted.seed} ended with ${String(code)}`);
  });
  const [truth] = (await Promise.race([once(child, 'message'), ended])) as [Truth];
  ended.catch(() => undefined);
  return truth;
}

/** Adds one run's sums to the row of that name. */
function add(rows: Map<string, Row>, name: string, each: ArchetypeSums): void {
  const row = rows.get(name) ?? {
    people: 0,
    loggedOff: 0,
    logoffs: 0,
    silentReturns: 0,
    disturbed: 0,
    missed: 0,
    hoursAfter: 0,
    hoursOffline: 0,
  };
  for (const key of COUNTS) row[key] += each[key];
  row.hoursAfter += each.hoursAfter;
  row.hoursOffline += each.hoursAfter * (each.offlineShare ?? 0);
  rows.set(name, row);
}

function print(title: string, rows: ReadonlyMap<string, Row>): void {
  const cells = [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, row]) => [
      name,
      ...COUNTS.map((key) => String(row[key])),
      row.hoursAfter === 0 ? '' : `${((row.hoursOffline / row.hoursAfter) * 100).toFixed(1)} %`,
    ]);
  const head = [
    title,
    'people',
    'logged off',
    'log-offs',
    'silent returns',
    'disturbed',
    'missed',
    'Offline',
  ];
  for (const line of table(head, cells)) process.stdout.write(`${line}\n`);
  process.stdout.write('\n');
}

function say(number: number, mix: Mix, truth: Truth): void {
  const share =
    truth.offlineShare === undefined ? '' : `, Offline ${(truth.offlineShare * 100).toFixed(1)} %`;
  process.stdout.write(
    `mix ${number}: ${truth.disturbed.length} disturbed, ${truth.unavoidable.length} unavoidable, ${truth.missed.length} missed, ` +
      `${truth.logoffs} log-offs, ${truth.silentReturns} silent returns${share}  ${JSON.stringify(mix)}\n`,
  );
  for (const each of truth.disturbed) process.stdout.write(`  disturbed: ${JSON.stringify(each)}\n`);
  for (const each of truth.missed.slice(0, 5)) process.stdout.write(`  missed: ${JSON.stringify(each)}\n`);
}

const { values } = parseArgs({
  options: {
    agents: { type: 'string', default: '500' },
    days: { type: 'string', default: '14' },
    mixes: { type: 'string' },
    from: { type: 'string', default: '0' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    tuned: { type: 'boolean', default: false },
  },
});
const chosen = mixes();
const from = Number(values.from);
const limit = pLimit(Number(values.jobs));
const byWho = new Map<string, Row>();
const byTimeout = new Map<string, Row>();
const wanted = [...chosen.entries()].slice(from, from + Number(values.mixes ?? chosen.length));
process.stdout.write(
  `${wanted.length} of ${chosen.length} mixes, ${values.agents} agents, ${values.days} days each\n`,
);
await limit.map(wanted, async ([i, mix]) => {
  const { tuned } = values;
  const truth = await play({
    mix,
    seed: i + 1,
    agents: Number(values.agents),
    days: Number(values.days),
    tuned,
  });
  say(i + 1, mix, truth);
  for (const each of truth.perArchetype) {
    add(byWho, each.archetype, each);
    add(byTimeout, `native timeout ${mix.nativeTimeoutMinutes}`, each);
  }
});
process.stdout.write('\n');
print('who', byWho);
print('under', byTimeout);
