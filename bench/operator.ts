/** What an operator waits for: `list` and `status` on a store of 50,000 agents, as they are shipped. */
import { spawn } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { EMPTY_LEDGER } from '../src/domain/planning/plan.ts';
import { HOUR, MINUTE, SECOND, type Instant } from '../src/domain/time/time.ts';
import type { Agent, Observation } from '../src/domain/agent.ts';
import { track } from '../src/domain/tracking/track.ts';
import type { AgentState } from '../src/domain/tracking/state.ts';
import { openStore } from '../src/store/sqlite/sqlite-store.ts';
import { median, type Row } from './measure.ts';
import { measuredCommands, onStore } from './stored.ts';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const AGENTS = 50_000;
const MOST_SECONDS = 1;
const RUNS = 5;

const COMMANDS: readonly (readonly string[])[] = [
  ['list'],
  ['list', '--json'],
  ['list', '--rule', 'locked'],
  ['status'],
];

export function benchOperator(): Promise<readonly Row[]> {
  return onStore(RULES, prepare, (config) => measuredCommands(COMMANDS, config, measured));
}

const RULES = `profiles:
  - name: agents
    rules:
      - { id: locked, when: { presence: [idle] }, clock: in_state, limit: 30m }
      - { id: gone, when: { presence: [available, away, break, meal], routing: [off_queue] }, limit: 2h }
`;

async function prepare(sqlite: string): Promise<void> {
  const now = Date.now() - 20 * SECOND;
  const store = await openStore(sqlite, { now: () => now });
  const agents = Array.from({ length: AGENTS }, (_, n) => agentOf(n));
  await store.saveAgents(
    agents.map(({ id, name, email }) => ({ id, name, email, profile: 'agents', exempt: '' })),
  );
  const changed = agents.flatMap((agent, n) => memoryOf(agent, n, now) ?? []);
  const standing = {
    ...{ policyHash: undefined, settleLeft: 0, lastCompleteAt: now, population: AGENTS },
    ...{ forgottenAt: now, intervals: [MINUTE], ledger: EMPTY_LEDGER, observedLedger: EMPTY_LEDGER },
  };
  await store.saveSweep({ at: now, changed, notSeen: [], standing, events: [] });
  const process = { holder: 'bench', command: 'run', version: '1', startedAt: now - HOUR } as const;
  await store.noteSweep({ ...process, sweptAt: now, interval: MINUTE });
  await store.close();
}

function agentOf(n: number): Agent {
  const id = `0a1b2c3d-0000-4000-8000-${String(n).padStart(12, '0')}`;
  const email = `agent.${n}@example.com`;
  const none = { groups: [], roles: [], queues: [], teams: [] };
  return { id, name: `Agent Number ${n}`, email, username: email, divisionId: 'home', ...none };
}

/** A busy hour: two fifths are at home, two fifths on queue or in an interaction, a fifth is idle in some way. */
function memoryOf(agent: Agent, n: number, now: Instant): AgentState | undefined {
  const since = now - (1 + (n % 90)) * MINUTE;
  const look = (at: Instant): Observation => ({
    agentId: agent.id,
    at,
    ...shown(n % 10, since),
    missing: [],
  });
  const context = { agent, exempt: [], labels: undefined, profile: undefined };
  const rest = { usualInterval: MINUTE, clockJumped: false, nativeTimeouts: [] };
  const first = track(undefined, look(since), { ...context, ...rest });
  return first && { ...first.state, seenAt: now };
}

function shown(
  kind: number,
  since: Instant,
): Pick<Observation, 'presence' | 'routing' | 'conversations' | 'tokenIssuedAt'> {
  const talking = kind === 4 || kind === 5;
  const presence = kind < 4 ? 'OFFLINE' : kind < 8 ? 'ON_QUEUE' : kind === 8 ? 'AWAY' : 'IDLE';
  const routing = talking ? 'INTERACTING' : presence === 'ON_QUEUE' ? 'IDLE' : 'OFF_QUEUE';
  return {
    presence: { system: presence, definitionId: presence, since },
    routing: { status: routing, since },
    conversations: { contactCentre: talking ? 1 : 0, enterprise: 0 },
    tokenIssuedAt: since,
  };
}

/** The median of some runs, from the call to the end of the process. */
async function measured(args: readonly string[]): Promise<Row> {
  const seconds: number[] = [];
  for (let n = 0; n < RUNS; n += 1) seconds.push(await secondsOf(args));
  const middle = median(seconds);
  return {
    what: `${args.slice(0, -2).join(' ')}, ${AGENTS.toLocaleString('en')} agents`,
    measured: `${middle.toFixed(2)} s`,
    target: `under ${MOST_SECONDS} s`,
    met: middle < MOST_SECONDS,
  };
}

async function secondsOf(args: readonly string[]): Promise<number> {
  const begun = performance.now();
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  // A process that has only filled a store is no worker: `status` says so with 1.
  if (code !== 0 && code !== 1) throw new Error(`${args.join(' ')} ended with ${String(code)}`);
  return (performance.now() - begun) / 1_000;
}
