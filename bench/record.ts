/** A record of a million events, as of a centre of 5,000 agents over 400 days: what `report` and `explain` make of it. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import type { RecordEvent } from '../src/domain/record.ts';
import { DAY, MINUTE, SECOND, type Instant } from '../src/domain/time/time.ts';
import { openStore, type SqliteStore } from '../src/store/sqlite/sqlite-store.ts';
import type { Row } from './measure.ts';
import { measuredCommands, onStore } from './stored.ts';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const EVENTS = 1_000_000;
const AGENTS = 5_000;
const DAYS = 400;
/** Bounds of each command. */
const MOST_SECONDS = 5;
const MOST_MEGABYTES = 200;

export function benchRecord(): Promise<readonly Row[]> {
  return onStore(RULES, prepare, (config) => measuredCommands(COMMANDS, config, measured));
}

const RULES = `profiles: [{ name: agents, rules: [{ id: gone, when: { presence: [away] }, limit: 1h }] }]
`;

const COMMANDS: readonly (readonly string[])[] = [
  ['report', '--from', '400d'],
  ['report', '--from', '400d', '--format', 'html'],
  ['report', '--from', '30d'],
  ['report', '--from', '400d', '--events'],
  ['report', '--from', '400d', '--events', '--format', 'csv'],
  ['report', '--from', '400d', '--events', '--json'],
  ['explain', 'agent-17'],
  ['explain', 'agent-17', '--at', '200d'],
];

async function prepare(sqlite: string): Promise<void> {
  const now = Date.now();
  const store = await openStore(sqlite, { now: () => now });
  try {
    await fill(store, now);
  } finally {
    await store.close();
  }
  count(sqlite, now);
}

/** Log-offs all day long, of which most hold; a count each minute. */
async function fill(store: SqliteStore, now: Instant): Promise<void> {
  const from = now - DAYS * DAY;
  const agents = Array.from({ length: AGENTS }, (_, n) => ({
    id: `agent-${n}`,
    name: `Agent ${n}`,
    email: `agent-${n}@example.com`,
    profile: 'agents',
  }));
  await store.saveAgents(agents);
  const perDay = EVENTS / 4 / DAYS;
  for (let day = 0; day < DAYS; day += 1) {
    const start = from + day * DAY;
    const events = Array.from({ length: perDay }, (_, n) =>
      logoff(start + (n / perDay) * DAY, day * perDay + n),
    );
    await store.saveStep([], events.flat());
  }
}

/** A count each minute: by the worker's own way each would be a transaction. */
function count(sqlite: string, now: Instant): void {
  const db = new DatabaseSync(sqlite);
  const add = db.prepare('INSERT INTO sweep_count (at, online, kept, deferred) VALUES (?, ?, ?, ?)');
  db.exec('BEGIN');
  for (let at = Math.floor(now - DAYS * DAY); at < now; at += MINUTE)
    add.run(at, 3_000 + (at % 977), at % 41, '{"per_sweep":3}');
  db.exec('COMMIT');
  db.close();
}

function logoff(at: Instant, n: number): readonly RecordEvent[] {
  const agent = `agent-${(n * 7) % AGENTS}`;
  const base = {
    sweepId: `s${n}`,
    agentId: agent,
    agentName: `Agent ${(n * 7) % AGENTS}`,
    rule: ['gone', 'locked', 'meal'][n % 3] ?? '',
    measured: 61 * MINUTE,
    limit: 60 * MINUTE,
    actions: ['off_queue', 'offline', 'revoke_tokens'],
    intentId: `0a1b2c3d-0000-4000-8000-${String(n).padStart(12, '0')}`,
  } as const;
  return [
    { ...base, kind: 'intent', at },
    {
      ...base,
      kind: n % 50 === 0 ? 'failed' : 'verified',
      at: at + 2 * SECOND,
      correlationId: base.intentId,
    },
    {
      kind: 'return',
      at: at + 30 * SECOND,
      agentId: agent,
      reason: 'silent after our log-off',
      delay: 28 * SECOND,
    },
    { ...base, kind: 'dropped', at: at + 60 * SECOND, reason: 'engaged' },
  ];
}

/** One command as it is shipped: how long it takes, and its memory at its highest, as Linux tells it. */
async function measured(args: readonly string[]): Promise<Row> {
  const begun = performance.now();
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  let megabytes = 0;
  const looking = setInterval(() => {
    megabytes = Math.max(megabytes, peakOf(child.pid));
  }, 20);
  const code = await new Promise((resolve) => child.once('exit', resolve));
  clearInterval(looking);
  const seconds = (performance.now() - begun) / 1_000;
  return {
    what: args.slice(0, -2).join(' '),
    measured: `${seconds.toFixed(1)} s, ${megabytes.toFixed(0)} MB${code === 0 ? '' : `, ended with ${String(code)}`}`,
    target: `under ${MOST_SECONDS} s, ${MOST_MEGABYTES} MB`,
    met: code === 0 && seconds < MOST_SECONDS && megabytes < MOST_MEGABYTES,
  };
}

/** Resident memory of a process at its highest, MB, as Linux tells it. */
export function peakOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1_024;
  } catch {
    // It has just ended.
    return 0;
  }
}
