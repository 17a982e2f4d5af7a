/** What a connection is made with, by the URL of the database. */
import type { ConnectionOptions } from 'node:tls';
import { FileFault, readTextFile } from '../../files/plain-file.ts';
import {
  DatabaseUrlFault,
  databaseUrlOf,
  LARGEST_AUTHORITY,
  type DatabaseUrl,
} from '../../shapes/database-url.ts';
import { StoreError } from '../errors.ts';

/** See `DatabaseUrl`. */
export interface Address extends Omit<DatabaseUrl, 'tls' | 'authority'> {
  /** `false`: without TLS. */
  readonly ssl: ConnectionOptions | false;
}

/** Reads a URL, and the certificate that it names. Throws `StoreError`. */
export function addressOf(url: string): Address {
  try {
    const { tls, authority, ...rest } = databaseUrlOf(url);
    return { ...rest, ssl: sslOf(tls, authority) };
  } catch (error) {
    if (!(error instanceof DatabaseUrlFault)) throw error;
    throw refused(error.message);
  }
}

/** How people find the store of an organisation. */
export function placeOf({ place }: Address, organisation: string): string {
  return `${place} (organisation ${organisation})`;
}

function sslOf(tls: DatabaseUrl['tls'], authority: string | undefined): ConnectionOptions | false {
  if (tls === 'none') return false;
  if (tls === 'any') return { rejectUnauthorized: false };
  // Without an authority of its own, those of Node.js hold, and with them NODE_EXTRA_CA_CERTS.
  return { rejectUnauthorized: true, ...(authority === undefined ? {} : { ca: certificateIn(authority) }) };
}

function certificateIn(path: string): string {
  try {
    return readTextFile(path, LARGEST_AUTHORITY);
  } catch (error) {
    if (!(error instanceof FileFault)) throw error;
    throw refused(`names a certificate that cannot be read (${error.why}): sslrootcert=${path}`);
  }
}

function refused(why: string): StoreError {
  return new StoreError(
    'unwritable',
    'store.postgres',
    `The address of the database (store.postgres) ${why}.`,
  );
}
