/**
 * The policy for a command that only reads what is stored: a shell in which its secrets are not set has it all the same,
 * and where it cannot be used the command goes on without it.
 */
import process from 'node:process';
import { FileFault, readTextFile } from '../../files/plain-file.ts';
import type { LoadedPolicy } from '../../policy-file/draft.ts';
import { faultLine, PolicyRefused } from '../../policy-file/faults.ts';
import { FilesRead, LARGEST_FILE } from '../../policy-file/files-read.ts';
import type { Env } from '../../policy-file/interpolate.ts';
import { inForceHere } from '../../policy-file/environment.ts';
import { loadPolicyFile } from '../../policy-file/load.ts';
import type { Redactor } from '../../texts/redactor.ts';
import { configPath, known, sharedOf, type ConfigOption } from './options.ts';
import type { Output } from './output.ts';

/** The policy, or why there is none, in one sentence without a full stop. */
export type PolicyForReading =
  | { readonly loaded: LoadedPolicy; readonly fault?: undefined }
  | { readonly loaded?: undefined; readonly fault: string };

/** Stands for a value that only the worker has. */
const NOT_SET = 'not-set-in-this-shell';
/** A variable that has no default. */
const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** Loads it without running its tests. Never throws. */
export function policyForReading(
  options: ConfigOption,
  { redactor }: Pick<Output, 'redactor'>,
): PolicyForReading {
  const path = configPath(options);
  const whole = tried(path, process.env, redactor, options);
  if (whole.loaded !== undefined) return whole;
  const standIns = standInsFor(path);
  if (Object.keys(standIns).length === 0) return whole;
  const without = tried(path, { ...standIns, ...process.env }, redactor, options);
  // What judging rests on must be what the worker has.
  const isJudged = JSON.stringify(without.loaded?.draft.content ?? NOT_SET).includes(NOT_SET);
  return isJudged ? whole : without;
}

function tried(path: string, env: Env, redactor: Redactor, options: ConfigOption): PolicyForReading {
  try {
    const loaded = loadPolicyFile(path, env, new FilesRead(), sharedOf(options));
    return { loaded: known(inForceHere(loaded, env), redactor) };
  } catch (error) {
    if (!(error instanceof PolicyRefused)) throw error;
    const [first, ...others] = error.faults.map(faultLine);
    const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
    return { fault: `${first ?? 'it is refused'}${more}` };
  }
}

/** A value for each variable that the file names and this shell does not set. */
function standInsFor(path: string): Record<string, string> {
  try {
    const names = [...readTextFile(path, LARGEST_FILE).matchAll(VARIABLE)].map(([, name = '']) => name);
    const unset = names.filter((name) => process.env[name] === undefined);
    return Object.fromEntries(unset.map((name) => [name, NOT_SET]));
  } catch (error) {
    if (!(error instanceof FileFault)) throw error;
    return {};
  }
}
