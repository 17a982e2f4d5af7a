/** What can go wrong between here and an identity provider, made at the boundary out of facts picked one by one. */
import type { IdentityFault, IdentityFaultKind } from '../ports/identity.ts';

/** A request to an identity provider that did not succeed. */
export class IdentityError extends Error {
  override readonly name = 'IdentityError';
  readonly kind: IdentityFaultKind;
  readonly correlationId: string | undefined;
  /** HTTP status, where there was an answer. */
  readonly status: number | undefined;
  /** Every try was turned away at the door, by a limit or by a plain no, so that surely nothing was done. */
  readonly turnedAway: boolean;

  constructor(
    kind: IdentityFaultKind,
    message: string,
    facts: { correlationId?: string | undefined; status?: number; turnedAway?: boolean } = {},
  ) {
    super(message);
    this.turnedAway = facts.turnedAway ?? false;
    this.kind = kind;
    this.correlationId = facts.correlationId;
    this.status = facts.status;
  }
}

/** Any error as a fault. A library's own message never travels inward: it may hold tokens. */
export function faultOf(error: unknown, signal: AbortSignal): IdentityFault {
  if (error instanceof IdentityError) {
    const { kind, message, correlationId } = error;
    return { kind, message, correlationId };
  }
  const aborted = signal.aborted;
  return {
    kind: aborted ? 'transient' : 'refused',
    message: aborted ? 'stopped before it was done' : 'failed unexpectedly',
    correlationId: undefined,
  };
}

/** A word of a provider's answer that may be shown: error codes and ids, never sentences, which may name people. */
export function plainWord(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w.:-]{1,80}$/.test(value) ? value : undefined;
}

/** Which kind of fault a status of an API stands for. */
export function kindOfStatus(status: number): IdentityFaultKind {
  if (status === 401) return 'credentials';
  if (status === 403) return 'forbidden';
  if (status === 404 || status === 410) return 'gone';
  return isTransientStatus(status) ? 'transient' : 'refused';
}

/** Statuses after which the same request may succeed later. */
export function isTransientStatus(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505);
}
