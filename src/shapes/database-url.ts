/**
 * Where a database is, by its URL. Every part is read here: a library would take some from the environment, others from files, and warn of
 * meanings that are to change.
 */

/** What a URL says. */
export interface DatabaseUrl {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly tls: TlsMode;
  /** The file of the authority that the server's certificate is to be of. */
  readonly authority: string | undefined;
  /** For people; holds neither user nor password. */
  readonly place: string;
}

/** `verify`: TLS, with a certificate that is checked; `any`: whatever the certificate is. */
export type TlsMode = 'none' | 'verify' | 'any';

/** The URL cannot be used. The message is the end of a sentence about it, and holds no part of it that may be a secret. */
export class DatabaseUrlFault extends Error {
  override readonly name = 'DatabaseUrlFault';
}

/** In bytes: all authorities that browsers know are smaller. */
export const LARGEST_AUTHORITY = 1_024 * 1_024;

const USUAL_PORT = '5432';
const SCHEMES: ReadonlySet<string> = new Set(['postgres:', 'postgresql:']);
/** `verify-ca` checks no name, and is not offered: a certificate of the right authority may be that of another machine. */
const TLS: Readonly<Record<string, TlsMode>> = {
  disable: 'none',
  require: 'verify',
  'verify-full': 'verify',
  'no-verify': 'any',
};
const KNOWN = ['sslmode', 'sslrootcert', 'host', 'port', 'user', 'password', 'dbname'];

/** Whether a text is the URL of a database, rather than the path of a file. */
export function isDatabaseUrl(text: string): boolean {
  return /^postgres(?:ql)?:/i.test(text.trim());
}

/** Whether a text is the URL of anything, a database or not. Where a path is wanted none is meant, and it may hold a password. */
export function isUrl(text: string): boolean {
  return isDatabaseUrl(text) || /^[a-z][a-z\d+.-]*:\/\//i.test(text.trim());
}

/** Reads a URL. Throws `DatabaseUrlFault`. */
export function databaseUrlOf(text: string): DatabaseUrl {
  const url = urlIn(text.trim());
  const { searchParams: query } = url;
  mustBeKnown(query);
  const host = given(query.get('host') ?? part(url.hostname.replace(/^\[(.+)\]$/, '$1')), 'names no host');
  const user = given(query.get('user') ?? part(url.username), 'names no user');
  const database = query.get('dbname') ?? part(url.pathname.slice(1));
  given(database, 'names no database: it stands behind the last slash');
  const port = portOf(query.get('port') ?? url.port);
  const password = query.get('password') ?? part(url.password);
  const isSocket = host.startsWith('/');
  const authority = query.get('sslrootcert') ?? undefined;
  const tls = tlsOf(query.get('sslmode') ?? (authority === undefined ? 'disable' : 'verify-full'));
  const place = `postgres://${isSocket ? '' : `${host}:${port}`}/${database}`;
  return { host, port, user, password, database, tls: isSocket ? 'none' : tls, authority, place };
}

/** What of a URL may be shown nowhere: the password as it is written there, and as it is meant. */
export function secretsInUrl(text: string): readonly string[] {
  try {
    const url = urlIn(text.trim());
    const secrets = [url.password, part(url.password), url.searchParams.get('password') ?? ''];
    return secrets.filter((secret) => secret !== '');
  } catch {
    // What cannot be read may be a password as a whole.
    return [text];
  }
}

function urlIn(text: string): URL {
  // A path of a socket, which stands in the query, comes with no host.
  const whole = text.replace(/^(postgres(?:ql)?:\/\/(?:[^@/]*@)?)\//i, '$1socket/');
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  if (url === undefined)
    throw new DatabaseUrlFault(
      'cannot be read: write postgres://USER:PASSWORD@HOST:5432/DATABASE, with special characters of the password as %XX',
    );
  if (!SCHEMES.has(url.protocol)) throw new DatabaseUrlFault('does not begin with postgres://');
  return url;
}

function mustBeKnown(query: URLSearchParams): void {
  const strange = [...query.keys()].find((key) => !KNOWN.includes(key));
  if (strange === undefined) return;
  // Without its & a secret is a part of the key.
  const name = /^[a-z_]{1,30}$/i.test(strange) ? `"${strange}"` : 'of another name';
  throw new DatabaseUrlFault(
    `has a parameter ${name} that this program does not know; it knows ${KNOWN.join(', ')}`,
  );
}

function given(text: string, fault: string): string {
  if (text === '') throw new DatabaseUrlFault(fault);
  return text;
}

function part(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new DatabaseUrlFault('has a % that begins no code of two digits: write it as %25');
  }
}

function portOf(text: string): number {
  const port = Number(text === '' ? USUAL_PORT : text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new DatabaseUrlFault('has a port that is none');
  return port;
}

function tlsOf(mode: string): TlsMode {
  const tls = Object.hasOwn(TLS, mode) ? TLS[mode] : undefined;
  if (tls === undefined)
    throw new DatabaseUrlFault(`has an sslmode that is none of ${Object.keys(TLS).join(', ')}`);
  return tls;
}
