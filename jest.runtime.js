import { createRequire, registerHooks } from 'node:module';
import { pathToFileURL, URL } from 'node:url';
import JestRuntime from 'jest-runtime';

const require = createRequire(import.meta.url);

/** What `@jest/globals` gives to the file of tests that runs just now. Files that import these see them change. */
export let describe, test, it, beforeAll, beforeEach, afterEach, afterAll, expect, jest;

const PROPERTIES = new URL('jest.properties.js', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) => {
    // Helpers of tests are loaded once for many files, so they import from here what changes with the file.
    if (specifier === '@jest/globals') return { url: import.meta.url, shortCircuit: true };
    const isForTests = specifier === 'fast-check' && context.parentURL !== PROPERTIES;
    return isForTests ? { url: PROPERTIES, shortCircuit: true } : next(specifier, context);
  },
  // Packages that are made for bundlers import JSON without saying so.
  load: (url, context, next) =>
    next(url, url.endsWith('.json') ? { ...context, importAttributes: { type: 'json' } } : context),
});

/**
 * Loads tests as Node.js loads programs: types are stripped, and each worker loads and compiles a module once.
 *
 * Jest's own runtime loads all modules anew for each file of tests, in a context of its own, which is most of the time of small files.
 * That also keeps from a file what another one did to globals: here files put back what they change.
 */
export default class NativeRuntime extends JestRuntime {
  #testPath;

  constructor(...args) {
    super(...args);
    const [, , , , , , testPath, globalConfig] = args;
    if (globalConfig.watch || globalConfig.watchAll) {
      throw new Error('Jest cannot watch here: a module that has changed would not be loaded again.');
    }
    this.#testPath = testPath;
  }

  /** Jest's engine keeps its state where it was loaded: one for each file. */
  requireInternalModule(path) {
    Reflect.deleteProperty(require.cache, path);
    Reflect.deleteProperty(globalThis, Symbol.for('EVENT_HANDLERS'));
    return require(path);
  }

  setGlobalsForRuntime(ofEngine) {
    ({ describe, test, it, beforeAll, beforeEach, afterEach, afterAll, expect } = ofEngine);
    jest = this.jestGlobals.jestObjectFor(this.#testPath);
  }

  unstable_shouldLoadAsEsm() {
    return true;
  }

  async unstable_importModule(path) {
    await import(pathToFileURL(path).href);
  }
}
