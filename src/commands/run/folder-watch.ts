/** Watches which files belong to a fleet. What is in them is watched by each organisation itself. */
import { watch, type FSWatcher } from 'node:fs';
import { SECOND, type Duration } from '../../domain/time/time.ts';
import { PolicyRefused } from '../../policy-file/faults.ts';
import type { After, Change } from '../../policy-file/watch.ts';

/** How often the folder is looked at without any event. */
const POLL: Duration = 5 * SECOND;
/** What has come or gone must stay so for this long: an editor, or a checkout, may take a file away and put it back. */
const STILL: Duration = SECOND;

/** What a look at the folder came to: the files, or why they cannot be told. */
export type FolderChange = Change<readonly string[]>;

export interface FolderWatchOptions {
  /** The files that are there. Throws `PolicyRefused`. */
  readonly list: () => readonly string[];
  /** The folder whose events make it quick; the looks alone do as well. */
  readonly folder: () => string;
  /** What was found at the start. */
  readonly found: readonly string[];
  /** Timers; real ones unless given. */
  readonly after: After;
}

/** Tells of each change that lasts; a folder that cannot be read is told of once. */
export class FolderWatch {
  readonly #options: FolderWatchOptions;
  readonly #onChange: (change: FolderChange) => void;
  #told: string;
  #candidate: string | undefined;
  #timer: (() => void) | undefined;
  #poll: (() => void) | undefined;
  #events: FSWatcher | undefined;
  #closed = false;

  constructor(options: FolderWatchOptions, onChange: (change: FolderChange) => void) {
    this.#options = options;
    this.#onChange = onChange;
    this.#told = keyOf({ kind: 'valid', loaded: options.found });
    this.#listen();
    this.#pollLater();
  }

  /** Looks now. */
  look(): void {
    this.#timer?.();
    this.#timer = undefined;
    if (this.#closed) return;
    const change = this.#read();
    const key = keyOf(change);
    if (key === this.#told) {
      this.#candidate = undefined;
      return;
    }
    if (key !== this.#candidate) {
      this.#candidate = key;
      this.#lookLater();
      return;
    }
    this.#candidate = undefined;
    this.#told = key;
    this.#onChange(change);
  }

  close(): void {
    this.#closed = true;
    this.#timer?.();
    this.#poll?.();
    this.#events?.close();
  }

  #read(): FolderChange {
    try {
      return { kind: 'valid', loaded: this.#options.list() };
    } catch (error) {
      if (!(error instanceof PolicyRefused)) throw error;
      return { kind: 'refused', refusal: error };
    }
  }

  #lookLater(): void {
    if (this.#closed) return;
    this.#timer ??= this.#options.after(STILL, () => {
      this.look();
    });
  }

  #pollLater(): void {
    this.#poll = this.#options.after(POLL, () => {
      if (this.#closed) return;
      if (this.#events === undefined) this.#listen();
      if (this.#timer === undefined) this.look();
      this.#pollLater();
    });
  }

  #listen(): void {
    try {
      const events = watch(this.#options.folder(), { persistent: false }, () => {
        this.#lookLater();
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

function keyOf(change: FolderChange): string {
  return change.kind === 'valid' ? JSON.stringify(change.loaded) : change.refusal.message;
}
