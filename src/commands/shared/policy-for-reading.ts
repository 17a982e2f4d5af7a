/**
 * The policy for a command that only reads what is stored: a shell in which its secrets are not set has it all the same,
 * and where it cannot be used the command goes on without it.
 */
import process from 'node:process';
import type { LoadedPolicy } from '../../policy-file/draft.ts';
import { faultLine, PolicyRefused } from '../../policy-file/faults.ts';
import { FilesRead } from '../../policy-file/files-read.ts';
import { inForceHere } from '../../policy-file/environment.ts';
import { loadPolicyFile, type LoadOptions } from '../../policy-file/load.ts';
import type { Redactor } from '../../texts/redactor.ts';
import { configPath, known, sharedOf, type ConfigOption } from './options.ts';
import type { Output } from './output.ts';

/** The policy, or why there is none, in one sentence without a full stop. */
export type PolicyForReading =
  | { readonly loaded: LoadedPolicy; readonly fault?: undefined }
  | { readonly loaded?: undefined; readonly fault: string };

/** Parts of which a command that only reads needs nothing. What stands elsewhere must be what the worker has. */
const ONLY_THE_WORKERS: ReadonlySet<unknown> = new Set([
  'name',
  'genesys',
  'notify',
  'identity',
  'page',
  'store',
  'server',
  'tests',
]);

/** Loads it without running its tests. Never throws. */
export function policyForReading(
  options: ConfigOption,
  { redactor }: Pick<Output, 'redactor'>,
): PolicyForReading {
  const path = configPath(options);
  const whole = tried(path, redactor, sharedOf(options));
  if (whole.loaded !== undefined) return whole;
  const without = tried(path, redactor, { ...sharedOf(options), mayBeAbsent: true });
  const absent = without.loaded?.draft.source.absent ?? [];
  return absent.every(({ path: [part] }) => ONLY_THE_WORKERS.has(part)) && without.loaded !== undefined
    ? without
    : whole;
}

function tried(path: string, redactor: Redactor, how: LoadOptions): PolicyForReading {
  try {
    const loaded = loadPolicyFile(path, process.env, new FilesRead(), how);
    return { loaded: known(inForceHere(loaded, process.env), redactor) };
  } catch (error) {
    if (!(error instanceof PolicyRefused)) throw error;
    const [first, ...others] = error.faults.map(faultLine);
    const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
    return { fault: `${first ?? 'it is refused'}${more}` };
  }
}
