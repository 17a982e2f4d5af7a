/** The proxies that the environment names, looked at before the first connection: a slip there must not look like a crash. */
import { proxySetting, type Env } from '../http/proxies.ts';

const NAMES = ['HTTPS_PROXY', 'HTTP_PROXY'] as const;

/** The environment names a proxy that cannot be one. The value is not repeated: it may hold a password. */
export class ProxySettingsError extends Error {
  override readonly name = 'ProxySettingsError';
}

/** The addresses in use, whole: they may hold a password. */
export function proxyAddresses(env: Env): readonly string[] {
  return NAMES.map((name) => proxySetting(env, name)).filter((value) => value !== '');
}

/** The proxies in use, each as host and port. Throws `ProxySettingsError`. */
export function proxiesOf(env: Env): Readonly<Record<string, string>> {
  const proxies: Record<string, string> = {};
  for (const name of NAMES) {
    const value = proxySetting(env, name);
    if (value !== '') proxies[name] = hostOf(name, value);
  }
  return proxies;
}

function hostOf(name: string, value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || !isWellEscaped(url)) {
    throw new ProxySettingsError(
      `${name} is not the address of a proxy: write http://proxy.example.com:3128, or http://user:password@proxy.example.com:3128 with special characters as %XX.`,
    );
  }
  return url.host;
}

function isWellEscaped({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}
