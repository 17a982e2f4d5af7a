/** What became of one exchange: an answer, or a fault made of facts that were picked one by one. */
import { MINUTE, SECOND, type Duration, type Instant } from '../domain/time.ts';
import type { Answer, Call } from './call.ts';
import {
  closedError,
  CredentialsError,
  isTransientStatus,
  kindOfStatus,
  lateError,
  type FaultFacts,
  PlatformError,
  PlatformUnreachableError,
} from './errors.ts';
import { asObject, asText } from './json.ts';
import { noAnswerWords } from './network-words.ts';
import type { RateHeaders } from './rate-budget.ts';
import type { Scrubber } from './scrub.ts';
import type { WireFault, WireResponse } from './wire.ts';

/** One exchange as it went. */
export interface Exchanged {
  readonly status: number | WireFault;
  readonly response: WireResponse | undefined;
  readonly code: string | undefined;
  /** Host and port that were asked, and who of the way there did not answer, where the network says so. */
  readonly host: string;
  readonly where: string | undefined;
  /** Local instants. */
  readonly sentAt: Instant;
  readonly receivedAt: Instant;
}

/** An exchange that did not bring what was asked for. */
export interface Failed {
  readonly error: PlatformError;
  /** Whether the same request may succeed later. */
  readonly again: boolean;
}

/** However long the platform, or what stands before it, wants to be left alone: after this it is asked again. */
export const LONGEST_STOP: Duration = 5 * MINUTE;

/** Reads an exchange. Throws only the reason of the call's own signal. */
export function readAnswer(exchanged: Exchanged, call: Call, scrubber: Scrubber): Answer | Failed {
  const { response, sentAt, receivedAt, status } = exchanged;
  if (status === 'aborted') throw (call.signal?.reason ?? closedError(call.operation)) as Error;
  if (status === 'closed') return { error: closedError(call.operation), again: false };
  if (status === 'late') return { error: lateError(call.operation), again: false };
  if (response === undefined) return { error: noAnswer(exchanged, call, scrubber), again: true };
  if (response.status < 200 || response.status > 299) return refusal(response, exchanged, call, scrubber);
  const correlationId = scrubber.clean(response.headers['inin-correlation-id']);
  const body = parse(response.text);
  if (body !== undefined || response.text === '') {
    return { status: response.status, body, correlationId, sentAt, receivedAt };
  }
  const message = `${call.operation}: the answer is not JSON or was cut short`;
  const facts = { operation: call.operation, status: response.status, correlationId };
  return { error: new PlatformError(message, { kind: 'transient', ...facts }), again: true };
}

function noAnswer(exchanged: Exchanged, call: Call, scrubber: Scrubber): PlatformError {
  const { host, where, status } = exchanged;
  const code = scrubber.clean(exchanged.code);
  const words = noAnswerWords({ host, where: scrubber.clean(where), timedOut: status === 'timeout', code });
  const message = `${call.operation}: ${words}`;
  return new PlatformUnreachableError(message, { kind: 'transient', operation: call.operation, code });
}

/** Reads the platform's `ErrorBody` (or the OAuth error) and makes our own error of it. */
function refusal(response: WireResponse, exchanged: Exchanged, call: Call, scrubber: Scrubber): Failed {
  const body = asObject(parse(response.text));
  const code = scrubber.clean(codeIn(exchanged));
  const said = scrubber.clean(
    asText(body?.['message']) ?? asText(body?.['description']) ?? asText(body?.['error_description']),
  );
  const facts = {
    kind: kindOfStatus(response.status),
    operation: call.operation,
    status: response.status,
    code,
    contextId: scrubber.clean(asText(body?.['contextId'])),
    correlationId: scrubber.clean(response.headers['inin-correlation-id']),
    retryAfter: isTransientStatus(response.status) ? retryAfter(exchanged) : undefined,
  };
  const shortly = `${call.operation}: the platform answered ${response.status}`;
  const message = `${shortly}${code === undefined ? '' : ` ${code}`}${said === undefined ? '' : `: ${said}`}`;
  const error =
    response.status === 401
      ? new CredentialsError(`${message}. ${advice(code)}`, facts)
      : new PlatformError(message, facts);
  return { error, again: isTransientStatus(response.status) };
}

/** Which setting to look at. */
function advice(code: string | undefined): string {
  if (code === 'ip.not.authorized') {
    return 'Check the list of allowed IP addresses of the organisation: the address that this service comes from is not on it.';
  }
  return 'Check genesys.client_id and genesys.client_secret, that the OAuth client is of type Client Credentials and not disabled, and that genesys.region is the region it was made in.';
}

/**
 * The fault of a login. A 401, and a 400 or 403 that names an error as the login service does, are about the client; all
 * else, such as the page of a proxy, means that the service could not be asked.
 */
export function loginError(error: unknown, operation: string): PlatformError {
  if (error instanceof CredentialsError || error instanceof PlatformUnreachableError) return error;
  if (!(error instanceof PlatformError)) {
    return new PlatformUnreachableError(`${operation}: failed`, { kind: 'transient', operation });
  }
  const { status, code, message } = error;
  if ((status === 400 || status === 403) && code !== undefined) {
    return new CredentialsError(`${message}. ${advice(code)}`, { ...factsOf(error), kind: 'credentials' });
  }
  const hint =
    status === undefined || isTransientStatus(status)
      ? ''
      : '. Check genesys.region, genesys.login_url and whatever proxy stands before them';
  return new PlatformUnreachableError(`${message}${hint}`, { ...factsOf(error), kind: 'transient' });
}

function factsOf(error: PlatformError): FaultFacts {
  const { kind, operation, status, code, contextId, correlationId, retryAfter: after } = error;
  return { kind, operation, status, code, contextId, correlationId, retryAfter: after };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The `code` of the platform's error body, or the `error` of the login service's. */
export function codeIn({ response }: Exchanged): string | undefined {
  if (response === undefined) return undefined;
  const body = asObject(parse(response.text));
  return asText(body?.['code']) ?? asText(body?.['error']);
}

/**
 * `Retry-After` in ms, at least a second and at most `LONGEST_STOP`; it may be seconds or a date (RFC 9110, 10.2.3). A
 * date is measured from the answer's own `Date`, so that the local clock does not matter.
 */
export function retryAfter({ response, receivedAt }: Exchanged): Duration | undefined {
  const text = response?.headers['retry-after']?.trim();
  if (response === undefined || text === undefined) return undefined;
  const from = Date.parse(response.headers['date'] ?? '');
  const wanted = /^\d+(\.\d+)?$/.test(text)
    ? Number(text) * SECOND
    : Date.parse(text) - (Number.isNaN(from) ? receivedAt : from);
  return Number.isNaN(wanted) ? undefined : Math.min(LONGEST_STOP, Math.max(SECOND, wanted));
}

/** The three headers of the rate limit, or `undefined` when one is missing or no number. */
export function rateHeaders({ headers }: WireResponse): RateHeaders | undefined {
  const [allowed, count, reset] = ['allowed', 'count', 'reset'].map((name) =>
    number(headers[`inin-ratelimit-${name}`]),
  );
  if (allowed === undefined || count === undefined || reset === undefined) return undefined;
  return { allowed, count, reset: reset * SECOND };
}

function number(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : undefined;
}
