/** A policy, or the file of a fleet, has its store in files or in a database. */
import { FileFault, readTextFile } from '../files/plain-file.ts';
import { DatabaseUrlFault, databaseUrlOf, LARGEST_AUTHORITY } from '../shapes/database-url.ts';
import type { Checking } from './checking.ts';

/** Checks that the database can be told from the address, and that no file stands beside it. */
export function checkStore({ source, faults }: Pick<Checking, 'source' | 'faults'>): void {
  const path = ['store', 'postgres'];
  const postgres = source.at(path);
  if (typeof postgres !== 'string') return;
  if (source.at(['store', 'sqlite']) !== undefined)
    faults.add(['store', 'sqlite'], 'stands beside postgres: there is one or the other');
  // What begins otherwise is a fault of the schema.
  if (source.isAbsent(path) || !/^postgres(?:ql)?:\/\/\S+$/.test(postgres)) return;
  const fault = faultOf(postgres);
  if (fault !== undefined) faults.add(path, fault);
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
