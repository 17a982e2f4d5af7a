/**
 * The way to a Node.js that is new enough. npm brings one along as the package `node`; an older one, with which the program was
 * started, hands everything on to it. This file runs on old versions too.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';

/** The major version from which on the program runs. */
const NEEDED = 24;
/** Tells the Node.js that is started that it was: it must not hand on once more. */
const HANDED_ON = 'IDLE_ENFORCER_HANDED_ON';
const HANDED: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'];

/** Whether a version, such as 20.1.2, is new enough. */
export function isNewEnough(version: string): boolean {
  return Number(version.split('.')[0]) >= NEEDED;
}

/** The Node.js that npm has brought along, unless there is none or this process was started by it. */
export function broughtAlong(env: NodeJS.ProcessEnv): string | undefined {
  if (env[HANDED_ON] !== undefined) return undefined;
  try {
    const manifest = createRequire(import.meta.url).resolve('node/package.json');
    const program = join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(program) ? program : undefined;
  } catch {
    return undefined;
  }
}

/** Why the program cannot run here, and what to do. */
export function tooOld(version: string): string {
  return (
    `idle-enforcer needs Node.js ${NEEDED} or newer, and this is ${version}. npm brings the right one along: run "npm ci" or ` +
    '"npm install" again, without --omit=optional and --ignore-scripts. Or install it from https://nodejs.org.'
  );
}

/** Runs this command line on another Node.js, which gets the signals too. Resolves to its exit code. */
export function handOn(node: string, [, script = '', ...args]: readonly string[]): Promise<number> {
  const env = { ...process.env, [HANDED_ON]: process.versions.node };
  const child = spawn(node, ['--disable-sigusr1', script, ...args], { stdio: 'inherit', env });
  for (const signal of HANDED) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => {
    child.once('error', ({ message }) => {
      process.stderr.write(`${tooOld(process.versions.node)} (${node}: ${message})\n`);
      resolve(2);
    });
    child.once('exit', (code, signal) => {
      resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]);
    });
  });
}
