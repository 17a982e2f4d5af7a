/**
 * This process as one of several that share the organisations of a fleet: it tells the others what it holds, and hands organisations over
 * where it holds too many. What is decided stands in `domain/spread.ts`.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Worker } from '../../controller/worker.ts';
import { FailureLatch } from '../../controller/failure-latch.ts';
import { patienceOf, toHandOver, type Replica } from '../../domain/spread.ts';
import { SECOND, type Duration } from '../../domain/time/time.ts';
import { uptimeOf, type Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { HeardReplica, ReplicasPort } from '../../ports/replicas.ts';
import type { SharedDatabase } from '../../store/open.ts';
import { DRAIN } from './worker.ts';

/** How often it tells the others. */
const BEAT: Duration = 10 * SECOND;
/** A replica that has said nothing for so long is gone. Its leases run out later, so that none of them is left to it. */
const MISSED: Duration = 20 * SECOND;
/** At the end a database is given so long to take note of it. */
const LEAVE_WITHIN: Duration = SECOND;

/** An organisation of this process; without a worker it cannot be held. */
export interface Shared {
  readonly name: string;
  readonly worker: Pick<Worker, 'lease' | 'busy' | 'handOver'> | undefined;
}

export interface SpreadParts {
  /** Tells this process from every other, also from its own earlier runs. */
  readonly id: string;
  /** Asked for until it answers. */
  readonly open: () => Promise<ReplicasPort>;
  readonly clock: Clock;
  readonly log: Log;
  readonly organisations: () => readonly Shared[];
}

/** Mutable. */
export class Spread {
  readonly #parts: SpreadParts;
  readonly #trouble: FailureLatch;
  #replicas: ReplicasPort | undefined;
  #others: readonly HeardReplica[] = [];
  #heardAt: Duration = -Infinity;
  #beating: Promise<void> | undefined;
  /** An organisation is being handed over. */
  #isMoving = false;
  #isOver = false;
  #stopTimer: (() => void) | undefined;

  constructor(parts: SpreadParts) {
    this.#parts = parts;
    this.#trouble = new FailureLatch(parts.log, 'the other replicas are not known: no organisation is moved');
  }

  /** Hears of the others, and goes on to do so. Never rejects. */
  async start(): Promise<void> {
    await this.beat();
    if (this.#isOver) return;
    this.#stopTimer = this.#parts.clock.every?.(BEAT, () => {
      void this.beat();
    });
  }

  /** How long this organisation, when it is free, is left to the others. */
  patience(organisation: string): Duration {
    return patienceOf({ own: this.#own(), others: this.#living() }, organisation);
  }

  /** This replica and the others that live, for `/status`. */
  told(): readonly { readonly replica: string; readonly holds: readonly string[] }[] {
    return [this.#own(), ...this.#living()].map(({ id, held }) => ({ replica: id, holds: [...held].sort() }));
  }

  /** Tells and hears once, and hands over what is too many. Never rejects. */
  beat(): Promise<void> {
    this.#beating ??= this.#beat()
      .then(() => {
        this.#trouble.clear();
      })
      .catch((error: unknown) => {
        this.#trouble.fail(error);
      })
      .finally(() => {
        this.#beating = undefined;
      });
    return this.#beating;
  }

  /** This process ends: the others share what it held. Never rejects; a database that hangs is not waited for. */
  async stop(): Promise<void> {
    this.#isOver = true;
    this.#stopTimer?.();
    const left = new AbortController();
    void this.#leave().finally(() => {
      left.abort();
    });
    await this.#parts.clock.sleep(LEAVE_WITHIN, left.signal).catch(() => undefined);
  }

  async #leave(): Promise<void> {
    // What it has under way says that it lives.
    await this.#beating;
    await this.#replicas?.leave(this.#parts.id).catch(() => undefined);
    await this.#replicas?.close().catch(() => undefined);
  }

  async #beat(): Promise<void> {
    const { open, log, organisations } = this.#parts;
    const replicas = (this.#replicas ??= await open());
    const others = await replicas.beat(this.#own());
    if (this.#isOver) return;
    this.#others = others;
    this.#heardAt = uptimeOf(this.#parts.clock);
    const all = organisations();
    const busy = new Set(all.filter(({ worker }) => worker?.busy === true).map(({ name }) => name));
    const name = toHandOver({ own: this.#own(), others: this.#living() }, busy);
    const worker = all.find((each) => each.name === name)?.worker;
    if (worker === undefined || this.#isMoving || !(await replicas.claimMove())) return;
    log.info(
      { organisation: name, replicas: others.length + 1 },
      'the organisation moves to another replica',
    );
    this.#isMoving = true;
    // Ending what is under way takes longer than the others wait for a word.
    void worker.handOver(DRAIN).finally(() => {
      this.#isMoving = false;
    });
  }

  #own(): Replica {
    const able = this.#parts.organisations().filter(({ worker }) => worker !== undefined);
    const held = able.filter(({ worker }) => worker?.lease.standing === 'held');
    const names = (of: readonly Shared[]): ReadonlySet<string> => new Set(of.map(({ name }) => name));
    return { id: this.#parts.id, able: names(able), held: names(held) };
  }

  #living(): readonly Replica[] {
    const since = uptimeOf(this.#parts.clock) - this.#heardAt;
    return this.#others.filter(({ ago }) => ago + since < MISSED);
  }
}

/** This process among those that share its database; `undefined` without one. */
export function spreadOf(
  database: Pick<SharedDatabase, 'replicas'> | undefined,
  { clock, log }: Pick<SpreadParts, 'clock' | 'log'>,
  organisations: SpreadParts['organisations'],
): Spread | undefined {
  if (database === undefined) return undefined;
  const id = `${hostname()}/${randomUUID().slice(0, 8)}`;
  return new Spread({ id, clock, log, organisations, open: () => database.replicas() });
}
