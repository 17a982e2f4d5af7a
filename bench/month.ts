/**
 * A simulated month of a sweep a minute: what grows? The whole worker with its store on disk, over real HTTP, with its
 * endpoints asked, its policy changed and its messages refused now and then, under a clock that is wound.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { textTable } from '../src/texts/table.ts';
import { serve } from '../src/commands/run/endpoints.ts';
import { WoundClock } from '../src/app/clock.ts';
import { DAY, HOUR, MINUTE, type Duration, type Instant } from '../src/domain/time/time.ts';
import { createLog } from '../src/app/logging.ts';
import { watchPolicy } from '../src/policy-file/watch.ts';
import { checkPolicy, takenFrom } from '../src/commands/policy-test/policy-check.ts';
import { Metrics } from '../src/server/metrics.ts';
import { Redactor } from '../src/texts/redactor.ts';
import { assemble, openStoreOf, type Assembly } from '../src/app/compose.ts';
import { median, type Row } from './measure.ts';
import type { Answer, CentreSettings, Question } from './month-centre.ts';

const FROM = Date.parse('2026-03-02T14:00:00Z');
const DAYS = 30;
/** At any time; of 20 more, one after another replaces one of these. */
const AGENTS = 100;
const TURNOVER = 20;
/** Short, so that growth and its end are both seen. */
const RETENTION_DAYS = 7;
/** From here on the store is as large as it becomes, and the code is warm: three weeks remain. */
const SETTLED = 9;
const SCRAPE: Duration = 10 * MINUTE;
const TABLES = ['memory', 'agent', 'event', 'sweep_count', 'outbox', 'fact'] as const;

/** What there is at the end of one day. */
interface Sample {
  readonly day: number;
  readonly resident: number;
  readonly heap: number;
  readonly files: number;
  readonly resources: number;
  readonly database: number;
  readonly wal: number;
  readonly rows: Readonly<Record<string, number>>;
  /** Of the metrics page. */
  readonly series: number;
  readonly page: number;
  /** Real seconds. */
  readonly took: number;
}

/** Winds the worker's clock and the organisation's together. */
class SharedClock extends WoundClock {
  readonly #tell: (at: Instant) => Promise<unknown>;

  constructor(now: Instant, tell: (at: Instant) => Promise<unknown>) {
    super(now);
    this.#tell = tell;
  }

  async reach(at: Instant): Promise<void> {
    await this.goOnTo(at);
    await this.#tell(this.now());
  }

  override async sleep(length: Duration, signal?: AbortSignal): Promise<void> {
    await super.sleep(length, signal);
    await this.#tell(this.now());
  }
}

/** Runs the month and prints what each day ended with. */
export async function benchMonth(): Promise<readonly Row[]> {
  if (globalThis.gc === undefined) throw new Error('needs node --expose-gc');
  // As `main.ts` has them.
  for (const flag of ['--semi-space-growth-factor=1', '--heap-growing-percent=10']) setFlagsFromString(flag);
  const folder = await mkdtemp(join(tmpdir(), 'idle-enforcer-month-'));
  const agents = AGENTS + TURNOVER;
  const centre = await Centre.start({ seed: 1, agents, turnover: TURNOVER, from: FROM, days: DAYS });
  try {
    const stage = await begin(folder, centre);
    try {
      const month = new Month(stage);
      const samples = await month.play();
      return verdict(samples, await centre.ask({ isOver: true }), month.complete / (DAYS * 1_440));
    } finally {
      await stage.end();
    }
  } finally {
    await centre.end();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The process of `month-centre.ts`. */
class Centre {
  readonly #child: ChildProcess;
  #answers: Promise<unknown> = Promise.resolve();

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  apiUrl = '';
  hookUrl = '';

  static async start(settings: CentreSettings): Promise<Centre> {
    const program = fileURLToPath(new URL('./month-centre.ts', import.meta.url));
    const child = fork(program, [JSON.stringify(settings)]);
    const [urls] = (await once(child, 'message')) as [Pick<Centre, 'apiUrl' | 'hookUrl'>];
    return Object.assign(new Centre(child), urls);
  }

  /** One question at a time. */
  ask(question: Question): Promise<Answer> {
    const answer = this.#answers.then(async () => {
      const answered = once(this.#child, 'message');
      this.#child.send(question);
      return (await answered)[0] as Answer;
    });
    this.#answers = answer;
    return answer;
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.disconnect();
    await exited;
  }
}

/** One worker, and all around it. */
interface Stage {
  readonly folder: string;
  readonly centre: Centre;
  readonly clock: SharedClock;
  readonly assembly: Assembly;
  /** Of its endpoints. */
  readonly origin: string;
  readonly end: () => Promise<void>;
}

async function begin(folder: string, centre: Centre): Promise<Stage> {
  const clock = new SharedClock(FROM, (windTo) => centre.ask({ windTo }));
  const path = join(folder, 'policy.yaml');
  await writeFile(path, policy(folder, centre, 60));
  const { loaded, files } = takenFrom(await checkPolicy(path, {}));
  // Written, as in a container, and thrown away.
  const log = createLog('info', { write: () => undefined });
  const metrics = new Metrics();
  const around = { clock, log, metrics, signal: new AbortController().signal };
  const store = await openStoreOf(loaded.settings, around);
  const assembly = await assemble(loaded, store, around);
  const watched = {
    alive: (now: Instant) => assembly.health.alive(now),
    ready: (now: Instant) => assembly.health.ready(now),
    status: () => Promise.resolve({ learnt: assembly.lastReport() ?? {} }),
    metrics: () => [metrics],
    pages: () => [],
  };
  const redactor = new Redactor();
  const server = await serve({ ...loaded.settings.server, page: loaded.settings.page }, watched, {
    clock,
    log,
    redactor,
  });
  const watching = { load: (signal: AbortSignal) => checkPolicy(path, {}, { signal }), files };
  const watch = watchPolicy(path, (change) => void assembly.reload.changed(change), watching);
  const end = async (): Promise<void> => {
    watch.close();
    await server.close();
    await assembly.close();
  };
  return { folder, centre, clock, assembly, origin: `http://127.0.0.1:${server.port}`, end };
}

/** What is done with it, day by day. */
class Month {
  readonly #stage: Stage;
  /** Complete sweeps so far. */
  complete = 0;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  async play(): Promise<readonly Sample[]> {
    const samples: Sample[] = [];
    for (let day = 1; day <= DAYS; day += 1) {
      const begun = performance.now();
      await this.#day(day);
      samples.push(await this.#sample(day, (performance.now() - begun) / 1_000));
      process.stderr.write(`day ${day} of ${DAYS}\n`);
    }
    for (const line of textTable(HEAD, samples.map(cells))) process.stdout.write(`${line}\n`);
    return samples;
  }

  async #day(day: number): Promise<void> {
    const { worker } = this.#stage.assembly;
    const first = FROM + (day - 1) * DAY;
    for (let at = first; at < first + DAY; at += MINUTE) {
      await this.#stage.clock.reach(at);
      const report = await worker.tick(at + MINUTE);
      if (report?.complete === true) this.complete += 1;
      if (at % SCRAPE === 0) await this.#scrape();
      if (at - first === 4 * HOUR) await this.#change(day);
    }
  }

  /** What the orchestrator and Prometheus ask. */
  async #scrape(): Promise<string> {
    for (const path of ['/healthz', '/readyz', '/status', '/nowhere'])
      await (await fetch(this.#stage.origin + path)).text();
    return (await fetch(`${this.#stage.origin}/metrics`)).text();
  }

  /** Another policy each day, and one with a fault before. */
  async #change(day: number): Promise<void> {
    const { reload } = this.#stage.assembly;
    const path = join(this.#stage.folder, 'policy.yaml');
    await writeFile(path, policy(this.#stage.folder, this.#stage.centre, -1));
    const refusals = await this.#changes('refused');
    while ((await this.#changes('refused')) === refusals) await sleep(50);
    const before = reload.current.hash;
    await writeFile(path, policy(this.#stage.folder, this.#stage.centre, day % 2 === 0 ? 60 : 55));
    while (reload.current.hash === before) await sleep(50);
  }

  /** How often the policy file was taken up or refused so far. */
  async #changes(outcome: 'taken_up' | 'refused'): Promise<number> {
    const pattern = new RegExp(`^idle_enforcer_policy_changes_total\\{outcome="${outcome}"\\} (\\d+)`, 'm');
    return Number(pattern.exec(await this.#scrape())?.[1]);
  }

  async #sample(day: number, took: number): Promise<Sample> {
    const page = await this.#scrape();
    const path = join(this.#stage.folder, 'store.db');
    const rows = countRows(path);
    // What is thrown away in one turn is found in the next: finalizers run in between.
    for (let i = 0; i < 3; i += 1) {
      await setImmediate();
      globalThis.gc?.();
    }
    const { rss, heapUsed } = process.memoryUsage();
    return {
      day,
      resident: rss,
      heap: heapUsed,
      files: readdirSync('/proc/self/fd').length,
      resources: process.getActiveResourcesInfo().length,
      database: statSync(path).size,
      wal: statSync(`${path}-wal`).size,
      rows,
      series: page.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length,
      page: page.length,
      took,
    };
  }
}

function countRows(path: string): Readonly<Record<string, number>> {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    return Object.fromEntries(
      TABLES.map((name) => [name, Number(db.prepare(`SELECT count(*) AS n FROM ${name}`).get()?.['n'])]),
    );
  } finally {
    db.close();
  }
}

const HEAD = ['day', 'resident MB', 'heap MB', 'files', 'resources', 'store MB', 'wal MB'].concat(
  TABLES,
  'series',
  'page KB',
  'took s',
);

function cells(sample: Sample): readonly string[] {
  const { day, resident, heap, files, resources, database, wal, rows, series, page, took } = sample;
  const mega = (bytes: number, digits = 1): string => (bytes / 1e6).toFixed(digits);
  return [
    String(day),
    ...[mega(resident), mega(heap, 2), String(files), String(resources), mega(database, 2), mega(wal, 2)],
    ...TABLES.map((name) => String(rows[name])),
    ...[String(series), (page / 1e3).toFixed(1), took.toFixed(0)],
  ];
}

/** Whether anything grows once the first days are over. */
function verdict(samples: readonly Sample[], truth: Answer, complete: number): readonly Row[] {
  const later = samples.filter(({ day }) => day >= SETTLED);
  const aDay = (of: (sample: Sample) => number): number => slope(later.map(of));
  const kilobytes = (bytes: number): string => `${(bytes / 1e3).toFixed(1)} KB a day`;
  const heap = aDay(({ heap: bytes }) => bytes);
  const resident = aDay(({ resident: bytes }) => bytes);
  const database = aDay((sample) => sample.database + sample.wal);
  const files = aDay((sample) => sample.files);
  const resources = aDay((sample) => sample.resources);
  const series = (later.at(-1)?.series ?? NaN) - (later[0]?.series ?? NaN);
  const row = (what: string, measured: string, target: string, met: boolean): Row => ({
    what,
    measured,
    target,
    met,
  });
  return [
    row('heap grows by', kilobytes(heap), 'under 50 KB a day', heap < 50e3),
    row('resident memory grows by', kilobytes(resident), 'under 1 MB a day', resident < 1e6),
    row('open files grow by', `${files.toFixed(2)} a day`, 'nought', files < 0.1),
    row('active resources grow by', `${resources.toFixed(2)} a day`, 'nought', resources < 0.1),
    row('the store grows by', kilobytes(database), 'under 10 KB a day', database < 10e3),
    row('series of /metrics added', String(series), 'at most 20', series <= 20),
    row('complete sweeps', `${(complete * 100).toFixed(2)} %`, 'at least 99 %', complete >= 0.99),
    row('present people disturbed', String(truth.disturbed), '0', truth.disturbed === 0),
    { what: 'messages that arrived', measured: String(truth.messages), met: true },
    { what: 'requests', measured: String(truth.requests), met: true },
  ];
}

/** The median of the slopes between all pairs: a single odd day tells nothing. */
function slope(values: readonly number[]): number {
  return median(values.flatMap((a, i) => values.slice(i + 1).map((b, distance) => (b - a) / (distance + 1))));
}

/** `limit` in minutes; a negative one is refused. */
function policy(folder: string, { apiUrl, hookUrl }: Centre, limit: number): string {
  return `version: 1
mode: enforce
genesys: { region: eu-west-1, api_url: "${apiUrl}", login_url: "${apiUrl}", client_id: sandbox-client, client_secret: sandbox-secret }
exempt: [{ users: ["wallboard*@example.com"] }]
profiles:
  - name: supervisors
    match: { groups: [Supervisors] }
    rules: [{ id: sup-gone, when: { presence: [available, away, break, meal, busy, idle] }, limit: 12h }]
  - name: agents
    rules:
      - { id: not-responding, when: { routing: [not_responding] }, clock: in_state, limit: 10m }
      - { id: screen-locked, when: { presence: [idle] }, clock: in_state, limit: 60m }
      - { id: gone, when: { presence: [available, away, break, busy], routing: [off_queue] }, limit: ${limit}m }
      - { id: long-meal, when: { presence: [meal] }, limit: 90m }
      - { id: long-meeting, when: { presence: [meeting, training] }, limit: 4h }
notify:
  - { name: ops, type: webhook, url: "${hookUrl}", secret: month, on: [held, breaker, blind, forbidden, engaged_too_long, return, policy_refused, ineffective] }
store: { sqlite: "${join(folder, 'store.db')}", retention: ${RETENTION_DAYS}d }
server: { host: 127.0.0.1, port: 0 }
`;
}
