/** Sends a body by HTTP: proxies from the environment, a deadline, no redirects. Errors never hold the address. */
import { EnvHttpProxyAgent, request } from 'undici';
import { HOUR, SECOND, type Duration } from '../domain/time/time.ts';
import { httpDateOf, retryAfterOf } from '../http/spans.ts';
import { DeliveryError } from './errors.ts';

/** Longer than any hook takes that works. */
const DEADLINE: Duration = 10 * SECOND;
/** Of an answer no more is read, so that the connection can be used again. */
const ANSWER = 64 * 1024;
/** Answers that are about the message and not about the receiver. */
const UNWANTED: ReadonlySet<number> = new Set([400, 413, 415, 422]);
/** A receiver that wants to be left alone is asked again after an hour, as everyone is who was tried in vain. */
const WAITS = { least: 0, most: HOUR } as const;
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
      const { statusCode, headers: told } = answer;
      if (statusCode >= 200 && statusCode < 300) return;
      const answeredAt = httpDateOf(joined(told['date'])) ?? Date.now();
      throw new DeliveryError(`HTTP ${statusCode}`, {
        retryAfter: retryAfterOf(joined(told['retry-after']), answeredAt, WAITS),
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

/** A header that is repeated, as one. */
function joined(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(', ') : header;
}

/** Only the code is taken over: the library's errors hold the address. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return 'network';
  return typeof error.code === 'string' ? error.code : 'network';
}
