/** The program as somebody else would start it: a process of its own, a policy file, a store in a folder of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseSync } from 'node:sqlite';
import { CLIENT_ID, CLIENT_SECRET } from './organisation.ts';

/** The program's first file. */
export const MAIN = resolve(import.meta.dirname, '../../src/main.ts');

const SEVERAL = resolve(import.meta.dirname, 'several.ts');
/** No output holds this. */
const END = '\u001e';

/** What `several.ts` prints at the end of a command. */
export function ended(code: number): string {
  return `${END}${code}${END}`;
}

/** What came of a command. */
export interface Said {
  readonly code: number;
  readonly output: string;
}

/** How a process differs from an ordinary one. */
export interface StartParts {
  readonly cwd?: string;
  /** An open file in place of a pipe that is read. */
  readonly stdout?: number | 'pipe';
  /** For Node.js itself. */
  readonly flags?: readonly string[];
}

/** A folder for one trial: its policy, its store, and what was printed. */
export class Trial {
  readonly folder = mkdtempSync(join(tmpdir(), 'idle-blackbox-'));
  readonly config = join(this.folder, 'policy.yaml');
  readonly store = join(this.folder, 'store.db');
  readonly #runs: Run[] = [];
  #printed = '';

  /** Writes the policy; whatever is not told is as `policyText` has it. */
  write(url: string, parts: PolicyParts = {}): void {
    writeFileSync(this.config, policyText(url, this.store, parts));
  }

  /** Starts the program. */
  start(
    args: readonly string[] = ['run'],
    env: Readonly<Record<string, string>> = {},
    { cwd, stdout = 'pipe', flags = [] }: StartParts = {},
  ): Run {
    return this.#spawn([...flags, MAIN, ...this.#withConfig(args)], env, {
      stdout,
      ...(cwd !== undefined && { cwd }),
    });
  }

  /** Carries out commands one after the other, all in one process: for what no other of them can change. */
  async several(commands: readonly (readonly string[])[]): Promise<readonly Said[]> {
    const run = this.#spawn([SEVERAL, JSON.stringify(commands.map((args) => this.#withConfig(args)))]);
    await run.wait();
    const parts = run.output.split(END);
    return commands.map((_, i) => ({ output: parts[2 * i] ?? '', code: Number(parts[2 * i + 1]) }));
  }

  #withConfig([command = 'run', ...rest]: readonly string[]): readonly string[] {
    return [command, ...(rest.includes('--config') ? [] : ['--config', this.config]), ...rest];
  }

  #spawn(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    { cwd, stdout = 'pipe' }: Omit<StartParts, 'flags'> = {},
  ): Run {
    const child: ChildProcess = spawn(process.execPath, args, {
      env: { ...process.env, GENESYS_CLIENT_ID: CLIENT_ID, GENESYS_CLIENT_SECRET: CLIENT_SECRET, ...env },
      stdio: ['ignore', stdout, 'pipe'],
      ...(cwd === undefined ? {} : { cwd }),
    });
    const run = new Run(child);
    this.#runs.push(run);
    return run;
  }

  /** Everything that was printed or stored so far, as bytes read as Latin letters. */
  everything(): string {
    for (const run of this.#runs) this.#printed += run.output;
    const files = readdirSync(this.folder).filter((name) => name.startsWith('store'));
    return this.#printed + files.map((name) => readFileSync(join(this.folder, name), 'latin1')).join('\n');
  }

  /** Rows of the store, read beside the program. */
  rows(sql: string): readonly Record<string, unknown>[] {
    if (!existsSync(this.store)) return [];
    const db = new DatabaseSync(this.store, { readOnly: true, timeout: 2_000 });
    try {
      return db.prepare(sql).all();
    } finally {
      db.close();
    }
  }

  async close(): Promise<void> {
    for (const run of this.#runs) await run.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** One process. */
export class Run {
  output = '';
  readonly startedAt = Date.now();
  readonly child: ChildProcess;
  readonly #ended: Promise<number>;
  #code: number | undefined;

  constructor(child: ChildProcess) {
    this.child = child;
    child.stdout?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.#ended = new Promise((done) =>
      child.on('close', (code) => {
        this.#code = code ?? -1;
        done(this.#code);
      }),
    );
  }

  get ended(): boolean {
    return this.#code !== undefined;
  }

  /** The exit code; -1 when it was killed. */
  wait(): Promise<number> {
    return this.#ended;
  }

  async kill(): Promise<void> {
    if (!this.ended) this.child.kill('SIGKILL');
    await this.#ended;
  }

  /** Tells it to stop; answers the exit code and how many ms it took. */
  async terminate(): Promise<{ readonly code: number; readonly took: number }> {
    const begun = Date.now();
    this.child.kill('SIGTERM');
    const code = await this.#ended;
    return { code, took: Date.now() - begun };
  }

  /** Log lines with this sentence. */
  lines(message: string): readonly Record<string, unknown>[] {
    return this.output
      .split('\n')
      .filter((line) => line.includes(JSON.stringify(message)))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** Alarms of one kind in the log, and the lines that say that it is over. */
  alarms(kind: string): { readonly begun: readonly Record<string, unknown>[]; readonly over: number } {
    const all = this.output
      .split('\n')
      .filter((line) => line.includes(`"alarm":"${kind}"`))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const begun = all.filter(({ level }) => level === 'error');
    return { begun, over: all.length - begun.length };
  }

  /** The port that it serves on. */
  port(): number {
    return Number(this.lines('serving health, metrics and status')[0]?.['port']);
  }

  async get(path: string): Promise<string> {
    const answer = await fetch(`http://127.0.0.1:${this.port()}${path}`);
    return answer.text();
  }

  /** The most memory that it ever had resident, in MB; `undefined` where the system does not tell. */
  peakMemory(): number | undefined {
    const path = `/proc/${this.child.pid}/status`;
    if (!existsSync(path)) return undefined;
    const found = /VmHWM:\s+(\d+)/.exec(readFileSync(path, 'utf8'))?.[1];
    return found === undefined ? undefined : Number(found) / 1024;
  }
}

/** Waits until something holds; false when it did not in time. */
export async function until(holds: () => boolean, within: number): Promise<boolean> {
  const end = Date.now() + within;
  while (!holds()) {
    if (Date.now() >= end) return false;
    await sleep(50);
  }
  return true;
}

/** What differs from the usual policy of a trial. */
export interface PolicyParts {
  readonly mode?: 'observe' | 'enforce';
  readonly every?: string;
  readonly rules?: string;
  /** One more exemption, as it stands in the file. */
  readonly exempt?: string;
  readonly returns?: string;
  readonly settle?: number;
  readonly perMinute?: number;
  readonly timeout?: string;
  /** In place of caps that hold nobody back. */
  readonly caps?: string;
  /** In place of a file in the trial's folder. */
  readonly store?: string;
  /** Further keys, as they stand in the file. */
  readonly more?: string;
}

const RULES = `      - { id: missed, when: { routing: [not_responding] }, clock: in_state, limit: 4s }
      - { id: locked, when: { presence: [idle] }, clock: in_state, limit: 5s }
      - { id: gone, when: { presence: [available, away, busy, meal], routing: [off_queue] }, limit: 6s }
      - { id: asleep, when: { routing: [idle] }, limit: 8s, waiting_on_queue: true }`;

/** How returns are answered unless a trial says otherwise. */
export const RETURNS = `returns:
  window: 10s
  grace: 0s
  ladder:
    - { wait: 1s, actions: [off_queue, offline] }
    - { wait: 2s, actions: [off_queue, offline, revoke_tokens] }
    - { wait: 3s, actions: [off_queue, offline, revoke_tokens] }
  repeat: 5s`;

/** A policy in which hours are seconds, and nothing but the rules holds anybody back. */
function policyText(url: string, store: string, parts: PolicyParts): string {
  const { mode = 'enforce', every = '* * * * * *', rules = RULES, returns = RETURNS } = parts;
  const { settle = 1, perMinute = 240, timeout = '5s', more = '' } = parts;
  const {
    caps = `{ per_sweep: 500, per_hour: 10000, settle: ${settle}, breaker: { at_least: 100000, share: 100%, hold: 30m } }`,
  } = parts;
  return `version: 1
mode: ${mode}
genesys:
  region: eu-west-1
  client_id: \${GENESYS_CLIENT_ID}
  client_secret: \${GENESYS_CLIENT_SECRET}
  api_url: ${url}
  login_url: ${url}
  requests_per_minute: ${perMinute}
  timeout: ${timeout}
sweep: { every: "${every}" }
exempt:
  - { users: ["wallboard.*@example.com"], reason: lobby screen }
  - { secondary_presence: [Coaching], reason: agreed }
${parts.exempt === undefined ? '' : `  - ${parts.exempt}\n`}profiles:
  - name: leads
    match: { groups: [Leads] }
    rules:
      - { id: lead-gone, when: { presence: [available, away, busy, meal, idle] }, limit: 12h }
  - name: agents
    match: { groups: [Agents] }
    rules:
${rules}
${returns}
caps: ${caps}
store: ${parts.store ?? `{ sqlite: ${store} }`}
server: { host: 127.0.0.1, port: 0 }
${more}`;
}
