/**
 * Policy tests, put together: test files are read, run against a policy by the same domain code as a sweep, and a policy
 * that names tests is refused when one of them fails.
 */
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import type { Agent } from './domain/agent.ts';
import type { Policy } from './domain/policy.ts';
import { isSameName, normaliseName } from './domain/name.ts';
import { MINUTE, type Duration } from './domain/time.ts';
import { wallTime } from './domain/zone.ts';
import { check, type Miss } from './insight/policy-test-check.ts';
import { play, type Played, type Scene } from './insight/policy-test-run.ts';
import { failureLines, missSentence, type Failed } from './insight/policy-test-view.ts';
import type { Times } from './insight/times.ts';
import { parseTestFile, timeIn, type ParsedTest, type TestFile } from './policy-test-file.ts';
import type { LoadedPolicy } from './policy/draft.ts';
import { FaultList, PolicyRefused, wholeFileFault, writePath, type PolicyFault } from './policy/faults.ts';
import { decode, whyUnreadable, type Env } from './policy/interpolate.ts';
import { loadPolicyFile } from './policy/load.ts';
import { namesNeeded, NAME_KINDS, type Named, type NameKind, type Names } from './policy/names.ts';
import { nearest } from './policy/nearest.ts';
import { resolvePolicy } from './policy/resolve.ts';
import type { Path } from './policy/source.ts';

const LARGEST = 512 * 1024;
/** A test of more sweeps than this is a mistake in a time. */
const MOST_SWEEPS = 20_000;
/** What a provider documents at most, where the policy does not say. */
const SSO_DELAY: Duration = 5 * MINUTE;

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
export function loadTestFile(path: string, env: Env): TestFile {
  return parseTestFile(readText(path), path, env);
}

function readText(path: string): string {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    if (fstatSync(file).size > LARGEST)
      throw wholeFileFault(path, 'is larger than 512 KiB, which no test file is');
    return decode(readFileSync(file));
  } catch (error) {
    if (error instanceof PolicyRefused) throw error;
    throw wholeFileFault(path, `the test file cannot be read: ${whyUnreadable(error)}`);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/**
 * Loads a policy and runs the tests that it names, from its own folder. Throws `PolicyRefused` for faults of the policy
 * or of a test file, and for every expectation that is not met.
 */
export function loadTestedPolicy(path: string, env: Env): LoadedPolicy {
  const loaded = loadPolicyFile(path, env);
  runTestsOf(loaded, path, env);
  return loaded;
}

/** Runs the tests that a policy names; answers how many there are. Throws `PolicyRefused` as `loadTestedPolicy` does. */
export function runTestsOf(loaded: LoadedPolicy, path: string, env: Env): number {
  const runs = loaded.settings.tests.map((test, i) => runNamed(loaded, path, test, i, env));
  const faults = runs.flatMap((run) => run.faults);
  if (faults.length > 0) throw new PolicyRefused(faults);
  return runs.reduce((sum, { count }) => sum + count, 0);
}

function runNamed(
  loaded: LoadedPolicy,
  policyPath: string,
  test: string,
  i: number,
  env: Env,
): { readonly count: number; readonly faults: readonly PolicyFault[] } {
  const file = testPath(policyPath, test);
  try {
    const results = runTests(loadTestFile(file, env), loaded);
    const faults = results.flatMap(({ name, faults: own }) =>
      own.map((fault) => ({ ...fault, message: `the test "${name}" fails: ${fault.message}` })),
    );
    return { count: results.length, faults };
  } catch (error) {
    if (!(error instanceof PolicyRefused)) throw error;
    const [first] = error.faults;
    // A file that is not there is a fault of the policy that names it.
    if (first?.path !== 'policy' || error.faults.length > 1) return { count: 0, faults: error.faults };
    const path: Path = ['tests', i];
    const place = loaded.draft.source.place(path);
    const message = `${file}: ${first.message}; copy it along with the policy, or take it off this list`;
    return { count: 0, faults: [{ file: policyPath, ...place, path: writePath(path), message }] };
  }
}

/** Where a test file that a policy names is. */
export function testPath(policyPath: string, test: string): string {
  return isAbsolute(test) ? test : resolve(dirname(policyPath), test);
}

/** Runs every test of a file. Throws `PolicyRefused` when the tests speak of what the policy does not have. */
export function runTests(file: TestFile, loaded: LoadedPolicy): readonly TestResult[] {
  const policy = resolveFor(file, loaded);
  const faults = new FaultList(file.source);
  for (const test of file.tests) checkNames(test, policy, faults, file);
  const runs = file.tests.map((test) => {
    const wanted = test.mode === undefined ? policy : { ...policy, mode: test.mode };
    return { test, policy: wanted, scene: sceneOf(test, loaded, wanted) };
  });
  for (const { test, scene } of runs) {
    if ((scene.to - scene.from) / scene.interval > MOST_SWEEPS)
      faults.add(test.path, `is too long: more than ${MOST_SWEEPS} sweeps; look at its times and at every`);
  }
  faults.throwIfAny();
  return runs.map(({ test, policy: wanted, scene }) => resultOf(file, test, scene, wanted));
}

/** What the tests and the policy call by name, standing for itself: nothing of the platform is needed. */
function resolveFor({ tests }: TestFile, loaded: LoadedPolicy): Policy {
  const needed = namesNeeded(loaded.draft);
  const names: Partial<Record<NameKind, readonly Named[]>> = {};
  for (const kind of NAME_KINDS) {
    if (kind === 'users') continue;
    const used = tests.flatMap((test) => namesOf(test, kind));
    const byId = new Map([...needed[kind], ...used].map((name) => [normaliseName(name), name]));
    names[kind] = [...byId].map(([id, name]) => ({ id, names: [name] }));
  }
  return resolvePolicy(loaded.draft, names satisfies Names, new Map(), -Infinity).policy;
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

/** Rules and profiles that a test names must be there, else it could only fail. */
function checkNames(
  { verdicts, logoffs }: ParsedTest,
  { profiles }: Policy,
  faults: FaultList,
  { source }: TestFile,
): void {
  const rules = profiles.flatMap((profile) => profile.rules.map(({ id }) => id));
  const known = { rule: rules, profile: profiles.map(({ name }) => name) };
  const wanted = (kind: 'rule' | 'profile', name: string | undefined, path: Path): void => {
    if (name === undefined || known[kind].some((one) => isSameName(one, name))) return;
    const suggestion = source.isOwnText(path) ? nearest(name, known[kind]) : undefined;
    const rest = suggestion === undefined ? `; there are ${known[kind].join(', ')}` : '';
    faults.add(path, `the policy has no ${kind} "${name}"${rest}`, { suggestion });
  };
  for (const { rule, profile, path } of verdicts) {
    wanted('rule', rule, path);
    wanted('profile', profile, path);
  }
  for (const { rule, path } of logoffs ?? []) wanted('rule', rule, path);
}

function sceneOf(test: ParsedTest, { settings }: LoadedPolicy, { caps }: Policy): Scene {
  const interval = test.every ?? settings.sweep.interval;
  const { happenings, lacking, unwatched, browser, nativeTimeout, begin, end } = test;
  // The worker has settled when the test begins.
  const from = Math.floor(begin / interval) * interval - (caps.settle + 1) * interval;
  const { okta, entra, keycloak, webhook } = settings.identity ?? {};
  const connector = okta ?? entra ?? keycloak ?? webhook;
  const ssoDelay = connector?.delay ?? (entra === undefined ? 0 : SSO_DELAY);
  const played = { happenings, lacking, unwatched, browser, nativeTimeout, ssoDelay };
  return { agent: agentOf(test), interval, ...played, from, to: end };
}

function resultOf({ source }: TestFile, test: ParsedTest, scene: Scene, policy: Policy): TestResult {
  const played: Played = play(scene, policy);
  const misses: readonly Miss<Verdict, Logoff>[] = check(test, played, scene, policy);
  const times = timesOf(test);
  const failed: Failed<Verdict, Logoff> = {
    scene,
    policy,
    played,
    misses,
    expectedLogoffs: test.logoffs,
    written: test.written,
    times,
  };
  const faults = misses.map((miss) => {
    const path = miss.kind === 'unexpected' ? [...test.path, 'logoffs'] : miss.expected.path;
    const place = miss.kind === 'unexpected' ? source.keyPlace(path) : source.place(path);
    return { file: source.file, ...place, path: writePath(path), message: missSentence(miss, failed) };
  });
  return {
    name: test.name,
    file: source.file,
    ...source.place([...test.path, 'name']),
    passed: misses.length === 0,
    faults,
    lines: misses.length === 0 ? [] : failureLines(failed),
  };
}

function timesOf(test: ParsedTest): Times {
  const write = (at: number): string => timeIn(test, wallTime(test.zone, at));
  return { zone: test.zone, short: write, exact: write, full: write };
}
