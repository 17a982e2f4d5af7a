/** `validate`: checks the policy, all faults at once, and says in plain words what it would do. */
import { realClock } from '../../app/clock.ts';
import { createLog } from '../../app/logging.ts';
import { describePolicy } from '../../policy-file/describe.ts';
import { resolvePolicy, type ResolvedPolicy } from '../../policy-file/resolve.ts';
import type { LoadedPolicy } from '../../policy-file/draft.ts';
import { PolicyRefused } from '../../policy-file/faults.ts';
import { Metrics } from '../../server/metrics.ts';
import type { Platform } from '../../genesys/platform.ts';
import { readNames } from '../../app/names-in-use.ts';
import { needsOf } from '../../policy-file/needs.ts';
import { Reach } from '../../policy-file/unmatched.ts';
import { connect } from '../../app/compose.ts';
import { EXIT } from '../shared/exit.ts';
import { configPath, loadTestedConfig, type ConfigOption } from '../shared/options.ts';
import { openLog, type LogOption } from '../shared/log.ts';
import type { Output } from '../shared/output.ts';

export interface ValidateOptions extends ConfigOption, LogOption {
  readonly online?: boolean;
  readonly json?: boolean;
}

/** Prints the rendering, or throws `PolicyRefused`. With `--json` a refusal is printed as JSON too. */
export async function validate(options: ValidateOptions, output: Output): Promise<number> {
  const file = configPath(options);
  try {
    const { loaded, tests } = await loadTestedConfig(options, output);
    const resolved = await resolve(loaded, options, output);
    const warnings = [...loaded.warnings, ...resolved.warnings];
    const lines = describePolicy(loaded, resolved.policy, realClock.now());
    if (options.json === true) {
      output.json({ ok: true, file, hash: loaded.hash, tests, warnings, description: lines }, 2);
      return EXIT.fine;
    }
    for (const line of lines) output.line(line);
    if (warnings.length > 0) output.line();
    for (const warning of warnings) output.line(`${output.colours.yellow('warning')}: ${warning}`);
    output.line();
    if (tests > 0) output.line(`${tests} ${tests === 1 ? 'test' : 'tests'} of the policy passed.`);
    output.line(output.colours.green(`${file} is valid (policy ${loaded.hash}).`));
    return EXIT.fine;
  } catch (error) {
    if (options.json !== true || !(error instanceof PolicyRefused)) throw error;
    const { faults, more } = error;
    output.json({ ok: false, file, faults, ...(more > 0 && { more }) }, 2);
    return EXIT.refused;
  }
}

async function resolve(
  loaded: LoadedPolicy,
  options: ValidateOptions,
  { redactor }: Output,
): Promise<ResolvedPolicy> {
  if (options.online !== true) return resolvePolicy(loaded.draft, undefined, new Map(), realClock.now());
  const signal = new AbortController().signal;
  const log = createLog('warn', await openLog('stderr', options), redactor);
  const platform = connect(loaded.settings, { clock: realClock, log, metrics: new Metrics(), redactor });
  try {
    await platform.checkCredentials(signal);
    const names = await readNames(loaded.draft, platform, signal);
    const resolved = resolvePolicy(loaded.draft, names, new Map(), realClock.now());
    return { ...resolved, warnings: [...resolved.warnings, ...(await reachOf(resolved, platform, signal))] };
  } finally {
    await platform.close();
  }
}

/** Reads everyone once: an exemption or a profile that fits no agent is probably a slip. */
async function reachOf(
  { policy, reachable }: ResolvedPolicy,
  platform: Platform,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (reachable.wholes.length === 0) return [];
  platform.setNeeds(needsOf(policy));
  const reach = new Reach(reachable, policy);
  const { complete, fault } = await platform.directory.sweep((page) => {
    for (const { agent, observation } of page) reach.see(agent, observation.missing);
  }, signal);
  if (complete) return reach.warnings();
  return [
    `the exemptions and profiles were not checked against the agents: ${fault ?? 'the agents could not be read'}`,
  ];
}
