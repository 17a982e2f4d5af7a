/** Mutation tests of the domain: is there a test that fails when the code says something else? See CONTRIBUTING.md. */
export default {
  mutate: ['src/domain/**/*.ts'],
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules'],
  jest: {
    config: {
      watchman: false,
      testMatch: ['<rootDir>/test/domain/**/*.test.ts'],
      // Random lives and the walk of all ways take seconds for each mutant, and fail without naming the sentence that is missing.
      testPathIgnorePatterns: ['/test/domain/properties', '/test/domain/exploration/'],
    },
  },
  coverageAnalysis: 'perTest',
  ignoreStatic: true,
  incremental: true,
  incrementalFile: 'coverage/mutation/incremental.json',
  tempDirName: 'coverage/mutation/sandbox',
  // Each mutant has Jest look through the whole sandbox: it holds no more than the domain and its tests.
  ignorePatterns: ['**', '!*.{js,json}', '!src/domain/**', '!test/domain/**'],
  reporters: ['clear-text', 'html', 'json'],
  htmlReporter: { fileName: 'coverage/mutation/index.html' },
  jsonReporter: { fileName: 'coverage/mutation/mutation.json' },
  clearTextReporter: { allowColor: false, reportTests: false, reportMutants: true, logTests: false },
  concurrency: 2,
  thresholds: { high: 95, low: 85, break: 85 },
};
