/** Properties: with one seed in `npm test`, with a fresh one and more runs by `npm run properties`. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const ours = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const LINKED = ['node_modules', 'package.json', 'jest.config.js', 'jest.environment.js', 'jest.runtime.js'];

/** A file with one property, which does not hold from this run on. */
const failing = (from: number): string => `import { test } from '@jest/globals';
import fc from 'fast-check';
let runs = 0;
test('holds', () => { fc.assert(fc.property(fc.integer(), () => (runs += 1) < ${from})); });
`;

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'idle-properties-'));
  for (const name of [...LINKED, 'jest.sequencer.js']) symlinkSync(ours(name), join(folder, name));
  mkdirSync(join(folder, 'test'));
  for (const from of [1, 150]) writeFileSync(join(folder, `test/from-${from}.test.ts`), failing(from));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function ran(...args: readonly string[]): { readonly code: number | null; readonly said: string } {
  const env = { ...process.env, IDLE_TEST_SEED: undefined, IDLE_TEST_TIMES: undefined };
  const options = { encoding: 'utf8', cwd: folder, timeout: 50_000, env } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, args, options);
  return { code: status, said: stdout + stderr };
}

test('a property that fails in `npm test` fails with the same seed each time, and after the same runs', () => {
  const { code, said } = ran('node_modules/jest/bin/jest.js', '--runInBand');
  expect(code).toBe(1);
  expect(said).toContain('Property failed after 1 tests\n    { seed: 2026,');
  expect(said).toContain('Tests:       1 failed, 1 passed');
});

test('`npm run properties` tells first how to run it again, and fails where a property fails in more runs', () => {
  const { code, said } = ran(ours('scripts/properties.ts'), '--times', '2', '--seed', '7', 'from-150');
  expect(said).toMatch(/^Seed 7\. Once more: npm run properties -- --seed 7 --times 2 from-150\n/);
  expect(said).toContain('Property failed after 150 tests\n    { seed: 7,');
  expect(code).toBe(1);
});

test('`npm run properties` takes a fresh seed where it is told none, and ends well where all properties hold', () => {
  const { code, said } = ran(ours('scripts/properties.ts'), '--times', '1', 'from-150');
  expect(said).toMatch(/^Seed (?!2026\.)\d+\. /);
  expect(code).toBe(0);
});
