import { fileURLToPath, URL } from 'node:url';

/** Mutation tests of the domain: is there a test that fails when the code says something else? See CONTRIBUTING.md. */
export default {
  mutate: ['src/domain/**/*.ts'],
  testRunner: 'in-process',
  plugins: [fileURLToPath(new URL('scripts/mutation-runner.ts', import.meta.url))],
  // A change may make code collect without end. What has been loaded anew stays in memory, too.
  testRunnerNodeArgs: ['--max-old-space-size=1000'],
  maxTestRunnerReuse: 400,
  coverageAnalysis: 'perTest',
  ignoreStatic: true,
  incremental: true,
  incrementalFile: 'coverage/mutation/incremental.json',
  tempDirName: 'coverage/mutation/sandbox',
  // The sandbox holds the domain, its tests, and what these read.
  ignorePatterns: ['**', '!*.{js,json,md}', '!src/domain/**', '!src/store/**', '!test/{domain,texts}/**'],
  reporters: ['clear-text', 'html', 'json'],
  htmlReporter: { fileName: 'coverage/mutation/index.html' },
  jsonReporter: { fileName: 'coverage/mutation/mutation.json' },
  clearTextReporter: { allowColor: false, reportTests: false, reportMutants: true, logTests: false },
  concurrency: 2,
  thresholds: { high: 95, low: 85, break: 85 },
};
