/** What became of one exchange: an answer, or a fault made of facts that were picked one by one. */
import { MINUTE, SECOND, type Duration, type Instant } from '../../domain/time/time.ts';
import { isTransientStatus, kindOfStatus } from '../../http/errors.ts';
import { PAGE_BOUNDS, parseJson, SMALL_BOUNDS, type ParsedJson } from '../../http/json.ts';
import { countsIn, httpDateOf, LONGEST_WAIT, retryAfterOf, spanOf } from '../../http/spans.ts';
import type { Answer, Call } from './call.ts';
import {
  closedError,
  CredentialsError,
  isTooLarge,
  lateError,
  tooLargeError,
  type FaultFacts,
  PlatformError,
  PlatformUnreachableError,
} from './errors.ts';
import { asObject, asText } from '../../http/read-json.ts';
import { noAnswerWords } from './network-words.ts';
import type { RateHeaders } from './rate-budget.ts';
import type { Scrubber } from './scrub.ts';
import type { HttpClientFault, HttpResponse } from '../../http/client.ts';

/** One exchange as it went. */
export interface Exchanged {
  readonly status: number | HttpClientFault;
  readonly response: HttpResponse | undefined;
  readonly code: string | undefined;
  /** Host and port that were asked, and who of the way there did not answer, where the network says so. */
  readonly host: string;
  readonly where: string | undefined;
  /** Local instants. */
  readonly sentAt: Instant;
  readonly receivedAt: Instant;
}

/** An exchange that did not bring what was asked for. */
export interface FailedAnswer {
  readonly error: PlatformError;
  /** Whether the same request may succeed later. */
  readonly again: boolean;
  /** Local time at which it was sent. */
  readonly sentAt: Instant;
}

/** Reads an exchange. Throws only the reason of the call's own signal. */
export function readAnswer(exchanged: Exchanged, call: Call, scrubber: Scrubber): Answer | FailedAnswer {
  const { response, sentAt, status } = exchanged;
  if (status === 'aborted') throw (call.signal?.reason ?? closedError(call.operation)) as Error;
  if (response === undefined) return { ...unanswered(exchanged, call, scrubber), sentAt };
  if (response.status < 200 || response.status > 299) return refusal(response, exchanged, call, scrubber);
  return success(response, exchanged, call, scrubber);
}

function unanswered(exchanged: Exchanged, call: Call, scrubber: Scrubber): Omit<FailedAnswer, 'sentAt'> {
  const { status } = exchanged;
  if (status === 'closed') return { error: closedError(call.operation), again: false };
  if (status === 'late') return { error: lateError(call.operation), again: false };
  if (status === 'too_large') return { error: tooLargeError(call.operation, {}), again: false };
  return { error: noAnswer(exchanged, call, scrubber), again: true };
}

function success(
  { headers, status, text }: HttpResponse,
  { sentAt, receivedAt }: Exchanged,
  { operation }: Call,
  scrubber: Scrubber,
): Answer | FailedAnswer {
  const correlationId = scrubber.clean(headers['inin-correlation-id']);
  const facts = { operation, status, correlationId };
  const parsed = text === '' ? NOTHING : parseJson(text, PAGE_BOUNDS);
  switch (parsed.is) {
    case 'json':
      return { status, body: parsed.value, correlationId, sentAt, receivedAt };
    case 'too_large':
      return { error: tooLargeError(operation, facts), again: false, sentAt };
    case 'none': {
      const message = `${operation}: the answer is not JSON or was cut short`;
      return { error: new PlatformError(message, { kind: 'transient', ...facts }), again: true, sentAt };
    }
  }
}

/** An answer without a body. */
const NOTHING: ParsedJson = { is: 'json', value: undefined };

function noAnswer(exchanged: Exchanged, call: Call, scrubber: Scrubber): PlatformError {
  const { host, where, status } = exchanged;
  const code = scrubber.clean(exchanged.code);
  const words = noAnswerWords({ host, where: scrubber.clean(where), timedOut: status === 'timeout', code });
  const message = `${call.operation}: ${words}`;
  return new PlatformUnreachableError(message, { kind: 'transient', operation: call.operation, code });
}

/** Reads the platform's `ErrorBody` (or the OAuth error) and makes our own error of it. */
function refusal(response: HttpResponse, exchanged: Exchanged, call: Call, scrubber: Scrubber): FailedAnswer {
  const body = asObject(small(response));
  const code = scrubber.clean(codeIn(exchanged));
  const said = scrubber.clean(
    asText(body?.['message']) ?? asText(body?.['description']) ?? asText(body?.['error_description']),
  );
  const { status, headers } = response;
  const passes = isTransientStatus(status) || (status === 409 && call.conflictPasses === true);
  const facts = {
    kind: passes ? ('transient' as const) : kindOfStatus(status),
    operation: call.operation,
    status,
    code,
    contextId: scrubber.clean(asText(body?.['contextId'])),
    correlationId: scrubber.clean(headers['inin-correlation-id']),
    retryAfter: passes ? retryAfter(exchanged) : undefined,
  };
  return { error: refusalError(facts, said), again: passes, sentAt: exchanged.sentAt };
}

function refusalError(facts: FaultFacts, said: string | undefined): PlatformError {
  const { operation, status, code } = facts;
  const shortly = `${operation}: the platform answered ${status ?? ''}`;
  const message = `${shortly}${code === undefined ? '' : ` ${code}`}${said === undefined ? '' : `: ${said}`}`;
  if (status === 401) return new CredentialsError(`${message}. ${advice(code)}`, facts);
  return new PlatformError(message, facts);
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
  const passes = status === undefined ? !isTooLarge(error) : isTransientStatus(status);
  const hint = passes
    ? ''
    : '. Check genesys.region, genesys.login_url and whatever proxy stands before them';
  return new PlatformUnreachableError(`${message}${hint}`, { ...factsOf(error), kind: 'transient' });
}

function factsOf(error: PlatformError): FaultFacts {
  const { kind, operation, status, code, contextId, correlationId, retryAfter: after } = error;
  return { kind, operation, status, code, contextId, correlationId, retryAfter: after };
}

/** What an error says; nothing where that is more than any error says. */
function small({ text }: HttpResponse): unknown {
  const parsed = parseJson(text, SMALL_BOUNDS);
  return parsed.is === 'json' ? parsed.value : undefined;
}

/** The `code` of the platform's error body, or the `error` of the login service's. */
export function codeIn({ response }: Exchanged): string | undefined {
  if (response === undefined) return undefined;
  const body = asObject(small(response));
  return asText(body?.['code']) ?? asText(body?.['error']);
}

/**
 * `Retry-After` in ms, at least a second and at most `LONGEST_WAIT`. A date is measured from the answer's own `Date`, so that
 * the local clock does not matter.
 */
export function retryAfter({ response, receivedAt }: Exchanged): Duration | undefined {
  if (response === undefined) return undefined;
  const answeredAt = httpDateOf(response.headers['date']) ?? receivedAt;
  return retryAfterOf(response.headers['retry-after'], answeredAt, { least: SECOND, most: LONGEST_WAIT });
}

/**
 * The three headers of the rate limit, or `undefined` when one is missing or no number. Where they are repeated the strictest
 * counts. The platform counts by the minute: no window of its own is longer.
 */
export function rateHeaders({ headers }: HttpResponse): RateHeaders | undefined {
  const allowed = countsIn(headers['inin-ratelimit-allowed']);
  const count = countsIn(headers['inin-ratelimit-count']);
  const reset = spanOf(headers['inin-ratelimit-reset'], SECOND, { least: 0, most: MINUTE });
  if (allowed === undefined || count === undefined || reset === undefined) return undefined;
  return { allowed: allowed.least, count: count.most, reset };
}
