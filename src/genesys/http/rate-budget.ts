/**
 * How many requests may be started, and when. Pure: time is a parameter, waiting is done in `gate.ts`.
 *
 * 1. A sliding window. A request takes a place when it is started and gives it back 60 s after its answer, so however
 *    long it travelled, no 60 s on the platform's side can see more than the limit. Fixed windows are covered by that.
 * 2. The platform's `inin-ratelimit-allowed` lowers the limit, its `count` and `reset` lower what is left of its
 *    present window; requests under way are taken as not counted yet. Nothing raises the own ceiling.
 * 3. After a 429 nothing is started until its `Retry-After` has passed, and then one request alone, until it is answered.
 * 4. Three tenths of the limit are kept for actions: sweeps never use them. The rest they use as fast as they can.
 * 5. Before the first answer one request at most is under way: the limit is not known yet.
 * 6. Requests for evidence take a tenth of the limit at most, and only what sweeps leave over. A 429 to one of them stops
 *    evidence alone: it may be about analytics or audits, and a sweep must not stand still for it.
 */
import { MINUTE, SECOND, type Duration, type Instant } from '../../domain/time/time.ts';

/**
 * `read` may wait (sweeps, listings); `action` is a log-off or the look just before it; `evidence` is sent at once or not at
 * all.
 */
export type Priority = 'action' | 'read' | 'evidence';

/** A place in the window, held from `start` on. */
export interface Ticket {
  readonly priority: Priority;
  startedAt: Instant;
  /** 60 s after the answer; `undefined` while under way. */
  freeAt: Instant | undefined;
}

/** The platform's three headers; `reset` in ms until its window ends. */
export interface RateHeaders {
  readonly allowed: number;
  readonly count: number;
  readonly reset: Duration;
}

/** What an answer says about the rate. */
export interface TicketOutcome {
  readonly rate: RateHeaders | undefined;
  /** After a 429: how long nothing must be sent. */
  readonly stopFor?: Duration | undefined;
}

/** May start now; or not before `at`; or, with no `at`, not before some request under way has come back. */
export type Permission = { readonly go: true } | { readonly go: false; readonly at: Instant | undefined };

const RESERVED_SHARE = 0.3;
const EVIDENCE_SHARE = 0.1;
/** `reset` is in whole seconds, so the window may end up to one second later than it says. */
const RESET_SLACK = SECOND;
/** Kept back of what the platform announces: one in a hundred. */
const MARGIN_SHARE = 0.01;

interface PlatformWindow {
  readonly endsAt: Instant;
  readonly count: number;
}

export class RateBudget {
  readonly #ceiling: number;
  readonly #tickets = new Set<Ticket>();
  #allowed = Number.POSITIVE_INFINITY;
  #window: PlatformWindow | undefined;
  #stoppedUntil = Number.NEGATIVE_INFINITY;
  #answered = false;
  /** The end of a stop after which nothing has been answered yet. */
  #probeFrom: Instant | undefined;
  /** No request for evidence is started before. */
  #evidenceFrom = Number.NEGATIVE_INFINITY;
  #newest = Number.NEGATIVE_INFINITY;

  constructor(requestsPerMinute: number) {
    this.#ceiling = Math.max(1, Math.floor(requestsPerMinute));
  }

  /** Requests a minute that the platform's headers allow; `undefined` before the first answer. */
  get allowed(): number | undefined {
    return Number.isFinite(this.#allowed) ? this.#allowed : undefined;
  }

  /** Whether a request of this priority may be started now. */
  ask(priority: Priority, now: Instant): Permission {
    if (priority === 'evidence') return this.spare(now) > 0 ? { go: true } : { go: false, at: undefined };
    this.#advance(now);
    if (now < this.#stoppedUntil) return { go: false, at: this.#stoppedUntil };
    const underWay = this.#underWay();
    if ((!this.#answered || this.#probeFrom !== undefined) && underWay > 0)
      return { go: false, at: undefined };
    const kept = priority === 'action' ? 0 : this.#keptForActions();
    if (this.#limit() - this.#tickets.size <= kept) return { go: false, at: this.#nextFree() };
    if (this.#leftInWindow(underWay) <= kept) return { go: false, at: this.#window?.endsAt };
    return { go: true };
  }

  /** Takes a place. Only after `ask` said so. */
  start(priority: Priority, now: Instant): Ticket {
    this.#advance(now);
    const ticket: Ticket = { priority, startedAt: now, freeAt: undefined };
    this.#tickets.add(ticket);
    return ticket;
  }

  /** Gives a place back that was not used: nothing was sent. */
  cancel(ticket: Ticket): void {
    this.#tickets.delete(ticket);
  }

  /** An answer came, with or without the headers; or none will: then the request counts as received now. */
  finish(ticket: Ticket, now: Instant, outcome?: TicketOutcome): void {
    this.#advance(now);
    ticket.freeAt = now + MINUTE;
    if (outcome === undefined) return;
    this.#answered = true;
    // What was under way when the stop began proves nothing about the time after it.
    if (this.#probeFrom !== undefined && ticket.startedAt >= this.#probeFrom) this.#probeFrom = undefined;
    if (outcome.stopFor !== undefined) this.#stopAfter(ticket, now + outcome.stopFor);
    if (outcome.rate !== undefined && outcome.rate.allowed >= 1) this.#learn(outcome.rate, now);
  }

  #stopAfter({ priority }: Ticket, until: Instant): void {
    if (priority === 'evidence') this.#evidenceFrom = Math.max(this.#evidenceFrom, until);
    else this.stop(until);
  }

  #learn(headers: RateHeaders, now: Instant): void {
    this.#allowed = headers.allowed;
    const endsAt = now + headers.reset + RESET_SLACK;
    const known = this.#window;
    // Answers overtake each other: within one window the highest count is the newest. A `reset` that wobbles by a
    // second or two still means the same window.
    const same = known !== undefined && Math.abs(known.endsAt - endsAt) <= 3 * SECOND;
    if (known !== undefined && !same && endsAt < known.endsAt) return;
    this.#window = same
      ? { endsAt: known.endsAt, count: Math.max(known.count, headers.count) }
      : { endsAt, count: headers.count };
  }

  /** After a 429: nothing is started before `until`. */
  stop(until: Instant): void {
    this.#stoppedUntil = Math.max(this.#stoppedUntil, until);
    this.#probeFrom = this.#stoppedUntil;
  }

  /** How many requests could be started right now, by an action. */
  remaining(now: Instant): number {
    this.#advance(now);
    if (now < this.#stoppedUntil) return 0;
    if (!this.#answered) return this.#tickets.size === 0 ? 1 : 0;
    return Math.max(0, Math.min(this.#limit() - this.#tickets.size, this.#leftInWindow(this.#underWay())));
  }

  /** How many requests for evidence could be started right now. */
  spare(now: Instant): number {
    this.#advance(now);
    const stopped = now < Math.max(this.#stoppedUntil, this.#evidenceFrom);
    if (stopped || !this.#answered || this.#probeFrom !== undefined) return 0;
    const share = Math.floor(this.#limit() * EVIDENCE_SHARE) - this.#held('evidence');
    const left = Math.min(this.#limit() - this.#tickets.size, this.#leftInWindow(this.#underWay()));
    return Math.max(0, Math.min(share, left - this.#keptForActions()));
  }

  #limit(): number {
    if (this.#allowed >= this.#ceiling + Math.floor(this.#allowed * MARGIN_SHARE)) return this.#ceiling;
    return Math.max(1, this.#allowed - Math.floor(this.#allowed * MARGIN_SHARE));
  }

  #leftInWindow(underWay: number): number {
    if (this.#window === undefined) return Number.POSITIVE_INFINITY;
    return this.#allowed - Math.floor(this.#allowed * MARGIN_SHARE) - this.#window.count - underWay;
  }

  /** What of the reserve the actions of the last minute have not used yet. */
  #keptForActions(): number {
    return Math.max(0, Math.floor(this.#limit() * RESERVED_SHARE) - this.#held('action'));
  }

  /** How many requests of this priority hold a place. */
  #held(wanted: Priority): number {
    let count = 0;
    for (const { priority } of this.#tickets) if (priority === wanted) count += 1;
    return count;
  }

  #underWay(): number {
    let count = 0;
    for (const ticket of this.#tickets) if (ticket.freeAt === undefined) count += 1;
    return count;
  }

  #nextFree(): Instant | undefined {
    let next: Instant | undefined;
    for (const { freeAt } of this.#tickets) {
      if (freeAt !== undefined && (next === undefined || freeAt < next)) next = freeAt;
    }
    return next;
  }

  /** Drops what is over. A clock that was set back takes everything that was promised back with it. */
  #advance(now: Instant): void {
    const back = this.#newest - now;
    if (back > 0 && Number.isFinite(back)) this.#shift(back);
    this.#newest = now;
    for (const ticket of this.#tickets) {
      if (ticket.freeAt !== undefined && ticket.freeAt <= now) this.#tickets.delete(ticket);
    }
    if (this.#window !== undefined && this.#window.endsAt <= now) this.#window = undefined;
  }

  #shift(back: Duration): void {
    for (const ticket of this.#tickets) {
      ticket.startedAt -= back;
      if (ticket.freeAt !== undefined) ticket.freeAt -= back;
    }
    this.#stoppedUntil -= back;
    this.#evidenceFrom -= back;
    if (this.#probeFrom !== undefined) this.#probeFrom -= back;
    if (this.#window !== undefined) this.#window = { ...this.#window, endsAt: this.#window.endsAt - back };
  }
}
