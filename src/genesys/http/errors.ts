/**
 * What can go wrong between here and the platform, as classes by who must act. They are made at the boundary out of
 * facts picked one by one; a library's own error object never travels inward, because it carries tokens and secrets.
 */

/**
 * Who must act: `credentials` the operator (client id, secret, allowed addresses), `forbidden` the administrator who
 * grants roles, `gone` no one (the thing does not exist), `transient` no one (try later), `refused` the developer (the
 * platform will not take this request), `malformed` the platform (its answer is not what it promises), `late` no one (the
 * request was not sent, because what it rests on would have been too old).
 */
export type FaultKind = 'credentials' | 'forbidden' | 'gone' | 'transient' | 'refused' | 'malformed' | 'late';

export interface FaultFacts {
  readonly kind: FaultKind;
  /** Name of the SDK operation; never contains ids. */
  readonly operation: string;
  readonly status?: number | undefined;
  /** `code` of the platform's error body, or of the network. */
  readonly code?: string | undefined;
  readonly contextId?: string | undefined;
  readonly correlationId?: string | undefined;
  /** For how many ms the platform asked to be left alone. */
  readonly retryAfter?: number | undefined;
  /** An earlier try of the same call got no good answer and may have had its effect. */
  readonly repeated?: boolean | undefined;
}

/** A call to the platform that did not succeed. */
export class PlatformError extends Error {
  override readonly name: string = 'PlatformError';
  readonly kind: FaultKind;
  readonly operation: string;
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly contextId: string | undefined;
  readonly correlationId: string | undefined;
  readonly retryAfter: number | undefined;
  readonly repeated: boolean;

  constructor(message: string, facts: FaultFacts) {
    super(message);
    this.kind = facts.kind;
    this.operation = facts.operation;
    this.status = facts.status;
    this.code = facts.code;
    this.contextId = facts.contextId;
    this.correlationId = facts.correlationId;
    this.retryAfter = facts.retryAfter;
    this.repeated = facts.repeated ?? false;
  }
}

/** The platform does not accept this client. Waiting does not help: the settings must be corrected. */
export class CredentialsError extends PlatformError {
  override readonly name = 'CredentialsError';
}

/** The platform could not be asked at all. Trying again later may help. */
export class PlatformUnreachableError extends PlatformError {
  override readonly name = 'PlatformUnreachableError';
}

/** The settings name no platform that could be asked. */
export class PlatformSettingsError extends Error {
  override readonly name = 'PlatformSettingsError';
}

/** The platform's code for an answer that is too large, and ours for one that we do not read for that reason. */
const TOO_LARGE = 'response.entity.too.large';

/** An answer beyond what `PAGE_BOUNDS` allows. With fewer users on a page it may fit. */
export function tooLargeError(
  operation: string,
  facts: Pick<FaultFacts, 'status' | 'correlationId'>,
): PlatformError {
  const message = `${operation}: the answer is larger, or nested deeper, than any answer of the platform`;
  return new PlatformError(message, { ...facts, kind: 'malformed', operation, code: TOO_LARGE });
}

/** Whether less of the same may be had. */
export function isTooLarge({ status, code }: PlatformError): boolean {
  return status === 413 || code === TOO_LARGE;
}

/** Network codes after which not a word of the request has left. */
const NEVER_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);
const CLOSED = 'closed';

/** Whether the fault may lie in what was asked for, so that asking for something else may succeed. */
export function isAboutRequest({ kind, status, code }: PlatformError): boolean {
  if (kind === 'credentials' || kind === 'late' || status === 429) return false;
  return code === undefined || (code !== CLOSED && !NEVER_SENT.has(code));
}

/** A request that came too late to be sent. */
export function lateError(operation: string): PlatformError {
  const message = `${operation}: not sent, because it is too late by now`;
  return new PlatformError(message, { kind: 'late', operation });
}

/** A request for evidence, for which no place was free. */
export function crowdedError(operation: string): PlatformError {
  const message = `${operation}: not sent, because the rate budget has no room for it beside the sweep`;
  return new PlatformError(message, { kind: 'late', operation });
}

/** A request after `close`, or one that `close` ended. */
export function closedError(operation: string): PlatformError {
  const message = `${operation}: the connection to the platform was closed`;
  return new PlatformError(message, { kind: 'transient', operation, code: CLOSED });
}
