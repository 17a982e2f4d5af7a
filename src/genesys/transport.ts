/**
 * How requests get through: rate budget, deadline, retries of what is safe to repeat, one renewal of the token, and the
 * translation of every failure into `PlatformError`. All operations used here are reads or idempotent, so all may be
 * repeated. Attempts and the time spent on retrying are bounded: a sweep comes to an end.
 */
import { MINUTE, SECOND, type Duration, type Instant } from '../domain/time.ts';
import type { Answer, Call } from './call.ts';
import {
  CredentialsError,
  isTransientStatus,
  kindOfStatus,
  type FaultFacts,
  PlatformError,
  PlatformUnreachableError,
} from './errors.ts';
import type { Clock, Gate } from './gate.ts';
import { asObject, asText } from './json.ts';
import type { RateHeaders } from './rate-budget.ts';
import type { Scrubber } from './scrub.ts';
import type { ServerClock } from './server-clock.ts';
import type { TokenSource } from './tokens.ts';
import { WireError, type Wire, type WireRequest, type WireResponse } from './wire.ts';

/** What is told about each request. */
export interface PlatformHooks {
  onRequest(event: { operation: string; status: number | 'network' | 'timeout'; ms: Duration }): void;
  /** After each response: how far the local clock is ahead of the server's. */
  onClock?(errorMs: Duration): void;
  /** Something an operator should know; `message` is constant, facts are in `fields`. */
  warn(message: string, fields: object): void;
}

export interface TransportParts {
  readonly wire: Wire;
  readonly gate: Gate;
  readonly clock: Clock;
  readonly serverClock: ServerClock;
  readonly scrubber: Scrubber;
  readonly hooks: PlatformHooks;
  /** Between 0 and 1, for jitter. */
  readonly random: () => number;
}

const MAX_ATTEMPTS = 4;
/** No new attempt after so long, not even when the platform says when to come back. */
const RETRY_FOR: Duration = 2 * MINUTE;
const FIRST_PAUSE: Duration = SECOND / 2;
const LONGEST_PAUSE: Duration = 10 * SECOND;
/** What a 429 without `Retry-After` is taken to say. */
const DEFAULT_STOP: Duration = 5 * SECOND;

interface Failed {
  readonly error: PlatformError;
  readonly again: boolean;
}

export class Transport {
  readonly #parts: TransportParts;

  constructor(parts: TransportParts) {
    this.#parts = parts;
  }

  /** An API request with the service's token. Throws `PlatformError`, or the signal's reason. */
  async api(wanted: WireRequest, call: Call, tokens: TokenSource): Promise<Answer> {
    let renewed = false;
    return this.#repeat(call, async () => {
      for (;;) {
        const { token, answer } = await this.#attempt(wanted, call, tokens);
        if (answer.status !== 401 || codeIn(answer) === 'ip.not.authorized') return this.#read(answer, call);
        tokens.reject(token);
        if (renewed) return this.#read(answer, call);
        renewed = true;
      }
    });
  }

  /** The client credentials grant. Not part of the token's rate budget. Throws `CredentialsError` or `PlatformUnreachableError`. */
  async login(wanted: WireRequest, operation: string): Promise<unknown> {
    const call: Call = { operation, priority: 'action', signal: undefined };
    try {
      return (await this.#repeat(call, async () => this.#read(await this.#send(wanted, call), call))).body;
    } catch (error) {
      throw loginError(error, operation);
    }
  }

  async #repeat(call: Call, attempt: () => Promise<Answer | Failed>): Promise<Answer> {
    const { clock } = this.#parts;
    let since: number | undefined;
    for (let count = 1; ; count += 1) {
      const outcome = await attempt();
      if (!('error' in outcome)) return outcome;
      // Counted from the first failure: waiting for the rate budget is no reason to give up.
      since ??= clock.now();
      const pause = outcome.error.retryAfter ?? this.#pause(count);
      const tooLong = clock.now() + pause - since > RETRY_FOR;
      const tooLate = this.#isLate(call, clock.now() + pause);
      if (!outcome.again || count >= MAX_ATTEMPTS || tooLong || tooLate) throw outcome.error;
      await clock.sleep(pause, call.signal);
    }
  }

  /** Told by the same clock as the readings' times, so that its uncertainty does not count twice. */
  #isLate({ notAfter }: Call, local: Instant): boolean {
    return notAfter !== undefined && this.#parts.serverClock.earliest(local) > notAfter;
  }

  #refuseIfLate(call: Call): void {
    if (!this.#isLate(call, this.#parts.clock.now())) return;
    const { operation } = call;
    throw new PlatformError(`${operation}: not sent, because by now it would be too late`, {
      kind: 'transient',
      operation,
    });
  }

  /** Full jitter over a doubling pause. */
  #pause(count: number): Duration {
    return Math.ceil(
      Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (count - 1)) * (0.5 + this.#parts.random() / 2),
    );
  }

  async #attempt(
    wanted: WireRequest,
    call: Call,
    tokens: TokenSource,
  ): Promise<{ token: string; answer: Exchanged }> {
    const { gate } = this.#parts;
    const ticket = await gate.enter(call.priority, call.operation, call.signal);
    let token: string;
    try {
      token = await unlessAborted(tokens.get(), call.signal);
      this.#refuseIfLate(call);
    } catch (error) {
      gate.giveBack(ticket);
      throw error;
    }
    const headers = { ...wanted.headers, authorization: `Bearer ${token}` };
    const answer = await this.#send({ ...wanted, headers }, call);
    if (answer.status === 429) gate.stopFor(retryAfter(answer) ?? DEFAULT_STOP);
    gate.leave(ticket, answer.response === undefined ? undefined : { rate: rateHeaders(answer.response) });
    return { token, answer };
  }

  /** One exchange, timed and reported. Never throws but for the caller's own abort, which is handed on as an outcome. */
  async #send(wanted: WireRequest, call: Call): Promise<Exchanged> {
    const { clock, hooks, serverClock, wire } = this.#parts;
    const sentAt = clock.now();
    const begun = performance.now();
    let status: number | 'network' | 'timeout' | 'aborted';
    let response: WireResponse | undefined;
    let code: string | undefined;
    try {
      response = await wire.exchange(wanted, call.signal);
      status = response.status;
    } catch (error) {
      status = error instanceof WireError ? error.reason : 'network';
      code = error instanceof WireError ? error.code : undefined;
    }
    const receivedAt = clock.now();
    const date = Date.parse(response?.headers['date'] ?? '');
    if (!Number.isNaN(date)) {
      serverClock.observe(date, sentAt, receivedAt);
      hooks.onClock?.(serverClock.error());
    }
    if (status !== 'aborted') {
      hooks.onRequest({ operation: call.operation, status, ms: performance.now() - begun });
    }
    return { status, response, code, sentAt, receivedAt };
  }

  #read(exchanged: Exchanged, call: Call): Answer | Failed {
    const { response, sentAt, receivedAt, status } = exchanged;
    if (status === 'aborted') throw (call.signal?.reason ?? new WireError('aborted')) as Error;
    if (response === undefined) return { error: this.#noAnswer(exchanged, call), again: true };
    if (response.status < 200 || response.status > 299) return this.#refusal(response, exchanged, call);
    const correlationId = this.#parts.scrubber.clean(response.headers['inin-correlation-id']);
    if (response.text === '')
      return { status: response.status, body: undefined, correlationId, sentAt, receivedAt };
    const body = parse(response.text);
    if (body === undefined) {
      const message = `${call.operation}: the answer is not JSON or was cut short`;
      const facts = {
        kind: 'malformed',
        operation: call.operation,
        status: response.status,
        correlationId,
      } as const;
      return { error: new PlatformError(message, facts), again: true };
    }
    return { status: response.status, body, correlationId, sentAt, receivedAt };
  }

  #noAnswer(exchanged: Exchanged, call: Call): PlatformError {
    const why =
      exchanged.status === 'timeout' ? 'no answer within the time allowed' : 'the connection failed';
    const code = this.#parts.scrubber.clean(exchanged.code);
    return new PlatformUnreachableError(
      `${call.operation}: ${why}${code === undefined ? '' : ` (${code})`}`,
      {
        kind: 'transient',
        operation: call.operation,
        code,
      },
    );
  }

  /** Reads the platform's `ErrorBody` (or the OAuth error) and makes our own error of it. */
  #refusal(response: WireResponse, exchanged: Exchanged, call: Call): Failed {
    const { scrubber } = this.#parts;
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
      retryAfter: retryAfter(exchanged),
    };
    const message = `${call.operation}: the platform answered ${response.status}${code === undefined ? '' : ` ${code}`}${said === undefined ? '' : `: ${said}`}`;
    const error =
      response.status === 401
        ? new CredentialsError(`${message}. ${advice(code)}`, facts)
        : new PlatformError(message, facts);
    return { error, again: isTransientStatus(response.status) };
  }
}

interface Exchanged {
  readonly status: number | 'network' | 'timeout' | 'aborted';
  readonly response: WireResponse | undefined;
  readonly code: string | undefined;
  readonly sentAt: number;
  readonly receivedAt: number;
}

/** Which setting to look at. */
function advice(code: string | undefined): string {
  if (code === 'ip.not.authorized') {
    return 'Check the list of allowed IP addresses of the organisation: the address that this service comes from is not on it.';
  }
  return 'Check genesys.client_id and genesys.client_secret, that the OAuth client is of type Client Credentials and not disabled, and that genesys.region is the region it was made in.';
}

/** Any 400, 401 or 403 of the login service is about the client; all else means that it could not be asked. */
function loginError(error: unknown, operation: string): Error {
  if (error instanceof CredentialsError) return error;
  if (!(error instanceof PlatformError))
    return new PlatformUnreachableError(`${operation}: failed`, { kind: 'transient', operation });
  if (error.status === 400 || error.status === 403) {
    return new CredentialsError(`${error.message}. ${advice(error.code)}`, {
      ...factsOf(error),
      kind: 'credentials',
    });
  }
  if (error instanceof PlatformUnreachableError) return error;
  const hint = error.status === 404 ? '. Check genesys.region or genesys.login_url' : '';
  return new PlatformUnreachableError(`${error.message}${hint}`, { ...factsOf(error), kind: 'transient' });
}

function factsOf(error: PlatformError): FaultFacts {
  const { kind, operation, status, code, contextId, correlationId, retryAfter: after } = error;
  return { kind, operation, status, code, contextId, correlationId, retryAfter: after };
}

/** Somebody who is told to stop does not wait for a token that others may still want. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  signal.throwIfAborted();
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => {
    reject(signal.reason as Error);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, stopped]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function codeIn({ response }: Exchanged): string | undefined {
  if (response === undefined) return undefined;
  const body = asObject(parse(response.text));
  return asText(body?.['code']) ?? asText(body?.['error']);
}

/** `Retry-After` in ms; it may be seconds or a date (RFC 9110, 10.2.3). */
function retryAfter({ response }: Exchanged): Duration | undefined {
  const text = response?.headers['retry-after'];
  if (response === undefined || text === undefined) return undefined;
  if (/^\d+$/.test(text.trim())) return Number(text) * SECOND;
  const until = Date.parse(text) - Date.parse(response.headers['date'] ?? '');
  return Number.isNaN(until) ? undefined : Math.max(0, until);
}

function rateHeaders({ headers }: WireResponse): RateHeaders | undefined {
  const [allowed, count, reset] = ['allowed', 'count', 'reset'].map((name) =>
    number(headers[`inin-ratelimit-${name}`]),
  );
  if (allowed === undefined || count === undefined || reset === undefined) return undefined;
  return { allowed, count, reset: reset * SECOND };
}

function number(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : undefined;
}
