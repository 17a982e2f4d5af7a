/** Posts JSON to hooks: a deadline, no redirects. Errors never hold the address. */
import { HttpClient, HttpClientError, type HttpResponse } from '../http/client.ts';
import type { Env } from '../http/proxies.ts';
import { httpDateOf, retryAfterOf } from '../http/spans.ts';
import { HOUR, SECOND, type Duration } from '../domain/time/time.ts';
import { DeliveryError } from './errors.ts';

/** Longer than any hook takes that works. */
const DEADLINE: Duration = 10 * SECOND;
/** Of an answer no more is read, so that the connection can be used again. */
const ANSWER = 64 * 1024;
/** Answers that are about the message and not about the receiver. */
const UNWANTED: ReadonlySet<number> = new Set([400, 413, 415, 422]);
/** A receiver that wants to be left alone is asked again after an hour, as everyone is who was tried in vain. */
const WAITS = { least: 0, most: HOUR } as const;

/** See the head of this file. */
export class Poster {
  readonly #client: HttpClient;

  /** `env` names the proxies. `deadline` bounds each exchange. */
  constructor(env: Env, deadline: Duration = DEADLINE) {
    this.#client = new HttpClient({ timeout: deadline, env });
  }

  /** Resolves when the receiver said yes. Rejects with `DeliveryError`. */
  async post(
    url: string,
    body: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<void> {
    const sent = { 'content-type': 'application/json', 'user-agent': 'idle-enforcer', ...headers };
    const request = { method: 'POST', url, headers: sent, body, most: ANSWER, unread: true } as const;
    const answer = await this.#client.exchange(request, signal).catch((error: unknown) => {
      throw new DeliveryError(error instanceof HttpClientError ? wordOf(error) : 'network');
    });
    if (answer.status < 200 || answer.status > 299) throw refusal(answer);
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}

function refusal({ status, headers }: HttpResponse): DeliveryError {
  const answeredAt = httpDateOf(headers['date']) ?? Date.now();
  return new DeliveryError(`HTTP ${status}`, {
    retryAfter: retryAfterOf(headers['retry-after'], answeredAt, WAITS),
    unwanted: UNWANTED.has(status),
  });
}

/** The network's word for it, else ours. */
function wordOf({ code, reason }: HttpClientError): string {
  return reason === 'network' ? (code ?? reason) : reason;
}
