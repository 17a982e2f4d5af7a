/**
 * Runs the tests of the domain for Stryker, in one process and on the plain engine: a change costs only the tests that reach it,
 * where Jest would load files for seconds. The tests import `@jest/globals`; here this module stands in for it.
 */
import { globSync, readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { cwd } from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'expect';
// Properties must find the same in each run.
import '../jest.properties.js';

export { expect };

const TESTS = 'test/domain/**/*.test.ts';
/** Random lives and the walk of all ways take seconds for each change, and fail without naming the sentence that is missing. */
const LEFT_OUT = /properties\.test\.ts$|\/exploration\//;

type Body = (...args: readonly unknown[]) => unknown;

/** A `describe`, or a whole file. */
interface Group {
  readonly names: readonly string[];
  readonly before: Body[];
}

interface Test {
  readonly id: string;
  readonly run: () => Promise<void>;
}

/** What the code that Stryker has changed looks up, and where it notes what was reached. */
interface Switches {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
  mutantCoverage?: unknown;
}

interface MutantRun {
  readonly activeMutant: { readonly id: string };
  readonly sandboxFileName: string;
  readonly testFilter: readonly string[];
  readonly hitLimit?: number;
  /** The changed code is also run while files are loaded. */
  readonly reloadEnvironment: boolean;
}

const withSwitches: typeof globalThis & { __stryker__?: Switches } = globalThis;
const switches: Switches = (withSwitches.__stryker__ ??= {});

let group: Group = { names: [], before: [] };
let found: Test[] = [];

/** Stands for Jest's function of that name. */
export function describe(name: string, body: () => void): void {
  const outer = group;
  group = { names: [...outer.names, name], before: [...outer.before] };
  body();
  group = outer;
}

/** Stands for Jest's function of that name: done once for each change, and, while it is learnt what tests reach, for each test. */
export function beforeAll(body: Body): void {
  let done: { readonly by: string | undefined; readonly result: unknown } | undefined;
  group.before.push(() => {
    const by = switches.currentTestId ?? switches.activeMutant;
    if (done === undefined || done.by !== by) done = { by, result: body() };
    return done.result;
  });
}

/** Stands for Jest's function of that name. */
export function test(name: string, body: Body): void {
  add(name, body, []);
}

function add(name: string, body: Body, args: readonly unknown[]): void {
  const { names, before } = group;
  const title = [...names, name].join(' ');
  const same = found.filter(({ id }) => id === title || id.startsWith(`${title} #`)).length;
  found.push({
    id: same === 0 ? title : `${title} #${same + 1}`,
    run: async () => {
      for (const each of before) await each();
      await body(...args);
    },
  });
}

function rows(table: readonly unknown[]): readonly (readonly unknown[])[] {
  return table.map((row) => (Array.isArray(row) ? (row as unknown[]) : [row]));
}

test.each = (table: readonly unknown[]) => (name: string, body: Body) => {
  for (const args of rows(table)) add(name, body, args);
};
describe.each = (table: readonly unknown[]) => (name: string, body: Body) => {
  for (const args of rows(table)) describe(name, () => void body(...args));
};
/** Stands for Jest's function of that name. */
export const it = Object.assign(
  (name: string, body: Body) => {
    test(name, body);
  },
  { each: test.each },
);

/** Code that keeps what it has worked out: a change in it may not be reached any more. */
const KEEPS = /\/domain\/(time|policy|rollout)\//;
/** Modules are loaded anew where what they keep may hide a change, or stems from one. */
let generation = 0;
const sources = new Map<string, string>();

function loadByGeneration(root: string): void {
  const isOurs = (url: string): boolean => url.startsWith(root) && !url.includes('/node_modules/');
  registerHooks({
    resolve: (specifier, context, next) => {
      if (specifier === '@jest/globals') return { url: import.meta.url, shortCircuit: true };
      const { url, ...more } = next(specifier, context);
      return { ...more, url: isOurs(url) ? `${url}?${generation}` : url };
    },
    load: (url, context, next) => {
      if (!isOurs(url)) return next(url, context);
      const path = fileURLToPath(url);
      const source = sources.get(path) ?? stripTypeScriptTypes(readFileSync(path, 'utf8'));
      sources.set(path, source);
      return { format: 'module', source, shortCircuit: true };
    },
  });
}

class InProcess {
  static readonly inject = [] as const;
  readonly #files = new Map<string, ReadonlyMap<string, Test>>();
  readonly #fileOf = new Map<string, string>();
  readonly #took = new Map<string, number>();

  capabilities(): { readonly reloadEnvironment: boolean } {
    return { reloadEnvironment: true };
  }

  async init(): Promise<void> {
    loadByGeneration(pathToFileURL(`${cwd()}/`).href);
    for (const path of globSync(TESTS).toSorted()) {
      if (LEFT_OUT.test(path)) continue;
      for (const id of (await this.#load(path)).keys()) this.#fileOf.set(id, path);
    }
  }

  /** Runs each test once, and learns what it reaches. */
  async dryRun(): Promise<object> {
    const tests = [];
    for (const [id, fileName] of this.#fileOf) {
      switches.currentTestId = id;
      const failure = await this.#run(id, undefined);
      const timeSpentMs = this.#took.get(id);
      const status = failure === undefined ? 0 : 1;
      tests.push({ id, name: id, fileName, timeSpentMs, status, failureMessage: failure });
    }
    switches.currentTestId = undefined;
    return { status: 'complete', tests, mutantCoverage: switches.mutantCoverage };
  }

  /** Runs the tests that reach one change, until one fails. */
  async mutantRun(run: MutantRun): Promise<object> {
    const { activeMutant, sandboxFileName, testFilter, hitLimit, reloadEnvironment } = run;
    const isKept = reloadEnvironment || KEEPS.test(sandboxFileName);
    // A test may have found kept what another of its file had worked out.
    const reached = new Set(testFilter.map((id) => (isKept ? this.#fileOf.get(id) : id)));
    const ids = [...this.#fileOf].flatMap(([id, file]) => (reached.has(isKept ? file : id) ? [id] : []));
    const took = (id: string): number => this.#took.get(id) ?? 0;
    ids.sort((a, b) => took(a) - took(b));
    Object.assign(switches, { hitLimit, hitCount: hitLimit === undefined ? undefined : 0 });
    if (isKept) this.#forget();
    let killer = await this.#firstFailing(ids, activeMutant.id);
    if (isKept) this.#forget();
    else if (killer !== undefined && (await this.#run(killer.id, undefined)) !== undefined) {
      this.#forget();
      killer = await this.#firstFailing(ids, activeMutant.id);
    }
    if (hitLimit !== undefined && (switches.hitCount ?? 0) > hitLimit) return { status: 'timeout' };
    const nrOfTests = ids.length;
    if (killer === undefined) return { status: 'survived', nrOfTests };
    return { status: 'killed', killedBy: [killer.id], failureMessage: killer.failure, nrOfTests };
  }

  #forget(): void {
    generation += 1;
    this.#files.clear();
  }

  async #firstFailing(
    ids: readonly string[],
    mutant: string,
  ): Promise<{ readonly id: string; readonly failure: string } | undefined> {
    for (const id of ids) {
      const failure = await this.#run(id, mutant);
      if (failure !== undefined) return { id, failure };
    }
    return undefined;
  }

  /** Why a test fails; `undefined` where it does not. */
  async #run(id: string, mutant: string | undefined): Promise<string | undefined> {
    switches.activeMutant = mutant;
    const began = performance.now();
    try {
      const tests = await this.#load(this.#fileOf.get(id) ?? '');
      await tests.get(id)?.run();
      return undefined;
    } catch (error) {
      return String(error);
    } finally {
      this.#took.set(id, performance.now() - began);
      switches.activeMutant = undefined;
    }
  }

  async #load(path: string): Promise<ReadonlyMap<string, Test>> {
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    group = { names: [path], before: [] };
    found = [];
    await import(pathToFileURL(path).href);
    const tests = new Map(found.map((one) => [one.id, one]));
    this.#files.set(path, tests);
    return tests;
  }
}

/** What Stryker looks for in a plugin. */
export const strykerPlugins = [{ kind: 'TestRunner', name: 'in-process', injectableClass: InProcess }];
