/** How a place for each kind of store is made. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '../../../src/ports/store.ts';
import { MemoryContents } from '../../../src/store/memory/contents.ts';
import { MemoryStore } from '../../../src/store/memory/memory-store.ts';
import { SECOND } from '../../../src/domain/time/time.ts';
import { openStore } from '../../../src/store/open.ts';
import { openPostgres } from '../../../src/store/postgres/postgres-store.ts';
import { asked, emptyDatabase } from '../../postgres/server.ts';
import { BASE } from '../../store/examples.ts';
import type { Open, StorePlace } from './place.ts';

/** A file in a folder of its own. */
export function sqlitePlace(): Promise<StorePlace> {
  const folder = mkdtempSync(join(tmpdir(), 'store-contract-'));
  const sqlite = join(folder, 'store.db');
  return placeOf(
    (now = () => BASE) => openStore({ sqlite }, { now }),
    () => {
      rmSync(folder, { recursive: true, force: true });
    },
  );
}

/** Contents that outlive the stores on them. */
export function memoryPlace(): Promise<StorePlace> {
  const contents = new MemoryContents();
  return placeOf(
    (now = () => BASE) => Promise.resolve(new MemoryStore({ now, contents })),
    () => undefined,
  );
}

/** How far apart two questions to a database may be, on a busy machine. */
const SLACK = 5 * SECOND;

/** An organisation of its own in the database that this run shares. Its lease goes by the database's clock, so the row is set back. */
export async function postgresPlace(): Promise<StorePlace> {
  const url = await storeDatabase();
  const [organisation, other] = [`o-${randomUUID()}`, `o-${randomUUID()}`];
  const opening =
    (name: string): Open =>
    (now = () => BASE) =>
      openPostgres(url, name, { now });
  const place = await placeOf(opening(organisation), () => undefined, opening(other));
  const back = `UPDATE idle_enforcer.lease SET until = until - $2 * interval '1 millisecond',
    act_from = act_from - $2 * interval '1 millisecond' WHERE organisation IN ($1, $3)`;
  return {
    ...place,
    slack: SLACK,
    pass: async (length) => {
      await place.pass(length);
      await asked(url, back, [organisation, length, other]);
    },
  };
}

let shared: Promise<string> | undefined;

/** One database for all stores of a test file. */
function storeDatabase(): Promise<string> {
  shared ??= emptyDatabase().then(({ url }) => url);
  return shared;
}

function placeOf(open: Open, removed: () => void, beside = open): Promise<StorePlace> {
  const stores: Store[] = [];
  let at = BASE;
  const kept = async (opening: Promise<Store>): Promise<Store> => {
    const store = await opening;
    stores.push(store);
    return store;
  };
  return Promise.resolve({
    slack: 0,
    now: () => at,
    pass: (length) => {
      at += length;
      return Promise.resolve();
    },
    open: (now) => kept(open(now)),
    beside: () => kept(beside()),
    remove: async () => {
      for (const store of stores) await store.close();
      removed();
    },
  });
}
