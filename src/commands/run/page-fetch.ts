/** How the page asks the provider at which its users sign in: by the program's own client, within bounds. */
import { HttpClient } from '../../http/client.ts';
import type { Env } from '../../http/proxies.ts';
import { SECOND } from '../../domain/time/time.ts';
import type { SignInParts } from '../../server/page/provider.ts';

/** In bytes: discovery, keys, tokens and claims of a user in many groups are smaller. */
const LONGEST_ANSWER = 512 * 1_024;

/** A fetch with the proxies of the environment, a deadline and a bound. Redirects are not followed. */
export function pageFetch(env: Env): SignInParts['fetch'] {
  const client = new HttpClient({ timeout: 10 * SECOND, env, connections: 4 });
  return async (url, { method, headers, body, signal }) => {
    const {
      status,
      headers: told,
      text,
    } = await client.exchange(
      {
        method: method === 'POST' ? 'POST' : 'GET',
        url,
        headers,
        // What the library posts are the fields of a form.
        body: body instanceof URLSearchParams ? body.toString() : undefined,
        most: LONGEST_ANSWER,
      },
      signal ?? undefined,
    );
    return new Response(text, { status, headers: { 'content-type': told['content-type'] ?? '' } });
  };
}
