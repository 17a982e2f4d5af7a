/** One HTTP exchange: keep-alive, proxies from the environment, a deadline. No retries and no knowledge of the platform. */
import { EnvHttpProxyAgent, request, type Dispatcher } from 'undici';
import type { Duration } from '../domain/time.ts';

export interface WireRequest {
  readonly method: Dispatcher.HttpMethod;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** No answer, or not a whole one. `code` is the network's word for it, such as ECONNREFUSED. */
export class WireError extends Error {
  override readonly name = 'WireError';
  readonly reason: 'timeout' | 'network' | 'aborted';
  readonly code: string | undefined;

  constructor(reason: 'timeout' | 'network' | 'aborted', code?: string) {
    super(reason);
    this.reason = reason;
    this.code = code;
  }
}

/** No page of 500 users comes near this; more is not an answer but an attack on memory. */
const MAX_RESPONSE_BYTES = 64 * 1024 * 1024;
const LOOPBACK = 'localhost,127.0.0.1,::1';

export class Wire {
  readonly #agent: EnvHttpProxyAgent;
  readonly #timeout: Duration;

  /** `timeout` bounds each exchange from the first byte sent to the last byte received, in ms of real time. */
  constructor(timeout: Duration, env: Readonly<Record<string, string | undefined>>) {
    this.#timeout = timeout;
    const noProxy = env['no_proxy'] ?? env['NO_PROXY'] ?? '';
    this.#agent = new EnvHttpProxyAgent({
      noProxy: noProxy === '' ? LOOPBACK : `${noProxy},${LOOPBACK}`,
      keepAliveTimeout: 60_000,
      connections: 32,
      connect: { timeout },
      headersTimeout: timeout,
      bodyTimeout: timeout,
      maxResponseSize: MAX_RESPONSE_BYTES,
    });
  }

  /** Sends and waits for the whole body. Throws only `WireError`. */
  async exchange(wanted: WireRequest, signal: AbortSignal | undefined): Promise<WireResponse> {
    const deadline = new AbortController();
    const timer = setTimeout(() => {
      deadline.abort();
    }, this.#timeout);
    try {
      const response = await request(wanted.url, {
        dispatcher: this.#agent,
        method: wanted.method,
        headers: wanted.headers,
        body: wanted.body ?? null,
        signal: signal === undefined ? deadline.signal : AbortSignal.any([deadline.signal, signal]),
      });
      const text = await response.body.text();
      return { status: response.statusCode, headers: flatten(response.headers), text };
    } catch (error) {
      if (signal?.aborted === true) throw new WireError('aborted');
      const code = codeOf(error);
      const late = deadline.signal.aborted || TIMEOUTS.has(code ?? '');
      throw new WireError(late ? 'timeout' : 'network', code);
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

const TIMEOUTS = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
]);

/** Only the code is taken over: undici's errors hold the request with its headers. */
function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}
