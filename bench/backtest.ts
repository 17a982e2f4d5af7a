/** Replaying 30 days of 5,000 agents, from a recording on disk to what is printed: through a policy, and through all limits that are tried. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Row } from './measure.ts';
import { DAYS, recordMonth } from './past.ts';
import { peakOf } from './record.ts';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const DEFAULT = new URL('../config/idle-enforcer.yaml', import.meta.url);
const AGENTS = 5_000;

/** One policy. */
export function benchBacktest(): Promise<readonly Row[]> {
  return measured('backtest', '--policy', 60);
}

/** Twelve limits for each of its rules. */
export function benchSuggest(): Promise<readonly Row[]> {
  return measured('suggest', '--config', 180);
}

async function measured(command: string, policyOption: string, mostSeconds: number): Promise<readonly Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'idle-enforcer-bench-'));
  try {
    const [path, policy] = [join(folder, 'history.jsonl'), join(folder, 'policy.yaml')];
    const changes = await recordMonth(path, AGENTS);
    await writeFile(policy, await policyOfMonth());
    const { seconds, megabytes, code } = await run([command, '--replay', path, policyOption, policy]);
    const facts = `${(changes / 1e6).toFixed(1)} M changes, ${((await stat(path)).size / 1e6).toFixed(0)} MB`;
    return [
      {
        what: `${command} of ${DAYS} days of ${AGENTS} agents (${facts})`,
        measured: `${seconds.toFixed(1)} s, ${megabytes.toFixed(0)} MB`,
        target: `under ${mostSeconds} s`,
        met: code === 0 && seconds < mostSeconds,
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The annotated default, without the user whom nobody is called here, and without tests. */
async function policyOfMonth(): Promise<string> {
  const lines = (await readFile(DEFAULT, 'utf8')).split('\n');
  return lines.filter((line) => !line.includes('users: [wallboard') && !line.startsWith('tests:')).join('\n');
}

async function run(args: readonly string[]): Promise<{ seconds: number; megabytes: number; code: unknown }> {
  const begun = performance.now();
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: 'ignore' });
  let megabytes = 0;
  const looking = setInterval(() => {
    megabytes = Math.max(megabytes, peakOf(child.pid));
  }, 20);
  const code = await new Promise((resolve) => child.once('exit', resolve));
  clearInterval(looking);
  return { seconds: (performance.now() - begun) / 1_000, megabytes, code };
}
