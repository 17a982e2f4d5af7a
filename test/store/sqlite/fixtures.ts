/** Places for the tests of the store in a file. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type SqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import type { StoreOptions } from '../../../src/store/sqlite/options.ts';
import { BASE } from '../examples.ts';

export { BASE, stateOf, STANDING } from '../examples.ts';

/** A place of its own for one test file; `remove` closes what was opened there and deletes it. */
export class Place {
  readonly directory = mkdtempSync(join(tmpdir(), 'store-'));
  readonly #stores: SqliteStore[] = [];
  #count = 0;

  /** A new path. */
  path(): string {
    this.#count += 1;
    return join(this.directory, `case-${this.#count}`, 'store.db');
  }

  async open(path: string, options: Partial<StoreOptions> = {}): Promise<SqliteStore> {
    const store = await openStore(path, { now: () => BASE, ...options });
    this.#stores.push(store);
    return store;
  }

  async remove(): Promise<void> {
    for (const store of this.#stores) await store.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
