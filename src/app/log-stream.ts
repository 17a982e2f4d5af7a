/**
 * Where the log goes. A full disk, or a reader that has gone, must not end a worker that has much else to do: what
 * cannot be written is counted, said once on standard error, and said in the log when it can be written again.
 */
import { writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';
import { MINUTE, type Duration, type Instant } from '../domain/time/time.ts';

/** Standard output, or standard error, is not there for the log. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
}

/** Writes so much of a text as it takes; answers how many bytes. Throws what the system says. */
export type Write = (bytes: Buffer) => number;

/**
 * A pipe that is full is tried again for so long, in ms, before a line is given up, and for so long in any minute: waiting holds
 * the only thread. Behind a line that was given up none is waited for.
 */
const LONGEST_BLOCK = 200;
const PATIENCE_A_MINUTE = 1_000;
const PAUSE = 10;

/** What a test may put in another way. */
export interface LogStreamHooks {
  /** Any clock that counts in ms. */
  readonly now: () => Instant;
  /** Holds the thread for so long. */
  readonly wait: (length: Duration) => void;
}

/** Makes what is written of a line of JSON. */
export type Render = (line: string) => string;

const REAL_TIME: LogStreamHooks = {
  now: () => performance.now(),
  wait: (length) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, length);
  },
};

/** One stream of lines to a file descriptor. `write` never throws. */
export class LogStream implements DestinationStream {
  readonly #name: string;
  readonly #write: Write;
  readonly #complain: (sentence: string) => void;
  #lost = 0;
  /** A line was given up in the middle. */
  #torn = false;
  #fault: string | undefined;
  readonly #hooks: LogStreamHooks;
  readonly #render: Render;
  #waited = 0;
  #minuteBegan = Number.NEGATIVE_INFINITY;

  /** `name` is how the stream is called in sentences, such as "standard output". */
  constructor(
    name: string,
    write: Write,
    complain: (sentence: string) => void,
    hooks: LogStreamHooks = REAL_TIME,
    render: Render = (line) => line,
  ) {
    this.#name = name;
    this.#write = write;
    this.#complain = complain;
    this.#hooks = hooks;
    this.#render = render;
  }

  write(line: string): void {
    const torn = this.#torn ? '\n' : '';
    try {
      const shown = this.#render(line);
      this.#whole(Buffer.from(this.#lost === 0 ? shown : `${torn}${this.#render(this.#lostLine())}${shown}`));
      this.#lost = 0;
      this.#torn = false;
      this.#fault = undefined;
    } catch (error) {
      this.#lost += 1;
      const fault = codeOf(error);
      if (fault !== this.#fault)
        this.#complain(`${this.#sentence(fault)} The program continues without its log.`);
      this.#fault = fault;
    }
  }

  /** Throws `OutputError` when the last line could not be written. */
  mustWork(): void {
    if (this.#fault !== undefined)
      throw new OutputError(
        `${this.#sentence(this.#fault)} Free its disk, or send it to something that reads it.`,
      );
  }

  #sentence(fault: string): string {
    return `The log cannot be written to ${this.#name} (${fault}).`;
  }

  #lostLine(): string {
    const fields = { level: 'warn', time: new Date().toISOString(), lost: this.#lost };
    return `${JSON.stringify({ ...fields, msg: 'lines of the log could not be written' })}\n`;
  }

  #whole(bytes: Buffer): void {
    let patience = this.#patience();
    for (let at = 0; at < bytes.length;) {
      try {
        at += this.#write(bytes.subarray(at));
      } catch (error) {
        this.#torn ||= at > 0;
        if (codeOf(error) !== 'EAGAIN' || patience <= 0) throw error;
        this.#hooks.wait(PAUSE);
        patience -= PAUSE;
        this.#waited += PAUSE;
      }
    }
  }

  /** For how long this line may be waited for. */
  #patience(): Duration {
    const now = this.#hooks.now();
    if (now - this.#minuteBegan >= MINUTE) {
      this.#minuteBegan = now;
      this.#waited = 0;
    }
    return this.#lost > 0 ? 0 : Math.min(LONGEST_BLOCK, PATIENCE_A_MINUTE - this.#waited);
  }
}

/** The stream of one of the process's own outputs. */
export function logStream(to: 'stdout' | 'stderr', render?: Render): LogStream {
  const name = to === 'stdout' ? 'standard output' : 'standard error';
  const fd = to === 'stdout' ? 1 : 2;
  return new LogStream(
    name,
    (bytes) => writeSync(fd, bytes),
    (sentence) => {
      complain(to === 'stdout' ? 2 : 1, sentence);
    },
    REAL_TIME,
    render,
  );
}

/** The other output may be gone as well; then the sentence is lost. */
function complain(fd: number, sentence: string): void {
  try {
    writeSync(fd, `${sentence}\n`);
  } catch {
    // See above.
  }
}

function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' ? code : 'unknown error';
}
