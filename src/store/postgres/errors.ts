/**
 * What can go wrong with a database, in the store's own kinds. Errors of the library travel no further than this file: they may hold
 * values, and parts of the address.
 */
import { StoreError, type StoreErrorKind } from '../errors.ts';

/** By SQLSTATE, the longest beginning first. */
const KIND_OF_STATE: readonly (readonly [string, StoreErrorKind])[] = [
  ['25006', 'unwritable'], // read-only transaction: a standby, or a primary that was fenced off
  ['53100', 'full'], //       disk full
  ['53', 'locked'], //        too many connections, out of memory
  ['55P03', 'locked'], //     lock not available
  ['57014', 'locked'], //     canceled by its time-out
  ['40', 'locked'], //        serialization failure, deadlock
  ['28', 'unwritable'], //    wrong user or password
  ['42501', 'unwritable'], // insufficient privilege
  ['3D000', 'missing'], //    no such database
  ['XX001', 'corrupt'], //    data corrupted
  ['XX002', 'corrupt'], //    index corrupted
];

/** Makes a `StoreError` of whatever was thrown; one that already is stays as it is. */
export function databaseErrorOf(error: unknown, place: string): StoreError {
  if (error instanceof StoreError) return error;
  const code = codeOf(error);
  const kind = KIND_OF_STATE.find(([state]) => code?.startsWith(state) === true)?.[1] ?? 'lost';
  return databaseError(kind, place, code);
}

/** A `StoreError` with the sentence of its kind; `detail` is a code, never free text of a library. */
export function databaseError(kind: StoreErrorKind, place: string, detail?: string): StoreError {
  const why = detail === undefined ? '' : ` (${detail})`;
  return new StoreError(kind, place, sentence(kind, place, why));
}

function sentence(kind: StoreErrorKind, place: string, why: string): string {
  switch (kind) {
    case 'missing':
      return `There is no store in the database ${place}${why}. Start the worker first, or check store.postgres.`;
    case 'unwritable':
      return (
        `The database ${place} does not let this user in or write${why}. Check user, password and rights, and whether it is a ` +
        'standby that only reads: the worker continues when it can write.'
      );
    case 'full':
      return `No space is left for the database ${place}${why}. Free space on its volume, or shorten store.retention.`;
    case 'locked':
      return `The database ${place} is too busy${why}: the next try may succeed. Check its load and its connections.`;
    case 'corrupt':
      return `The database ${place} says that its data are damaged${why}. Restore a backup.`;
    case 'newer':
      return (
        `The store in the database ${place} was made by a newer version of this program${why} and was left untouched. ` +
        'Run that version.'
      );
    case 'fenced':
    case 'lost':
      if (/\([0-9A-Z]{5}\)$/.test(why) && !/\((?:08|57|58)/.test(why))
        return `The database ${place} refused a statement${why}. Look at its log: the worker continues when it accepts it.`;
      return (
        `The database ${place} cannot be reached${why}. Check the server and the way to it: the worker continues when it ` +
        'is back.'
      );
  }
}

/** A code of PostgreSQL or of the system; nothing else that an error holds is safe to show. */
function codeOf(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' && /^[A-Z0-9_]{3,40}$/.test(code) ? code : undefined;
}
