/** What the contract has to know of a kind of store: how one is opened. */
import type { Duration, Instant } from '../../../src/domain/time/time.ts';
import type { Store } from '../../../src/ports/store.ts';

/** Where one store of a kind is kept. Empty at first. */
export interface StorePlace {
  /**
   * Opens the store that is kept here, each time as another process would: what one has written the others see. `now` dates
   * what the store dates by itself.
   */
  open(now?: () => Instant): Promise<Store>;
  /** Opens a store by another name in the same place. A place for one store has no other: what is kept there is that store. */
  beside(): Promise<Store>;
  /** What a worker's clock shows. */
  now(): Instant;
  /** By how much the store's clock may be off from one question to the next. */
  readonly slack: Duration;
  /** Lets so much time pass, for that clock and for the one that the store goes by. */
  pass(length: Duration): Promise<void>;
  /** Closes all that was opened, and takes away what is kept. */
  remove(): Promise<void>;
}

/** Makes an empty place. */
export type MakePlace = () => Promise<StorePlace>;

/** Opens the store of the running test. */
export type Open = StorePlace['open'];

/** All that comes page by page, in one list. */
export async function inOne<T>(pages: AsyncIterable<readonly T[]>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const page of pages) all.push(...page);
  return all;
}

/** What fails while it is read, as an entry does that cannot be written. */
export class Unwritable extends Error {}
