/** The secrets that a policy holds, so that they can be kept out of what is shown. */
import type { Settings } from './draft.ts';

/** Paths of hooks are keys where they are so long; shorter ones are words such as `/hook`. */
const SHORTEST_PATH = 12;

/** All of them: client secrets, tokens and keys of connectors, signing keys, and what is secret of an address. */
export function secretsOf({ genesys, identity, notify }: Settings): readonly string[] {
  const { okta, entra, keycloak, webhook } = identity ?? {};
  return [
    genesys.clientSecret,
    basicOf(genesys.clientId, genesys.clientSecret),
    okta?.api_token,
    okta?.private_key,
    entra?.client_secret,
    keycloak?.client_secret,
    webhook?.secret,
    ...(webhook === undefined ? [] : secretsInAddress(webhook.url)),
    ...notify.flatMap(({ url, secret }) => [secret, ...secretsInAddress(url)]),
  ].flatMap((secret) => (secret === undefined || secret === '' ? [] : [secret]));
}

/** A client's id and secret as a login sends them: what is echoed of it may be encoded once more. */
function basicOf(id: string, secret: string): string {
  return Buffer.from(`${id}:${secret}`).toString('base64');
}

/** The password of an address, as written and as meant, and its path and query where these are a key. */
export function secretsInAddress(address: string): readonly string[] {
  if (!URL.canParse(address)) return address === '' ? [] : [address];
  const { password, pathname, search } = new URL(address);
  const path = pathname + search;
  return [
    ...(password === '' ? [] : [password, decoded(password)]),
    ...(path.length >= SHORTEST_PATH ? [path] : []),
    ...(search.length > 1 ? [...new URLSearchParams(search).values()] : []),
  ];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
