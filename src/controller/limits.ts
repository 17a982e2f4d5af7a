/** How far one sweep may go: while the lease of the store lasts, and until it is stopped. */

import type { Duration } from '../domain/time/time.ts';

/** How the lease of the store stands during a sweep. `unknown`: the store does not answer. */
export type LeaseStill = 'held' | 'lost' | 'unknown';

/** How far one sweep may go. */
export interface SweepLimits {
  /** Asked before each batch and each agent: nothing new is begun once it answers false. */
  readonly mayBegin: () => Promise<boolean>;
  /** Whether the store is still ours: asked after reading, which may have taken longer than the lease lasts. */
  readonly mayRecord?: () => Promise<LeaseStill>;
  /** Whether requests of a worker that held the lease before, and did not give it back, are over. */
  readonly mayAct?: () => boolean;
  /** Why the holder of the lease is unknown, in one sentence. */
  readonly leaseFault?: () => string | undefined;
  /** Ends reading and waiting at once. */
  readonly signal: AbortSignal;
  /** Ends acting at once: also when the lease is about to end. `signal` unless given. */
  readonly actSignal?: AbortSignal;
  /** How long what need not be in this sweep may still take, before it would keep the next one from its time. */
  readonly rest?: () => Duration;
}

/** Timers of Node.js are 32 bits wide. */
const LONGEST_TIMER: Duration = 2 ** 31 - 1;

/** Ends with the sweep that is stopped, and where it would keep the next sweep from its time. */
export function inSpareTime({ signal, rest }: SweepLimits): AbortSignal {
  const left = Math.floor(rest?.() ?? Infinity);
  if (left <= 0) return AbortSignal.abort(new Error('the next sweep is due'));
  return left > LONGEST_TIMER ? signal : AbortSignal.any([signal, AbortSignal.timeout(left)]);
}

/** Another worker may have written the store while this one read: what it read rests on memories that are too old. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
  readonly kind = 'lease';

  constructor() {
    super('the lease ran out, or the store was opened anew: the next sweep begins with what is stored');
  }
}
