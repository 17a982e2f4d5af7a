/** `validate`: checks the policy, all faults at once, and says in plain words what it would do. */
import process from 'node:process';
import { realClock } from '../clock.ts';
import { createLog } from '../logging.ts';
import { describePolicy } from '../policy/describe.ts';
import { resolvePolicy, type ResolvedPolicy } from '../policy/resolve.ts';
import type { LoadedPolicy } from '../policy/draft.ts';
import { PolicyRefused } from '../policy/faults.ts';
import { runTestsOf } from '../policy-tests.ts';
import { Metrics } from '../server/metrics.ts';
import { connect, readNames } from '../wiring.ts';
import { EXIT } from './exit.ts';
import { configPath, loadConfig, type ConfigOption } from './options.ts';
import type { Output } from './output.ts';

export interface ValidateOptions extends ConfigOption {
  readonly online?: boolean;
  readonly json?: boolean;
}

/** Prints the rendering, or throws `PolicyRefused`. With `--json` a refusal is printed as JSON too. */
export async function validate(options: ValidateOptions, output: Output): Promise<number> {
  const file = configPath(options);
  try {
    const loaded = loadConfig(options, output);
    const tests = runTestsOf(loaded, file, process.env);
    const resolved = await resolve(loaded, options.online === true, output);
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
    output.json({ ok: false, file, faults: error.faults }, 2);
    return EXIT.refused;
  }
}

async function resolve(loaded: LoadedPolicy, online: boolean, { redactor }: Output): Promise<ResolvedPolicy> {
  if (!online) return resolvePolicy(loaded.draft, undefined, new Map(), realClock.now());
  const signal = new AbortController().signal;
  const log = createLog('warn', 'stderr', redactor);
  const platform = connect(loaded.settings, { clock: realClock, log, metrics: new Metrics(), redactor });
  try {
    await platform.checkCredentials(signal);
    return resolvePolicy(loaded.draft, await readNames(loaded, platform, signal), new Map(), realClock.now());
  } finally {
    await platform.close();
  }
}
