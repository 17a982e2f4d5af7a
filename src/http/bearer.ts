/** Sends requests to an API with an access token that is good. */
import { unlessAborted } from './abort.ts';
import type { ApiAnswer, ApiRequest, RetryingClient } from './retrying.ts';
import type { TokenSource } from './tokens.ts';

/** See the head of this file. */
export class BearerClient {
  readonly #client: RetryingClient;
  readonly #tokens: TokenSource;

  constructor(client: RetryingClient, tokens: TokenSource) {
    this.#client = client;
    this.#tokens = tokens;
  }

  /** A token that is good now. Throws what the login does, and the signal's reason. */
  token(signal: AbortSignal): Promise<string> {
    // It is fetched for all: a caller that stops waiting must not stop it for the others.
    return unlessAborted(this.#tokens.get(), signal);
  }

  /** Sends with the token, and once again with a new one when it was refused. Throws what `RetryingClient.send` and the login do. */
  async send(wanted: ApiRequest, signal: AbortSignal): Promise<ApiAnswer> {
    const token = await this.token(signal);
    const first = await this.#sendWith(token, wanted, signal);
    if (first.status !== 401) return first;
    this.#tokens.reject(token);
    const second = await this.#sendWith(await this.token(signal), wanted, signal);
    return { ...second, mayBeDone: first.mayBeDone || second.mayBeDone };
  }

  #sendWith(token: string, wanted: ApiRequest, signal: AbortSignal): Promise<ApiAnswer> {
    return this.#client.send(
      { ...wanted, headers: { ...wanted.headers, authorization: `Bearer ${token}` } },
      signal,
    );
  }
}
