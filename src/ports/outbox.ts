/** Messages that wait to be delivered. */
import { HOUR, type Duration, type Instant } from '../domain/time/time.ts';

/** No message is put off for longer. One that would wait longer was put off by a clock that ran ahead, and is due at once. */
export const LONGEST_DELAY: Duration = HOUR;

/** A message that waits to be delivered through one channel. Holds the channel's name, not its address. */
export interface Waiting {
  readonly id: string;
  readonly channel: string;
  /** Two that wait for one channel with the same key are the same news. */
  readonly key: string;
  readonly at: Instant;
  /** Not to be tried before. */
  readonly nextAt: Instant;
  readonly body: string;
}

/** A message whose time to be tried has come. */
export interface DueMessage extends Waiting {
  /** How often it was tried in vain. */
  readonly tries: number;
}

/** Keeps messages until they are delivered. Any method may reject when the store is lost. */
export interface Outbox {
  /** Adds what does not wait already; beyond `most` the oldest go. Answers how many went. */
  add(messages: readonly Waiting[], most: number): Promise<number>;
  /** What may be tried at `now`, oldest first. */
  due(now: Instant, limit: number): Promise<readonly DueMessage[]>;
  /** Delivered, or given up. */
  done(ids: readonly string[]): Promise<void>;
  /** Tried in vain: not again before `nextAt`. */
  failed(ids: readonly string[], nextAt: Instant): Promise<void>;
}
