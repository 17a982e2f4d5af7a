/** A store taken into another, of whatever kind: in one transaction, counts and hashes compared before it is committed. */
import { randomUUID } from 'node:crypto';
import { MINUTE, SECOND, type Duration, type Instant } from '../../domain/time/time.ts';
import type { Store } from '../../ports/store.ts';
import { StoreError } from '../errors.ts';
import { openStore, type OpenOptions, type StoreLocation } from '../open.ts';
import { sizeOf } from '../sqlite/open.ts';
import { PostgresSide } from './postgres-side.ts';
import { SqliteSide } from './sqlite-side.ts';
import { Summing, TABLES, transferable, type Reading, type Side, type Sum, type Table } from './tables.ts';

/** What was taken over. */
export interface Transferred {
  readonly from: string;
  readonly to: string;
  /** By table. */
  readonly sums: Readonly<Record<string, Sum>>;
}

/** Nobody begins to sweep in the middle. */
const LEASE: Duration = 5 * MINUTE;
const RENEWAL: Duration = 30 * SECOND;

/**
 * Copies all that a worker needs. The other store must be empty, and no worker may hold either: both leases are held meanwhile. Rejects
 * with `StoreError`, and has written nothing then.
 */
export async function transferStore(
  from: StoreLocation,
  to: StoreLocation,
  now: () => Instant,
): Promise<Transferred> {
  const holder = `store copy ${randomUUID()}`;
  return await held(from, { now, existing: true }, holder, () =>
    // Opening it makes it: not before it is known that there is something to copy.
    held(to, { now, existing: holdsSomething(to) }, holder, () => copied(from, to, now)),
  );
}

/** What stands there is opened as it is: only a worker puts aside what it cannot read. */
function holdsSomething(to: StoreLocation): boolean {
  return 'sqlite' in to && (sizeOf(to.sqlite) ?? 0) > 0;
}

/** Does something while the lease of a store is held. */
async function held<T>(
  location: StoreLocation,
  how: OpenOptions,
  holder: string,
  work: () => Promise<T>,
): Promise<T> {
  const store = await openStore(location, how);
  const hold = async (): Promise<void> => {
    if ((await store.holdLease(holder, how.now(), LEASE)) === undefined) throw await heldByAWorker(store);
  };
  try {
    await hold();
    // A file that is being written is locked for others anyway.
    const renewing = setInterval(() => void hold().catch(() => undefined), RENEWAL);
    try {
      return await work();
    } finally {
      clearInterval(renewing);
      await store.releaseLease(holder).catch(() => undefined);
    }
  } finally {
    await store.close();
  }
}

/** A copy that `backup` made of a running worker's store has its lease as well, which nobody gives back. */
async function heldByAWorker(store: Store): Promise<StoreError> {
  const lease = await store.lease();
  const until = lease === undefined ? '' : ` until ${new Date(lease.until).toISOString()} at least`;
  return new StoreError(
    'locked',
    store.place,
    `A worker holds the store ${store.place}${until}: stop it, or wait for that time where this is a copy. Nothing was copied.`,
  );
}

async function copied(from: StoreLocation, to: StoreLocation, now: () => Instant): Promise<Transferred> {
  const source = await sideOf(from, now, true);
  try {
    const target = await sideOf(to, now, false);
    try {
      const sums = await source.read((reading) => written(reading, target));
      return { from: source.place, to: target.place, sums };
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function sideOf(location: StoreLocation, now: () => Instant, readOnly: boolean): Promise<Side> {
  if ('postgres' in location) return await PostgresSide.open(location.postgres, location.organisation);
  return SqliteSide.open(location.sqlite, { now, ...(readOnly ? { readOnly: true } : { existing: true }) });
}

function written(reading: Reading, target: Side): Promise<Readonly<Record<string, Sum>>> {
  return target.write(async (writing) => {
    for (const table of TABLES) await mustBeEmpty(writing, table, target.place);
    const sums: Record<string, Sum> = {};
    for (const table of TABLES) {
      const summing = new Summing();
      for await (const page of reading.pages(table)) {
        const rows = transferable(table, page);
        summing.add(rows);
        await writing.add(table, rows);
      }
      sums[table.name] = summing.end();
    }
    await writing.goOnAfter(await reading.lastEvent());
    for (const table of TABLES) {
      const [before, after] = [sums[table.name], await summed(writing, table)];
      if (before?.rows !== after.rows || before.hash !== after.hash)
        throw new StoreError(
          'corrupt',
          target.place,
          `The copy in ${target.place} is not what was read (table ${table.name}: ${before?.rows ?? 0} and ${after.rows} rows): nothing was ` +
            'written. Check both stores, and the volumes.',
        );
    }
    return sums;
  });
}

async function mustBeEmpty(reading: Reading, table: Table, place: string): Promise<void> {
  for await (const rows of reading.pages(table)) {
    if (transferable(table, rows).length === 0) continue;
    throw new StoreError(
      'unwritable',
      place,
      `The store ${place} holds something already: name one that is new or empty.`,
    );
  }
}

async function summed(reading: Reading, table: Table): Promise<Sum> {
  const summing = new Summing();
  for await (const rows of reading.pages(table)) summing.add(transferable(table, rows));
  return summing.end();
}
