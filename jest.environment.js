import { Buffer } from 'node:buffer';
import { setFlagsFromString } from 'node:v8';
import vm from 'node:vm';
import { TestEnvironment } from 'jest-environment-node';

const { createContext, compileFunction, SourceTextModule } = vm;

// V8 remembers what it has compiled, and with it the whole world of each file of tests that is over: a worker grew to more than a
// gigabyte, which the collector walked again and again. Nothing is ever found there, as each file has globals of its own.
setFlagsFromString('--no-compilation-cache');

/** What V8 made of each text in this worker: every file of tests loads its modules anew, though their text is the same. */
const compiled = new Map();

function known(file, text) {
  const entry = compiled.get(file);
  return entry?.text === text ? entry.cachedData : undefined;
}

/** In the worker's own world: the original belongs to that of the file, which would never end. */
function copyOf(data) {
  return Buffer.from(data);
}

class ModuleCompiledOnce extends SourceTextModule {
  constructor(text, options) {
    const cachedData = known(options.identifier, text);
    super(text, { ...options, cachedData });
    if (cachedData === undefined) {
      compiled.set(options.identifier, { text, cachedData: copyOf(this.createCachedData()) });
    }
  }
}

function compileFunctionOnce(text, parameters, options) {
  const cachedData = known(options.filename, text);
  const produceCachedData = cachedData === undefined;
  const made = compileFunction(text, parameters, { ...options, cachedData, produceCachedData });
  if (produceCachedData) compiled.set(options.filename, { text, cachedData: copyOf(made.cachedData) });
  return made;
}

// Jest compiles by these two and has no option for the data of before: a seventh of the time of small files of tests.
Object.assign(vm, { SourceTextModule: ModuleCompiledOnce, compileFunction: compileFunctionOnce });

/**
 * Jest's own environment for Node.js, but with globals that are as fast as those of a program.
 *
 * Jest hands `vm.createContext` an object that stands in for the globals, and each mention of `Number` or `JSON` in a
 * module then asks that object: a hundred times slower, which is up to half the time of tests that compute much.
 */
export default class FastGlobals extends TestEnvironment {
  constructor(config, context) {
    // There is no option for it; the constructor is synchronous, so that only its own call is answered like this.
    vm.createContext = () => createContext(vm.constants.DONT_CONTEXTIFY);
    try {
      super(config, context);
    } finally {
      vm.createContext = createContext;
    }
  }
}
