/**
 * The lease of the one worker that may act: taken, renewed by a timer of its own, and never believed for longer than it lasts. A worker
 * that was frozen finds out by its own clocks before it does anything.
 */
import { SECOND, type Duration, type Instant } from '../domain/time/time.ts';
import type { LeaseGrant } from '../domain/record.ts';
import { uptimeOf, type Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';
import { FailureLatch } from './failure-latch.ts';
import type { LeaseStill } from './limits.ts';

/** How long a lease lasts, and how often it is renewed. */
export const LEASE: Duration = 30 * SECOND;
const RENEWAL: Duration = 10 * SECOND;
/** How often it is looked at: whether it is to be renewed, is about to end, or, by one who waits for it, is free. */
const BEAT: Duration = 2 * SECOND;
/** Nothing is under way any more so shortly before its end: clocks do not run alike. */
const MARGIN: Duration = 2 * SECOND;
/** A lease that was handed over is left to other workers for so long; if none takes it, it must not stay free. */
const LEFT_TO_OTHERS: Duration = 10 * SECOND;

export interface LeaseKeeperParts {
  readonly clock: Clock;
  readonly store: Pick<Store, 'opened' | 'lease' | 'holdLease' | 'releaseLease'>;
  readonly log: Log;
  readonly holder: string;
  /** How long one request to the platform may be under way. */
  readonly longestRequest: () => Duration;
  /** How long a lease that is free is left to other workers; none of it unless given. */
  readonly patience?: () => Duration;
  /** The lease was taken by the timer, after it was another's. */
  readonly onTaken: () => void;
  /** Another has the lease. */
  readonly onRefused: () => void;
}

/** A moment by both clocks: one may be set, the other may stand still while the machine is suspended. */
interface Moment {
  readonly now: Instant;
  readonly uptime: Duration;
}

/** What is known of the lease. Mutable. */
export class LeaseKeeper {
  readonly #parts: LeaseKeeperParts;
  readonly #trouble: FailureLatch;
  /** When what stands in the store was asked for; `undefined` while another has the lease, or nobody. */
  #renewedAt: Moment | undefined;
  /** The last asking failed. */
  #isUnsure = false;
  #epoch: number | undefined;
  /** By the clock that nobody sets. */
  #mayActFrom: Duration | undefined;
  #asking: Promise<'held' | 'taken' | 'unknown'> | undefined;
  #opened: number | undefined;
  #holding = new AbortController();
  /** Counts the times without an end, in which the lease was held and known to be. */
  #term = 0;
  #isWaiting = false;
  /** Since when the lease has been seen free, and until when it is left to others after it was handed over: by the clock that nobody sets. */
  #freeSince: Duration | undefined;
  #leftUntil: Duration = -Infinity;
  #stopTimer: (() => void) | undefined;

  constructor(parts: LeaseKeeperParts) {
    this.#parts = parts;
    this.#trouble = new FailureLatch(parts.log, 'the lease of the store could not be renewed');
  }

  /** Why the holder is unknown, in one sentence; `undefined` while it is known. */
  get fault(): string | undefined {
    return this.#trouble.why;
  }

  /** Whether another has the lease. */
  get waiting(): boolean {
    return this.#isWaiting;
  }

  /** Which holding this is; `undefined` before the first. */
  get epoch(): number | undefined {
    return this.#epoch;
  }

  /** Whether the lease is held, as far as can be known without asking. */
  get isHeld(): boolean {
    return this.#renewedAt !== undefined && this.#left() > 0;
  }

  /** Rises with each end of a holding, and with each new epoch: what began before may rest on what another worker has written since. */
  get term(): number {
    return this.#term;
  }

  /** What stands behind what is remembered: with any of it changed, another may have written the store. */
  get ground(): string | undefined {
    return this.#epoch === undefined ? undefined : `${this.#epoch} ${this.#opened ?? 0}`;
  }

  /** Aborted once the lease is about to end, or has been lost. */
  get signal(): AbortSignal {
    return this.#holding.signal;
  }

  /** Whether requests of a holder that did not give the lease back are over. */
  get mayAct(): boolean {
    return this.#mayActFrom === undefined || this.#moment().uptime >= this.#mayActFrom;
  }

  /** Looks after the lease from now on, where the clock has a timer. May be called again. */
  start(): void {
    this.#stopTimer ??= this.#parts.clock.every?.(BEAT, () => {
      this.#beat();
    });
  }

  /** Looks after it no more; it then ends by itself. */
  stop(): void {
    this.#stopTimer?.();
    this.#stopTimer = () => undefined;
  }

  /**
   * Ends this holding and gives the lease back. `isCutOff`: requests may be on their way to the platform, and the next holder waits
   * until they are over. Rejects when the store is lost.
   */
  async release(isCutOff: boolean): Promise<void> {
    this.stop();
    this.#end('the lease was given back');
    // A renewal that is on its way would take it again.
    await this.#asking;
    const { store, holder, longestRequest } = this.#parts;
    await store.releaseLease(holder, isCutOff ? longestRequest() : 0);
  }

  /**
   * Ends this holding, gives the lease to any other worker that waits for it, and waits from now on. Rejects when the store is lost; the
   * lease then runs out.
   */
  async handOver(isCutOff: boolean): Promise<void> {
    // A renewal that is on its way would take it again.
    await this.#asking;
    this.#end('the lease was handed over');
    this.#renewedAt = undefined;
    this.#isWaiting = true;
    this.#leftUntil = this.#moment().uptime + LEFT_TO_OTHERS;
    const { store, holder, longestRequest } = this.#parts;
    const given = store.releaseLease(holder, isCutOff ? longestRequest() : 0);
    // Until it is given back, nothing is asked.
    this.#asking = given
      .then(
        () => 'taken' as const,
        () => 'unknown' as const,
      )
      .finally(() => {
        this.#asking = undefined;
      });
    await given;
  }

  /** Whether the lease is held; asks only where it was renewed long ago. A store that fails leaves that unknown. */
  async still(): Promise<'held' | 'taken' | 'unknown'> {
    if (!this.#isUnsure && this.isHeld && this.#age() < RENEWAL) return 'held';
    return await this.ask();
  }

  /** The same of a term that has begun: what was lost in between stays lost. */
  async stillIn(term: number): Promise<LeaseStill> {
    const lease = await this.still();
    return lease === 'taken' || this.#term !== term ? 'lost' : lease;
  }

  /** Takes or renews the lease. Never rejects. A store that hangs is asked one question at a time. */
  async ask(): Promise<'held' | 'taken' | 'unknown'> {
    const before = await this.#asking;
    // What was asked a while ago may have been granted for a time that is over.
    if (before === 'held') return before;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return await this.#asking;
  }

  async #ask(isSecond = false): Promise<'held' | 'taken' | 'unknown'> {
    const { store, holder, longestRequest } = this.#parts;
    this.#endIfOver();
    const asked = this.#moment();
    try {
      if (await this.#leavesToOthers()) {
        this.#isWaiting = true;
        return 'taken';
      }
      const grant = await store.holdLease(holder, asked.now, LEASE, longestRequest());
      this.#trouble.clear();
      this.#isUnsure = false;
      if (grant === undefined) return this.#refused();
      this.#granted(grant, asked);
      if (this.isHeld) return 'held';
      // The answer came so late that the lease is over. As the store answers now, it is asked once more.
      return isSecond ? 'unknown' : await this.#ask(true);
    } catch (error) {
      this.#isUnsure = true;
      this.#trouble.fail(error);
      return 'unknown';
    }
  }

  /** Whether the lease is free, and is to stay so for other workers a little longer. */
  async #leavesToOthers(): Promise<boolean> {
    const { store, clock, patience } = this.#parts;
    const { uptime } = this.#moment();
    const left = patience?.() ?? 0;
    if (this.#renewedAt !== undefined || (left === 0 && uptime >= this.#leftUntil)) return false;
    const lease = await store.lease();
    if (lease !== undefined && lease.until > clock.now()) {
      this.#freeSince = undefined;
      return false;
    }
    this.#freeSince ??= uptime;
    return uptime < Math.max(this.#freeSince + left, this.#leftUntil);
  }

  #granted({ epoch, actsAfter }: LeaseGrant, asked: Moment): void {
    const { opened } = this.#parts.store;
    if (epoch !== this.#epoch || opened !== this.#opened) {
      this.#end('the lease was lost');
      // What began after the holding had ended, in the hope that no other worker took it, is over as well.
      this.#term += 1;
    }
    this.#epoch = epoch;
    this.#opened = opened;
    this.#isWaiting = false;
    this.#renewedAt = asked;
    this.#freeSince = undefined;
    this.#mayActFrom = actsAfter > 0 ? asked.uptime + actsAfter : undefined;
    if (this.#holding.signal.aborted && this.#left() > 0) this.#holding = new AbortController();
  }

  #refused(): 'taken' {
    this.#end('another worker holds the lease');
    this.#renewedAt = undefined;
    this.#isWaiting = true;
    this.#parts.onRefused();
    return 'taken';
  }

  #beat(): void {
    this.#endIfOver();
    if (this.#asking !== undefined) return;
    if (this.#isWaiting) {
      void this.ask().then((lease) => {
        if (lease === 'held') this.#parts.onTaken();
      });
    } else if (this.#renewedAt !== undefined && (this.#isUnsure || this.#age() >= RENEWAL)) void this.ask();
  }

  #endIfOver(): void {
    if (this.#renewedAt !== undefined && this.#left() <= 0) this.#end('the lease has run out');
  }

  #end(why: string): void {
    if (this.#holding.signal.aborted) return;
    this.#holding.abort(new Error(why));
    this.#term += 1;
  }

  /** How long the lease may be believed to last. */
  #left(): Duration {
    return LEASE - MARGIN - this.#age();
  }

  #age(): Duration {
    return this.#renewedAt === undefined ? Infinity : this.#since(this.#renewedAt);
  }

  /** The longer of what the two clocks tell. */
  #since(at: Moment): Duration {
    const { now, uptime } = this.#moment();
    return Math.max(now - at.now, uptime - at.uptime);
  }

  #moment(): Moment {
    const { clock } = this.#parts;
    return { now: clock.now(), uptime: uptimeOf(clock) };
  }
}
