/** The replicas that share a database, as the database knows them. */
import type { Replica } from '../domain/spread.ts';
import type { Duration } from '../domain/time/time.ts';

/** Another replica, and how long ago it said that it lives. */
export interface HeardReplica extends Replica {
  readonly ago: Duration;
}

/** All methods reject with `StoreError` when the database is lost. */
export interface ReplicasPort {
  /** Says that this replica lives and what it holds, and answers which others have said so lately. */
  beat(own: Replica): Promise<readonly HeardReplica[]>;
  /** Claims the one move that all replicas together may make in a minute. */
  claimMove(): Promise<boolean>;
  /** This replica ends: the others need not wait until it is missed. */
  leave(id: string): Promise<void>;
  /** May be called again. */
  close(): Promise<void>;
}
