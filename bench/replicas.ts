/**
 * `node bench/replicas.ts --minutes 30 --replicas 3 --organisations 20 --agents 500`: several real processes share one real PostgreSQL and
 * many simulated organisations, while every two minutes one of the processes is killed, and started again later, or frozen, and thawed
 * later. At the end the truth of the organisations and the record are held against each other. Not run by the test runner.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { argumentsOf, positive, whole } from '../scripts/arguments.ts';
import { textTable } from '../src/texts/table.ts';
import { createRandom } from '../src/sandbox/random.ts';
import { emptyDatabase } from '../test/postgres/server.ts';
import { centreOf, INTERVAL, limitOf, ReplicaProcess, type Effect } from './replicas-parts.ts';

const { values } = argumentsOf({
  minutes: { type: 'string', default: '30' },
  replicas: { type: 'string', default: '3' },
  organisations: { type: 'string', default: '20' },
  agents: { type: 'string', default: '500' },
  every: { type: 'string', default: '120' },
  seed: { type: 'string', default: '1' },
});
const MINUTES = positive('--minutes', values.minutes);
const REPLICAS = whole('--replicas', values.replicas, 1);
const ORGANISATIONS = whole('--organisations', values.organisations, 1);
const AGENTS = whole('--agents', values.agents, 1);
const SEED = whole('--seed', values.seed);
const EVERY = positive('--every', values.every) * 1_000;
/** A process that was killed or frozen is back after this, half of the time between two mishaps. */
const AWAY = EVERY / 2;
const SWEPT_WITHIN = 35_000;
const ACTED_WITHIN = 60_000 + INTERVAL;
/** How often it is looked at who holds what. */
const LOOK = 500;
const random = createRandom(SEED);

/** What the database tells of an organisation. */
interface Standing {
  readonly organisation: string;
  readonly pid: number;
  readonly epoch: number;
  readonly swept_at: number;
  readonly swept_by: number;
  readonly act_from: number;
}

/** An organisation whose holder was killed or frozen, until another has swept and acted. */
interface Orphan {
  readonly organisation: string;
  readonly of: number;
  readonly at: number;
  swept?: number;
  acted?: number;
}

const folder = mkdtempSync(join(tmpdir(), 'idle-replicas-'));
mkdirSync(join(folder, 'o'));
const database = await emptyDatabase();
const client = new pg.Pool({ connectionString: database.url, max: 3 });

const effects: Effect[] = [];
/** Effects of a process that did not hold the organisation any more, by way of the database when they arrived. */
const stray: Effect[] = [];
const replicas: ReplicaProcess[] = [];
const centres = await Promise.all(
  Array.from({ length: ORGANISATIONS }, (_, n) =>
    centreOf({ n, agents: AGENTS, replicas: REPLICAS, seed: SEED }, (effect) => {
      effects.push(effect);
      void arrived(effect);
    }),
  ),
);
for (const { file, policy } of centres) writeFileSync(join(folder, 'o', file), policy);
writeFileSync(
  join(folder, 'fleet.yaml'),
  `version: 1\norganisations: ./o/*.yaml\nstore: { postgres: "${database.url}" }\nserver: { port: 0 }\n`,
);

async function rows<T>(sql: string, ...params: readonly unknown[]): Promise<readonly T[]> {
  return (await client.query(sql, [...params])).rows as T[];
}

async function arrived(effect: Effect): Promise<void> {
  const pid = replicas[effect.replica]?.pid;
  const [lease] = await rows<{ pid: string; holder: string }>(
    'SELECT pid, holder FROM idle_enforcer.lease WHERE organisation = $1',
    effect.organisation,
  );
  if (Number(lease?.pid) !== pid || lease?.holder === '') stray.push(effect);
}

/** Rejects before the first process has made the tables. */
function standings(): Promise<readonly Standing[]> {
  return rows<Standing>(`SELECT l.organisation, l.pid::int, l.epoch::int, coalesce(w.swept_at, 0)::float8 AS swept_at,
    coalesce(w.pid, 0)::int AS swept_by, (extract(epoch FROM l.act_from) * 1000)::float8 AS act_from
    FROM idle_enforcer.lease l LEFT JOIN idle_enforcer.worker w USING (organisation) WHERE l.holder <> ''`);
}

const orphans: Orphan[] = [];
let widest = 0;

/** Looks at who holds what, and whether what lost its holder has one again. */
async function look(): Promise<void> {
  const now = await standings();
  for (const orphan of orphans) {
    const found = now.find(({ organisation }) => organisation === orphan.organisation);
    if (found === undefined || found.swept_by === orphan.of || found.swept_at < orphan.at) continue;
    orphan.swept ??= found.swept_at - orphan.at;
    if (found.swept_at >= found.act_from) orphan.acted ??= found.swept_at - orphan.at;
  }
}

async function mishap(n: number): Promise<string> {
  const victim = Math.floor(random() * REPLICAS);
  const replica = replicas[victim]!;
  const { pid } = replica;
  const held = (await standings()).filter((each) => each.pid === pid).map(({ organisation }) => organisation);
  const at = Date.now();
  for (const organisation of held) orphans.push({ organisation, of: pid, at });
  widest = Math.max(widest, held.length);
  const isKill = n % 2 === 0;
  replica.child.kill(isKill ? 'SIGKILL' : 'SIGSTOP');
  setTimeout(() => {
    if (isKill) replica.restart();
    else replica.child.kill('SIGCONT');
  }, AWAY);
  return `replica ${victim + 1} is ${isKill ? 'killed' : 'frozen'}, with ${held.length} organisations`;
}

for (let n = 0; n < REPLICAS; n += 1) {
  const env = Object.fromEntries(centres.flatMap(({ ways }) => Object.entries(ways[n] ?? {})));
  replicas.push(new ReplicaProcess(folder, env));
}

/** A busy machine takes its time to start them. */
for (let held = 0; held < ORGANISATIONS; held = (await standings().catch(() => [])).length) await sleep(LOOK);
const begun = Date.now();
const end = begun + MINUTES * 60_000;
let next = begun + EVERY;
let mishaps = 0;
let told = 0;
while (Date.now() < end) {
  await sleep(LOOK);
  await look().catch(() => undefined);
  // The last one has to be over before the end.
  if (Date.now() >= next && next + EVERY <= end + 1_000) {
    process.stdout.write(`${clock()} ${await mishap(mishaps)}\n`);
    mishaps += 1;
    next += EVERY;
  }
  if (Date.now() - told >= 60_000) {
    told = Date.now();
    const by = await standings().catch(() => []);
    const holds = replicas.map(({ pid }) => by.filter((each) => each.pid === pid).length);
    process.stdout.write(
      `${clock()} organisations of each replica: ${holds.join(', ')}; ${effects.length} effects\n`,
    );
  }
}

function clock(): string {
  return new Date(Date.now() - begun).toISOString().slice(14, 19);
}

const truths = centres.map(({ sandbox }) =>
  sandbox.truth({ limitFor: limitOf, slackMs: 2 * INTERVAL + ACTED_WITHIN, backOnlineMs: 20 * 60_000 }),
);
const disturbed = truths.flatMap(({ disturbed: each }) => each);
/** Nobody watched those who had left before the processes had started. */
const missed = truths.flatMap(({ missed: each }) => each).filter(({ absentFrom }) => absentFrom >= begun);
await Promise.all(replicas.map((replica) => replica.stop()));
const [record] = await rows<Record<'agents' | 'gaps' | 'damaged' | 'intents' | 'twice' | 'open', number>>(`
  WITH intents AS (
    SELECT organisation, agent_id, seq, intent_id, lead(seq) OVER (PARTITION BY organisation, agent_id ORDER BY seq) AS next
    FROM idle_enforcer.event WHERE kind = 'intent'
  ), outcomes AS (
    SELECT i.*, (SELECT count(*) FROM idle_enforcer.event e WHERE e.organisation = i.organisation
        AND e.intent_id = i.intent_id AND e.kind NOT IN ('intent', 'sso_ended')) AS all_of_it,
      (SELECT count(*) FROM idle_enforcer.event e WHERE e.organisation = i.organisation
        AND e.intent_id = i.intent_id AND e.kind NOT IN ('intent', 'sso_ended') AND e.seq < i.next) AS before_next
    FROM intents i
  )
  SELECT (SELECT count(*) FROM idle_enforcer.memory)::int AS agents,
    (SELECT count(*) FROM idle_enforcer.event WHERE kind = 'gap')::int AS gaps,
    (SELECT count(*) FROM idle_enforcer.damaged)::int AS damaged,
    (SELECT count(*) FROM intents)::int AS intents,
    (SELECT count(*) FROM outcomes WHERE all_of_it > 1 OR (next IS NOT NULL AND before_next = 0))::int AS twice,
    (SELECT count(*) FROM outcomes WHERE all_of_it = 0)::int AS open`);
/** Clocks that stood still: of which organisation, until when, and for how long. */
const stood = await rows<object>(`SELECT organisation, to_timestamp(at / 1000.0) AS until, measured
  FROM idle_enforcer.event WHERE kind = 'gap' ORDER BY at`);
await client.end();
await Promise.all(centres.map((centre) => centre.close()));
await database.drop();
rmSync(folder, { recursive: true });

const everyone = ORGANISATIONS * Number(values.agents);
const longest = (of: readonly (number | undefined)[]): number =>
  of.some((each) => each === undefined) ? Infinity : Math.max(0, ...of.map(Number));
const swept = longest(orphans.map((each) => each.swept));
const acted = longest(orphans.map((each) => each.acted));
const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
const zero = (what: string, n: number): readonly [string, string, string, boolean] => [
  what,
  `${n}`,
  '0',
  n === 0,
];
const results = [
  zero('people who were there and were disturbed', disturbed.length),
  zero('absent people who were not logged off in time', missed.length),
  zero('agents whose memory is lost', everyone - (record?.agents ?? 0)),
  zero('times in which the clocks of an organisation stood still', record?.gaps ?? 0),
  zero('rows that could not be used', record?.damaged ?? 0),
  zero('intentions beside another one, or with two outcomes', record?.twice ?? 0),
  zero('effects of a process that held the organisation no more', stray.length),
  ['longest until an organisation was swept again', seconds(swept), '35 s', swept <= SWEPT_WITHIN],
  [
    'longest until one was swept in which it may act',
    seconds(acted),
    seconds(ACTED_WITHIN),
    acted <= ACTED_WITHIN,
  ],
] as const;
const lines = results.map(([what, measured, bound, met]) => [what, measured, bound, met ? 'yes' : 'NO']);
for (const line of textTable(['what', 'measured', 'bound', 'met'], lines)) process.stdout.write(`${line}\n`);
const moves = replicas.reduce((sum, each) => sum + each.moves, 0);
process.stdout.write(
  `${mishaps} mishaps, ${orphans.length} organisations lost their holder, at most ${widest} at once; ${moves} moves; ` +
    `${effects.length} effects, ${record?.intents ?? 0} intentions, of which ${record?.open ?? 0} were open at the end.\n`,
);
for (const each of [...disturbed, ...missed].slice(0, 20)) process.stdout.write(`${JSON.stringify(each)}\n`);
for (const each of [...stray, ...stood].slice(0, 20)) process.stdout.write(`${JSON.stringify(each)}\n`);
process.exitCode = results.every(([, , , met]) => met) ? 0 : 1;
