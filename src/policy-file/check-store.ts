/** A policy, or the file of a fleet, has its store in files or in a database. */
import { FileFault, readTextFile } from '../files/plain-file.ts';
import {
  DatabaseUrlFault,
  databaseUrlOf,
  isDatabaseUrl,
  isUrl,
  LARGEST_AUTHORITY,
} from '../shapes/database-url.ts';
import type { Checking } from './checking.ts';

/** Checks that a path is none of a database, that a database can be told from its address, and that no file stands beside it. */
export function checkStore({ source, faults }: Pick<Checking, 'source' | 'faults'>): void {
  const file = ['store', 'sqlite'];
  const sqlite = source.at(file);
  if (typeof sqlite === 'string' && isUrl(sqlite)) faults.add(file, notAPath(sqlite));
  const path = ['store', 'postgres'];
  const postgres = source.at(path);
  if (typeof postgres !== 'string') return;
  if (sqlite !== undefined) faults.add(file, 'stands beside postgres: there is one or the other');
  // What begins otherwise is a fault of the schema.
  if (source.isAbsent(path) || !/^postgres(?:ql)?:\/\/\S+$/.test(postgres)) return;
  const fault = faultOf(postgres);
  if (fault !== undefined) faults.add(path, fault);
}

/** A file of that name would be made, and its name, which may hold a password, would stand in the log. */
function notAPath(url: string): string {
  if (isDatabaseUrl(url)) return 'is the URL of a database: write it under store.postgres';
  return 'is a URL: write the path of a file';
}

function faultOf(url: string): string | undefined {
  try {
    const { authority } = databaseUrlOf(url);
    if (authority === undefined) return undefined;
    try {
      readTextFile(authority, LARGEST_AUTHORITY);
      return undefined;
    } catch (error) {
      if (!(error instanceof FileFault)) throw error;
      return `names a certificate that cannot be read (${error.why}): sslrootcert=${authority}`;
    }
  } catch (error) {
    if (!(error instanceof DatabaseUrlFault)) throw error;
    return error.message;
  }
}
