/**
 * A policy file, read and checked with the tests that it names, and what it was read from. A policy may be large, or made to
 * be slow: it is checked in a thread of its own, with bounds on time and memory, so that the program goes on meanwhile and
 * hears its signals.
 */
import { Worker } from 'node:worker_threads';
import { formatDuration, SECOND, type Duration } from '../../domain/time/time.ts';
import type { LoadedPolicy } from '../../policy-file/draft.ts';
import { PolicyRefused, wholeFileFault, type PolicyFault } from '../../policy-file/faults.ts';
import { digestsNow, FilesRead, type Digests } from '../../policy-file/files-read.ts';
import type { Env } from '../../policy-file/interpolate.ts';
import { inForceHere } from '../../policy-file/environment.ts';
import { loadPolicyFile, readPolicyText, type LoadOptions } from '../../policy-file/load.ts';
import { Source, type SourceSnapshot } from '../../policy-file/source.ts';

/** What a check came to; `tests` is how many the policy has, all of which pass. */
export type Check =
  | {
      readonly kind: 'valid';
      readonly loaded: LoadedPolicy;
      readonly tests: number;
      readonly files: Digests;
    }
  | { readonly kind: 'refused'; readonly refusal: PolicyRefused; readonly files: Digests };

export interface CheckOptions extends Given {
  /** Ends the check: it then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** A small policy without tests is checked right here, which is quicker; not for a worker that sweeps. */
  readonly smallHere?: boolean;
  /** What takes longer is refused; 30 s unless given. */
  readonly deadline?: Duration;
}

/** What is checked, where that is not the file as it stands. Tests that depend on what is absent are not run. */
export interface Given extends LoadOptions {
  /** In place of what the file holds. */
  readonly text?: string;
  /** Whether the tests are run that the policy names; they are unless this says no. */
  readonly tests?: boolean;
}

const DEADLINE: Duration = 30 * SECOND;
/** In characters. */
const SMALL = 16 * 1024;
/** What needs more is refused. The largest policies need a quarter of it. */
const MEGABYTES = 128;

/** Checks a file. Rejects with nothing but the signal's reason. */
export async function checkPolicy(path: string, env: Env, options: CheckOptions = {}): Promise<Check> {
  options.signal?.throwIfAborted();
  if (options.smallHere === true && isSmall(path, options)) return await checkHere(path, env, options);
  return await checkApart(path, env, options);
}

/** The same, right here. Does not reject. */
export async function checkHere(path: string, env: Env, given: Given = {}): Promise<Check> {
  const files = filesWith(path, given);
  try {
    const loaded = loadPolicyFile(path, env, files, given);
    const isTested = loaded.isWhole && given.tests !== false;
    const tests = isTested ? await testsOf(loaded, path, env, files) : 0;
    // After the tests: they are about the policy, not about where it runs.
    return { kind: 'valid', loaded: inForceHere(loaded, env), tests, files: files.digests };
  } catch (error) {
    const refusal = error instanceof PolicyRefused ? error : unexpected(path, error);
    return { kind: 'refused', refusal, files: files.digests };
  }
}

/** Runs the tests that the policy names, by the whole engine: it is loaded for them alone. */
async function testsOf(loaded: LoadedPolicy, path: string, env: Env, files: FilesRead): Promise<number> {
  if (loaded.settings.tests.length === 0) return 0;
  const { runTestsOf } = await import('./policy-tests.ts');
  return await runTestsOf(loaded, path, env, files);
}

/** What a check that came to something valid did come to. Throws the refusal of any other. */
export function takenFrom(check: Check): Extract<Check, { kind: 'valid' }> {
  if (check.kind === 'refused') throw check.refusal;
  return check;
}

function filesWith(path: string, { text }: Given): FilesRead {
  const files = new FilesRead();
  if (text !== undefined) files.give(path, Buffer.from(text));
  return files;
}

function isSmall(path: string, given: Given): boolean {
  try {
    const policy = readPolicyText(path, filesWith(path, given));
    return policy.length <= SMALL && !policy.includes('tests');
  } catch {
    return true;
  }
}

/** A mistake of this program. The message of its error may quote the file, so that only its place in the code is told. */
function unexpected(path: string, error: unknown): PolicyRefused {
  const [name, stack = ''] = error instanceof Error ? [error.name, error.stack] : [typeof error];
  const place = /^ {4}at .{0,500}?\/(?:src|dist)\/(\S{1,200}?)\)?$/m.exec(stack.slice(-4_000))?.[1];
  const where = place === undefined ? '' : ` at ${place}`;
  return wholeFileFault(path, `cannot be used, for an unexpected reason (${name}${where})`);
}

/** What goes to the thread, and what comes back: plain data. */
export interface CheckTask {
  readonly path: string;
  readonly env: Env;
  readonly given: Given;
}
export type ThreadAnswer =
  | {
      readonly kind: 'valid';
      readonly loaded: Omit<LoadedPolicy, 'draft'>;
      readonly content: LoadedPolicy['draft']['content'];
      readonly source: SourceSnapshot;
      readonly tests: number;
      readonly files: Digests;
    }
  | {
      readonly kind: 'refused';
      readonly faults: readonly PolicyFault[];
      readonly more: number;
      readonly files: Digests;
    };

/** A check as plain data. */
export function toAnswer(check: Check): ThreadAnswer {
  const { files } = check;
  if (check.kind === 'refused') {
    const { faults, more } = check.refusal;
    return { kind: 'refused', faults, more, files };
  }
  const { loaded, tests } = check;
  const { settings, hash, warnings, isWhole, draft } = loaded;
  const source = draft.source.toSnapshot();
  return {
    kind: 'valid',
    loaded: { settings, hash, warnings, isWhole },
    content: draft.content,
    source,
    tests,
    files,
  };
}

function fromAnswer(answer: ThreadAnswer): Check {
  const { kind, files } = answer;
  if (kind === 'refused') return { kind, refusal: new PolicyRefused(answer.faults, answer.more), files };
  const { loaded, content, source, tests } = answer;
  const draft = { hash: loaded.hash, content, source: Source.from(source) };
  return { kind, loaded: { ...loaded, draft }, tests, files };
}

/** From the source, or compiled. */
const THREAD = new URL(
  `./policy-check-thread.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`,
  import.meta.url,
);

function checkApart(path: string, env: Env, options: CheckOptions): Promise<Check> {
  const { signal, deadline = DEADLINE } = options;
  // Of a check that comes to no end it must be known what it was about.
  const files = digestsNow([path]);
  const refused = (why: string): Check => ({ kind: 'refused', refusal: wholeFileFault(path, why), files });
  return new Promise((resolve, reject) => {
    const thread = startThread({ path, env: { ...env }, given: givenIn(options) });
    let ended = false;
    const end = (settle: () => void): void => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      void thread.terminate().then(settle);
    };
    const answer = (check: Check): void => {
      end(() => {
        resolve(check);
      });
    };
    const onAbort = (): void => {
      end(() => {
        reject(signal?.reason as Error);
      });
    };
    const timer = setTimeout(() => {
      const length = formatDuration(deadline);
      answer(refused(`takes longer than ${length} to check, with its tests: make it smaller`));
    }, deadline);
    signal?.addEventListener('abort', onAbort);
    thread.once('message', (message: ThreadAnswer) => {
      answer(fromAnswer(message));
    });
    thread.once('error', (error: NodeJS.ErrnoException) => {
      answer(refused(whyFailed(error)));
    });
    thread.once('exit', () => {
      answer(refused('cannot be checked: the check ended early'));
    });
  });
}

/** Without what cannot go to the thread. */
function givenIn({ mayBeAbsent, text, tests, shared }: Given): Given {
  return {
    ...(shared !== undefined && { shared }),
    ...(text !== undefined && { text }),
    ...(tests !== undefined && { tests }),
    mayBeAbsent: mayBeAbsent === true,
  };
}

function startThread(workerData: CheckTask): Worker {
  const resourceLimits = { maxOldGenerationSizeMb: MEGABYTES, maxYoungGenerationSizeMb: 8, stackSizeMb: 4 };
  return new Worker(THREAD, { workerData, resourceLimits, name: 'policy check' });
}

function whyFailed({ code, name }: NodeJS.ErrnoException): string {
  return code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? `needs more than ${MEGABYTES} MB to check, with its tests: make it smaller`
    : `cannot be checked (${code ?? name})`;
}
