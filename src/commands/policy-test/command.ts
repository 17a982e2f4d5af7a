/** `test`: runs policy tests, and explains those that fail. */
import { existsSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import process from 'node:process';
import type { LoadedPolicy } from '../../policy-file/draft.ts';
import { PolicyRefused } from '../../policy-file/faults.ts';
import { FilesRead } from '../../policy-file/files-read.ts';
import type { Env } from '../../policy-file/interpolate.ts';
import { loadPolicyFile, loadPolicyText, readPolicyText } from '../../policy-file/load.ts';
import { loadTestFile, runTests, testPath, type TestResult } from './policy-tests.ts';
import type { TestFile } from './test-file.ts';
import { EXIT, UsageError } from '../shared/exit.ts';
import { NOT_FOR_CHECKING } from '../../policy-file/fleet.ts';
import { eachOrganisation, oneOrganisation } from '../shared/fleet.ts';
import { configPath, sharedOf, type ConfigOption } from '../shared/options.ts';
import type { Output } from '../shared/output.ts';
import { counted } from '../../texts/counted.ts';

export interface TestOptions extends ConfigOption {
  readonly json?: boolean;
}

/** One file that was run. */
interface Ran {
  readonly file: string;
  readonly policy: string;
  readonly results: readonly TestResult[];
}

/**
 * Runs the files, or those that the policy names when none are given. Answers the exit code. When any file or policy
 * cannot be used no result is shown, and it rejects with a `UsageError` that tells every fault.
 */
export async function test(files: readonly string[], options: TestOptions, output: Output): Promise<number> {
  try {
    const ran = await runAll(files.length > 0 ? files : namedByPolicy(options), options);
    if (options.json === true) output.json(asJson(ran), 2);
    else tell(ran, output);
    return ran.every(({ results }) => results.every(({ passed }) => passed)) ? EXIT.fine : EXIT.failedTests;
  } catch (error) {
    if (!(error instanceof PolicyRefused)) throw error;
    const { faults, more, count, message } = error;
    if (options.json !== true)
      throw new UsageError(`${message}\nNo test was run: ${counted(count, 'fault')}.`);
    output.json({ ok: false, faults, ...(more > 0 && { more }) }, 2);
    return EXIT.refused;
  }
}

/** A policy without tests was to be tested. */
class NoTests extends UsageError {}

/** Runs the files, or those that the policy names; without files those of each policy of a fleet, of which some may have none. */
export async function testMeant(
  files: readonly string[],
  options: TestOptions,
  output: Output,
): Promise<number> {
  if (files.length > 0) return await test(files, testsOfOne(options), output);
  let count = 0;
  const code = await eachOrganisation(
    options,
    output,
    async (one, to) => {
      try {
        const own = await test([], one, to);
        count += 1;
        return own;
      } catch (error) {
        if (!(error instanceof NoTests) || one.shared === undefined) throw error;
        if (one.json === true) to.json({ ok: true, files: [] });
        else to.line('Its policy names no tests.');
        return EXIT.fine;
      }
    },
    NOT_FOR_CHECKING,
  );
  return code === EXIT.fine && count === 0 ? EXIT.refused : code;
}

/** Files that name their policy need no other. */
function testsOfOne(options: TestOptions): TestOptions {
  return options.config === undefined && options.organisation === undefined
    ? options
    : oneOrganisation(options, 'Tests are run against one policy', NOT_FOR_CHECKING);
}

function namedByPolicy(options: TestOptions): readonly string[] {
  const path = configPath(options);
  const { settings } = loadForTests(path, options);
  if (settings.tests.length === 0)
    throw new NoTests(`${path} names no tests: give test files, or list them under "tests" in the policy.`);
  return settings.tests.map((each) => testPath(path, each));
}

async function runAll(files: readonly string[], options: TestOptions): Promise<readonly Ran[]> {
  const ran: Ran[] = [];
  const refused: PolicyRefused[] = [];
  for (const path of files) {
    try {
      const file = loadTestFile(path, process.env);
      const { policy, loaded } = policyOf(file, options);
      ran.push({ file: path, policy, results: await runTests(file, loaded) });
    } catch (error) {
      if (!(error instanceof PolicyRefused)) throw error;
      refused.push(error);
    }
  }
  if (refused.length > 0) {
    const more = refused.reduce((sum, each) => sum + each.more, 0);
    throw new PolicyRefused(
      refused.flatMap(({ faults }) => faults),
      more,
    );
  }
  return ran;
}

/** `--config` goes before what the file says, so that the same tests can be run against a changed policy. */
function policyOf(
  { file, policy, source }: TestFile,
  options: TestOptions,
): { readonly policy: string; readonly loaded: LoadedPolicy } {
  if (options.config === undefined && policy.kind === 'inline') {
    return { policy: file, loaded: loadPolicyText(policy.text, file, withStandIns(policy.text)) };
  }
  if (policy.kind !== 'file' || options.config !== undefined) {
    const path = configPath(options);
    return { policy: path, loaded: loadForTests(path, options) };
  }
  const path = isAbsolute(policy.path) ? policy.path : resolve(dirname(file), policy.path);
  if (!existsSync(path)) {
    const message = 'there is no such policy file';
    throw new PolicyRefused([{ file, ...source.place(['policy']), path: 'policy', message }]);
  }
  return { policy: path, loaded: loadForTests(path, {}) };
}

/** Judging needs no credentials: where they are not set, something stands in for them. */
function loadForTests(path: string, options: TestOptions): LoadedPolicy {
  const files = new FilesRead();
  return loadPolicyFile(path, withStandIns(readPolicyText(path, files)), files, sharedOf(options));
}

function withStandIns(text: string): Env {
  const standIns: Record<string, string> = {};
  for (const [, key = '', name = ''] of text.matchAll(/\b(\w{1,60})["']?\s*:\s*["']?\$\{(\w{1,200})\}/g)) {
    standIns[name] = STAND_INS[key] ?? 'unset';
  }
  return { ...standIns, ...process.env };
}

const STAND_INS: Readonly<Record<string, string>> = {
  region: 'us-east-1',
  url: 'https://unset.invalid',
  api_url: 'https://unset.invalid',
  login_url: 'https://unset.invalid',
  graph_url: 'https://unset.invalid',
};

function tell(ran: readonly Ran[], output: Output): void {
  const { colours } = output;
  for (const { file, policy, results } of ran) {
    output.line(policy === file ? file : `${file}  (policy ${policy})`);
    for (const result of results) tellOne(result, output);
  }
  const all = ran.flatMap(({ results }) => results);
  const failed = all.filter(({ passed }) => !passed).length;
  const passed = all.length - failed;
  const count = `${counted(passed, 'test')} passed`;
  if (failed === 0) output.line(colours.green(`${count}.`));
  else output.line(`${count}, ${colours.red(`${failed} failed`)}.`);
}

function tellOne({ name, passed, file, line, column, faults, lines }: TestResult, output: Output): void {
  const { colours } = output;
  if (passed) {
    output.line(`  ${colours.green('ok')}    ${name}`);
    return;
  }
  output.line(`  ${colours.red('FAIL')}  ${name}  (${file}:${line}:${column})`);
  for (const fault of faults)
    output.line(`        ${fault.file}:${fault.line}:${fault.column}: ${fault.message}`);
  output.line();
  for (const each of lines) output.line(each === '' ? '' : `        ${coloured(each, output)}`);
  output.line();
}

function coloured(line: string, { colours }: Output): string {
  const sign = /^\s*(?:[\d:]+\s+)?([-+]) /.exec(line)?.[1];
  if (sign === '-') return colours.red(line);
  return sign === '+' ? colours.green(line) : line;
}

function asJson(ran: readonly Ran[]): unknown {
  const files = ran.map(({ file, policy, results }) => ({
    file,
    policy,
    tests: results.map(({ name, line, column, passed, faults, lines }) => ({
      name,
      line,
      column,
      passed,
      faults,
      explanation: lines,
    })),
  }));
  return { ok: ran.every(({ results }) => results.every(({ passed }) => passed)), files };
}
