/** The service's own token at an identity provider. */
import { logIn, type OAuthClient } from '../http/oauth.ts';
import { TokenSource } from '../http/tokens.ts';
import type { ConnectorTools } from './connectors/kind.ts';
import { isKnownFailure } from './errors.ts';
import { uptimeOf } from '../ports/clock.ts';

/** Logs in as the client that `oauth` makes, when a token is needed. Credentials that were refused rest for a minute. */
export function tokensBy(
  { client, clock }: Pick<ConnectorTools, 'client' | 'clock'>,
  oauth: () => OAuthClient,
): TokenSource {
  return new TokenSource(
    async () => logIn(client, oauth()),
    () => uptimeOf(clock),
    (error) => isKnownFailure(error) && error.kind === 'credentials',
  );
}
