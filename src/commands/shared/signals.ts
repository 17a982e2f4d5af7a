/**
 * Signals. Left alone, some end Node.js in the middle of what it does, one writes its memory to disk, and one opens a
 * debugger in a process that holds a secret.
 */
import process from 'node:process';
import { EXIT } from './exit-codes.ts';

/** Signals that ask for an end, and the exit codes that tell of them. */
const ENDING = [
  ['SIGTERM', EXIT.terminated],
  ['SIGINT', EXIT.interrupted],
  ['SIGHUP', EXIT.hungUp],
  ['SIGQUIT', EXIT.quit],
] as const satisfies readonly (readonly [NodeJS.Signals, number])[];

/** These say nothing to this program. Node.js would open a debugger at the first, and die of the second. */
const UNHEARD = ['SIGUSR1', 'SIGUSR2'] as const;

/**
 * To be called before anything else. The kernel spares the first process of a container any signal that it does not
 * listen for; elsewhere only SIGQUIT, which would dump memory and the secret in it, is not left to the kernel. A command
 * that listens itself takes over.
 */
export function guardSignals(): void {
  for (const signal of UNHEARD) process.on(signal, () => undefined);
  for (const [signal, code] of ENDING) {
    if (process.pid !== 1 && signal !== 'SIGQUIT') continue;
    process.on(signal, () => {
      if (process.listenerCount(signal) === 1) process.exit(code);
    });
  }
}

/** The end of a command that has something to bring to an end. */
export interface Ending {
  /** Resolves to the exit code when a signal comes. */
  readonly code: Promise<number>;
  /** Aborted then. */
  readonly signal: AbortSignal;
  /** Leaves further signals to the system. */
  readonly close: () => void;
}

/** Listens from now on. Further signals change nothing: what is under way has its own limit. */
export function untilSignalled(): Ending {
  const stop = new AbortController();
  const { promise: code, resolve } = Promise.withResolvers<number>();
  const listeners = ENDING.map(([signal, exitCode]) => {
    const listener = (): void => {
      resolve(exitCode);
      stop.abort(new Error(`stopped by ${signal}`));
    };
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });
  return {
    code,
    signal: stop.signal,
    close: () => {
      for (const leave of listeners) leave();
    },
  };
}
