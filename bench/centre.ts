/** A simulated organisation in a process of its own, so that the worker's memory and time are measured alone. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Duration } from '../src/domain/time/time.ts';

/** As it is shipped: memory is not that of a program which still has its types. */
const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

export interface Centre {
  readonly folder: string;
  /** A policy file that points at it. */
  readonly config: string;
  readonly close: () => Promise<void>;
}

/** What may be another than usual. */
export interface CentreParts {
  /** All of the policy but what points at the organisation, the store and the port. */
  readonly rules?: string;
  /** How far into their shift people are; at its beginning unless it is given. */
  readonly into?: Duration;
  /** Of the worker; any that is free unless it is given. */
  readonly port?: number;
}

/** Starts `agents` people. */
export async function startCentre(
  agents: number,
  { rules = RULES, into = 0, port = 0 }: CentreParts = {},
): Promise<Centre> {
  const sandbox = spawn(
    process.execPath,
    [MAIN, 'sandbox', '--agents', String(agents), '--start', new Date(Date.now() - into).toISOString()],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const url = await firstMatch(sandbox, /api_url: (\S+)/);
  const folder = await mkdtemp(join(tmpdir(), 'idle-enforcer-bench-'));
  const config = join(folder, 'policy.yaml');
  await writeFile(config, policy(url, folder, rules, port));
  return {
    folder,
    config,
    close: async () => {
      await ended(sandbox);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const RULES = `sweep: { every: "0 * * * * *" }
profiles:
  - name: agents
    match: { groups: [Agents] }
    rules:
      - { id: gone, when: { presence: [available, away, break, busy], routing: [off_queue] }, limit: 60m }
      - { id: locked, when: { presence: [idle] }, clock: in_state, limit: 60m }
`;

function policy(url: string, folder: string, rules: string, port: number): string {
  return `version: 1
genesys: { region: eu-west-1, api_url: "${url}", login_url: "${url}", client_id: sandbox-client, client_secret: sandbox-secret }
${rules}store: { sqlite: "${join(folder, 'store.db')}" }
server: { host: 127.0.0.1, port: ${port} }
`;
}

/** Starts the worker on a centre; its log comes line by line. */
export function startWorker(centre: Centre): ChildProcess {
  return spawn(process.execPath, [MAIN, 'run', '--config', centre.config], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** The first group of the first line that fits. Rejects when the process ends before. */
export function firstMatch(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const found = pattern.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', (code) => {
      reject(new Error(`the process ended with ${String(code)} before it said ${String(pattern)}`));
    });
  });
}

/** Ends a process and waits for it. */
export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await exited;
}
