/**
 * Runs the files of tests that have properties with a fresh seed and many times the runs: `--times` says how many, `--seed` takes one
 * again, and a word leaves the files that have it in their paths. What a seed does is in `jest.properties.js`.
 */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { argumentsOf, refuse, whole } from './arguments.ts';

const MINUTE = 60_000;

const { values, words } = argumentsOf(
  { times: { type: 'string', default: '20' }, seed: { type: 'string' } },
  1,
);
const times = whole('--times', values.times, 1);
const seed = values.seed === undefined ? randomInt(2 ** 31) : whole('--seed', values.seed);
const files = globSync('test/**/*.ts').filter(
  (file) => file.includes(words[0] ?? '') && readFileSync(file, 'utf8').includes("from 'fast-check'"),
);
if (files.length === 0) refuse(`No file with properties has '${words[0] ?? ''}' in its path.`);

const again = ['--seed', seed, '--times', times, ...words].join(' ');
console.log(`Seed ${seed}. Once more: npm run properties -- ${again}`);
// Of a helper with properties, the tests that import it are run.
const jest = ['node_modules/jest/bin/jest.js', '--findRelatedTests', ...files];
const { status } = spawnSync(process.execPath, [...jest, `--testTimeout=${times * MINUTE}`], {
  stdio: 'inherit',
  env: { ...process.env, IDLE_TEST_SEED: String(seed), IDLE_TEST_TIMES: String(times) },
});
process.exitCode = status ?? 1;
