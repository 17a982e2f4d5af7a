/**
 * What can go wrong with a database, in the store's own kinds. Errors of the library travel no further than this file: they may hold
 * values, and parts of the address.
 */
import { StoreError, type UsualKind } from '../errors.ts';

/** By SQLSTATE, the longest beginning first. */
const KIND_OF_STATE: readonly (readonly [string, UsualKind])[] = [
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
export function databaseError(kind: UsualKind, place: string, detail?: string): StoreError {
  const why = detail === undefined ? '' : ` (${detail})`;
  return new StoreError(kind, place, sentence(kind, place, why, detail));
}

function sentence(kind: UsualKind, place: string, why: string, code = ''): string {
  switch (kind) {
    case 'missing':
      return `There is no store in the database ${place}${why}. Start the worker first, or check store.postgres.`;
    case 'unwritable':
      return `The database ${place} ${refusal(code)}${why}. ${REFUSALS[code] ?? UNLISTED}`;
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
      return lostSentence(place, why, code);
  }
}

const READ_ONLY = '25006';
const UNLISTED = 'Check user, password and rights in store.postgres.';

function refusal(code: string): string {
  if (code === READ_ONLY) return 'only reads';
  return code.startsWith('28') ? 'does not let this user in' : 'does not let this user write';
}

/** What to check, by SQLSTATE. */
const REFUSALS: Readonly<Record<string, string>> = {
  [READ_ONLY]:
    'It is a standby, or no longer the primary: the worker continues when it can write. If it does not, check which server ' +
    'store.postgres leads to.',
  28000:
    'Check user and database in store.postgres, and whether the server asks for TLS: sslmode=verify-full.',
  '28P01': 'Check user and password in store.postgres.',
  42501: 'The user needs CREATE in the database at the first start, and owns the schema idle_enforcer.',
};

/** What Node.js says of a certificate that it does not believe. */
const CERTIFICATE = /^(?:CERT_|DEPTH_ZERO_|ERR_TLS_CERT_|SELF_SIGNED_|UNABLE_TO_)/;
const OTHER_NAME = 'ERR_TLS_CERT_ALTNAME_INVALID';
const DATES: ReadonlySet<string> = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);

function lostSentence(place: string, why: string, code: string): string {
  if (code === OTHER_NAME)
    return (
      `The certificate of the database ${place} is for another host${why}. Write the name that stands in it into store.postgres, ` +
      'or have it made for this one.'
    );
  if (DATES.has(code))
    return `The certificate of the database ${place} has expired or is not good yet${why}, or this machine's clock is wrong.`;
  if (CERTIFICATE.test(code))
    return (
      `The certificate of the database ${place} comes from an authority that is not known here${why}. Name the file of its ` +
      'authority: sslrootcert=/path/ca.pem in store.postgres, or NODE_EXTRA_CA_CERTS.'
    );
  if (/^[0-9A-Z]{5}$/.test(code) && !/^(?:08|57|58)/.test(code))
    return `The database ${place} refused a statement${why}. Look at its log: the worker continues when it accepts it.`;
  // Without a code it said something else, or nothing in time.
  const check = code === '' ? 'the server, whether it speaks TLS as sslmode says,' : 'the server';
  return `The database ${place} cannot be reached${why}. Check ${check} and the way to it: the worker continues when it is back.`;
}

/** A code of PostgreSQL or of the system; nothing else that an error holds is safe to show. */
function codeOf(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' && /^[A-Z0-9_]{3,40}$/.test(code) ? code : undefined;
}
