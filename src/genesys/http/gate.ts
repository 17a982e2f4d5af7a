/** Lets requests through one by one as the rate budget allows, actions before reads, in the order they came. */
import type { Clock } from '../../ports/clock.ts';
import type { Instant } from '../../domain/time/time.ts';
import { closedError, crowdedError, lateError } from './errors.ts';
import type { TicketOutcome, Priority, RateBudget, Ticket } from './rate-budget.ts';

/** A caller that wants to send a request. */
export interface Entrant {
  readonly operation: string;
  readonly priority: Priority;
  readonly signal: AbortSignal | undefined;
}

/** Evidence never waits. */
type Waiting = Exclude<Priority, 'evidence'>;

interface Waiter {
  readonly priority: Waiting;
  readonly entrant: Entrant;
  /** Local time after which the waiter need no longer be let in. */
  readonly until: Instant;
  readonly resolve: (ticket: Ticket) => void;
  readonly reject: (reason: Error) => void;
}

/** As many requests may be under way at a time: more would only wait for a connection, with their deadline running. */
export const AT_ONCE = 32;

export class Gate {
  readonly #budget: RateBudget;
  readonly #clock: Clock;
  readonly #waiting: Record<Waiting, Waiter[]> = { action: [], read: [] };
  #alarm: { readonly at: Instant; readonly stop: AbortController } | undefined;
  #inside = 0;
  #closed = false;

  constructor(budget: RateBudget, clock: Clock) {
    this.#budget = budget;
    this.#clock = clock;
  }

  /**
   * Waits for a place; evidence has one at once or none. Rejects with the signal's reason, or with `PlatformError`: `late` when
   * there was no place before `until` (local time), `transient` when the gate was closed.
   */
  async enter(entrant: Entrant, until: Instant = Number.POSITIVE_INFINITY): Promise<Ticket> {
    const { signal, operation, priority } = entrant;
    signal?.throwIfAborted();
    if (this.#closed) throw closedError(operation);
    if (priority !== 'evidence') return this.#wait(entrant, priority, until);
    if (this.roomForEvidence() === 0) throw crowdedError(operation);
    return this.#letIn(priority);
  }

  #wait(entrant: Entrant, priority: Waiting, until: Instant): Promise<Ticket> {
    const { signal } = entrant;
    return new Promise<Ticket>((resolve, reject) => {
      const onAbort = (): void => {
        this.#remove(waiter);
        reject(signal?.reason as Error);
      };
      const settle = (): void => signal?.removeEventListener('abort', onAbort);
      const waiter: Waiter = {
        priority,
        entrant,
        until,
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

  /** The request is over; without an outcome when no answer came. */
  leave(ticket: Ticket, outcome?: TicketOutcome): void {
    this.#inside -= 1;
    this.#budget.finish(ticket, this.#clock.now(), outcome);
    this.#pump();
  }

  /** Nothing was sent after all. */
  release(ticket: Ticket): void {
    this.#inside -= 1;
    this.#budget.cancel(ticket);
    this.#pump();
  }

  /** How many actions could pass now without waiting: those who wait already come first. */
  room(): number {
    return Math.max(0, this.remaining() - this.#waiting.action.length);
  }

  /** How many requests for evidence could pass now. Where a read has to wait, there is no room for evidence either. */
  roomForEvidence(): number {
    if (this.#closed) return 0;
    return Math.min(AT_ONCE - this.#inside, this.#budget.spare(this.#clock.now()));
  }

  remaining(): number {
    return this.#budget.remaining(this.#clock.now());
  }

  /** Lets no caller through any more. */
  close(): void {
    this.#closed = true;
    this.#sleepOn();
    for (const queue of Object.values(this.#waiting)) {
      for (const { entrant, reject } of queue.splice(0)) reject(closedError(entrant.operation));
    }
  }

  #pump(): void {
    if (this.#closed) return;
    this.#dismissLate();
    let wakeAt = Number.POSITIVE_INFINITY;
    for (const priority of ['action', 'read'] as const) {
      wakeAt = Math.min(wakeAt, this.#admit(priority) ?? Number.POSITIVE_INFINITY);
      // While an action has to wait, no read may slip past it and take the place it waits for.
      if (this.#waiting.action.length > 0) break;
    }
    for (const { until } of this.#everybody()) wakeAt = Math.min(wakeAt, until + 1);
    if (Number.isFinite(wakeAt)) this.#wakeAt(wakeAt);
    else this.#sleepOn();
  }

  /** Lets those in for whom there is a place. Answers when to look again, if time alone can change anything. */
  #admit(priority: Waiting): Instant | undefined {
    const queue = this.#waiting[priority];
    while (queue.length > 0) {
      if (this.#inside >= AT_ONCE) return undefined;
      const permission = this.#budget.ask(priority, this.#clock.now());
      if (!permission.go) return permission.at;
      queue.shift()?.resolve(this.#letIn(priority));
    }
    return undefined;
  }

  #letIn(priority: Priority): Ticket {
    this.#inside += 1;
    return this.#budget.start(priority, this.#clock.now());
  }

  /** Turns away whose time is over. */
  #dismissLate(): void {
    const now = this.#clock.now();
    for (const waiter of this.#everybody()) {
      if (waiter.until >= now) continue;
      const queue = this.#waiting[waiter.priority];
      queue.splice(queue.indexOf(waiter), 1);
      waiter.reject(lateError(waiter.entrant.operation));
    }
  }

  #everybody(): readonly Waiter[] {
    return [...this.#waiting.action, ...this.#waiting.read];
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

  /** No caller waits for time to pass: no timer is left running. */
  #sleepOn(): void {
    this.#alarm?.stop.abort();
    this.#alarm = undefined;
  }

  #remove(waiter: Waiter): void {
    const queue = this.#waiting[waiter.priority];
    const place = queue.indexOf(waiter);
    if (place >= 0) queue.splice(place, 1);
    this.#pump();
  }
}
