/** The secrets that a policy holds, so that they can be kept out of what is shown. */
import { chosenConnector } from '../identity/connectors/registry.ts';
import { secretsInChannel } from '../notify/channels/registry.ts';
import { secretsInUrl } from '../shapes/database-url.ts';
import type { PageSettings, Settings } from './draft.ts';
import { isStandIn } from './stand-ins.ts';

/** All of them: the client's, and what each channel and connector calls a secret of its own. */
export function secretsOf({ genesys, identity, notify, store, page }: Settings): readonly string[] {
  return [
    genesys.clientSecret,
    basicOf(genesys.clientId, genesys.clientSecret),
    ...(chosenConnector(identity)?.secrets ?? []),
    ...notify.flatMap(secretsInChannel),
    ...(store.postgres === undefined ? [] : secretsInUrl(store.postgres)),
    ...secretsOfPage(page),
  ].filter((secret) => secret !== '' && !isStandIn(secret));
}

/** Those of the page. */
export function secretsOfPage({ secret, signIn }: PageSettings): readonly string[] {
  const own = secret === undefined ? [] : [secret];
  if (signIn === undefined) return own;
  const { clientId, clientSecret } = signIn;
  return [...own, clientSecret, basicOf(clientId, clientSecret)];
}

/** A client's id and secret as a login sends them: what is echoed of it may be encoded once more. */
function basicOf(id: string, secret: string): string {
  return Buffer.from(`${id}:${secret}`).toString('base64');
}
