/** What can go wrong with a request, made at the boundary out of facts picked one by one. */

/**
 * Who must act: `credentials` the operator, `refused` the developer, `transient` no one (try later), `late` no one (the request
 * was not sent, because what it rests on would have been too old).
 */
export type RequestFault = 'credentials' | 'refused' | 'transient' | 'late';

/** What is known of a failure besides its sentence. */
export interface FailureFacts {
  readonly correlationId?: string | undefined;
  /** HTTP status, where there was an answer. */
  readonly status?: number | undefined;
  /** Every try was turned away at the door, by a limit or by a plain no, so that surely nothing was done. */
  readonly turnedAway?: boolean | undefined;
}

/** A request that did not succeed. Its message holds no address, no header, and nothing that a library said. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly kind: RequestFault;
  readonly correlationId: string | undefined;
  readonly status: number | undefined;
  readonly turnedAway: boolean;

  constructor(kind: RequestFault, message: string, facts: FailureFacts = {}) {
    super(message);
    this.kind = kind;
    this.correlationId = facts.correlationId;
    this.status = facts.status;
    this.turnedAway = facts.turnedAway ?? false;
  }
}

/** A word of an answer that may be shown: error codes and ids, never sentences, which may name people. */
export function plainWord(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w.:-]{1,80}$/.test(value) ? value : undefined;
}

/** Which kind of fault a status of an API stands for. */
export function kindOfStatus(status: number): 'credentials' | 'forbidden' | 'gone' | 'transient' | 'refused' {
  if (status === 401) return 'credentials';
  if (status === 403) return 'forbidden';
  if (status === 404 || status === 410) return 'gone';
  return isTransientStatus(status) ? 'transient' : 'refused';
}

/** Statuses after which the same request may succeed later. */
export function isTransientStatus(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505);
}
