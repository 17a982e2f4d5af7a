/** Sends a body by HTTP: proxies from the environment, a deadline, no redirects. Errors never hold the address. */
import { EnvHttpProxyAgent, request } from 'undici';
import { SECOND, type Duration } from '../domain/time.ts';
import { DeliveryError } from './errors.ts';

/** Longer than any hook takes that works. */
const DEADLINE: Duration = 10 * SECOND;
/** Of an answer no more is read, so that the connection can be used again. */
const ANSWER = 64 * 1024;
/** Answers that are about the message and not about the receiver. */
const UNWANTED: ReadonlySet<number> = new Set([400, 413, 415, 422]);
const LOOPBACK = 'localhost,127.0.0.1,::1';

/** Posts JSON to hooks. */
export class Poster {
  readonly #agent: EnvHttpProxyAgent;
  readonly #deadline: Duration;

  /** `env` names the proxies, in capitals or not; loopback is never sent through one. `deadline` bounds each exchange. */
  constructor(env: Readonly<Record<string, string | undefined>>, deadline: Duration = DEADLINE) {
    this.#deadline = deadline;
    const setting = (name: string): string => env[name.toLowerCase()] ?? env[name] ?? '';
    const noProxy = setting('NO_PROXY');
    this.#agent = new EnvHttpProxyAgent({
      httpProxy: setting('HTTP_PROXY'),
      httpsProxy: setting('HTTPS_PROXY'),
      noProxy: noProxy === '' ? LOOPBACK : `${noProxy},${LOOPBACK}`,
      connect: { timeout: deadline },
      headersTimeout: deadline,
      bodyTimeout: deadline,
    });
  }

  /** Resolves when the receiver said yes. Rejects with `DeliveryError`. */
  async post(
    url: string,
    body: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<void> {
    const deadline = AbortSignal.timeout(this.#deadline);
    try {
      const answer = await request(url, {
        dispatcher: this.#agent,
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': 'idle-enforcer', ...headers },
        body,
        signal: AbortSignal.any([signal, deadline]),
      });
      await answer.body.dump({ limit: ANSWER }).catch(() => undefined);
      const { statusCode } = answer;
      if (statusCode >= 200 && statusCode < 300) return;
      throw new DeliveryError(`HTTP ${statusCode}`, {
        retryAfter: retryAfter(answer.headers['retry-after']),
        unwanted: UNWANTED.has(statusCode),
      });
    } catch (error) {
      if (error instanceof DeliveryError) throw error;
      if (signal.aborted) throw new DeliveryError('aborted');
      throw new DeliveryError(deadline.aborted ? 'timeout' : codeOf(error));
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

/** The header in ms: seconds, or a date against the machine's clock. */
function retryAfter(header: string | string[] | undefined): Duration | undefined {
  if (typeof header !== 'string') return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds) * SECOND;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}

/** Only the code is taken over: the library's errors hold the address. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return 'network';
  return typeof error.code === 'string' ? error.code : 'network';
}
