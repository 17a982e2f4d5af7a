/**
 * Where a database is, by its URL. Every part is read here: the library would take some from the environment, others from files, and
 * warn of meanings that are to change.
 */
import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { StoreError } from '../errors.ts';

/** What a connection is made with. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** `false`: without TLS. */
  readonly ssl: ConnectionOptions | false;
  /** For people; holds neither user nor password. */
  readonly place: string;
}

const USUAL_PORT = 5432;
const SCHEMES: ReadonlySet<string> = new Set(['postgres:', 'postgresql:']);
/** `verify-ca` checks no name, and is not offered: a certificate of the right authority may be that of another machine. */
const SSL_MODES = ['disable', 'require', 'verify-full', 'no-verify'] as const;
const KNOWN = ['sslmode', 'sslrootcert', 'host', 'port', 'user', 'password', 'dbname'];

/** Whether a text is the URL of a database, rather than the path of a file. */
export function isDatabaseUrl(text: string): boolean {
  return /^postgres(?:ql)?:/i.test(text.trim());
}

/** Reads a URL. Throws `StoreError`, which holds no part of it that may be a secret. */
export function addressOf(text: string): Address {
  const url = urlIn(text.trim());
  const query = url.searchParams;
  const strange = [...query.keys()].find((key) => !KNOWN.includes(key));
  if (strange !== undefined) {
    const name = /^[a-z_]{1,30}$/i.test(strange) ? `"${strange}"` : 'of another name';
    throw refused(`has a parameter ${name} that this program does not know; it knows ${KNOWN.join(', ')}`);
  }
  const host = query.get('host') ?? part(url.hostname.replace(/^\[(.+)\]$/, '$1'));
  const port = Number(query.get('port') ?? (url.port === '' ? USUAL_PORT : url.port));
  const database = query.get('dbname') ?? part(url.pathname.slice(1));
  const user = query.get('user') ?? part(url.username);
  if (host === '') throw refused('names no host');
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw refused('has a port that is none');
  if (user === '') throw refused('names no user');
  if (database === '') throw refused('names no database: it stands behind the last slash');
  const password = query.get('password') ?? part(url.password);
  const place = `postgres://${host.startsWith('/') ? '' : `${host}:${port}`}/${database}`;
  return { host, port, user, password, database, ssl: sslOf(query, host), place };
}

/** What of a URL may be shown nowhere: the password as it is written there, and as it is meant. */
export function secretsInUrl(text: string): readonly string[] {
  try {
    const url = urlIn(text.trim());
    return [url.password, part(url.password), url.searchParams.get('password') ?? ''].filter(
      (secret) => secret !== '',
    );
  } catch {
    // What cannot be read may be a password as a whole.
    return [text];
  }
}

function urlIn(text: string): URL {
  let url: URL;
  try {
    // A path of a socket, which stands in the query, comes with no host.
    url = new URL(text.replace(/^(postgres(?:ql)?:\/\/(?:[^@/]*@)?)\//i, '$1socket/'));
  } catch {
    throw refused(
      'cannot be read: write postgres://USER:PASSWORD@HOST:5432/DATABASE, with special characters of the password as %XX',
    );
  }
  if (!SCHEMES.has(url.protocol)) throw refused('does not begin with postgres://');
  return url;
}

function part(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw refused('has a % that begins no code of two digits: write it as %25');
  }
}

/** Without `sslmode`, a database on another machine is asked with TLS only where that is said. */
function sslOf(query: URLSearchParams, host: string): ConnectionOptions | false {
  const ca = query.get('sslrootcert');
  const mode = query.get('sslmode') ?? (ca === null ? 'disable' : 'verify-full');
  if (!SSL_MODES.some((known) => known === mode))
    throw refused(`has an sslmode that is none of ${SSL_MODES.join(', ')}`);
  if (mode === 'disable' || host.startsWith('/')) return false;
  if (mode === 'no-verify') return { rejectUnauthorized: false };
  return ca === null ? { rejectUnauthorized: true } : { rejectUnauthorized: true, ca: certificateIn(ca) };
}

function certificateIn(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw refused(`names a certificate that cannot be read: sslrootcert=${path}`);
  }
}

function refused(why: string): StoreError {
  return new StoreError(
    'unwritable',
    'store.postgres',
    `The address of the database (store.postgres) ${why}.`,
  );
}
