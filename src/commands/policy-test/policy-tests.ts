/**
 * Policy tests, put together: test files are read, run against a policy by the production engine, and a policy
 * that names tests is refused when one of them fails.
 */
import { dirname, isAbsolute, resolve } from 'node:path';
import type { Agent } from '../../domain/agent.ts';
import type { Policy } from '../../domain/policy/policy.ts';
import { profilesFor } from '../../domain/policy/when.ts';
import { normaliseName } from '../../domain/name.ts';
import { scheduleOf } from '../../simulation/schedule.ts';
import { wallTime } from '../../domain/time/zone.ts';
import { check, type Miss } from './check.ts';
import { besideFormer, checkRolloutOf, policyInTest } from './judging.ts';
import { runTest, type TestRun, type TestScene } from './run.ts';
import { failureLines, missSentence, type FailedTest } from './view.ts';
import type { Times } from '../shared/times.ts';
import { FileFault } from '../../files/plain-file.ts';
import { parseTestFile, timeIn, type ParsedTest, type TestFile } from './test-file.ts';
import { chosenConnector } from '../../identity/connectors/registry.ts';
import type { LoadedPolicy } from '../../policy-file/draft.ts';
import {
  FaultList,
  PolicyRefused,
  wholeFileFault,
  writePath,
  type PolicyFault,
} from '../../policy-file/faults.ts';
import { FilesRead, LARGEST_FILE } from '../../policy-file/files-read.ts';
import type { Env } from '../../policy-file/interpolate.ts';
import { loadPolicyFile } from '../../policy-file/load.ts';
import { namesNeeded, type Names } from '../../policy-file/names.ts';
import { NAME_KINDS, type NameKind } from '../../domain/policy/policy.ts';
import type { Named } from '../../domain/policy/named.ts';
import { resolvePolicy } from '../../policy-file/resolve.ts';
import type { Path } from '../../policy-file/source.ts';

/** A test of more sweeps than this is a mistake in a time. */
const MOST_SWEEPS = 20_000;
/** The tests of one file are played whenever the policy is loaded: so many sweeps take some seconds. */
const MOST_SWEEPS_TOGETHER = 100_000;
/** More names than these are not listed. */
const NAMES_LISTED = 20;

const NO_STAY =
  'has an agent who stays, but no warning of this policy carries a link: it needs stay, and page.url';

type Verdict = ParsedTest['verdicts'][number];
type Logoff = NonNullable<ParsedTest['logoffs']>[number];

/** How one test went. */
export interface TestResult {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly passed: boolean;
  /** One for each expectation that was not met, with its place. */
  readonly faults: readonly PolicyFault[];
  /** The whole explanation, only of a test that failed. */
  readonly lines: readonly string[];
}

/** Reads a test file from disk. Throws `PolicyRefused` with every fault in it. */
export function loadTestFile(path: string, env: Env, files = new FilesRead()): TestFile {
  return parseTestFile(readText(path, files), path, env, files);
}

function readText(path: string, files: FilesRead): string {
  try {
    return files.text(path, LARGEST_FILE);
  } catch (error) {
    if (!(error instanceof FileFault)) throw error;
    const why = error.tooLarge
      ? `is larger than ${LARGEST_FILE / 1024} KiB, which no test file is`
      : `the test file cannot be read: ${error.why}`;
    throw wholeFileFault(path, why);
  }
}

/**
 * Loads a policy and runs the tests that it names, from its own folder. Rejects with `PolicyRefused` for faults of the
 * policy or of a test file, and for every expectation that is not met.
 */
export async function loadTestedPolicy(
  path: string,
  env: Env,
  files = new FilesRead(),
): Promise<LoadedPolicy> {
  const loaded = loadPolicyFile(path, env, files);
  await runTestsOf(loaded, path, env, files);
  return loaded;
}

/** Runs the tests that a policy names; answers how many there are. Rejects as `loadTestedPolicy` does. */
export async function runTestsOf(
  loaded: LoadedPolicy,
  path: string,
  env: Env,
  files = new FilesRead(),
): Promise<number> {
  const load = (test: string): TestFile => loadTestFile(test, env, files);
  const runs: NamedRun[] = [];
  for (const [i, test] of loaded.settings.tests.entries())
    runs.push(await runNamed(loaded, path, test, i, load));
  const faults = runs.flatMap((run) => run.faults);
  const more = runs.reduce((sum, run) => sum + run.more, 0);
  if (faults.length > 0) throw new PolicyRefused(faults, more);
  return runs.reduce((sum, { count }) => sum + count, 0);
}

interface NamedRun {
  readonly count: number;
  readonly faults: readonly PolicyFault[];
  /** Faults that are not told. */
  readonly more: number;
}

async function runNamed(
  loaded: LoadedPolicy,
  policyPath: string,
  test: string,
  i: number,
  load: (path: string) => TestFile,
): Promise<NamedRun> {
  const file = testPath(policyPath, test);
  try {
    const results = await runTests(load(file), loaded, { explains: false });
    const faults = results.flatMap(({ name, faults: own }) =>
      own.map((fault) => ({ ...fault, message: `the test "${name}" fails: ${fault.message}` })),
    );
    return { count: results.length, faults, more: 0 };
  } catch (error) {
    if (!(error instanceof PolicyRefused)) throw error;
    const [first] = error.faults;
    // A file that is not there is a fault of the policy that names it.
    if (first?.path !== 'policy' || error.count > 1)
      return { count: 0, faults: error.faults, more: error.more };
    const path: Path = ['tests', i];
    const place = loaded.draft.source.place(path);
    const called = /\.ya?ml$/.test(file) && file.length <= 200 ? `${file}: ` : '';
    const message = `${called}${first.message}; copy it along with the policy, or take it off this list`;
    return { count: 0, faults: [{ file: policyPath, ...place, path: writePath(path), message }], more: 0 };
  }
}

/** Where a test file that a policy names is. */
export function testPath(policyPath: string, test: string): string {
  return isAbsolute(test) ? test : resolve(dirname(policyPath), test);
}

/**
 * Runs every test of a file; those that fail are explained, unless only their faults are wanted. Rejects with `PolicyRefused`
 * when the tests speak of what the policy does not have.
 */
export async function runTests(
  file: TestFile,
  loaded: LoadedPolicy,
  { explains = true } = {},
): Promise<readonly TestResult[]> {
  const policy = resolveFor(file, loaded);
  const faults = new FaultList(file.source);
  checkRolloutOf(file, faults);
  for (const test of file.tests) {
    checkNames(test, namesIn(policyInTest(test, policy), agentOf(test)), faults);
    if (policy.stay === undefined && test.happenings.some(({ word }) => word.does === 'stay'))
      faults.add([...test.path, 'timeline'], NO_STAY);
  }
  const runs = file.tests.map((test) => {
    const wanted = policyInTest(test, policy);
    return { test, policy: wanted, scene: sceneOf(test, loaded, wanted) };
  });
  let together = 0;
  for (const { test, scene } of runs) {
    const sweeps = (scene.to - scene.from) / scene.interval;
    together += sweeps;
    if (sweeps > MOST_SWEEPS)
      faults.add(test.path, `is too long: more than ${MOST_SWEEPS} sweeps; look at its times and at every`);
  }
  if (together > MOST_SWEEPS_TOGETHER)
    faults.add(['tests'], `are too long together: more than ${MOST_SWEEPS_TOGETHER} sweeps`);
  faults.throwIfAny();
  const results: TestResult[] = [];
  for (const { test, policy: wanted, scene } of runs) {
    const { failed, ...result } = await resultOf(file, test, scene, wanted);
    results.push({ ...result, lines: result.passed || !explains ? [] : failureLines(failed) });
  }
  return results;
}

/** What the tests and the policy call by name, standing for itself: nothing of the platform is needed. */
function resolveFor({ tests, former }: TestFile, loaded: LoadedPolicy): Policy {
  const draft = besideFormer(loaded.draft, former);
  const needed = namesNeeded(draft);
  const names: Partial<Record<NameKind, readonly Named[]>> = {};
  for (const kind of NAME_KINDS) {
    if (kind === 'users') continue;
    const used = tests.flatMap((test) => namesOf(test, kind));
    const byId = new Map([...needed[kind], ...used].map((name) => [normaliseName(name), name]));
    names[kind] = [...byId].map(([id, name]) => ({ id, names: [name] }));
  }
  return resolvePolicy(draft, names satisfies Names, new Map(), -Infinity).policy;
}

function namesOf({ agent, happenings }: ParsedTest, kind: NameKind): readonly string[] {
  switch (kind) {
    case 'divisions':
      return agent.division === undefined ? [] : [agent.division];
    case 'presences':
      return happenings.flatMap(({ word }) =>
        word.does === 'set_presence' && word.label !== undefined ? [word.label] : [],
      );
    case 'users':
      return [];
    case 'groups':
    case 'roles':
    case 'queues':
    case 'teams':
      return agent[kind] ?? [];
  }
}

function agentOf({ agent }: ParsedTest): Agent {
  const email = agent.email ?? 'agent@example.com';
  const ids = (names: readonly string[] = []): string[] => names.map(normaliseName);
  return {
    id: agent.id ?? 'the-agent',
    name: agent.name ?? 'The agent',
    email,
    username: agent.username ?? email,
    divisionId: normaliseName(agent.division ?? ''),
    groups: ids(agent.groups),
    roles: ids(agent.roles),
    queues: ids(agent.queues),
    teams: ids(agent.teams),
  };
}

interface KnownNames {
  /** By the form in which names are compared. */
  readonly rule: ReadonlyMap<string, string>;
  readonly profile: ReadonlyMap<string, string>;
}

function namesIn(policy: Policy, { id }: Agent): KnownNames {
  const profiles = profilesFor(id, policy);
  const rules = profiles.flatMap((profile) => profile.rules.map(({ id }) => id));
  return { rule: byForm(rules), profile: byForm(profiles.map(({ name }) => name)) };
}

function byForm(names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(names.map((name) => [normaliseName(name), name]));
}

/** Rules and profiles that a test names must be there, else it could only fail. */
function checkNames({ verdicts, logoffs }: ParsedTest, known: KnownNames, faults: FaultList): void {
  const wanted = (kind: 'rule' | 'profile', name: string | undefined, path: Path): void => {
    if (name === undefined || known[kind].has(normaliseName(name))) return;
    const listed = [...known[kind].values()].slice(0, NAMES_LISTED).join(', ');
    const orElse = `; there are ${listed}${known[kind].size > NAMES_LISTED ? ', …' : ''}`;
    const message = `{value} is no ${kind} of the policy`;
    faults.add(path, message, { word: name, known: () => known[kind].values(), orElse });
  };
  for (const { rule, profile, path } of verdicts) {
    wanted('rule', rule, path);
    wanted('profile', profile, path);
  }
  for (const { rule, path } of logoffs ?? []) wanted('rule', rule, path);
}

function sceneOf(test: ParsedTest, { settings }: LoadedPolicy, { caps }: Policy): TestScene {
  const interval = test.every ?? settings.sweep.interval;
  const { happenings, lacking, unwatched, scheduled, browser, headCounts, nativeTimeout, begin, end } = test;
  // The worker has settled when the test begins.
  const from = Math.floor(begin / interval) * interval - (caps.settle + 1) * interval;
  const ssoDelay = chosenConnector(settings.identity)?.words.delay ?? 0;
  const played = { happenings, lacking, unwatched, browser, headCounts, nativeTimeout, ssoDelay };
  const agent = { ...agentOf(test), shifts: scheduleOf(scheduled, from, end) };
  return { agent, interval, ...played, from, to: end };
}

/** Where the fault stands of what has no place of its own. */
const LISTS = { unexpected: 'logoffs', unanswered: 'timeline' } as const;

async function resultOf(
  { source }: TestFile,
  test: ParsedTest,
  scene: TestScene,
  policy: Policy,
): Promise<Omit<TestResult, 'lines'> & { readonly failed: FailedTest<Verdict, Logoff> }> {
  const played: TestRun = await runTest(scene, policy);
  const misses: readonly Miss<Verdict, Logoff>[] = check(test, played, scene, policy);
  const times = timesOf(test);
  const failed: FailedTest<Verdict, Logoff> = {
    scene,
    policy,
    played,
    misses,
    expectedLogoffs: test.logoffs,
    written: test.written,
    times,
  };
  const faults = misses.map((miss) => {
    const path = 'expected' in miss ? miss.expected.path : [...test.path, LISTS[miss.kind]];
    const place = 'expected' in miss ? source.place(path) : source.keyPlace(path);
    return { file: source.file, ...place, path: writePath(path), message: missSentence(miss, failed) };
  });
  return {
    name: test.name,
    file: source.file,
    ...source.place([...test.path, 'name']),
    passed: misses.length === 0,
    faults,
    failed,
  };
}

function timesOf(test: ParsedTest): Times {
  const write = (at: number): string => timeIn(test, wallTime(test.zone, at));
  return { zone: test.zone, short: write, exact: write, full: write };
}
