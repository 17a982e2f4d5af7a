/**
 * How requests get through: rate budget, deadline, retries of what is safe to repeat, one renewal of the token, and the
 * translation of every failure into `PlatformError`. All operations used here are reads or idempotent, so all may be
 * repeated. Attempts and the time spent on retrying are bounded: a sweep comes to an end.
 */
import { MINUTE, SECOND, type Duration, type Instant } from '../../domain/time/time.ts';
import { httpDateOf, LONGEST_WAIT } from '../../http/spans.ts';
import { unlessAborted } from '../../http/abort.ts';
import {
  codeIn,
  loginError,
  rateHeaders,
  readAnswer,
  retryAfter,
  type Exchanged,
  type FailedAnswer,
} from './answers.ts';
import type { Answer, Call } from './call.ts';
import { closedError, lateError, PlatformError } from './errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Gate } from './gate.ts';
import type { Redactor } from '../../texts/redactor.ts';
import type { Scrubber } from './scrub.ts';
import type { ServerClock } from './server-clock.ts';
import type { TokenSource } from '../../http/tokens.ts';
import { HttpClientError, type HttpClient, type HttpRequest, type HttpResponse } from '../../http/client.ts';

/** What is told about each request. */
export interface PlatformHooks {
  /** Knows what may be shown nowhere; is told of each token. */
  readonly redactor?: Redactor;
  onRequest(event: { operation: string; status: number | 'network' | 'timeout'; ms: Duration }): void;
  /** After each response: how far the local clock is ahead of the server's. */
  onClock?(errorMs: Duration): void;
  /** Something an operator should know; `message` is constant, facts are in `fields`. */
  warn(message: string, fields: object): void;
}

export interface TransportParts {
  readonly client: HttpClient;
  readonly gate: Gate;
  readonly clock: Clock;
  readonly serverClock: ServerClock;
  readonly scrubber: Scrubber;
  readonly hooks: PlatformHooks;
  /** Between 0 and 1, for jitter. */
  readonly random: () => number;
}

const MAX_TRIES = 4;
/** No new attempt after so long. Long enough for one stop of the longest kind. */
const RETRY_FOR: Duration = LONGEST_WAIT + MINUTE;
const FIRST_PAUSE: Duration = SECOND;
const LONGEST_PAUSE: Duration = 10 * SECOND;
/** What a 429 without `Retry-After` is taken to say. */
const DEFAULT_STOP: Duration = 5 * SECOND;

export class Transport {
  readonly #parts: TransportParts;
  readonly #closing = new AbortController();

  constructor(parts: TransportParts) {
    this.#parts = parts;
  }

  /** An API request with the service's token. Throws `PlatformError`, or the signal's reason. */
  async api(wanted: HttpRequest, call: Call, tokens: TokenSource): Promise<Answer> {
    const { scrubber } = this.#parts;
    let renewed = false;
    return this.#repeat(call, async () => {
      for (;;) {
        const { token, answer } = await this.#attempt(wanted, call, tokens);
        const refused = answer.status === 401 && codeIn(answer) !== 'ip.not.authorized';
        if (refused) tokens.reject(token);
        if (!refused || renewed) return readAnswer(answer, call, scrubber);
        renewed = true;
      }
    });
  }

  /** The client credentials grant. Not part of the token's rate budget. Throws `CredentialsError` or `PlatformUnreachableError`. */
  async login(wanted: HttpRequest, operation: string): Promise<unknown> {
    const { scrubber } = this.#parts;
    const call: Call = { operation, priority: 'action', signal: undefined };
    try {
      const answer = await this.#repeat(call, async () =>
        readAnswer(await this.#send(wanted, call), call, scrubber),
      );
      return answer.body;
    } catch (error) {
      throw loginError(error, operation);
    }
  }

  /** Ends what is under way or waits between two attempts. */
  close(): void {
    this.#closing.abort();
  }

  async #repeat(call: Call, attempt: () => Promise<Answer | FailedAnswer>): Promise<Answer> {
    const { clock } = this.#parts;
    const patience = new Patience(call);
    /** An attempt that may have done its work on the platform though no good answer came back. */
    let doubtful: PlatformError | undefined;
    for (let count = 1; ; count += 1) {
      const outcome = await attempt().catch(failedIfLate);
      if (!('error' in outcome)) return outcome;
      const { error } = outcome;
      if (error.kind === 'late') throw doubtful ?? error;
      const doubted = doubtful !== undefined && error.kind === 'refused';
      if (error.status !== 429) doubtful = error;
      const now = clock.now();
      const next = now + (error.retryAfter ?? this.#pause(error, count));
      if (!patience.allows(outcome, count, now, next)) throw doubted ? repeatedError(error) : error;
      if (this.#isLate(call, next)) throw doubtful ?? lateError(call.operation);
      await this.#sleep(next - clock.now(), call);
    }
  }

  async #sleep(length: Duration, { signal, operation }: Call): Promise<void> {
    const closing = this.#closing.signal;
    const ends = signal === undefined ? closing : AbortSignal.any([signal, closing]);
    try {
      await this.#parts.clock.sleep(length, ends);
    } catch (error) {
      signal?.throwIfAborted();
      if (closing.aborted) throw closedError(operation);
      throw error;
    }
  }

  /** Told by the same clock as the readings' times, so that its uncertainty does not count twice. */
  #isLate({ notAfter }: Call, local: Instant): boolean {
    return notAfter !== undefined && this.#parts.serverClock.earliest(local) > notAfter;
  }

  /** Full jitter over a doubling pause. A change that is still under way takes a second or two. */
  #pause({ status }: PlatformError, count: number): Duration {
    if (status === 409) return SECOND + Math.ceil(SECOND * this.#parts.random());
    const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (count - 1));
    return Math.max(1, Math.ceil(longest * this.#parts.random()));
  }

  async #attempt(
    wanted: HttpRequest,
    call: Call,
    tokens: TokenSource,
  ): Promise<{ token: string; answer: Exchanged }> {
    const { clock, gate, serverClock } = this.#parts;
    const { notAfter, signal } = call;
    const ticket = await gate.enter(call, notAfter === undefined ? undefined : serverClock.localOf(notAfter));
    let token: string;
    try {
      token = await unlessAborted(tokens.get(), signal);
    } catch (error) {
      gate.release(ticket);
      throw error;
    }
    const headers = { ...wanted.headers, authorization: `Bearer ${token}` };
    // A token may take long to come and a connection to open: whether the time is up is asked when the first byte leaves.
    const mayStart = notAfter === undefined ? undefined : () => !this.#isLate(call, clock.now());
    const timeout = call.effort?.timeout;
    const answer = await this.#send({ ...wanted, headers, mayStart, timeout }, call);
    if (answer.status === 'late') gate.release(ticket);
    else gate.leave(ticket, outcomeOf(answer));
    return { token, answer };
  }

  /** One exchange, timed and reported. Never throws. */
  async #send(wanted: HttpRequest, call: Call): Promise<Exchanged> {
    const { clock, hooks, serverClock, client } = this.#parts;
    const sentAt = clock.now();
    const begun = performance.now();
    let status: Exchanged['status'];
    let response: HttpResponse | undefined;
    let code: string | undefined;
    let where: string | undefined;
    try {
      response = await client.exchange(wanted, call.signal);
      status = response.status;
    } catch (error) {
      status = error instanceof HttpClientError ? error.reason : 'network';
      if (error instanceof HttpClientError) ({ code, where } = error);
    }
    const receivedAt = clock.now();
    const date = dateOf(response);
    if (date !== undefined) {
      serverClock.observe(date, sentAt, receivedAt);
      hooks.onClock?.(serverClock.error());
    }
    const ending = status === 'too_large' ? 'network' : status;
    if (typeof ending === 'number' || ending === 'network' || ending === 'timeout') {
      hooks.onRequest({ operation: call.operation, status: ending, ms: performance.now() - begun });
    }
    const { host } = new URL(wanted.url);
    return { status, response, code, where, host, sentAt, receivedAt };
  }
}

/** How often one call is tried. Mutable; one for each call. */
class Patience {
  readonly #tries: number;
  readonly #within: Duration;
  #giveUpAt: Instant | undefined;
  #firstSentAt: Instant | undefined;

  constructor({ effort }: Call) {
    this.#tries = effort?.tries ?? MAX_TRIES;
    this.#within = effort?.within ?? Infinity;
  }

  /** Whether another try, the one after the first `count`, may begin at `next`. */
  allows({ error, again, sentAt }: FailedAnswer, count: number, now: Instant, next: Instant): boolean {
    this.#firstSentAt ??= sentAt;
    // Counted from the first failure: waiting for the rate budget is no reason to give up.
    this.#giveUpAt ??= now + RETRY_FOR;
    if (!again || count >= this.#tries || next > this.#giveUpAt) return false;
    return error.status === 429 || next - this.#firstSentAt <= this.#within;
  }
}

/** What time it was on the platform. An error may be a proxy's or a gateway's, which has a clock of its own. */
function dateOf(response: HttpResponse | undefined): Instant | undefined {
  if (response === undefined || response.status < 200 || response.status > 299) return undefined;
  return httpDateOf(response.headers['date']);
}

/** What the answer says to the rate budget; `undefined` when there was none. */
function outcomeOf(answer: Exchanged): Parameters<Gate['leave']>[1] {
  if (answer.response === undefined) return undefined;
  const stopFor = answer.status === 429 ? (retryAfter(answer) ?? DEFAULT_STOP) : undefined;
  return { rate: rateHeaders(answer.response), stopFor };
}

/** The same refusal, which may be about the effect of an earlier try. */
function repeatedError(error: PlatformError): PlatformError {
  const { message, kind, operation, status, code, contextId, correlationId } = error;
  return new PlatformError(message, {
    ...{ kind, operation, status, code, contextId, correlationId },
    repeated: true,
  });
}

function failedIfLate(error: unknown): FailedAnswer {
  if (error instanceof PlatformError && error.kind === 'late')
    return { error, again: false, sentAt: -Infinity };
  throw error;
}
