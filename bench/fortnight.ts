/**
 * Long and hostile runs: a simulated fortnight of 500 agents for each mix of answers to what is not known of the platform,
 * with people who mean to evade. `node bench/fortnight.ts [--agents N] [--days N] [--mixes N] [--from MIX] [--tuned]
 * [--only KIND] [--interval SECONDS]`;
 * `--every` plays one day with one agent of each kind in every mix there is. `--evidence` is the key of the policy, `--faults` what
 * its sources get wrong, `--early` carries out answers between sweeps as well, where push is asked. As many at a time as there are
 * processors, or `--jobs`. No two mixes have the same seed.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import process from 'node:process';
import { argumentsOf, oneOf, positive, refuse, whole } from '../scripts/arguments.ts';
import { textTable } from '../src/texts/table.ts';
import { MINUTE } from '../src/domain/time/time.ts';
import { PolicyRefused } from '../src/policy-file/faults.ts';
import { loadPolicyText } from '../src/policy-file/load.ts';
import { DEFAULT_FAULTS } from '../src/sandbox/faults.ts';
import { ARCHETYPES, HOSTILE_MIX, type ArchetypeSums, type Truth } from '../src/sandbox/index.ts';
import { everyMix, fewMixes, type Mix } from './fortnight-mixes.ts';
import type { Wanted } from './fortnight-play.ts';

const COUNTS = ['people', 'loggedOff', 'logoffs', 'silentReturns', 'disturbed', 'missed'] as const;

/** What several runs add up to. */
type Row = Record<(typeof COUNTS)[number] | 'hoursAfter' | 'hoursOffline', number>;

/** Has one mix played by a process that has nothing else to do. */
async function play(player: ChildProcess, wanted: Wanted): Promise<Truth> {
  const gone = new AbortController();
  const ended = once(player, 'exit', { signal: gone.signal }).then(([code]) => {
    throw new Error(`seed ${wanted.seed} ended with ${String(code)}`);
  });
  const answered = once(player, 'message', { signal: gone.signal });
  player.send(wanted);
  const [truth] = (await Promise.race([answered, ended])) as [Truth];
  ended.catch(() => undefined);
  gone.abort();
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
  for (const line of textTable(head, cells)) process.stdout.write(`${line}\n`);
  process.stdout.write('\n');
}

function say(number: number, mix: Mix, truth: Truth): void {
  const share =
    truth.offlineShare === undefined ? '' : `, Offline ${(truth.offlineShare * 100).toFixed(1)} %`;
  const latest = Math.max(...truth.missed.map(({ lateBy }) => lateBy));
  const late = truth.missed.length === 0 ? '' : ` by ${(latest / MINUTE).toFixed(1)} min at most`;
  process.stdout.write(
    `mix ${number}: ${truth.disturbed.length} disturbed, ${truth.unavoidable.length} unavoidable, ${truth.missed.length} missed${late}, ` +
      `${truth.logoffs} log-offs, ${truth.silentReturns} silent returns${share}  ${JSON.stringify(mix)}\n`,
  );
  for (const each of truth.disturbed) process.stdout.write(`  disturbed: ${JSON.stringify(each)}\n`);
  for (const each of truth.missed.slice(0, 5)) process.stdout.write(`  missed: ${JSON.stringify(each)}\n`);
}

/** As the policy of each world will have it. */
function evidenceIn(text: string): string {
  const genesys = '{ region: eu-west-1, client_id: id, client_secret: secret }';
  const rules = '[{ id: gone, when: { presence: [away] }, limit: 1h }]';
  const policy = `version: 1\ngenesys: ${genesys}\nprofiles: [{ name: all, rules: ${rules} }]\nevidence: ${text}\n`;
  try {
    loadPolicyText(policy, '--evidence', {});
    return text;
  } catch (error) {
    if (!(error instanceof PolicyRefused)) throw error;
    refuse(`--evidence: ${error.faults[0]?.message ?? 'it is refused'}.`);
  }
}

function faultsIn(text: string): Wanted['faults'] {
  try {
    const faults: unknown = JSON.parse(text);
    if (typeof faults !== 'object' || faults === null) throw new SyntaxError('it is no object');
    for (const name of Object.keys(faults)) oneOf('--faults', name, Object.keys(DEFAULT_FAULTS));
    return faults;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    refuse(`--faults takes JSON, such as {"auditHoles":0.5}: ${error.message}.`);
  }
}

const { values } = argumentsOf({
  agents: { type: 'string', default: '500' },
  days: { type: 'string' },
  mixes: { type: 'string' },
  from: { type: 'string', default: '0' },
  jobs: { type: 'string', default: String(availableParallelism()) },
  tuned: { type: 'boolean', default: false },
  every: { type: 'boolean', default: false },
  evidence: { type: 'string', default: '{ timeline: auto }' },
  early: { type: 'boolean', default: false },
  faults: { type: 'string', default: '{}' },
  only: { type: 'string' },
  interval: { type: 'string', default: '60' },
});
const { tuned, every: each, early } = values;
const kinds = Object.keys(HOSTILE_MIX);
const agents = each ? kinds.length : whole('--agents', values.agents, 1);
const days = positive('--days', values.days ?? (each ? '1' : '14'));
const all = each ? everyMix() : fewMixes();
const only = values.only === undefined ? undefined : oneOf('--only', values.only, [...ARCHETYPES.keys()]);
const evidence = evidenceIn(values.evidence);
const cast = only === undefined ? (each ? kinds : undefined) : [only];
const interval = whole('--interval', values.interval, 1);
if (60 % interval !== 0) refuse(`--interval takes a divisor of 60, not '${values.interval}'.`);
const faults = faultsIn(values.faults);
const from = whole('--from', values.from);
const count = values.mixes === undefined ? all.length : whole('--mixes', values.mixes, 1);
const jobs = whole('--jobs', values.jobs, 1);
const byWho = new Map<string, Row>();
const byTimeout = new Map<string, Row>();
const bouncers = new Map<string, Row>();
const chosen = [...all.entries()].slice(from, from + count);
process.stdout.write(`${chosen.length} of ${all.length} mixes, ${agents} agents, ${days} days each\n`);
const next = chosen.values();
const players = Array.from({ length: jobs }, () =>
  fork(fileURLToPath(new URL('fortnight-play.ts', import.meta.url))),
);
await Promise.all(
  players.map(async (player) => {
    for (const [i, mix] of next) {
      const wanted = { mix, seed: i + 1, agents, days, tuned, cast, interval, evidence, early, faults };
      const truth = await play(player, wanted);
      say(i + 1, mix, truth);
      for (const sums of truth.perArchetype) {
        add(byWho, sums.archetype, sums);
        const timeout = `native timeout ${mix.nativeTimeoutMinutes}`;
        add(byTimeout, timeout, sums);
        const token = `tokens ${mix.tokenMovesOnSilentReturn ? 'move' : 'stay'}`;
        if (sums.archetype === 'native-bouncer') add(bouncers, `${timeout}, ${token}`, sums);
      }
    }
    player.disconnect();
  }),
);
process.stdout.write('\n');
print('who', byWho);
print('under', byTimeout);
print('native-bouncer under', bouncers);
