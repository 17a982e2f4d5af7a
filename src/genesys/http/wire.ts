/** One HTTP exchange: keep-alive, proxies from the environment, a deadline. No retries and no knowledge of the platform. */
import { EnvHttpProxyAgent, request, type Dispatcher } from 'undici';
import { SECOND, type Duration } from '../../domain/time/time.ts';
import { BodyTooLarge, readBody } from '../../http/body.ts';
import { PAGE_BOUNDS } from '../../http/json.ts';
import { AT_ONCE } from './gate.ts';

export interface WireRequest {
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
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/**
 * Why there is no answer; `late` when `mayStart` said no, `closed` when the wire was closed, `too_large` when the answer is
 * longer than may be.
 */
export type WireFault = 'timeout' | 'network' | 'aborted' | 'late' | 'closed' | 'too_large';

/**
 * No answer, or not a whole one. `code` is the network's word for it, such as ECONNREFUSED, and `where` the name or address
 * that it is about.
 */
export class WireError extends Error {
  override readonly name = 'WireError';
  readonly reason: WireFault;
  readonly code: string | undefined;
  readonly where: string | undefined;

  constructor(reason: WireFault, code?: string, where?: string) {
    super(reason);
    this.reason = reason;
    this.code = code;
    this.where = where;
  }
}

/** Shorter than what load balancers keep an idle connection for: a request never meets one that is just being closed. */
const KEPT_ALIVE: Duration = 20 * SECOND;
const LOOPBACK = 'localhost,127.0.0.1,::1';

export class Wire {
  readonly #agent: EnvHttpProxyAgent;
  readonly #timeout: Duration;
  /** Ends each exchange under way. */
  readonly #underWay = new Set<() => void>();
  #closed = false;

  /**
   * `timeout` bounds each exchange from the first byte sent to the last byte received, in ms of real time. `env` names the
   * proxies: `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`, in capitals or not. Loopback is never sent through a proxy.
   */
  constructor(timeout: Duration, env: Readonly<Record<string, string | undefined>>) {
    this.#timeout = timeout;
    const setting = (name: string): string => env[name.toLowerCase()] ?? env[name] ?? '';
    const noProxy = setting('NO_PROXY');
    this.#agent = new EnvHttpProxyAgent({
      httpProxy: setting('HTTP_PROXY'),
      httpsProxy: setting('HTTPS_PROXY'),
      noProxy: noProxy === '' ? LOOPBACK : `${noProxy},${LOOPBACK}`,
      keepAliveTimeout: KEPT_ALIVE,
      connections: AT_ONCE,
      connect: { timeout },
      headersTimeout: timeout,
      bodyTimeout: timeout,
    });
  }

  /** Sends and waits for the whole body. Throws only `WireError`. */
  async exchange(wanted: WireRequest, signal: AbortSignal | undefined): Promise<WireResponse> {
    if (this.#closed) throw new WireError('closed');
    if (signal?.aborted === true) throw new WireError('aborted');
    const stop = new AbortController();
    let why: WireFault | undefined;
    const endWith = (reason: WireFault) => (): void => {
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

  async close(): Promise<void> {
    this.#closed = true;
    for (const end of this.#underWay) end();
    await this.#agent.destroy();
  }

  async #request(
    { url, method, headers, body, mayStart, most = PAGE_BOUNDS.length }: WireRequest,
    signal: AbortSignal,
  ): Promise<WireResponse> {
    const dispatcher = mayStart === undefined ? this.#agent : this.#agent.compose(onlyIf(mayStart));
    const response = await request(url, { dispatcher, method, headers, body: body ?? null, signal });
    const text = await readBody(response, most);
    return { status: response.statusCode, headers: flatten(response.headers), text };
  }
}

/** Calls a request off when its turn on a connection has come, and not a byte of it has left, but it may not start. */
function onlyIf(mayStart: () => boolean): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) =>
    dispatch(options, {
      onRequestStart: (controller, context) => {
        if (mayStart()) handler.onRequestStart?.(controller, context);
        else controller.abort(new WireError('late'));
      },
      onResponseStart: (...more) => handler.onResponseStart?.(...more),
      onResponseData: (...more) => handler.onResponseData?.(...more),
      onResponseEnd: (...more) => handler.onResponseEnd?.(...more),
      onResponseError: (...more) => handler.onResponseError?.(...more),
    });
}

/** What went wrong; `why` where we ended the exchange ourselves. */
function faultOf(error: unknown, why: WireFault | undefined): WireError {
  if (error instanceof WireError) return error;
  if (error instanceof BodyTooLarge) return new WireError('too_large');
  const code = codeOf(error);
  return new WireError(why ?? (TIMEOUTS.has(code ?? '') ? 'timeout' : 'network'), code, placeOf(error));
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
