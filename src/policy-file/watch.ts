/**
 * Watches the policy file and the files that its `${file:…}` and its `tests` name. Editors rename over it, Kubernetes
 * swaps a symlink two levels up, others delete and write anew, or write half: only what stands still and can be read is
 * told of as valid, and nothing is refused before it was read twice. The file system's own events only make it quick;
 * what counts is what a look every few seconds finds.
 */
import { watch, type FSWatcher } from 'node:fs';
import { dirname } from 'node:path';
import { SECOND, type Duration } from '../domain/time/time.ts';
import type { LoadedPolicy } from './draft.ts';
import type { PolicyRefused } from './faults.ts';
import { areSame, digestsNow, type Digests } from './files-read.ts';

/** A change must stand still for so long. */
const STILL: Duration = 250;
/** A file that cannot be used is read again after this, before it is refused: an editor may be in the middle of writing. */
const AGAIN: Duration = SECOND;
/** How often the files are looked at without any event. */
const POLL: Duration = 5 * SECOND;
/** A file that never stands still is read all the same after so many looks. */
const MOST_LOOKS = 20;
/** What a change of files came to. */
export type Change<Loaded> =
  | { readonly kind: 'valid'; readonly loaded: Loaded }
  | { readonly kind: 'refused'; readonly refusal: PolicyRefused };

/** That of a policy. */
export type PolicyChange = Change<LoadedPolicy>;

/** The same, with all the files that it comes from. */
export type Loading<Loaded = LoadedPolicy> = Change<Loaded> & { readonly files: Digests };

/** Calls `run` once after `length`; calling the answer takes that back. */
export type After = (length: Duration, run: () => void) => () => void;

export interface WatchOptions<Loaded = LoadedPolicy> {
  /** Reads and checks the policy file, and may run the tests that it names. Rejects only with the signal's reason. */
  readonly load: (signal: AbortSignal) => Promise<Loading<Loaded>>;
  /** The files that what is in force was loaded from. */
  readonly files: Digests;
  /** Timers; real ones unless given. */
  readonly after?: After;
  /** Whether to listen to the file system as well; true unless given. */
  readonly events?: boolean;
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
  return watchFile(path, onChange, options);
}

/** The same of a file that is no policy. */
export function watchFile<Loaded>(
  path: string,
  onChange: (change: Change<Loaded>) => void,
  options: WatchOptions<Loaded>,
): PolicyWatch {
  return new Watch(path, onChange, options);
}

class Watch<Loaded> implements PolicyWatch {
  readonly #path: string;
  readonly #onChange: (change: Change<Loaded>) => void;
  readonly #options: WatchOptions<Loaded>;
  readonly #after: After;
  readonly #ended = new AbortController();
  #told: Digests;
  #candidate: Digests | undefined;
  #looks = 0;
  #refusedOnce = false;
  #loading = false;
  #timer: (() => void) | undefined;
  #poll: (() => void) | undefined;
  #events: FSWatcher | undefined;

  constructor(path: string, onChange: (change: Change<Loaded>) => void, options: WatchOptions<Loaded>) {
    this.#path = path;
    this.#onChange = onChange;
    this.#options = options;
    this.#after = options.after ?? realAfter;
    this.#told = options.files;
    this.#listen();
    this.#pollLater();
  }

  close(): void {
    this.#ended.abort();
    this.#timer?.();
    this.#poll?.();
    this.#events?.close();
  }

  look(): void {
    this.#timer?.();
    this.#timer = undefined;
    // What changes while it is loaded is found when that is over.
    if (this.#ended.signal.aborted || this.#loading) return;
    const now = digestsNow(this.#told.keys());
    if (areSame(now, this.#told)) {
      this.#forget();
      return;
    }
    this.#looks += 1;
    if (this.#candidate === undefined || !areSame(now, this.#candidate)) {
      this.#candidate = now;
      this.#refusedOnce = false;
      if (this.#looks < MOST_LOOKS) {
        this.#lookLater(STILL);
        return;
      }
    }
    this.#loading = true;
    void this.#load().finally(() => {
      this.#loading = false;
    });
  }

  async #load(): Promise<void> {
    const { signal } = this.#ended;
    const loading = await this.#options.load(signal).catch(() => undefined);
    if (loading === undefined || signal.aborted) return;
    // Read while it was being changed: what was read belongs to neither.
    if (!areSame(digestsNow(loading.files.keys()), loading.files) && this.#looks < MOST_LOOKS) {
      this.#lookLater(STILL);
      return;
    }
    if (loading.kind === 'refused' && !this.#refusedOnce) {
      this.#refusedOnce = true;
      this.#lookLater(AGAIN);
      return;
    }
    this.#told = loading.files;
    this.#forget();
    this.#onChange(loading);
  }

  #forget(): void {
    this.#candidate = undefined;
    this.#refusedOnce = false;
    this.#looks = 0;
  }

  #lookLater(length: Duration): void {
    if (this.#ended.signal.aborted) return;
    this.#timer ??= this.#after(length, () => {
      this.#timer = undefined;
      this.look();
    });
  }

  #pollLater(): void {
    this.#poll = this.#after(POLL, () => {
      if (this.#ended.signal.aborted) return;
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

/** Real timers, which keep no process alive. */
export function realAfter(length: Duration, run: () => void): () => void {
  const timer = setTimeout(run, length);
  timer.unref();
  return () => {
    clearTimeout(timer);
  };
}
