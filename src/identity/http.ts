/**
 * One request to an identity provider: keep-alive, proxies from the environment, a deadline, retries with jitter, and the
 * provider's own rate limit. Everything asked here is safe to repeat: reading, and ending what may be ended already.
 */
import { EnvHttpProxyAgent, request, type Dispatcher } from 'undici';
import { SECOND, type Duration, type Instant } from '../domain/time/time.ts';
import { readBody } from '../http/body.ts';
import { SMALL_BOUNDS } from '../http/json.ts';
import { countsIn, httpDateOf, LONGEST_WAIT, retryAfterOf, untilEpochOf } from '../http/spans.ts';
import { IdentityError, isTransientStatus, plainWord } from './errors.ts';
import { Redactor } from '../texts/redactor.ts';
import type { Clock } from '../ports/clock.ts';

/** What is sent. `body` with its type. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE' | 'HEAD';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** What this is, for messages: a constant phrase. */
  readonly what: string;
  /** Asked right before each try. */
  readonly stillMay?: (() => boolean) | undefined;
}

/** What came back. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly correlationId: string | undefined;
  /** An earlier try got no answer: it may have done what was asked, whatever this one says. */
  readonly mayBeDone: boolean;
}

/** What a test, or a command, may put in another way. */
export interface HttpHooks {
  /** Knows what may be shown nowhere; is told of each token. */
  readonly redactor?: Redactor | undefined;
  readonly clock: Clock;
  /** `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, in capitals or not. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** For one try, in ms of real time. */
  readonly timeout?: Duration | undefined;
  /** Between 0 and 1. */
  readonly random?: (() => number) | undefined;
}

const TRIES = 3;
const FIRST_PAUSE: Duration = SECOND / 2;
/** The longest wait for a provider that asks for patience: the verdict is too old by then. The next sweep tries again. */
const RETRY_TIME: Duration = 10 * SECOND;
const TIMEOUT: Duration = 10 * SECOND;
const KEPT_ALIVE: Duration = 20 * SECOND;
/** Faults after which not a word of the request has left. */
const NEVER_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);
const LOOPBACK = 'localhost,127.0.0.1,::1';

export class Http {
  readonly redactor: Redactor;
  readonly #clock: Clock;
  readonly #agent: EnvHttpProxyAgent;
  readonly #timeout: Duration;
  readonly #random: () => number;
  /** Until then the provider wants to be left alone. */
  #restUntil: Instant = 0;

  constructor({ clock, env, timeout = TIMEOUT, random = Math.random, redactor }: HttpHooks) {
    this.redactor = redactor ?? new Redactor();
    this.#clock = clock;
    this.#timeout = timeout;
    this.#random = random;
    const setting = (name: string): string => env[name.toLowerCase()] ?? env[name] ?? '';
    const noProxy = setting('NO_PROXY');
    this.#agent = new EnvHttpProxyAgent({
      httpProxy: setting('HTTP_PROXY'),
      httpsProxy: setting('HTTPS_PROXY'),
      noProxy: noProxy === '' ? LOOPBACK : `${noProxy},${LOOPBACK}`,
      keepAliveTimeout: KEPT_ALIVE,
      connect: { timeout },
      headersTimeout: timeout,
      bodyTimeout: timeout,
    });
  }

  /**
   * Sends, and again where that may help. Answers whatever came that is not a matter of trying again; throws
   * `IdentityError` (`transient`, `late`) and the signal's reason.
   */
  async send(wanted: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const patienceEnds = this.#clock.now() + RETRY_TIME;
    let turnedAway = true;
    for (let tried = 1; ; tried += 1) {
      if (!(await this.#rest(patienceEnds, signal))) {
        const message = `${wanted.what}: the identity provider asks for a longer wait than is allowed here`;
        throw new IdentityError('transient', message, { turnedAway });
      }
      if (wanted.stillMay?.() === false) {
        throw new IdentityError('late', `${wanted.what}: not sent, because it is too late by now`);
      }
      const outcome = await this.#try(wanted, turnedAway, signal);
      if (!('error' in outcome)) return outcome;
      const { error, wait } = outcome;
      ({ turnedAway } = error);
      if (tried >= TRIES) throw error;
      // Full jitter: requests that were refused together must not be repeated together.
      const pause = Math.max(wait, FIRST_PAUSE * 2 ** tried * this.#random());
      if (this.#clock.now() + pause > patienceEnds) throw error;
      await this.#clock.sleep(pause, signal);
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  /** Waits until the provider may be asked. False when that is longer than is waited here. */
  async #rest(patienceEnds: Instant, signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted();
    const wait = this.#restUntil - this.#clock.now();
    if (wait <= 0) return true;
    if (this.#restUntil > patienceEnds) return false;
    await this.#clock.sleep(wait, signal);
    return true;
  }

  /** One try; an error that trying again may mend is answered, not thrown. */
  async #try(
    wanted: HttpRequest,
    turnedAwayBefore: boolean,
    signal: AbortSignal,
  ): Promise<HttpAnswer | Failed> {
    const answer = await this.#exchange(wanted, turnedAwayBefore, signal);
    if (answer instanceof IdentityError) return { error: answer, wait: 0 };
    const { status, headers, correlationId } = answer;
    const now = this.#clock.now();
    this.#restUntil = Math.max(this.#restUntil, now + restOf(status, headers, now));
    if (!isTransientStatus(status)) return answer;
    const turnedAway = turnedAwayBefore && status === 429;
    const message = `${wanted.what}: HTTP ${status}`;
    const error = new IdentityError('transient', message, { status, correlationId, turnedAway });
    // What is said of one user's request, other than by a limit, holds for that request alone.
    return { error, wait: status === 429 ? 0 : (waitOf(headers, now) ?? 0) };
  }

  async #exchange(
    { method, url, headers, body, what }: HttpRequest,
    turnedAwayBefore: boolean,
    signal: AbortSignal,
  ): Promise<HttpAnswer | IdentityError> {
    const deadline = AbortSignal.timeout(this.#timeout);
    try {
      const response = await request(url, {
        dispatcher: this.#agent,
        method,
        headers: { accept: 'application/json', ...headers },
        body: body ?? null,
        signal: AbortSignal.any([signal, deadline]),
      });
      const text = await readBody(response, SMALL_BOUNDS.length);
      const flat = flatten(response.headers);
      const [status, correlationId] = [response.statusCode, correlationIdOf(flat)];
      return { status, headers: flat, text, correlationId, mayBeDone: !turnedAwayBefore };
    } catch (error) {
      signal.throwIfAborted();
      // Only the code is taken over: undici's errors hold the request with its headers.
      const code = deadline.aborted
        ? 'timeout'
        : (plainWord((error as { code?: unknown } | null)?.code) ?? 'no answer');
      const turnedAway = turnedAwayBefore && NEVER_SENT.has(code);
      const message = `${what}: the identity provider could not be reached (${code})`;
      return new IdentityError('transient', message, { turnedAway });
    }
  }
}

/** A try that did not succeed, and how long the provider asks this request to wait. */
interface Failed {
  readonly error: IdentityError;
  readonly wait: Duration;
}

/** For how long a provider that sent these headers wants no request at all. */
function restOf(status: number, headers: Readonly<Record<string, string>>, now: Instant): Duration {
  if (status === 429) return waitOf(headers, now) ?? resetOf(headers, now) ?? SECOND;
  return countsIn(headers['x-rate-limit-remaining'])?.least === 0 ? (resetOf(headers, now) ?? 0) : 0;
}

function waitOf(headers: Readonly<Record<string, string>>, now: Instant): Duration | undefined {
  return retryAfterOf(headers['retry-after'], providerNow(headers, now), { least: 0, most: LONGEST_WAIT });
}

/** Until a limit that is used up begins anew. */
function resetOf(headers: Readonly<Record<string, string>>, now: Instant): Duration | undefined {
  return untilEpochOf(headers['x-rate-limit-reset'], providerNow(headers, now), LONGEST_WAIT);
}

/** What is told on the provider's clock is measured from its own `Date`. */
function providerNow(headers: Readonly<Record<string, string>>, now: Instant): Instant {
  return httpDateOf(headers['date']) ?? now;
}

const CORRELATION_HEADERS = [
  'x-okta-request-id',
  'request-id',
  'x-ms-request-id',
  'x-request-id',
  'x-correlation-id',
];

function correlationIdOf(headers: Readonly<Record<string, string>>): string | undefined {
  for (const name of CORRELATION_HEADERS) {
    const id = plainWord(headers[name]);
    if (id !== undefined) return id;
  }
  return undefined;
}

function flatten(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}

/** Joins a base address, with or without a slash at its end, and a path. */
export function join(base: string, path: string): string {
  return `${base.replace(/\/+$/, '')}${path}`;
}

/** A form body. */
export function form(
  fields: Readonly<Record<string, string>>,
): Pick<HttpRequest, 'body'> & { headers: Record<string, string> } {
  return {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  };
}
