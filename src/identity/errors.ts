/** What can go wrong between here and an identity provider, made at the boundary out of facts picked one by one. */
import { RequestError, type FailureFacts } from '../http/errors.ts';
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

  constructor(kind: IdentityFaultKind, message: string, facts: FailureFacts = {}) {
    super(message);
    this.turnedAway = facts.turnedAway ?? false;
    this.kind = kind;
    this.correlationId = facts.correlationId;
    this.status = facts.status;
  }
}

/** A failure whose words and facts may travel inward. */
export function isKnownFailure(error: unknown): error is IdentityError | RequestError {
  return error instanceof IdentityError || error instanceof RequestError;
}

/** Any error as a fault. A library's own message never travels inward: it may hold tokens. */
export function faultOf(error: unknown, signal: AbortSignal): IdentityFault {
  if (isKnownFailure(error)) {
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
