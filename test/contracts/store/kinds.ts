/** How a place for each kind of store is made. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '../../../src/ports/store.ts';
import { MemoryContents } from '../../../src/store/memory/contents.ts';
import { MemoryStore } from '../../../src/store/memory/memory-store.ts';
import { openStore } from '../../../src/store/open.ts';
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

function placeOf(open: Open, removed: () => void): Promise<StorePlace> {
  const stores: Store[] = [];
  let at = BASE;
  return Promise.resolve({
    slack: 0,
    now: () => at,
    pass: (length) => {
      at += length;
      return Promise.resolve();
    },
    open: async (now) => {
      const store = await open(now);
      stores.push(store);
      return store;
    },
    remove: async () => {
      for (const store of stores) await store.close();
      removed();
    },
  });
}
