/**
 * The files that one check of a policy reads: the policy, what its `${file:…}` name, its tests. Each is read once, so that
 * the check sees one state of it, and its digest is kept: by these the watch knows a change.
 */
import { createHash } from 'node:crypto';
import { FileFault, readPlainFile, textOf } from '../files/plain-file.ts';

/** What was read, by path: a digest of the bytes, or of why there are none. */
export type Digests = ReadonlyMap<string, string>;

/** The largest policy, and the largest file of tests, in bytes. */
export const LARGEST_FILE = 512 * 1024;
/** What one policy may read together: so many bytes of so many files. */
const LARGEST_TOGETHER = 4 * 1024 * 1024;
const MOST_FILES = 200;

type Outcome = { readonly bytes: Buffer } | { readonly fault: FileFault };

/** Reads files for one check. */
export class FilesRead {
  readonly #outcomes = new Map<string, Outcome>();
  readonly #digests = new Map<string, string>();
  #together = 0;

  get digests(): Digests {
    return this.#digests;
  }

  /** Hands in what a path stands for, in place of reading it. */
  give(path: string, bytes: Uint8Array): void {
    const outcome = { bytes: Buffer.from(bytes) };
    this.#outcomes.set(path, outcome);
    this.#digests.set(path, digestOf(outcome));
  }

  /** The text of a plain file of at most `most` bytes. Throws `FileFault`. */
  text(path: string, most: number): string {
    const outcome = this.#outcomes.get(path) ?? this.#read(path);
    if ('fault' in outcome) throw outcome.fault;
    if (outcome.bytes.length > most)
      throw new FileFault(`it is larger than ${most / 1024} KiB`, { tooLarge: true });
    return textOf(outcome.bytes);
  }

  #read(path: string): Outcome {
    if (this.#together > LARGEST_TOGETHER || this.#outcomes.size >= MOST_FILES) {
      const most = `${LARGEST_TOGETHER / 1024 / 1024} MiB in ${MOST_FILES} files`;
      throw new FileFault(`a policy and what it names are at most ${most} together`, { tooLarge: true });
    }
    const outcome = outcomeOf(path);
    this.#outcomes.set(path, outcome);
    this.#digests.set(path, digestOf(outcome));
    if ('bytes' in outcome) this.#together += outcome.bytes.length;
    return outcome;
  }
}

/** What stands at these paths now. Never throws. */
export function digestsNow(paths: Iterable<string>): Digests {
  return new Map([...paths].map((path) => [path, digestOf(outcomeOf(path))]));
}

/** Whether both are of the same files, and all of them are as they were. */
export function areSame(a: Digests, b: Digests): boolean {
  return a.size === b.size && [...a].every(([path, digest]) => b.get(path) === digest);
}

function outcomeOf(path: string): Outcome {
  try {
    return { bytes: readPlainFile(path, LARGEST_FILE) };
  } catch (error) {
    if (error instanceof FileFault) return { fault: error };
    throw error;
  }
}

function digestOf(outcome: Outcome): string {
  if ('fault' in outcome) return `unreadable: ${outcome.fault.why}`;
  return createHash('sha256').update(outcome.bytes).digest('base64');
}
