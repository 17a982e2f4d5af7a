/**
 * The unattended worker: one sweep at each tick, never two at a time, only while it holds the lease of the store, and
 * an orderly end. Whatever goes wrong in one sweep, the next tick tries again.
 */
import { MINUTE, SECOND, type Duration, type Instant } from '../domain/time/time.ts';
import type { SweepBegun } from '../domain/record.ts';
import type { Controller } from './sweep.ts';
import type { InForce } from './in-force.ts';
import type { LeaseStill } from './limits.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Meter, SweepReport } from '../ports/metrics.ts';
import type { Store } from '../ports/store.ts';
import { FailureLatch } from './failure-latch.ts';

/** A log-off pass may take this long when reading everyone has left hardly any time for it. */
const LATE_ROUND: Duration = 30 * SECOND;
/** No batch begins this close to the next sweep: it would run into it, and that sweep would not take place. */
const LAST_BATCH: Duration = 3 * SECOND;
/** After the time to drain, what still goes on is cut off; it then ends within this. */
const CUT_OFF: Duration = SECOND;

/** No early look begins this close to the next sweep, which would have to wait for it. */
const LAST_EARLY_LOOK: Duration = 12 * SECOND;

/** What of an enforcer the worker uses. */
export type Sweeper = Pick<Controller, 'use' | 'sweep' | 'lookEarly'>;

export interface WorkerParts {
  readonly clock: Clock;
  readonly store: Pick<Store, 'opened' | 'holdLease' | 'releaseLease' | 'noteSweep'>;
  readonly log: Log;
  readonly meter: Pick<Meter, 'sweepFailed'>;
  /** Tells this worker from every other, also from its own earlier runs. */
  readonly holder: string;
  /** What `pause` tells of this process. */
  readonly process: Pick<SweepBegun, 'command' | 'version' | 'startedAt'>;
  /** Loads everything that is remembered; called whenever the lease has been won. */
  readonly load: (inForce: InForce) => Promise<Sweeper>;
  /** Called just before each sweep, and just after it; neither may throw. */
  readonly beforeSweep?: () => void;
  readonly afterSweep?: () => void;
}

export class Worker {
  readonly #parts: WorkerParts;
  readonly #abort = new AbortController();
  #inForce: InForce;
  #enforcer: Sweeper | undefined;
  #running: Promise<SweepReport | undefined> | undefined;
  #isSweeping = false;
  /** An early look that is under way; a sweep begins only after it. */
  #early: Promise<void> | undefined;
  /** What was in force in the last sweep. */
  #swept: InForce | undefined;
  /** When the lease was renewed; `undefined` once that failed. */
  #leaseAt: Instant | undefined;
  /** When the lease was last known to be held. */
  #heldAt: Instant | undefined;
  readonly #leaseTrouble: FailureLatch;
  /** How often the store had been opened when the lease was last held. */
  #opened: number | undefined;
  #stopping = false;
  #waiting = false;
  /** The lease ran out before it was renewed, or the store was opened anew: what is remembered may be out of date. */
  #lapsed = false;

  constructor(parts: WorkerParts, inForce: InForce) {
    this.#parts = parts;
    this.#inForce = inForce;
    this.#leaseTrouble = new FailureLatch(parts.log, 'the lease of the store could not be renewed');
  }

  /** Takes up another policy from the next sweep on. */
  use(inForce: InForce): void {
    this.#inForce = inForce;
  }

  /** Whether another worker holds the store: then it speaks for both. */
  get waiting(): boolean {
    return this.#waiting;
  }

  /** Whether a sweep is under way, or an early look. */
  get busy(): boolean {
    return this.#isSweeping || this.#early !== undefined;
  }

  /**
   * Sweeps once. `nextTick` is when the next sweep is due: no further log-off begins after it. Never rejects; the answer
   * is `undefined` when no sweep was made.
   */
  async tick(nextTick?: Instant): Promise<SweepReport | undefined> {
    if (this.#stopping || this.#running !== undefined) return undefined;
    this.#running = this.#turn(nextTick);
    try {
      return await this.#running;
    } finally {
      this.#running = undefined;
      this.#parts.afterSweep?.();
    }
  }

  /**
   * Between two sweeps: carries out answers of the ladder that have fallen due since, under the lease and the policy of the sweep
   * before. Does nothing close to the next one. Never rejects.
   */
  async lookEarly(nextTick: Instant): Promise<void> {
    const { clock, log } = this.#parts;
    const enforcer = this.#enforcer;
    const isOver = (): boolean =>
      this.#stopping || this.#running !== undefined || clock.now() >= nextTick - LAST_EARLY_LOOK;
    const isOther = this.#lapsed || this.#waiting || this.#swept !== this.#inForce;
    if (enforcer === undefined || this.#early !== undefined || isOther || isOver()) return;
    const mayBegin = async (): Promise<boolean> =>
      !isOver() && (await this.#leaseStill(clock.now())) === 'held';
    const look = enforcer.lookEarly({ mayBegin, signal: this.#abort.signal });
    this.#early = look
      .catch((error: unknown) => {
        log.error({ err: error }, 'the early look failed');
      })
      .finally(() => {
        this.#early = undefined;
      });
    await this.#early;
  }

  async #turn(nextTick: Instant | undefined): Promise<SweepReport | undefined> {
    if (this.#early !== undefined) await this.#early;
    if (this.#stopping) return undefined;
    this.#parts.beforeSweep?.();
    this.#isSweeping = true;
    try {
      return await this.#sweep(nextTick);
    } catch (error) {
      this.#parts.log.error({ err: error }, 'the sweep failed');
      this.#parts.meter.sweepFailed();
      return undefined;
    } finally {
      this.#isSweeping = false;
    }
  }

  /** Begins nothing any more, waits for what is under way for at most `limit`, cuts off the rest and gives the lease back. */
  async drain(limit: Duration): Promise<void> {
    this.#stopping = true;
    const { clock, store, holder, log } = this.#parts;
    const done = new AbortController();
    const running = Promise.all([this.#running, this.#early]).finally(() => {
      done.abort();
    });
    await clock.sleep(limit, done.signal).catch(() => undefined);
    this.#abort.abort(new Error('the service is stopping'));
    if (!done.signal.aborted)
      await Promise.race([running, clock.sleep(CUT_OFF, done.signal).catch(() => undefined)]);
    await store.releaseLease(holder).catch((error: unknown) => {
      log.warn({ err: error }, 'the lease could not be given back');
    });
  }

  async #sweep(nextTick: Instant | undefined): Promise<SweepReport | undefined> {
    const lease = await this.#lease();
    if (lease === 'taken') {
      this.#enforcer = undefined;
      if (!this.#waiting)
        this.#parts.log.warn({}, 'another worker holds the store: no sweep is made while its lease lasts');
      this.#waiting = true;
      return undefined;
    }
    this.#waiting = false;
    if (lease === 'held') await this.#noteSweep();
    if (this.#lapsed) this.#enforcer = undefined;
    this.#lapsed = false;
    this.#enforcer ??= await this.#parts.load(this.#inForce);
    this.#enforcer.use(this.#inForce);
    this.#swept = this.#inForce;
    return this.#enforcer.sweep({
      mayBegin: this.#mayBegin(nextTick),
      mayRecord: () => this.#leaseStill(this.#parts.clock.now()),
      leaseFault: () => this.#leaseTrouble.why,
      signal: this.#abort.signal,
    });
  }

  /** A store that does not take it holds all action anyway; `pause` then says that no worker swept lately. */
  async #noteSweep(): Promise<void> {
    const { store, clock, holder, process } = this.#parts;
    const { longestInterval: interval } = this.#inForce;
    await store.noteSweep({ holder, ...process, sweptAt: clock.now(), interval }).catch(() => undefined);
  }

  #mayBegin(nextTick: Instant | undefined): () => Promise<boolean> {
    const { clock } = this.#parts;
    const begun = clock.now();
    let until: Instant | undefined;
    return async () => {
      if (this.#stopping) return false;
      const now = clock.now();
      until ??= nextTick === undefined ? Infinity : endOfRound(begun, now, nextTick);
      return now < until && (await this.#leaseStill(now)) === 'held';
    };
  }

  /** Reading everyone, or being suspended, may have taken longer than the lease lasts. */
  async #leaseStill(now: Instant): Promise<LeaseStill> {
    const fresh = this.#leaseAt !== undefined && now - this.#leaseAt < this.#ttl() / 3;
    const lease = fresh ? 'held' : await this.#lease();
    return this.#lapsed || lease === 'taken' ? 'lost' : lease;
  }

  /** A store that fails leaves it unknown who holds the lease: then nothing may be done. */
  async #lease(): Promise<'held' | 'taken' | 'unknown'> {
    const { store, clock, holder } = this.#parts;
    const now = clock.now();
    this.#leaseAt = undefined;
    try {
      const held = await store.holdLease(holder, now, this.#ttl());
      this.#leaseTrouble.clear();
      if (!held) return 'taken';
    } catch (error) {
      this.#leaseTrouble.fail(error);
      return 'unknown';
    }
    // Suspended, or without its store, for so long that another worker may have come and gone: what that one did stands
    // in the store alone.
    if (this.#heldAt !== undefined && now - this.#heldAt >= this.#ttl()) this.#lapsed = true;
    if (this.#opened !== undefined && this.#opened !== store.opened) this.#lapsed = true;
    this.#opened = store.opened;
    this.#leaseAt = now;
    this.#heldAt = now;
    return 'held';
  }

  #ttl(): Duration {
    return Math.max(2 * MINUTE, 3 * this.#inForce.longestInterval);
  }
}

/** Until when batches may begin, of a sweep that began at `begun` and had read everyone at `now`. */
function endOfRound(begun: Instant, now: Instant, nextTick: Instant): Instant {
  const interval = nextTick - begun;
  const last = nextTick - Math.min(LAST_BATCH, interval / 10);
  return last - now >= interval / 4 ? last : now + LATE_ROUND;
}
