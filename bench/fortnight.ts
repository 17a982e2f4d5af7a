/**
 * Long and hostile runs: a simulated fortnight of 500 agents for each seed, under mixes of the switches for what is not
 * known of the platform. `node bench/fortnight.ts [--agents N] [--days N] [--mixes N] [--from MIX]`.
 *
 * The mixes cover every pair of answers to two questions (there are 1,536 mixes of all), and no two have the same seed.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { table } from '../src/cli/output.ts';
import { WoundClock } from '../src/clock.ts';
import { HOUR, MINUTE } from '../src/domain/time.ts';
import { createLog } from '../src/logging.ts';
import { loadPolicyText } from '../src/policy/load.ts';
import { createSandbox, type ArchetypeSums, type Switches, type Truth } from '../src/sandbox/index.ts';
import { Metrics } from '../src/server/metrics.ts';
import { assemble, openStoreOf } from '../src/wiring.ts';

const FROM = Date.parse('2026-03-02T14:00:00Z');
const DAY = 24 * HOUR;
/** What each question may be answered with. */
const ANSWERS = {
  nativeTimeoutMinutes: [15, 30, 60, 'off'],
  reconnectMinutes: [1, 10, 60],
  revokeSetsOffline: [5_000, false],
  revokeKeepsRouting: [false, true],
  tokenMovesOnSilentReturn: [true, false],
  restoredDate: ['fresh', 'former'],
  samePresenceMovesDate: [true, false],
  presenceAfterOffQueue: ['available', 'kept'],
  restoreOnQueue: [true, false],
} as const satisfies { readonly [K in keyof Switches]?: readonly Switches[K][] };

type Question = keyof typeof ANSWERS;
type Mix = Readonly<Record<Question, Switches[Question]>>;

/** Few mixes in which every pair of answers meets, found greedily and always the same. */
function mixes(): readonly Mix[] {
  const all = (Object.keys(ANSWERS) as Question[]).reduce<Mix[]>(
    (sofar, question) =>
      sofar.flatMap((mix) => ANSWERS[question].map((answer) => ({ ...mix, [question]: answer }))),
    [{} as Mix],
  );
  const open = new Set(all.flatMap(pairs));
  const chosen: Mix[] = [];
  while (open.size > 0) {
    const gain = (mix: Mix): number => pairs(mix).filter((pair) => open.has(pair)).length;
    const best = all.reduce((a, b) => (gain(b) > gain(a) ? b : a));
    for (const pair of pairs(best)) open.delete(pair);
    chosen.push(best);
  }
  return chosen;
}

function pairs(mix: Mix): readonly string[] {
  const answers = Object.entries(mix).map(([question, answer]) => `${question}=${String(answer)}`);
  return answers.flatMap((a, i) => answers.slice(i + 1).map((b) => `${a} ${b}`));
}

/** Plays one mix to its end. */
async function play(mix: Mix, seed: number, agents: number, days: number): Promise<Truth> {
  const clock = new WoundClock(FROM);
  const sandbox = createSandbox({
    seed,
    agents,
    switches: mix as Partial<Switches>,
    startsAt: FROM,
    now: () => clock.now(),
  });
  const folder = await mkdtemp(join(tmpdir(), 'idle-enforcer-fortnight-'));
  const { apiUrl } = await sandbox.listen();
  const loaded = loadPolicyText(policy(apiUrl), 'fortnight.yaml', {});
  const around = {
    clock,
    log: createLog('silent', 'stderr'),
    metrics: new Metrics(),
    signal: new AbortController().signal,
  };
  const store = await openStoreOf(loaded.settings, around);
  const { worker, close } = await assemble(loaded, store, around);
  try {
    for (let at = FROM; at < FROM + days * DAY; at += MINUTE) {
      clock.windTo(at);
      await worker.tick(at + MINUTE);
    }
    return sandbox.truth({
      limitFor: (archetype) => LIMITS[archetype] ?? HOUR,
      slackMs: 12 * MINUTE,
    });
  } finally {
    await close();
    await sandbox.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** How long each kind of absence may last by the policy below. */
const LIMITS: Readonly<Record<string, number>> = {
  'overran-meal': 90 * MINUTE,
  'watching-supervisor': 12 * HOUR,
};

function policy(url: string): string {
  return `version: 1
mode: enforce
genesys: { region: eu-west-1, api_url: "${url}", login_url: "${url}", client_id: sandbox-client, client_secret: sandbox-secret }
exempt: [{ users: ["wallboard*@example.com"] }]
profiles:
  - name: supervisors
    match: { groups: [Supervisors] }
    rules: [{ id: sup-gone, when: { presence: [available, away, break, meal, busy, idle] }, limit: 12h }]
  - name: agents
    rules:
      - { id: not-responding, when: { routing: [not_responding] }, clock: in_state, limit: 10m }
      - { id: screen-locked, when: { presence: [idle] }, clock: in_state, limit: 60m }
      - { id: gone, when: { presence: [available, away, break, busy], routing: [off_queue] }, limit: 60m }
      - { id: long-meal, when: { presence: [meal] }, limit: 90m }
      - { id: long-meeting, when: { presence: [meeting, training] }, limit: 4h }
store: { sqlite: ":memory:" }
`;
}

/** Sums of several runs, by archetype. */
function add(
  sums: Map<
    string,
    Record<'people' | 'loggedOff' | 'logoffs' | 'silentReturns' | 'disturbed' | 'missed', number>
  >,
  each: ArchetypeSums,
): void {
  const sum = sums.get(each.archetype) ?? {
    people: 0,
    loggedOff: 0,
    logoffs: 0,
    silentReturns: 0,
    disturbed: 0,
    missed: 0,
  };
  for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += each[key];
  sums.set(each.archetype, sum);
}

const { values } = parseArgs({
  options: {
    agents: { type: 'string', default: '500' },
    days: { type: 'string', default: '14' },
    mixes: { type: 'string' },
    from: { type: 'string', default: '0' },
  },
});
const chosen = mixes();
const from = Number(values.from);
const sums: Parameters<typeof add>[0] = new Map();
for (const [i, mix] of [...chosen.entries()].slice(from, from + Number(values.mixes ?? chosen.length))) {
  const begun = Date.now();
  const truth = await play(mix, i + 1, Number(values.agents), Number(values.days));
  for (const each of truth.perArchetype) add(sums, each);
  const share =
    truth.offlineShare === undefined ? '' : `, Offline ${(truth.offlineShare * 100).toFixed(1)} %`;
  process.stdout.write(
    `mix ${i + 1} of ${chosen.length} in ${Math.round((Date.now() - begun) / 1_000)} s: ${truth.disturbed.length} disturbed, ` +
      `${truth.missed.length} missed, ${truth.logoffs} log-offs, ${truth.silentReturns} silent returns${share}  ${JSON.stringify(mix)}\n`,
  );
  for (const each of truth.disturbed) process.stdout.write(`  disturbed: ${JSON.stringify(each)}\n`);
  for (const each of truth.missed.slice(0, 5)) process.stdout.write(`  missed: ${JSON.stringify(each)}\n`);
}
const rows = [...sums]
  .sort()
  .map(([archetype, s]) => [
    archetype,
    ...[s.people, s.loggedOff, s.logoffs, s.silentReturns, s.disturbed, s.missed].map(String),
  ]);
for (const line of table(
  ['who', 'people', 'logged off', 'log-offs', 'silent returns', 'disturbed', 'missed'],
  rows,
))
  process.stdout.write(`${line}\n`);
