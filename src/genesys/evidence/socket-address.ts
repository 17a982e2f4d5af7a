/** Which addresses a socket is opened to. The platform names them, and whoever is behind one tells who was Offline. */

/** Where the platform is. */
export interface SocketPlace {
  /** Whether the platform itself is spoken to without encryption, as a sandbox is. */
  readonly isPlain: boolean;
  /** Hosts of the platform: sockets are opened to them and to the hosts below them. */
  readonly hosts: readonly string[];
}

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Why no socket is opened to an address, in a few words; `undefined` where one may be. */
export function refusalOf(address: string, { isPlain, hosts }: SocketPlace): string | undefined {
  const { protocol, username, password, hostname } = URL.canParse(address)
    ? new URL(address)
    : { protocol: '', username: '', password: '', hostname: '' };
  const isOpen = protocol === 'wss:' || (isPlain && protocol === 'ws:');
  if (!isOpen || username !== '' || password !== '') return 'none of an encrypted WebSocket';
  const isOurs = hosts.some(
    (host) =>
      hostname === host ||
      hostname.endsWith(`.${host}`) ||
      // One machine has several names there.
      (LOOPBACK.has(hostname) && LOOPBACK.has(host)),
  );
  return isOurs ? undefined : 'at a host that is none of the platform';
}
