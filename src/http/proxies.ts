/** The proxies that the environment names, as every client of the program reads them. */

/** The environment of the process. */
export type Env = Readonly<Record<string, string | undefined>>;

/** What is set of a proxy, in capitals or not; empty where nothing is. */
export function proxySetting(env: Env, name: 'HTTP_PROXY' | 'HTTPS_PROXY' | 'NO_PROXY'): string {
  return env[name.toLowerCase()] ?? env[name] ?? '';
}

const LOOPBACK = 'localhost,127.0.0.1,::1';

/** Which proxy to take for which host. Loopback is never reached through one. */
export function proxyOptions(env: Env): {
  readonly httpProxy: string;
  readonly httpsProxy: string;
  readonly noProxy: string;
} {
  const noProxy = proxySetting(env, 'NO_PROXY');
  return {
    httpProxy: proxySetting(env, 'HTTP_PROXY'),
    httpsProxy: proxySetting(env, 'HTTPS_PROXY'),
    noProxy: noProxy === '' ? LOOPBACK : `${noProxy},${LOOPBACK}`,
  };
}
