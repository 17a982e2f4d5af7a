/** What has to be done before the tables of a database can be used. */
import { StoreError } from '../errors.ts';
import type { Database } from './database.ts';
import { databaseError } from './errors.ts';
import { checkVersion, migrate, MIGRATIONS, storedVersion } from './schema.ts';

/** What may be done. */
export interface Preparing {
  /** For `explain` and `report`: there must be a store, and nothing is written. */
  readonly readOnly?: boolean;
  /** For `pause` and `resume`: there must be a store. */
  readonly existing?: boolean;
  readonly migrations?: readonly string[];
}

/** Makes the tables or brings them up to date, where that is wanted. Rejects with `StoreError`. */
export async function prepare(
  db: Database,
  { readOnly, existing, migrations = MIGRATIONS }: Preparing,
): Promise<void> {
  if (readOnly !== true && existing !== true) {
    await migrate(db, migrations);
    return;
  }
  const version = await storedVersion(db);
  if (version === 0) throw databaseError('missing', db.place);
  checkVersion(version, migrations.length, db.place);
  if (version === migrations.length) return;
  if (readOnly === true)
    throw new StoreError(
      'unwritable',
      db.place,
      `The store in the database ${db.place} is that of an older version of this program: start the worker once, which brings it ` +
        'up to date.',
    );
  await migrate(db, migrations);
}
