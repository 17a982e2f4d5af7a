/** Whether the listing of users by cursor is used; known to all who list users over one connection. */
import { HOUR, type Duration, type Instant } from '../../domain/time/time.ts';
import type { PlatformError } from '../http/errors.ts';

/** After so long the cursor listing is tried again. */
export const FORGET_AFTER: Duration = HOUR;

export class CursorOffer {
  readonly #warn: (message: string, fields: object) => void;
  #closedAt: Instant | undefined;
  #told = false;

  constructor(warn: (message: string, fields: object) => void) {
    this.#warn = warn;
  }

  isOpen(now: Instant): boolean {
    if (isOver(this.#closedAt, now)) this.#closedAt = undefined;
    return this.#closedAt === undefined;
  }

  /** The platform does not offer it to us. Said once: the next refusal, an hour later, is no news. */
  refused({ status, code }: PlatformError, now: Instant): void {
    this.#close('users are listed by page number, because the platform refuses the listing by cursor', now, {
      status,
      code,
    });
  }

  /** It did not come to its end, and the listing by page number did. */
  unfit(fault: string, now: Instant): void {
    this.#close('users are listed by page number, because the listing by cursor does not end well', now, {
      fault,
    });
  }

  /** It works again: should it be refused once more, that is worth a word. */
  worked(): void {
    this.#told = false;
  }

  #close(message: string, now: Instant, fields: object): void {
    this.#closedAt = now;
    if (this.#told) return;
    this.#told = true;
    this.#warn(message, { operation: 'getUsersQuery', ...fields });
  }
}

/** Whether something that was learnt then need not be believed any more. */
export function isOver(since: Instant | undefined, now: Instant): boolean {
  return since !== undefined && Math.abs(now - since) >= FORGET_AFTER;
}
