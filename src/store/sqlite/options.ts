/** How a store is opened. */
import type { Duration, Instant } from '../../domain/time/time.ts';
import type { DamageLog } from '../damage.ts';
import type { Self } from '../self.ts';

/** What opening a store takes; only the clock is needed. */
export interface StoreOptions {
  /** The wall clock; dates agents' names and the name of a file that is set aside. */
  readonly now: () => Instant;
  /** Told of what had to be left out. */
  readonly log?: DamageLog;
  /** For `explain` and `report`: the file must be there, and nothing is written. */
  readonly readOnly?: boolean;
  /** For `pause` and `resume`: the file must be there, and a damaged one stays where it is. */
  readonly existing?: boolean;
  /** How long to wait for another process; 5 s unless given. While the file is opened nothing else happens in this process. */
  readonly busyTimeout?: Duration;
  /** The file may not grow beyond so many pages of 4 KiB. */
  readonly maxPages?: number;
  /** A properly closed file whose pages were all read so short a time ago is not read again; 0 unless given. */
  readonly trusted?: Duration;
  /** How the lease sees this process. */
  readonly self?: Self;
}
