import { statfsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { env, pid } from 'node:process';
import { fileURLToPath, URL } from 'node:url';

const MEMORY = '/dev/shm';
const ENOUGH = 2 ** 31;

// Programs that the tests start, of which there are a hundred, are compiled once: that is half of their start.
env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url));
// A store waits for its disk at every step, which in tests is a third of the time.
if (env.TMPDIR === undefined && room(MEMORY) > ENOUGH) env.TMPDIR = MEMORY;

// All files of a run share one database server, which ends with it.
env.IDLE_TEST_RUN ??= String(pid);

function room(folder) {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return 0;
  }
}

export default {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: {},
  injectGlobals: false,
  runtime: '<rootDir>/jest.runtime.js',
  testEnvironment: '<rootDir>/jest.environment.js',
  testTimeout: 60_000,
  testSequencer: '<rootDir>/jest.sequencer.js',
  // Three have trials with programs of their own, which leave a core idle most of the time; the others compute, and wait for a moment
  // now and then.
  maxWorkers: availableParallelism() + 4,
};
