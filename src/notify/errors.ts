/** What can go wrong when a message is sent. */
import type { Duration } from '../domain/time.ts';

/** A message was not delivered. The message is a status or a code: never an address or what a library said. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  /** For how many ms the receiver asked to be left alone. */
  readonly retryAfter: Duration | undefined;

  constructor(code: string, retryAfter?: Duration) {
    super(code);
    this.retryAfter = retryAfter;
  }
}
