/** What is kept of a rollout between two sweeps, and between two processes. */
import type { KeptPolicy, Order, Rollout } from '../domain/rollout/rollout.ts';

/** Each method rejects when the store is lost. */
export interface RolloutNotes {
  read(): Promise<StoredRollout>;
  /** How far the rollout is, with the policies that it needs, that which was in force for all first. */
  save(rollout: Rollout, kept: readonly KeptPolicy[]): Promise<void>;
  /** Asks the worker for something, whoever holds the lease; in place of what was asked before. */
  order(order: Order): Promise<void>;
}

export interface StoredRollout {
  readonly rollout: Rollout;
  readonly kept: readonly KeptPolicy[];
  /** What an operator asked for last. */
  readonly order: Order | undefined;
}
