/** Every variable of the environment that means something to the program, for its help, its documents and its checks. */
import process from 'node:process';
import {
  environmentFaults,
  LOG_LEVEL_VARIABLE,
  MODE_VARIABLE,
  type Env,
} from '../../policy-file/environment.ts';
import { LOG_LEVELS } from '../../policy-file/schema.ts';
import { LOG_FORMATS } from '../../app/log-format.ts';
import { EXIT_MEANINGS } from './exit-codes.ts';
import { UsageError } from './exit.ts';
import { LOG_FORMAT_VARIABLE, logFormatFaults } from './log.ts';

/** One variable, or several that belong together. */
export interface Variable {
  readonly names: readonly string[];
  /** What it may be set to, in words. */
  readonly accepts: string;
  /** What it does. */
  readonly meaning: string;
}

/** In the order in which they are told. */
export const ENVIRONMENT: readonly Variable[] = [
  {
    names: ['IDLE_ENFORCER_CONFIG'],
    accepts: 'a path',
    meaning: 'the policy file, unless --config is given',
  },
  {
    names: [MODE_VARIABLE],
    accepts: 'observe',
    meaning: 'holds the mode at observe, whatever the policy says, also after the policy changes',
  },
  {
    names: [LOG_LEVEL_VARIABLE],
    accepts: LOG_LEVELS.join(', '),
    meaning: 'how much is logged, before log.level of the policy',
  },
  {
    names: [LOG_FORMAT_VARIABLE],
    accepts: LOG_FORMATS.join(', '),
    meaning: 'how the log is written, unless --log-format is given',
  },
  {
    names: ['IDLE_ENFORCER_HOST'],
    accepts: 'an address',
    meaning: 'address to listen on, before server.host of the policy',
  },
  {
    names: ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'],
    accepts: 'addresses',
    meaning: 'proxies, and hosts that are reached without one; loopback never goes through a proxy',
  },
  {
    names: ['NODE_EXTRA_CA_CERTS'],
    accepts: 'a path',
    meaning: 'certificates of a private authority, such as that of a proxy that looks into connections',
  },
  { names: ['NO_COLOR'], accepts: 'anything', meaning: 'no colours on a terminal' },
  {
    names: ['FORCE_COLOR'],
    accepts: '0 or 1',
    meaning: 'colours never, or everywhere; comes before NO_COLOR',
  },
];

/** These must work where nothing else does, and need nothing of what the environment sets. */
const UNCHECKED: ReadonlySet<string> = new Set([
  'pause',
  'resume',
  'rollout',
  'backup',
  'report',
  'completion',
]);

/** Throws `UsageError` where the environment sets something that the command could not go by. */
export function checkEnvironment(command: string, env: Env = process.env): void {
  if (UNCHECKED.has(command)) return;
  const faults = [...environmentFaults(env), ...logFormatFaults(env)];
  if (faults.length > 0) throw new UsageError(faults.join('\n'));
}

/** The variables as lines of help, no wider than its own. */
export function environmentHelp(): string {
  const lines = ENVIRONMENT.flatMap(({ names, accepts, meaning }) => [
    `  ${names.join(', ')}`,
    ...wrapped(`${meaning} (${accepts})`).map((line) => `      ${line}`),
  ]);
  return ['Environment:', ...lines].join('\n');
}

/** What the exit codes mean, as lines of help. */
export function exitCodeHelp(): string {
  const lines = EXIT_MEANINGS.flatMap(([codes, meaning]) => [
    `  ${codes}`,
    ...wrapped(meaning).map((line) => `      ${line}`),
  ]);
  return ['Exit codes:', ...lines].join('\n');
}

const WIDTH = 72;

function wrapped(text: string): readonly string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + word.length >= WIDTH) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}
