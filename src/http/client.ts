/**
 * The one HTTP client of the program: one exchange, with keep-alive, the proxies of the environment, a deadline and a bounded
 * body. Redirects are not followed. It tries nothing again: see `retrying.ts` for that, and `genesys/http/` for the platform,
 * where a budget of requests has to be kept besides.
 */
import { EnvHttpProxyAgent, request, type Dispatcher } from 'undici';
import { SECOND, type Duration } from '../domain/time/time.ts';
import { BodyTooLarge, readBody } from './body.ts';
import { PAGE_BOUNDS } from './json.ts';
import { proxyOptions, type Env } from './proxies.ts';
import { LONGEST_MESSAGE, openSocket, type Socket, type SocketHooks } from './socket.ts';

/** What is sent. */
export interface HttpRequest {
  readonly method: Dispatcher.HttpMethod;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Asked at the moment when the first byte would leave, which may be long after `exchange` was called. */
  readonly mayStart?: (() => boolean) | undefined;
  /** Where this exchange may not take as long as others, in ms of real time. */
  readonly timeout?: Duration | undefined;
  /** The longest answer that is read, in bytes; one page of users unless given. */
  readonly most?: number | undefined;
  /** Only status and headers matter: of the body no more is read than `most`, however long it is, and `text` is empty. */
  readonly unread?: boolean | undefined;
}

/** What came back. Headers in lower case; one that is repeated as a list with commas. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/**
 * Why there is no answer; `late` when `mayStart` said no, `closed` when the client was closed, `too_large` when the answer is
 * longer than may be.
 */
export type HttpClientFault = 'timeout' | 'network' | 'aborted' | 'late' | 'closed' | 'too_large';

/**
 * No answer, or not a whole one. `code` is the network's word for it, such as ECONNREFUSED, and `where` the name or address
 * that it is about.
 */
export class HttpClientError extends Error {
  override readonly name = 'HttpClientError';
  readonly reason: HttpClientFault;
  readonly code: string | undefined;
  readonly where: string | undefined;

  constructor(reason: HttpClientFault, code?: string, where?: string) {
    super(reason);
    this.reason = reason;
    this.code = code;
    this.where = where;
  }
}

/** Shorter than what load balancers keep an idle connection for: a request never meets one that is just being closed. */
const KEPT_ALIVE: Duration = 20 * SECOND;
/** Of one message of a WebSocket. */
const MOST_FRAGMENTS = 64;

export interface HttpClientOptions {
  /** Bounds each exchange from the first byte sent to the last byte received, in ms of real time. */
  readonly timeout: Duration;
  /** Names the proxies. */
  readonly env: Env;
  /** Most connections to one host; no bound unless given. */
  readonly connections?: number | undefined;
}

/** See the head of this file. */
export class HttpClient {
  readonly #agent: EnvHttpProxyAgent;
  readonly #timeout: Duration;
  /** Ends each exchange under way. */
  readonly #underWay = new Set<() => void>();
  #closed = false;

  constructor({ timeout, env, connections }: HttpClientOptions) {
    this.#timeout = timeout;
    this.#agent = new EnvHttpProxyAgent({
      ...proxyOptions(env),
      keepAliveTimeout: KEPT_ALIVE,
      ...(connections === undefined ? {} : { connections }),
      connect: { timeout },
      headersTimeout: timeout,
      bodyTimeout: timeout,
      webSocket: { maxPayloadSize: LONGEST_MESSAGE, maxFragments: MOST_FRAGMENTS },
    });
  }

  /** Sends and waits for the whole body. Throws only `HttpClientError`. */
  async exchange(wanted: HttpRequest, signal: AbortSignal | undefined): Promise<HttpResponse> {
    if (this.#closed) throw new HttpClientError('closed');
    if (signal?.aborted === true) throw new HttpClientError('aborted');
    const stop = new AbortController();
    let why: HttpClientFault | undefined;
    const endWith = (reason: HttpClientFault) => (): void => {
      why ??= reason;
      stop.abort();
    };
    const onAbort = endWith('aborted');
    const onClose = endWith('closed');
    const { timeout = this.#timeout } = wanted;
    const timer = setTimeout(endWith('timeout'), Math.min(this.#timeout, timeout));
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#underWay.add(onClose);
    try {
      return await this.#request(wanted, stop.signal);
    } catch (error) {
      throw faultOf(error, why);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      this.#underWay.delete(onClose);
    }
  }

  /** Opens a WebSocket, which lives until it is closed, here or there, or this client is. */
  socket(url: string, hooks: SocketHooks): Socket {
    const socket = openSocket(this.#agent, url, {
      ...hooks,
      closed: () => {
        this.#underWay.delete(socket.close);
        hooks.closed();
      },
    });
    this.#underWay.add(socket.close);
    return socket;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const end of this.#underWay) end();
    await this.#agent.destroy();
  }

  async #request(
    { url, method, headers, body, mayStart, unread = false, most = PAGE_BOUNDS.length }: HttpRequest,
    signal: AbortSignal,
  ): Promise<HttpResponse> {
    const dispatcher = mayStart === undefined ? this.#agent : this.#agent.compose(onlyIf(mayStart));
    const response = await request(url, { dispatcher, method, headers, body: body ?? null, signal });
    // The connection can be used again only when the body has been read.
    if (unread) await response.body.dump({ limit: most }).catch(() => undefined);
    const text = unread ? '' : await readBody(response, most);
    return { status: response.statusCode, headers: flatten(response.headers), text };
  }
}

/** Calls a request off when its turn on a connection has come, and not a byte of it has left, but it may not start. */
function onlyIf(mayStart: () => boolean): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) =>
    dispatch(options, {
      onRequestStart: (controller, context) => {
        if (mayStart()) handler.onRequestStart?.(controller, context);
        else controller.abort(new HttpClientError('late'));
      },
      onResponseStart: (...more) => handler.onResponseStart?.(...more),
      onResponseData: (...more) => handler.onResponseData?.(...more),
      onResponseEnd: (...more) => handler.onResponseEnd?.(...more),
      onResponseError: (...more) => handler.onResponseError?.(...more),
    });
}

/** What went wrong; `why` where we ended the exchange ourselves. */
function faultOf(error: unknown, why: HttpClientFault | undefined): HttpClientError {
  if (error instanceof HttpClientError) return error;
  if (error instanceof BodyTooLarge) return new HttpClientError('too_large');
  const code = codeOf(error);
  return new HttpClientError(why ?? (TIMEOUTS.has(code ?? '') ? 'timeout' : 'network'), code, placeOf(error));
}

const TIMEOUTS = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
]);

/** Only the code is taken over: undici's errors hold the request with its headers. */
function codeOf(error: unknown): string | undefined {
  const { code } = asFields(error);
  return typeof code === 'string' ? code : undefined;
}

/** The name that is not known, or the address that does not answer. Of several addresses of one name, the first. */
function placeOf(error: unknown): string | undefined {
  const { hostname, address, port } = asFields(error instanceof AggregateError ? error.errors[0] : error);
  if (typeof hostname === 'string') return hostname;
  if (typeof address !== 'string') return undefined;
  return typeof port === 'number' ? `${address}:${port}` : address;
}

function asFields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}
