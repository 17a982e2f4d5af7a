/** What `replicas.ts` is made of: organisations, the ways to them that tell who does what, and the processes that share them. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { createSandbox, type Sandbox } from '../src/sandbox/index.ts';

/**
 * Shifts go so much faster than the clock, and limits are so much shorter. Taking over does not become faster by that: were it more, the short
 * calls of some people would lie wholly between two looks, and nobody could know that they are there.
 */
const PACE = 4;
const SHIFT = 8 * 3_600_000;
/** Three of them are more than one of them and a lease: no clock stands still for a process that dies. */
export const INTERVAL = 20_000;

const minutes = (usual: number): number => (usual * 60_000) / PACE;

/** How long each kind of absence may last by the policy below; an hour of the people where nothing is said. */
export function limitOf(archetype: string): number {
  const usual: Readonly<Record<string, number>> = {
    'overran-meal': 90,
    'watching-supervisor': 720,
    'presence-flipper': 240,
  };
  return minutes(usual[archetype] ?? 60);
}

function policyOf(name: string, variable: string): string {
  const limit = (usual: number): string => `${minutes(usual) / 1_000}s`;
  return `version: 1
name: ${name}
mode: enforce
genesys:
  region: eu-west-1
  api_url: "\${${variable}}"
  login_url: "\${${variable}}"
  client_id: ${name}
  client_secret: sandbox-secret
sweep: { every: "*/${INTERVAL / 1_000} * * * * *" }
exempt: [{ users: ["wallboard*@example.com"] }]
profiles:
  - name: supervisors
    match: { groups: [Supervisors] }
    rules: [{ id: sup-gone, when: { presence: [available, away, break, meal, busy, idle] }, limit: ${limit(720)} }]
  - name: agents
    rules:
      - { id: not-responding, when: { routing: [not_responding] }, clock: in_state, limit: ${limit(60)} }
      - { id: screen-locked, when: { presence: [idle] }, clock: in_state, limit: ${limit(60)} }
      - { id: gone, when: { presence: [available, away, break, busy], routing: [off_queue] }, limit: ${limit(60)} }
      - { id: long-meal, when: { presence: [meal] }, limit: ${limit(90)} }
      - { id: long-meeting, when: { presence: [meeting, training] }, limit: ${limit(240)} }
      - { id: no-work, when: { presence: [away, break, meal] }, clock: since_work, limit: ${limit(240)} }
returns: { grace: ${limit(20)} }
caps: { breaker: { at_least: 10000 }, per_hour: 10000, per_sweep: 1000 }
`;
}

/** A request that did something to an agent, and by which way it came. */
export interface Effect {
  readonly organisation: string;
  readonly replica: number;
  readonly at: number;
  readonly what: string;
}

/** One organisation, and a way to it for each replica. */
export interface Centre {
  readonly name: string;
  readonly file: string;
  readonly policy: string;
  readonly sandbox: Sandbox;
  /** The variables of the environment that lead each replica here. */
  readonly ways: readonly Readonly<Record<string, string>>[];
  close(): Promise<void>;
}

/** Opens an organisation. `onEffect` is told as a request arrives. */
export async function centreOf(
  { n, agents, replicas, seed }: { n: number; agents: number; replicas: number; seed: number },
  onEffect: (effect: Effect) => void,
): Promise<Centre> {
  const name = `organisation-${String(n + 1).padStart(2, '0')}`;
  const variable = `API_${n}`;
  const sandbox = createSandbox({
    ...{ seed: seed + n, agents, pace: PACE, clientId: name, clientSecret: 'sandbox-secret' },
    now: () => Date.now(),
    // Those who leave early have left.
    startsAt: Date.now() - SHIFT / PACE / 3,
    shiftMs: SHIFT,
  });
  const { apiUrl } = await sandbox.listen();
  const servers: Server[] = [];
  const ways: Record<string, string>[] = [];
  for (let replica = 0; replica < replicas; replica += 1) {
    const [server, url] = await wayTo(apiUrl, (what) => {
      onEffect({ organisation: name, replica, at: Date.now(), what });
    });
    servers.push(server);
    ways.push({ [variable]: url });
  }
  const close = async (): Promise<void> => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    await sandbox.close();
  };
  return { name, file: `${name}.yaml`, policy: policyOf(name, variable), sandbox, ways, close };
}

/** Hands on what one replica asks of one organisation. */
async function wayTo(target: string, onEffect: (what: string) => void): Promise<readonly [Server, string]> {
  const { hostname, port } = new URL(target);
  const server = createServer((asked, answer) => {
    const { method = 'GET', url: path = '/', headers } = asked;
    if (['PATCH', 'PUT', 'DELETE'].includes(method)) onEffect(`${method} ${path}`);
    const far = request({ host: hostname, port, method, path, headers }, (told) => {
      answer.writeHead(told.statusCode ?? 500, told.headers);
      told.pipe(answer);
    });
    far.on('error', () => answer.destroy());
    asked.pipe(far);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return [server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`];
}

/** One of the processes, as it is at the moment. Mutable. */
export class ReplicaProcess {
  child: ChildProcess;
  /** Organisations that it gave to another replica, and lines at the level of errors. */
  moves = 0;
  readonly errors: string[] = [];
  readonly #start: () => ChildProcess;

  constructor(folder: string, env: Readonly<Record<string, string>>) {
    const words = [
      join(import.meta.dirname, '../src/main.ts'),
      'run',
      '--config',
      join(folder, 'fleet.yaml'),
    ];
    this.#start = () => {
      const child = spawn(process.execPath, words, {
        env: { ...process.env, ...env },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let rest = '';
      child.stdout.on('data', (chunk: Buffer) => {
        const lines = (rest + chunk.toString()).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) this.#read(line);
      });
      return child;
    };
    this.child = this.#start();
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  restart(): void {
    this.child = this.#start();
  }

  /** Ends it in order. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.on('close', resolve));
    this.child.kill('SIGTERM');
    this.child.kill('SIGCONT');
    await ended;
  }

  #read(line: string): void {
    if (line.includes('the organisation moves to another replica')) this.moves += 1;
    if (line.includes('"level":"error"')) this.errors.push(line);
  }
}
