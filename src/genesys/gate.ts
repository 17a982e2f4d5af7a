/** Lets requests through one by one as the rate budget allows, actions before reads, in the order they came. */
import { MINUTE, type Duration, type Instant } from '../domain/time.ts';
import { PlatformError } from './errors.ts';
import type { Priority, RateBudget, RateHeaders, Ticket } from './rate-budget.ts';

/** Time, as wiring provides it. `sleep` rejects when aborted. */
export interface Clock {
  now(): Instant;
  sleep(length: Duration, signal?: AbortSignal): Promise<void>;
}

interface Waiter {
  readonly priority: Priority;
  readonly operation: string;
  readonly resolve: (ticket: Ticket) => void;
  readonly reject: (reason: Error) => void;
}

/** Whoever is asked to wait longer than this fails instead: a sweep must come to an end. */
export const LONGEST_STOP: Duration = 3 * MINUTE;

export class Gate {
  readonly #budget: RateBudget;
  readonly #clock: Clock;
  readonly #waiting: Record<Priority, Waiter[]> = { action: [], read: [] };
  #alarm: { readonly at: Instant; readonly stop: AbortController } | undefined;
  #stoppedUntil = Number.NEGATIVE_INFINITY;

  constructor(budget: RateBudget, clock: Clock) {
    this.#budget = budget;
    this.#clock = clock;
  }

  /** Waits for a place. Rejects with the signal's reason, or as transient when the platform wants a long silence. */
  enter(priority: Priority, operation: string, signal: AbortSignal | undefined): Promise<Ticket> {
    return new Promise<Ticket>((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason as Error);
        return;
      }
      const onAbort = (): void => {
        this.#remove(waiter);
        reject(signal?.reason as Error);
      };
      const settle = (): void => signal?.removeEventListener('abort', onAbort);
      const waiter: Waiter = {
        priority,
        operation,
        resolve: (ticket) => {
          settle();
          resolve(ticket);
        },
        reject: (reason) => {
          settle();
          reject(reason);
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiting[priority].push(waiter);
      this.#pump();
    });
  }

  /** The request is over; without an answer when none came. */
  leave(ticket: Ticket, answer?: { readonly rate: RateHeaders | undefined }): void {
    this.#budget.finish(ticket, this.#clock.now(), answer);
    this.#pump();
  }

  /** Nothing was sent after all. */
  giveBack(ticket: Ticket): void {
    this.#budget.cancel(ticket);
    this.#pump();
  }

  /** The platform said 429: nobody passes for so long. */
  stopFor(length: Duration): void {
    const until = this.#clock.now() + length;
    this.#budget.stop(until);
    this.#stoppedUntil = Math.max(this.#stoppedUntil, until);
    this.#pump();
  }

  /** How many actions could pass now without waiting: those who wait already come first. */
  room(): number {
    return Math.max(0, this.remaining() - this.#waiting.action.length);
  }

  remaining(): number {
    return this.#budget.remaining(this.#clock.now());
  }

  /** Lets nobody through any more. */
  close(): void {
    this.#alarm?.stop.abort();
    this.#alarm = undefined;
    this.#rejectAll('the connection to the platform was closed');
  }

  #pump(): void {
    if (this.#stoppedUntil - this.#clock.now() > LONGEST_STOP) {
      this.#rejectAll('the platform wants no requests for more than three minutes');
    }
    let wakeAt: Instant | undefined;
    for (const priority of ['action', 'read'] as const) {
      const at = this.#admit(priority);
      if (at !== undefined) wakeAt = wakeAt === undefined ? at : Math.min(wakeAt, at);
      // While an action has to wait, no read may slip past it and take the place it waits for.
      if (this.#waiting.action.length > 0) break;
    }
    if (wakeAt !== undefined) this.#wakeAt(wakeAt);
  }

  #admit(priority: Priority): Instant | undefined {
    const queue = this.#waiting[priority];
    while (queue.length > 0) {
      const now = this.#clock.now();
      const permission = this.#budget.ask(priority, now);
      if (!permission.go) return permission.at;
      queue.shift()?.resolve(this.#budget.start(priority, now));
    }
    return undefined;
  }

  #wakeAt(at: Instant): void {
    if (this.#alarm !== undefined && this.#alarm.at <= at) return;
    this.#alarm?.stop.abort();
    const alarm = { at, stop: new AbortController() };
    this.#alarm = alarm;
    const wake = (): void => {
      if (this.#alarm !== alarm) return;
      this.#alarm = undefined;
      this.#pump();
    };
    this.#clock.sleep(Math.max(1, at - this.#clock.now()), alarm.stop.signal).then(wake, () => undefined);
  }

  #rejectAll(why: string): void {
    for (const queue of Object.values(this.#waiting)) {
      for (const waiter of queue.splice(0)) {
        waiter.reject(
          new PlatformError(`${waiter.operation}: ${why}`, {
            kind: 'transient',
            operation: waiter.operation,
          }),
        );
      }
    }
  }

  #remove(waiter: Waiter): void {
    const queue = this.#waiting[waiter.priority];
    const place = queue.indexOf(waiter);
    if (place >= 0) queue.splice(place, 1);
    this.#pump();
  }
}
