/**
 * Watches the policy file and the files that its `${file:…}` and its `tests` name. Editors rename over it, Kubernetes
 * swaps a symlink two levels up, others delete and write anew, or write half: only what stands still and can be read is
 * told of as valid, and nothing is refused before it was read twice. The file system's own events only make it quick;
 * what counts is what a look every few seconds finds.
 */
import { createHash } from 'node:crypto';
import { readFileSync, statSync, watch, type FSWatcher } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { isScalar, isSeq, parseDocument } from 'yaml';
import { SECOND, type Duration } from '../domain/time.ts';
import type { LoadedPolicy } from './draft.ts';
import { PolicyRefused, wholeFileFault } from './faults.ts';
import type { Env } from './interpolate.ts';
import { loadPolicyFile } from './load.ts';

/** A change must stand still for so long. */
const STILL: Duration = 250;
/** A file that cannot be used is read again after this, before it is refused: somebody may be in the middle of writing. */
const AGAIN: Duration = SECOND;
/** How often the files are looked at without any event. */
const POLL: Duration = 5 * SECOND;
/** A file that never stands still is read all the same after so many looks. */
const MOST_LOOKS = 20;
/** No policy and no secret is larger; see `load.ts`. */
const LARGEST = 1024 * 1024;

/** What a change of the files came to. */
export type PolicyChange =
  | { readonly kind: 'valid'; readonly loaded: LoadedPolicy }
  | { readonly kind: 'refused'; readonly refusal: PolicyRefused };

/** Calls `run` once after `length`; calling the answer takes that back. */
export type After = (length: Duration, run: () => void) => () => void;

export interface WatchOptions {
  readonly env: Env;
  /** Reads and checks the policy file, and may run the tests that it names; throws `PolicyRefused`. */
  readonly load?: (path: string, env: Env) => LoadedPolicy;
  /** Timers; real ones unless given. */
  readonly after?: After;
  /** Whether to listen to the file system as well; true unless given. */
  readonly events?: boolean;
  /** What is in force, when it was loaded before the watch began; else what stands in the files now is taken for it. */
  readonly fingerprint?: string;
}

export interface PolicyWatch {
  /** Looks now. */
  look(): void;
  close(): void;
}

/**
 * Tells of each change of the files at `path`, newest last; what lay between two looks is skipped. A change back to what
 * was told last is none.
 */
export function watchPolicy(
  path: string,
  onChange: (change: PolicyChange) => void,
  options: WatchOptions,
): PolicyWatch {
  return new Watch(path, onChange, options);
}

/** Tells one state of the policy file, and of the files it names, from every other. Never throws. */
export function policyFingerprint(path: string): string {
  const hash = createHash('sha256');
  const text = read(path);
  hash.update(text);
  for (const file of filesNamedIn(text, path)) hash.update(`\n${file}\n${read(file)}`);
  return hash.digest('hex');
}

class Watch implements PolicyWatch {
  readonly #path: string;
  readonly #onChange: (change: PolicyChange) => void;
  readonly #options: WatchOptions;
  readonly #after: After;
  #told: string;
  #candidate: string | undefined;
  #looks = 0;
  #refusedOnce = false;
  #timer: (() => void) | undefined;
  #poll: (() => void) | undefined;
  #events: FSWatcher | undefined;
  #closed = false;

  constructor(path: string, onChange: (change: PolicyChange) => void, options: WatchOptions) {
    this.#path = path;
    this.#onChange = onChange;
    this.#options = options;
    this.#after = options.after ?? realAfter;
    this.#told = options.fingerprint ?? policyFingerprint(path);
    this.#listen();
    this.#pollLater();
  }

  close(): void {
    this.#closed = true;
    this.#timer?.();
    this.#poll?.();
    this.#events?.close();
  }

  look(): void {
    this.#timer?.();
    this.#timer = undefined;
    if (this.#closed) return;
    const now = policyFingerprint(this.#path);
    if (now === this.#told) {
      this.#forget();
      return;
    }
    this.#looks += 1;
    if (now !== this.#candidate) {
      this.#candidate = now;
      this.#refusedOnce = false;
      if (this.#looks < MOST_LOOKS) {
        this.#lookLater(STILL);
        return;
      }
    }
    this.#read(now);
  }

  #read(fingerprint: string): void {
    const change = this.#load();
    // Read while it was being changed: what was read belongs to neither.
    if (policyFingerprint(this.#path) !== fingerprint && this.#looks < MOST_LOOKS) {
      this.#lookLater(STILL);
      return;
    }
    if (change.kind === 'refused' && !this.#refusedOnce) {
      this.#refusedOnce = true;
      this.#lookLater(AGAIN);
      return;
    }
    this.#told = fingerprint;
    this.#forget();
    this.#onChange(change);
  }

  #load(): PolicyChange {
    const { load = loadPolicyFile, env } = this.#options;
    try {
      return { kind: 'valid', loaded: load(this.#path, env) };
    } catch (error) {
      if (error instanceof PolicyRefused) return { kind: 'refused', refusal: error };
      // Nothing that a file says may end the worker.
      return {
        kind: 'refused',
        refusal: wholeFileFault(this.#path, 'cannot be used, for an unexpected reason'),
      };
    }
  }

  #forget(): void {
    this.#candidate = undefined;
    this.#refusedOnce = false;
    this.#looks = 0;
  }

  #lookLater(length: Duration): void {
    if (this.#closed) return;
    this.#timer ??= this.#after(length, () => {
      this.#timer = undefined;
      this.look();
    });
  }

  #pollLater(): void {
    this.#poll = this.#after(POLL, () => {
      if (this.#closed) return;
      if (this.#events === undefined) this.#listen();
      if (this.#timer === undefined) this.look();
      this.#pollLater();
    });
  }

  /** Listens to the folder: a file that is renamed over takes its watchers with it. Without events the looks go on. */
  #listen(): void {
    if (this.#options.events === false) return;
    try {
      const events = watch(dirname(this.#path), { persistent: false }, () => {
        this.#lookLater(STILL);
      });
      events.on('error', () => {
        events.close();
        if (this.#events === events) this.#events = undefined;
      });
      this.#events = events;
    } catch {
      this.#events = undefined;
    }
  }
}

/** Files that a text refers to, its tests among them; a reference in a comment does no harm. */
function filesNamedIn(text: string, policyFile: string): readonly string[] {
  const filled = [...text.matchAll(/\$\{file:([^{}]*)\}/g)].map(([, path = '']) => path);
  return [...filled, ...testsNamedIn(text)].map((path) =>
    isAbsolute(path) ? path : resolve(dirname(policyFile), path),
  );
}

/** A changed test may let through what was refused before. Of a text that is no YAML nothing is known yet. */
function testsNamedIn(text: string): readonly string[] {
  if (!/^tests\s*:/m.test(text)) return [];
  try {
    const tests = parseDocument(text, { prettyErrors: false, logLevel: 'silent' }).get('tests');
    return isSeq(tests) ? tests.items.flatMap((item) => (isScalar(item) ? [String(item.value)] : [])) : [];
  } catch {
    return [];
  }
}

/** The text, or why there is none. */
function read(path: string): string {
  try {
    const stats = statSync(path);
    const { size, mtimeMs } = stats;
    // Reading anything but a file might wait for ever.
    if (!stats.isFile()) return 'not a file';
    return size > LARGEST ? `${size} bytes of ${mtimeMs}` : readFileSync(path, 'latin1');
  } catch (error) {
    return `unreadable: ${error instanceof Error && 'code' in error ? String(error.code) : ''}`;
  }
}

function realAfter(length: Duration, run: () => void): () => void {
  const timer = setTimeout(run, length);
  timer.unref();
  return () => {
    clearTimeout(timer);
  };
}
