/** What can go wrong when a message is sent. */
import type { Duration } from '../domain/time/time.ts';

/** What is known of a failure besides its code. */
export interface DeliveryFacts {
  /** For how many ms the receiver asked to be left alone. */
  readonly retryAfter?: Duration | undefined;
  /** The receiver is well, but would not have this one message. */
  readonly unwanted?: boolean;
}

/** A message was not delivered. The message is a status or a code: never an address or what a library said. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  readonly retryAfter: Duration | undefined;
  readonly unwanted: boolean;

  constructor(code: string, { retryAfter, unwanted = false }: DeliveryFacts = {}) {
    super(code);
    this.retryAfter = retryAfter;
    this.unwanted = unwanted;
  }
}
