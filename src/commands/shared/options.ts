/** Options that several commands share. */
import process from 'node:process';
import { inForceHere, valueOf } from '../../policy-file/environment.ts';
import { FilesRead } from '../../policy-file/files-read.ts';
import type { FleetShared } from '../../policy-file/in-fleet.ts';
import { loadPolicyFile, type LoadOptions } from '../../policy-file/load.ts';
import type { LoadedPolicy } from '../../policy-file/draft.ts';
import { checkPolicy, takenFrom, type Check, type Given } from '../policy-test/policy-check.ts';
import { DAY, formatDuration, parseDuration, type Duration } from '../../domain/time/time.ts';
import { isZone } from '../../domain/time/zone.ts';
import { nearestZone } from '../../policy-file/nearest.ts';
import { secretsOf } from '../../policy-file/secrets.ts';
import type { Redactor } from '../../texts/redactor.ts';
import { UsageError } from './exit.ts';
import type { Output } from './output.ts';

/** Where the policy is looked for when `--config` does not say. */
export const DEFAULT_CONFIG = 'config/idle-enforcer.yaml';

/** No pause or deadline that is meant is longer. */
const LONGEST_DURATION: Duration = 366 * DAY;

export interface ConfigOption {
  readonly config?: string;
  /** Which organisation of a fleet. */
  readonly organisation?: string | undefined;
  /** Not given on the command line: `config` is a policy of a fleet, which has these settings. */
  readonly shared?: FleetShared | undefined;
}

/** Path of the policy file: `--config`, else `IDLE_ENFORCER_CONFIG`, else the default. */
export function configPath({ config }: ConfigOption): string {
  return config ?? valueOf(process.env, 'IDLE_ENFORCER_CONFIG') ?? DEFAULT_CONFIG;
}

/** What a fleet has in common, as the loader takes it. */
export function sharedOf({ shared }: ConfigOption): LoadOptions {
  return shared === undefined ? {} : { shared };
}

/** Loads the policy without running its tests, for commands that do not act by it. Throws `PolicyRefused`. */
export function loadConfig(options: ConfigOption, { redactor }: Pick<Output, 'redactor'>): LoadedPolicy {
  const loaded = loadPolicyFile(configPath(options), process.env, new FilesRead(), sharedOf(options));
  return known(inForceHere(loaded, process.env), redactor);
}

/**
 * Checks the policy and runs the tests that it names, without holding up this thread for long. Rejects with `PolicyRefused`, or
 * with the signal's reason.
 */
export async function loadTestedConfig(
  options: ConfigOption,
  { redactor }: Pick<Output, 'redactor'>,
  signal?: AbortSignal,
  given: Given = {},
): Promise<Extract<Check, { kind: 'valid' }>> {
  const how = {
    smallHere: true,
    ...sharedOf(options),
    ...given,
    ...(signal === undefined ? {} : { signal }),
  };
  const check = takenFrom(await checkPolicy(configPath(options), process.env, how));
  known(check.loaded, redactor);
  return check;
}

/** The same policy, its secrets known: from now on none of them is shown. */
export function known(loaded: LoadedPolicy, redactor: Redactor): LoadedPolicy {
  for (const secret of secretsOf(loaded.settings)) redactor.know(secret);
  return loaded;
}

/** Where to listen: `IDLE_ENFORCER_HOST`, which the container image sets to 0.0.0.0, else what the policy says. */
export function listenAddress(
  fromPolicy: string,
  { IDLE_ENFORCER_HOST: fixed }: Readonly<Record<string, string | undefined>>,
): string {
  return fixed === undefined || fixed === '' ? fromPolicy : fixed;
}

/** Reads the duration that an option, such as `--for`, was given. Throws `UsageError`. */
export function durationOption(option: string, text: string): Duration {
  const length = parseDuration(text);
  if (length !== undefined && length > 0 && length <= LONGEST_DURATION) return length;
  throw new UsageError(
    `${option}: "${text}" is not a duration: write 90s, 45m, 2h, 1h30m or 1d, at most ${formatDuration(LONGEST_DURATION)}.`,
  );
}

/** Reads a time zone from the command line; UTC where none is given. Throws `UsageError`. */
export function zoneOption(text = 'UTC'): string {
  if (isZone(text)) return text;
  const meant = nearestZone(text);
  const hint = meant === undefined ? '' : ` Did you mean ${meant}?`;
  throw new UsageError(
    `--tz: "${text}" is not a time zone: write it as Area/Location, such as America/Chicago, or UTC.${hint}`,
  );
}

/** Reads the whole number that an option was given. Throws `UsageError`. */
export function wholeOption(option: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (!/^\d+$/.test(text.trim()) || number < least || number > most) {
    throw new UsageError(`${option}: "${text}" is not a whole number between ${least} and ${most}.`);
  }
  return number;
}
