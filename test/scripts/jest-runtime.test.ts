/** The runtime of our own that loads the tests (`jest.runtime.js`): what fails is seen, and does not reach the next file. */
import { expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const JEST = fileURLToPath(import.meta.resolve('jest/bin/jest'));
const ours = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));

const IMPORTS = `import { afterAll, afterEach, expect, jest, test } from '@jest/globals';\n`;
const FIRST = `${IMPORTS}
afterEach(() => { process.stderr.write('<after' + ' each>'); });
test('passes', () => { expect(1).toBe(1); });
test('fails', () => { expect(1).toBe(2); });
test('hangs', () => new Promise(() => {}), 50);
test('rejects beside', async () => { Promise.reject(new Error('beside')); await new Promise((go) => setTimeout(go, 20)); });
test('throws later', async () => { setTimeout(() => { throw new Error('later'); }, 1); await new Promise((go) => setTimeout(go, 20)); });
test('asserts too little', () => { expect.assertions(1); });
test.skip('is skipped', () => {});
test('leaves a spy and a stopped clock', () => {
  jest.useFakeTimers({ now: 0 });
  jest.spyOn(Math, 'random').mockReturnValue(7);
  expect([Date.now(), Math.random()]).toEqual([0, 7]);
});
`;
const SECOND = `${IMPORTS}
test('begins anew', () => { expect(Date.now() > 0 && Math.random() < 1).toBe(true); });
afterAll(() => { throw new Error('at the end'); });
`;

interface Told {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly title: string; readonly status: string }[];
    readonly message: string;
  }[];
}

function told(
  files: Readonly<Record<string, string>>,
): Told & { readonly code: number | null; readonly stderr: string } {
  const rootDir = mkdtempSync(join(tmpdir(), 'idle-runtime-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(rootDir, `${name}.test.ts`), text);
  const config = JSON.stringify({
    rootDir,
    testMatch: ['<rootDir>/*.test.ts'],
    transform: {},
    injectGlobals: false,
    runtime: ours('jest.runtime.js'),
    testEnvironment: ours('jest.environment.js'),
  });
  const args = [JEST, '--config', config, '--json', '--runInBand', '--no-cache', ...Object.keys(files)];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    cwd: rootDir,
    timeout: 50_000,
  });
  rmSync(rootDir, { recursive: true });
  return { ...(JSON.parse(stdout) as Told), code: status, stderr };
}

test('what fails, hangs, rejects, throws later or asserts too little is told, and the next file begins anew', () => {
  const { testResults, code, stderr } = told({ first: FIRST, second: SECOND });
  const statuses = testResults.flatMap(({ assertionResults }) =>
    assertionResults.map(({ title, status }) => `${title}: ${status}`),
  );
  expect(statuses.toSorted()).toEqual([
    'asserts too little: failed',
    'begins anew: passed',
    'fails: failed',
    'hangs: failed',
    'is skipped: pending',
    'leaves a spy and a stopped clock: passed',
    'passes: passed',
    'rejects beside: failed',
    'throws later: failed',
  ]);
  expect(testResults.some(({ message }) => message.includes('at the end'))).toBe(true);
  expect(stderr.match(/<after each>/g)).toHaveLength(7);
  expect(code).toBe(1);
});
