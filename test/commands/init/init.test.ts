/** `init`: two files that are right whatever the organisation calls its things, or none. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { init, type InitOptions } from '../../../src/commands/init/command.ts';
import { refusalOfGiven } from '../../../src/commands/init/given.ts';
import { firstPolicy } from '../../../src/commands/init/policy.ts';
import type { Counted, Seen } from '../../../src/commands/init/seen.ts';
import { runTests } from '../../../src/commands/policy-test/policy-tests.ts';
import { parseTestFile } from '../../../src/commands/policy-test/test-file.ts';
import { explainError, UsageError } from '../../../src/commands/shared/exit.ts';
import { outputTo } from '../../../src/commands/shared/output.ts';
import { validate } from '../../../src/commands/validate/command.ts';
import { PlatformUnreachableError } from '../../../src/genesys/http/errors.ts';
import { resolvePolicy } from '../../../src/policy-file/resolve.ts';
import {
  ALL_PERMISSIONS,
  createSandbox,
  type Sandbox,
  type SandboxOptions,
} from '../../../src/sandbox/index.ts';
import { load } from '../../policy-file/texts.ts';

const MAIN = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));
const SECRET = 'sandbox-secret-of-init';
const VARIABLES = ['GENESYS_CLIENT_ID', 'GENESYS_CLIENT_SECRET', 'GENESYS_REGION'] as const;
const before = VARIABLES.map((name) => [name, process.env[name]] as const);
let folder: string;
let sandbox: Sandbox;
let urls: { readonly apiUrl: string; readonly loginUrl: string };
let lines: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'idle-enforcer-init-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(async () => {
  Object.assign(process.env, { GENESYS_CLIENT_ID: 'sandbox-client', GENESYS_CLIENT_SECRET: SECRET });
  Reflect.deleteProperty(process.env, 'GENESYS_REGION');
  await begin();
});
afterEach(async () => {
  await sandbox.close();
  for (const [name, value] of before)
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
});

async function begin(options: Partial<SandboxOptions> = {}): Promise<void> {
  const now = Date.now();
  const made = { seed: 3, agents: 20, startsAt: now, now: () => Date.now(), clientSecret: SECRET };
  sandbox = createSandbox({ ...made, ...options });
  urls = await sandbox.listen();
}

function run(name: string, options: InitOptions = {}): Promise<number> {
  lines = [];
  const output = outputTo((text) => lines.push(text.replace(/\n$/, '')));
  return init({ config: file(name), ...urls, ...options }, output);
}

const file = (name: string): string => join(folder, name);
const HERE = { region: 'eu-west-1' };

test('a path with blanks stands in quotes in the command lines that come next, which a shell then takes', async () => {
  const path = file("Agents' first policy.yaml");
  expect(await run("Agents' first policy.yaml", HERE)).toBe(0);
  const quoted = `'${path.replaceAll("'", `'\\''`)}'`;
  expect(lines.at(-1)).toBe(`Next: idle-enforcer validate --online --config ${quoted}`);
  const policy = (await readFile(path, 'utf8')).replaceAll(/\n# */g, ' ');
  expect(policy).toContain(`idle-enforcer run --config ${quoted} and read`);
});

test('the policy observes, is valid on line, and has tests beside it that pass', async () => {
  expect(await run('first.yaml', HERE)).toBe(0);
  const policy = await readFile(file('first.yaml'), 'utf8');
  expect(policy).toContain('mode: observe');
  expect(policy).toContain('match: { groups: ["Agents"] }');
  expect(policy).toContain('client_secret: ${GENESYS_CLIENT_SECRET}');
  expect(policy + lines.join('\n')).not.toContain(SECRET);
  expect((await stat(file('first.yaml'))).mode & 0o077).toBe(0);
  const said: string[] = [];
  const output = outputTo((text) => said.push(text));
  expect(await validate({ config: file('first.yaml'), online: true }, output)).toBe(0);
  expect(said.join('')).toContain('4 tests of the policy passed');
  expect(said.join('')).not.toContain('warning');
});

test('nothing is overwritten, and nothing is asked of the platform before that is said', async () => {
  await writeFile(file('there.yaml'), 'mine');
  await writeFile(file('other.tests.yaml'), 'mine too');
  await expect(run('there.yaml', HERE)).rejects.toThrow('is there already, and nothing is overwritten');
  await expect(run('other.yaml', HERE)).rejects.toThrow('other.tests.yaml is there already');
  await expect(run('no/such/folder.yaml', HERE)).rejects.toThrow('There is no folder');
  expect([sandbox.requests.total, existsSync(file('other.yaml'))]).toEqual([0, false]);
  expect(await readFile(file('there.yaml'), 'utf8')).toBe('mine');
});

test('a path that the system does not take is told in a sentence', async () => {
  const name = `${'long'.repeat(100)}.yaml`;
  await expect(run(name, HERE)).rejects.toEqual(
    new UsageError(`${file(name)} cannot be written (ENAMETOOLONG).`),
  );
  await expect(run('nowhere/first.yaml', HERE)).rejects.toThrow('There is no folder');
});

test('what is missing is named: credentials, and the region', async () => {
  Reflect.deleteProperty(process.env, 'GENESYS_CLIENT_SECRET');
  await expect(run('a.yaml', HERE)).rejects.toThrow('GENESYS_CLIENT_SECRET is not set');
  process.env['GENESYS_CLIENT_SECRET'] = SECRET;
  await expect(run('a.yaml')).rejects.toThrow('Give --region, or set GENESYS_REGION');
  await expect(run('a.yaml', { region: 'eu-west-11' })).rejects.toThrow(/\n--region: /);
  process.env['GENESYS_REGION'] = 'eu-west-1';
  expect(await run('a.yaml')).toBe(0);
});

test('where the volume takes no more, a sentence says so, and no file is left', async () => {
  const { apiUrl, loginUrl } = urls;
  const node =
    'ulimit -f 0; exec "$0" "$1" init --region eu-west-1 --config "$2" --api-url "$3" --login-url "$4"';
  const args = ['-c', node, process.execPath, MAIN, file('full.yaml'), apiUrl, loginUrl];
  const { code, stderr } = await promisify(execFile)('bash', args).then(
    () => ({ code: 0, stderr: '' }),
    (error: unknown) => error as { code: number; stderr: string },
  );
  expect([code, stderr]).toEqual([2, `${file('full.tests.yaml')} cannot be written (EFBIG).\n`]);
  expect(readdirSync(folder).filter((name) => name.includes('full'))).toEqual([]);
});

test('credentials that are refused leave no file', async () => {
  process.env['GENESYS_CLIENT_SECRET'] = 'another-secret-altogether';
  await expect(run('refused.yaml', HERE)).rejects.toThrow(UsageError);
  expect([existsSync(file('refused.yaml')), existsSync(file('refused.tests.yaml'))]).toEqual([false, false]);
});

test.each<[string, Partial<InitOptions>, string | undefined, RegExp]>([
  [
    'credentials, with the region of the environment',
    {},
    'eu-west-1',
    /Check GENESYS_CLIENT_ID and GENESYS_CLIENT_SECRET, .* and that GENESYS_REGION is the region/,
  ],
  [
    'credentials, with the region of an option',
    { region: 'eu-west-1' },
    undefined,
    /Check GENESYS_CLIENT_ID and GENESYS_CLIENT_SECRET, .* and that --region is the region/,
  ],
  ['an address', { region: 'eu-west-1', apiUrl: 'ftp://127.0.0.1' }, undefined, /--api-url/],
  ['the other address', { region: 'eu-west-1', loginUrl: 'ftp://127.0.0.1' }, undefined, /--login-url/],
])('what is wrong is named as it was given: %s', async (_, options, region, words) => {
  process.env['GENESYS_CLIENT_SECRET'] = 'another-secret-altogether';
  if (region !== undefined) process.env['GENESYS_REGION'] = region;
  const wrong = run('wrong.yaml', options);
  await expect(wrong).rejects.toThrow(words);
  await expect(wrong).rejects.not.toThrow('genesys.');
  await expect(wrong).rejects.toThrow(UsageError);
});

test.each([
  ['--region', 'eu-west-1'],
  ['GENESYS_REGION', undefined],
])('a platform that cannot be reached is told by %s, and is no mistake of usage', (name, region) => {
  const error = new PlatformUnreachableError('check DNS, and genesys.region', {
    kind: 'transient',
    operation: 'login',
  });
  expect(explainError(refusalOfGiven(error, region))).toEqual({ code: 1, text: `check DNS, and ${name}` });
  const other = new TypeError('genesys.region is undefined');
  expect(refusalOfGiven(other, region)).toBe(other);
});

test('a client with few permissions gets a policy as well, which says what could not be found out', async () => {
  await sandbox.close();
  await begin({ permissions: ALL_PERMISSIONS.filter((one) => one === 'directory:user:view') });
  expect(await run('few.yaml', HERE)).toBe(0);
  const policy = await readFile(file('few.yaml'), 'utf8');
  expect(policy).toContain('The presence labels of the organisation could not be read');
  expect(policy).toMatch(/fail: permission oauth:token:delete: not granted/);
});

test('as JSON it says what it saw', async () => {
  await run('json.yaml', { ...HERE, json: true });
  const told = JSON.parse(lines.join('\n')) as { policy: string; agents: number; groups: readonly Counted[] };
  expect([told.policy, told.agents, told.groups[0]?.names]).toEqual([file('json.yaml'), 20, ['Agents']]);
});

/** Names that mean something to YAML, to the policy, to a comment or to a terminal. */
const hostile = fc.oneof(
  fc.constantFrom(
    ...[
      'Agents: "day"',
      "it's",
      'a # b',
      '${GENESYS_CLIENT_SECRET}',
      '${file:/etc/passwd}',
      'two\nlines',
      '- item',
    ],
    ...[
      '* all',
      '&a',
      'null',
      'true',
      '1.5',
      '0x10',
      '2026-03-02',
      '~',
      '<<',
      '?',
      '{ a: b }',
      '\u202eevil',
      '\\',
    ],
    ...[
      '\u001b[2J',
      '\u2028',
      '',
      ' ',
      'Agents',
      'agents',
      'AGENTS ',
      '5c1e2f0a-7d43-4b52-9a55-1f2ab3c4d5e6',
    ],
    ...['a'.repeat(400), '$NAME', '%', '!x', '@y', '`'],
  ),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
);
const things = fc.array(
  fc.record({ names: fc.array(hostile, { maxLength: 2 }), agents: fc.integer({ min: 0, max: 9 }) }),
  { maxLength: 6 },
);

function withIds(kind: string, list: readonly Omit<Counted, 'id'>[]): readonly Counted[] {
  return list.map((each, i) => ({ ...each, id: `${kind}-${i}`, system: 'BUSY' as const }));
}

test('whatever things are called, the policy is valid, its names mean those things, and its tests pass', async () => {
  await fc.assert(
    fc.asyncProperty(things, things, hostile, async (groupList, labelList, organisation) => {
      const [groups, labels] = [withIds('group', groupList), withIds('label', labelList)];
      const seen: Seen = { organisation, agents: 9, groups, labels };
      const found = { check: 'a', verdict: 'warn' as const, found: organisation, why: '' };
      const files = { policy: 'p.yaml', tests: 't.yaml' };
      const { policy, tests } = firstPolicy(seen, HERE, [found], files);
      const env = { GENESYS_CLIENT_ID: 'id', GENESYS_CLIENT_SECRET: SECRET };
      const loaded = load(policy.replace(/^tests: .*$/m, ''), env);
      const resolved = resolvePolicy(loaded.draft, { groups, presences: labels }, new Map(), 0);
      const [profile] = resolved.policy.profiles;
      // The first with members: the list comes in the order of their number.
      const members = groups.filter(({ agents }) => agents > 0).map(({ id }) => id);
      expect([...(profile?.match?.groups ?? [])]).toEqual(members.slice(0, 1));
      const exempt = resolved.policy.exempt[0]?.when?.secondaryPresence;
      expect([...(exempt ?? [])].sort()).toEqual(labels.map(({ id }) => id).sort());
      expect(resolved.warnings).toEqual([]);
      const results = await runTests(parseTestFile(tests, 't.yaml', {}), loaded);
      expect(results.filter(({ passed }) => !passed)).toEqual([]);
    }),
    { numRuns: 25 },
  );
});
