/** What is kept of a rollout between two sweeps, and between two processes. */
import type { KeptPolicy, Order, Rollout } from '../domain/rollout/rollout.ts';
import type { Instant } from '../domain/time/time.ts';

/** Each method rejects when the store is lost. */
export interface RolloutNotes {
  read(): Promise<StoredRollout>;
  /**
   * How far the rollout is, with the policies that it needs, that which was in force for all first. `told` is what is to be put on record of
   * that and is not yet: a process that ends before that leaves it to the next one.
   */
  save(rollout: Rollout, kept: readonly KeptPolicy[], told: readonly Told[]): Promise<void>;
  /** Asks the worker for something, whoever holds the lease; in place of what was asked before. */
  order(order: Order): Promise<void>;
}

/** What the record tells of a rollout. */
export interface Told {
  readonly at: Instant;
  readonly reason: string;
  /** Who asked for it. */
  readonly by?: string | undefined;
}

export interface StoredRollout {
  readonly rollout: Rollout;
  readonly kept: readonly KeptPolicy[];
  /** What was to be put on record with that. */
  readonly told: readonly Told[];
  /** What an operator asked for last. */
  readonly order: Order | undefined;
}
