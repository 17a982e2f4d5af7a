/**
 * Requests to an API that is asked now and then: sent again with jitter where that may help, and held back as the API's own rate
 * limit says. Everything asked through it must be safe to repeat.
 */
import { SECOND, type Duration, type Instant } from '../domain/time/time.ts';
import { uptimeOf, type Clock } from '../ports/clock.ts';
import { Redactor } from '../texts/redactor.ts';
import { HttpClient, HttpClientError, type HttpRequest } from './client.ts';
import { isTransientStatus, plainWord, RequestError } from './errors.ts';
import { SMALL_BOUNDS } from './json.ts';
import type { Env } from './proxies.ts';
import { countsIn, httpDateOf, LONGEST_WAIT, retryAfterOf, untilEpochOf } from './spans.ts';

/** What is sent. */
export interface ApiRequest {
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
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly correlationId: string | undefined;
  /** An earlier try got no answer: it may have done what was asked, whatever this one says. */
  readonly mayBeDone: boolean;
}

/** What a test, or a command, may put in another way. */
export interface ApiHooks {
  /** Knows what may be shown nowhere; is told of each token. */
  readonly redactor?: Redactor | undefined;
  readonly clock: Clock;
  /** Names the proxies. */
  readonly env: Env;
  /** For one try, in ms of real time. */
  readonly timeout?: Duration | undefined;
  /** Between 0 and 1. */
  readonly random?: (() => number) | undefined;
}

const TRIES = 3;
const FIRST_PAUSE: Duration = SECOND / 2;
/** The longest wait for an API that asks for patience: what the request rests on is too old by then. The next sweep tries again. */
const RETRY_TIME: Duration = 10 * SECOND;
/** One request is given up after this, unless it is said otherwise. */
export const LONGEST_CALL: Duration = 10 * SECOND;
/** Faults after which not a word of the request has left. */
const NEVER_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** A try that did not succeed, and how long the API asks this request to wait. */
interface Failed {
  readonly error: RequestError;
  readonly wait: Duration;
}

/** See the head of this file. */
export class RetryingClient {
  readonly redactor: Redactor;
  readonly #peer: string;
  readonly #clock: Clock;
  readonly #client: HttpClient;
  readonly #random: () => number;
  /** Until then the API wants to be left alone, by the clock that nobody sets. */
  #restUntil: Duration = 0;

  /** `peer` is how messages call the other side, such as `the identity provider`. */
  constructor(
    peer: string,
    { clock, env, timeout = LONGEST_CALL, random = Math.random, redactor }: ApiHooks,
  ) {
    this.#peer = peer;
    this.redactor = redactor ?? new Redactor();
    this.#clock = clock;
    this.#random = random;
    this.#client = new HttpClient({ timeout, env });
  }

  /**
   * Sends, and again where that may help. Answers whatever came that is not a matter of trying again; throws
   * `RequestError` (`transient`, `late`) and the signal's reason.
   */
  async send(wanted: ApiRequest, signal: AbortSignal | undefined): Promise<ApiAnswer> {
    const patienceEnds = uptimeOf(this.#clock) + RETRY_TIME;
    let turnedAway = true;
    for (let tried = 1; ; tried += 1) {
      if (!(await this.#rest(patienceEnds, signal))) {
        const message = `${wanted.what}: ${this.#peer} asks for a longer wait than is allowed here`;
        throw new RequestError('transient', message, { turnedAway });
      }
      if (wanted.stillMay?.() === false) {
        throw new RequestError('late', `${wanted.what}: not sent, because it is too late by now`);
      }
      const outcome = await this.#try(wanted, turnedAway, signal);
      if (!('error' in outcome)) return outcome;
      const { error, wait } = outcome;
      ({ turnedAway } = error);
      if (tried >= TRIES) throw error;
      // Full jitter: requests that were refused together must not be repeated together.
      const pause = Math.max(wait, FIRST_PAUSE * 2 ** tried * this.#random());
      if (uptimeOf(this.#clock) + pause > patienceEnds) throw error;
      await this.#clock.sleep(pause, signal);
    }
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  /** Waits until the API may be asked. False when that is longer than is waited here. */
  async #rest(patienceEnds: Duration, signal: AbortSignal | undefined): Promise<boolean> {
    signal?.throwIfAborted();
    const wait = this.#restUntil - uptimeOf(this.#clock);
    if (wait <= 0) return true;
    if (this.#restUntil > patienceEnds) return false;
    await this.#clock.sleep(wait, signal);
    return true;
  }

  /** One try; an error that trying again may mend is answered, not thrown. */
  async #try(
    wanted: ApiRequest,
    turnedAwayBefore: boolean,
    signal: AbortSignal | undefined,
  ): Promise<ApiAnswer | Failed> {
    const answer = await this.#exchange(wanted, turnedAwayBefore, signal);
    if (answer instanceof RequestError) return { error: answer, wait: 0 };
    const { status, headers, correlationId } = answer;
    const now = this.#clock.now();
    this.#restUntil = Math.max(this.#restUntil, uptimeOf(this.#clock) + restOf(status, headers, now));
    if (!isTransientStatus(status)) return answer;
    const turnedAway = turnedAwayBefore && status === 429;
    const message = `${wanted.what}: HTTP ${status}`;
    const error = new RequestError('transient', message, { status, correlationId, turnedAway });
    // What is said of one user's request, other than by a limit, holds for that request alone.
    return { error, wait: status === 429 ? 0 : (waitOf(headers, now) ?? 0) };
  }

  async #exchange(
    { method, url, headers, body, what }: ApiRequest,
    turnedAwayBefore: boolean,
    signal: AbortSignal | undefined,
  ): Promise<ApiAnswer | RequestError> {
    const request: HttpRequest = {
      ...{ method, url, body, most: SMALL_BOUNDS.length },
      headers: { accept: 'application/json', ...headers },
    };
    try {
      const answer = await this.#client.exchange(request, signal);
      return { ...answer, correlationId: correlationIdOf(answer.headers), mayBeDone: !turnedAwayBefore };
    } catch (error) {
      signal?.throwIfAborted();
      const code = codeOf(error);
      // Whether it was done is for the next start to find out.
      if (code === 'closed') throw new RequestError('transient', `${what}: stopped before it was done`);
      const turnedAway = turnedAwayBefore && NEVER_SENT.has(code);
      return new RequestError('transient', `${what}: ${this.#peer} could not be reached (${code})`, {
        turnedAway,
      });
    }
  }
}

/** The network's word for it, else ours. */
function codeOf(error: unknown): string {
  if (!(error instanceof HttpClientError)) return 'no answer';
  return plainWord(error.code) ?? (error.reason === 'network' ? 'no answer' : error.reason);
}

/** For how long an API that sent these headers wants no request at all. */
function restOf(status: number, headers: Readonly<Record<string, string>>, now: Instant): Duration {
  if (status === 429) return waitOf(headers, now) ?? resetOf(headers, now) ?? SECOND;
  return countsIn(headers['x-rate-limit-remaining'])?.least === 0 ? (resetOf(headers, now) ?? 0) : 0;
}

function waitOf(headers: Readonly<Record<string, string>>, now: Instant): Duration | undefined {
  return retryAfterOf(headers['retry-after'], serverNow(headers, now), { least: 0, most: LONGEST_WAIT });
}

/** Until a limit that is used up begins anew. */
function resetOf(headers: Readonly<Record<string, string>>, now: Instant): Duration | undefined {
  return untilEpochOf(headers['x-rate-limit-reset'], serverNow(headers, now), LONGEST_WAIT);
}

/** What is told on the API's clock is measured from its own `Date`. */
function serverNow(headers: Readonly<Record<string, string>>, now: Instant): Instant {
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

/** Joins a base address, with or without a slash at its end, and a path. */
export function join(base: string, path: string): string {
  return `${base.replace(/\/+$/, '')}${path}`;
}
