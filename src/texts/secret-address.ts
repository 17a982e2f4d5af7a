/** What of an address is a secret: hooks and mail servers carry their key in it. */

/** Paths of hooks are keys where they are so long; shorter ones are words such as `/hook`. */
const SHORTEST_PATH = 12;

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
