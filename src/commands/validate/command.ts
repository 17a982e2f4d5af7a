/** `validate`: checks the policy, all faults at once, and says in plain words what it would do. */
import process from 'node:process';
import { realClock } from '../../app/clock.ts';
import { describePolicy } from '../../policy-file/describe.ts';
import { resolvePolicy, type ResolvedPolicy } from '../../policy-file/resolve.ts';
import type { LoadedPolicy } from '../../policy-file/draft.ts';
import { PolicyRefused } from '../../policy-file/faults.ts';
import { MINUTE } from '../../domain/time/time.ts';
import { FileFault } from '../../files/plain-file.ts';
import { readInput } from '../../files/input.ts';
import { LARGEST_FILE } from '../../policy-file/files-read.ts';
import { EXIT, UsageError } from '../shared/exit.ts';
import { configPath, loadTestedConfig, type ConfigOption } from '../shared/options.ts';
import type { LogOption } from '../shared/log.ts';
import type { Output } from '../shared/output.ts';
import { counted } from '../../texts/counted.ts';

export interface ValidateOptions extends ConfigOption, LogOption {
  /** In place of `config`; `-` is standard input. */
  readonly file?: string | undefined;
  readonly online?: boolean;
  readonly json?: boolean;
}

/** How faults call what came from standard input; its `${file:…}` start at the current folder. */
const STANDARD_INPUT = '<stdin>';
/** Standard input that goes on for longer was not meant. */
const PATIENCE = MINUTE;

/** Prints the rendering, or throws `PolicyRefused`. With `--json` a refusal is printed as JSON too. */
export async function validate(options: ValidateOptions, output: Output): Promise<number> {
  const { config, text } = await askedFor(options);
  const file = configPath(config);
  const tested = file !== STANDARD_INPUT;
  const online = options.online === true;
  try {
    const given = { mayBeAbsent: !online, tests: tested, ...(text === undefined ? {} : { text }) };
    const { loaded, tests } = await loadTestedConfig(config, output, undefined, given);
    const resolved = await resolve(loaded, options, output);
    const warnings = [...loaded.warnings, ...leftOut(loaded, tested), ...resolved.warnings];
    const lines = describePolicy(loaded, resolved.policy, realClock.now());
    if (options.json === true) {
      output.json({ ok: true, file, hash: loaded.hash, tests, warnings, description: lines }, 2);
      return EXIT.fine;
    }
    for (const line of lines) output.line(line);
    if (warnings.length > 0) output.line();
    for (const warning of warnings) output.line(`${output.colours.yellow('warning')}: ${warning}`);
    output.line();
    if (tests > 0) output.line(`${counted(tests, 'test')} of the policy passed.`);
    output.line(output.colours.green(`${file} is valid (policy ${loaded.hash}).`));
    return EXIT.fine;
  } catch (error) {
    if (options.json !== true || !(error instanceof PolicyRefused)) throw error;
    const { faults, more } = error;
    output.json({ ok: false, file, faults, ...(more > 0 && { more }) }, 2);
    return EXIT.refused;
  }
}

/** What was not checked beside single values. */
function leftOut({ isWhole, settings }: LoadedPolicy, tested: boolean): readonly string[] {
  if (!isWhole)
    return [
      'the rules depend on values that are not set here: where they are, the policy has another number; its tests were not run',
    ];
  if (tested || settings.tests.length === 0) return [];
  return [
    'the tests of the policy were not run: where their files are is not known of standard input; name its file with --config',
  ];
}

/** Which policy: the positional argument, or what every other command takes. With `-`, `--config` says whose text it is. */
async function askedFor({
  file,
  config,
  shared,
}: ValidateOptions): Promise<{ readonly config: ConfigOption; readonly text?: string }> {
  const named = { ...(config !== undefined && { config }), shared };
  if (file === undefined) return { config: named };
  if (file !== '-') {
    if (config !== undefined)
      throw new UsageError('Two policies are named: give either the file or --config.');
    return { config: { config: file } };
  }
  try {
    const signal = AbortSignal.timeout(PATIENCE);
    const text = await readInput(process.stdin, LARGEST_FILE, process.stdin.isTTY ? undefined : signal);
    return { config: { config: STANDARD_INPUT, ...named }, text };
  } catch (error) {
    if (!(error instanceof FileFault)) throw error;
    throw new UsageError(`Standard input cannot be read as a policy: ${error.why}.`);
  }
}

async function resolve(
  loaded: LoadedPolicy,
  options: ValidateOptions,
  output: Output,
): Promise<ResolvedPolicy> {
  if (options.online !== true) return resolvePolicy(loaded.draft, undefined, new Map(), realClock.now());
  // What speaks to the platform takes longer to load than a policy takes to check.
  const { resolveOnline } = await import('./online.ts');
  return await resolveOnline(loaded, options, output);
}
