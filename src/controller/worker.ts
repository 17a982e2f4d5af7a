/**
 * The unattended worker: one sweep at each tick, never two at a time, only while it holds the lease of the store, and
 * an orderly end. Whatever goes wrong in one sweep, the next tick tries again.
 */
import { SECOND, type Duration, type Instant } from '../domain/time/time.ts';
import type { SweepBegun } from '../domain/record.ts';
import type { Controller } from './sweep.ts';
import type { InForce } from './in-force.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { LeaseLost } from './limits.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Meter, SweepReport } from '../ports/metrics.ts';
import type { Store } from '../ports/store.ts';

/** A log-off pass may take this long when reading everyone has left hardly any time for it. */
const LATE_ROUND: Duration = 30 * SECOND;
/** No batch begins this close to the next sweep, nor goes evidence on: it would run into it, and that sweep would not take place. */
const LAST_BATCH: Duration = 3 * SECOND;
/** After the time to drain, what still goes on is cut off; it then ends within this. */
const CUT_OFF: Duration = SECOND;
/** A store that does not answer is not waited for any longer to take the lease back: it ends by itself. */
const GIVE_BACK: Duration = SECOND;

/** No early look begins this close to the next sweep, which would have to wait for it. */
const LAST_EARLY_LOOK: Duration = 12 * SECOND;

/** What of an enforcer the worker uses. */
export type Sweeper = Pick<Controller, 'use' | 'sweep' | 'lookEarly'>;

export interface WorkerParts {
  readonly clock: Clock;
  readonly store: Pick<Store, 'opened' | 'lease' | 'holdLease' | 'releaseLease' | 'noteSweep'>;
  readonly log: Log;
  readonly meter: Pick<Meter, 'sweepFailed'>;
  /** Tells this worker from every other, also from its own earlier runs. */
  readonly holder: string;
  /** What `pause` tells of this process. */
  readonly process: Pick<SweepBegun, 'command' | 'version' | 'startedAt'>;
  /**
   * Loads everything that is remembered; called whenever the lease has been won. `isAfterAnother`: what was read of the store before may be
   * old. `isOver`: what is loaded now is worth nothing any more, and may not be written.
   */
  readonly load: (inForce: InForce, isAfterAnother: boolean, isOver: () => boolean) => Promise<Sweeper>;
  /** Called just before each sweep, and just after it; neither may throw. */
  readonly beforeSweep?: () => void;
  readonly afterSweep?: () => void;
  /** How long a lease that is free is left to other workers; none of it unless given. */
  readonly patience?: () => Duration;
  /** The lease was taken after another worker may have held it: a sweep is due at once. */
  readonly onTaken?: () => void;
}

export class Worker {
  readonly #parts: WorkerParts;
  #abort = new AbortController();
  #inForce: InForce;
  #enforcer: Sweeper | undefined;
  #running: Promise<SweepReport | undefined> | undefined;
  #isSweeping = false;
  /** An early look that is under way; a sweep begins only after it. */
  #early: Promise<void> | undefined;
  /** What was in force in the last sweep, and in which term of the lease it was made. */
  #swept: { readonly inForce: InForce; readonly term: number } | undefined;
  readonly #keeper: LeaseKeeper;
  /** Under which holding the enforcer was loaded. */
  #loadedOn: string | undefined;
  /** Under which one the last sweep began. */
  #begunOn: string | undefined;
  #stopping = false;
  #isHandingOver = false;
  #isTold = false;
  /** Another worker may have written the store since this one was made. */
  #isAfterAnother = false;

  constructor(parts: WorkerParts, inForce: InForce) {
    this.#parts = parts;
    this.#inForce = inForce;
    this.#keeper = new LeaseKeeper({
      ...parts,
      longestRequest: () => this.#inForce.longestRequest ?? 0,
      onTaken: () => {
        this.#taken();
      },
      onRefused: () => {
        this.#refused();
      },
    });
  }

  /** Takes up another policy from the next sweep on. */
  use(inForce: InForce): void {
    this.#inForce = inForce;
  }

  /** Whether another worker holds the store: then it speaks for both. */
  get waiting(): boolean {
    return this.#keeper.waiting;
  }

  /** The lease as this worker knows it: `unknown` while the store does not answer. Without an epoch it was never held. */
  get lease(): { readonly standing: 'held' | 'standby' | 'unknown'; readonly epoch: number | undefined } {
    const { waiting, isHeld, epoch, fault } = this.#keeper;
    const isSure = fault === undefined;
    return { standing: isHeld ? 'held' : waiting && isSure ? 'standby' : 'unknown', epoch };
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
    if (this.#isEnding || this.#running !== undefined) return undefined;
    this.#running = this.#turn(nextTick);
    try {
      return await this.#running;
    } finally {
      this.#running = undefined;
      this.#parts.afterSweep?.();
      if (this.#isTakenAnew()) this.#parts.onTaken?.();
    }
  }

  /** The lease was lost and taken again while a sweep was under way: under this holding none has begun. */
  #isTakenAnew(): boolean {
    return !this.#isEnding && this.#keeper.isHeld && this.#keeper.ground !== this.#begunOn;
  }

  /**
   * Between two sweeps: carries out answers of the ladder that have fallen due since, under the lease and the policy of the sweep
   * before. Does nothing close to the next one. Never rejects.
   */
  async lookEarly(nextTick: Instant): Promise<void> {
    const { clock, log } = this.#parts;
    const enforcer = this.#enforcer;
    const isOver = (): boolean =>
      this.#isEnding || this.#running !== undefined || clock.now() >= nextTick - LAST_EARLY_LOOK;
    const keeper = this.#keeper;
    const swept = this.#swept;
    const isOther = swept?.inForce !== this.#inForce || this.#loadedOn !== keeper.ground;
    if (enforcer === undefined || swept === undefined || this.#early !== undefined || isOther || isOver())
      return;
    const mayBegin = async (): Promise<boolean> =>
      !isOver() && keeper.mayAct && (await keeper.stillIn(swept.term)) === 'held';
    const actSignal = AbortSignal.any([this.#abort.signal, keeper.signal]);
    const look = enforcer.lookEarly({ mayBegin, signal: this.#abort.signal, actSignal });
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
    if (this.#isEnding) return undefined;
    this.#parts.beforeSweep?.();
    this.#isSweeping = true;
    try {
      return await this.#sweep(nextTick);
    } catch (error) {
      if (error instanceof LeaseLost) this.#enforcer = undefined;
      this.#parts.log.error({ err: error }, 'the sweep failed');
      this.#parts.meter.sweepFailed();
      return undefined;
    } finally {
      this.#isSweeping = false;
    }
  }

  /** Lets go of everything as a machine does that is switched off: the lease ends by itself. */
  end(): void {
    this.#stopping = true;
    this.#keeper.stop();
  }

  /** Begins nothing any more, waits for what is under way for at most `limit`, cuts off the rest and gives the lease back. */
  async drain(limit: Duration): Promise<void> {
    this.#stopping = true;
    const isCutOff = await this.#windDown(limit, 'the service is stopping');
    await this.#givenBack(this.#keeper.release(isCutOff)).catch((error: unknown) => {
      this.#parts.log.warn({ err: error }, 'the lease could not be given back');
    });
  }

  /** Ends what is under way like `drain`, leaves the lease to another worker, and waits for it from then on. Never rejects. */
  async handOver(limit: Duration): Promise<void> {
    if (this.#isEnding || !this.#keeper.isHeld) return;
    const { log } = this.#parts;
    this.#isHandingOver = true;
    const isCutOff = await this.#windDown(limit, 'the organisation is handed over');
    this.#enforcer = undefined;
    try {
      await this.#givenBack(this.#keeper.handOver(isCutOff));
      log.info({ epoch: this.#keeper.epoch }, 'the lease was left to another worker: this one waits');
    } catch (error) {
      log.warn({ err: error }, 'the lease could not be given back');
    }
    this.#abort = new AbortController();
    this.#isHandingOver = false;
  }

  /** Whether nothing may begin, because the worker stops or waits from now on. */
  get #isEnding(): boolean {
    return this.#stopping || this.#isHandingOver;
  }

  /** Waits for what is under way, and cuts it off where it does not end. Answers whether it was cut off. */
  async #windDown(limit: Duration, why: string): Promise<boolean> {
    const { clock } = this.#parts;
    const done = new AbortController();
    const running = Promise.all([this.#running, this.#early]).finally(() => {
      done.abort();
    });
    await clock.sleep(limit, done.signal).catch(() => undefined);
    this.#abort.abort(new Error(why));
    const isCutOff = !done.signal.aborted;
    if (isCutOff) await Promise.race([running, clock.sleep(CUT_OFF, done.signal).catch(() => undefined)]);
    return isCutOff;
  }

  /** A store that hangs is not waited for; the lease then runs out. */
  async #givenBack(given: Promise<void>): Promise<void> {
    const done = new AbortController();
    const ended = given.finally(() => {
      done.abort();
    });
    await Promise.race([ended, this.#parts.clock.sleep(GIVE_BACK, done.signal).catch(() => undefined)]);
    if (!done.signal.aborted) throw new Error('the store does not answer');
  }

  async #sweep(nextTick: Instant | undefined): Promise<SweepReport | undefined> {
    const keeper = this.#keeper;
    keeper.start();
    const wasWaiting = keeper.waiting;
    const lease = await keeper.ask();
    this.#begunOn = keeper.ground;
    // While it cannot be known who holds the lease, one who waited for it goes on waiting.
    if (lease === 'taken' || (lease === 'unknown' && wasWaiting)) return undefined;
    if (lease === 'held') {
      this.#isTold = false;
      await this.#noteSweep();
    }
    const { ground, term } = keeper;
    if (this.#loadedOn !== ground && lease === 'held') this.#enforcer = undefined;
    if (this.#enforcer === undefined) {
      const isOver = (): boolean => keeper.ground !== ground;
      this.#enforcer = await this.#parts.load(this.#inForce, this.#isAfterAnother, isOver);
      this.#isAfterAnother = true;
      this.#loadedOn = ground;
    }
    const enforcer = this.#enforcer;
    enforcer.use(this.#inForce);
    this.#swept = { inForce: this.#inForce, term };
    return await enforcer.sweep({
      mayBegin: this.#mayBegin(nextTick, term),
      mayRecord: () => keeper.stillIn(term),
      mayAct: () => keeper.mayAct,
      leaseFault: () => keeper.fault,
      rest: () => this.#rest(nextTick),
      signal: this.#abort.signal,
      actSignal: AbortSignal.any([this.#abort.signal, keeper.signal]),
    });
  }

  /** A store that does not take it holds all action anyway; `pause` then says that no worker swept lately. */
  async #noteSweep(): Promise<void> {
    const { store, clock, holder, process } = this.#parts;
    const { longestInterval: interval } = this.#inForce;
    await store.noteSweep({ holder, ...process, sweptAt: clock.now(), interval }).catch(() => undefined);
  }

  #mayBegin(nextTick: Instant | undefined, term: number): () => Promise<boolean> {
    const { clock } = this.#parts;
    const begun = clock.now();
    let until: Instant | undefined;
    return async () => {
      if (this.#isEnding) return false;
      const now = clock.now();
      until ??= nextTick === undefined ? Infinity : endOfRound(begun, now, nextTick);
      return now < until && this.#keeper.mayAct && (await this.#keeper.stillIn(term)) === 'held';
    };
  }

  /** How long what need not be in this sweep may take. A tick that is over has been left out: then it is the one after it that counts. */
  #rest(nextTick: Instant | undefined): Duration {
    if (nextTick === undefined) return Infinity;
    const now = this.#parts.clock.now();
    const interval = this.#inForce.longestInterval;
    const missed = Math.max(0, Math.ceil((now - nextTick) / interval));
    return Math.max(0, nextTick + missed * interval - Math.min(LAST_BATCH, interval / 10) - now);
  }

  /** Another worker has the lease: what is remembered here is worth nothing from now on. */
  #refused(): void {
    this.#enforcer = undefined;
    this.#isAfterAnother = true;
    if (!this.#isTold)
      this.#parts.log.warn({}, 'another worker holds the store: no sweep is made while its lease lasts');
    this.#isTold = true;
  }

  #taken(): void {
    const { log, onTaken } = this.#parts;
    log.info(
      { epoch: this.#keeper.epoch },
      'the lease of the store was taken: this worker sweeps from now on',
    );
    onTaken?.();
  }
}

/** Until when batches may begin, of a sweep that began at `begun` and had read everyone at `now`. */
function endOfRound(begun: Instant, now: Instant, nextTick: Instant): Instant {
  const interval = nextTick - begun;
  const last = nextTick - Math.min(LAST_BATCH, interval / 10);
  return last - now >= interval / 4 ? last : now + LATE_ROUND;
}
