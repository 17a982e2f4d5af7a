/** Stores of one organisation of the platform under several names: while one of them has a worker, no other one gets one. */
import type { Duration } from '../../domain/time/time.ts';
import { isHeldElsewhere, OWNER } from '../owner.ts';
import type { Self } from '../self.ts';
import type { Transaction } from './database.ts';

/** "idle" in ASCII, as one of the two parts of a lock. */
const OWNER_LOCK = 0x69646c65;

const LOCK = `SELECT value, pg_advisory_xact_lock($1::int, hashtext(value))
  FROM idle_enforcer.fact WHERE organisation = $2 AND name = $3`;

const OTHERS = `SELECT organisation, holder, host, boot, pid, ms(until), quiet, ms(act_from)
  FROM idle_enforcer.lease JOIN idle_enforcer.fact USING (organisation)
  WHERE organisation <> $1 AND name = $2 AND value = $3 ORDER BY organisation`.replaceAll(
  /ms\((\w+)\)/g,
  '(extract(epoch FROM $1 - clock_timestamp()) * 1000)::float8',
);

const END = `UPDATE idle_enforcer.lease SET holder = '', until = clock_timestamp() WHERE organisation = ANY ($1::text[])`;

/** A lease of the same organisation under another name. */
interface Namesake {
  readonly name: string;
  readonly holder: string;
  readonly left: Duration;
  /** Its process has certainly ended. */
  readonly isGone: boolean;
  readonly quiet: Duration;
  readonly actsAfter: Duration;
}

/**
 * To be called at the beginning of the transaction that takes the lease of `name`: whoever takes that of the same organisation under
 * another name waits until its end. Ends leases under other names that ran out, so that their holders cannot renew them, and answers after
 * how long the requests of these are over. Rejects with `StoreError` where one is held.
 */
export async function endNamesakes(tx: Transaction, { name, place, self }: Taking): Promise<Duration> {
  const [own] = await tx.rows(LOCK, OWNER_LOCK, name, OWNER);
  if (own === undefined) return 0;
  const owner = String(own[0]);
  // A holder that lives is not locked: it goes on writing and renewing.
  const found = await namesakes(tx, OTHERS, { name, owner, self });
  refuseWhileHeld(found, place, owner);
  if (found.every(({ holder }) => holder === '')) return longest(found);
  const locked = await namesakes(tx, `${OTHERS} FOR UPDATE OF lease`, { name, owner, self });
  refuseWhileHeld(locked, place, owner);
  await tx.run(
    END,
    locked.map((each) => each.name),
  );
  return longest(locked);
}

/** Who takes a lease. */
interface Taking {
  readonly name: string;
  readonly place: string;
  readonly self: Self;
}

async function namesakes(
  tx: Transaction,
  sql: string,
  { name, owner, self }: { readonly name: string; readonly owner: string; readonly self: Self },
): Promise<readonly Namesake[]> {
  const rows = await tx.rows(sql, name, OWNER, owner);
  return rows.map(([organisation, holder, host, boot, pid, left, quiet, actsAfter]) => ({
    ...{ name: String(organisation), holder: String(holder), left: Number(left) },
    isGone: host === self.host && boot === self.boot && boot !== '' && !self.isAlive(Number(pid)),
    ...{ quiet: Number(quiet), actsAfter: Number(actsAfter) },
  }));
}

function refuseWhileHeld(found: readonly Namesake[], place: string, owner: string): void {
  const held = found.find(({ holder, left, isGone }) => holder !== '' && left > 0 && !isGone);
  if (held !== undefined) throw isHeldElsewhere(place, owner, held.name);
}

/** A holder that did not give its lease back, and may live, may have requests under way; one that gave it back has said until when. */
function longest(found: readonly Namesake[]): Duration {
  const each = found.map(({ holder, isGone, quiet, actsAfter }) =>
    Math.max(actsAfter, holder === '' || isGone ? 0 : quiet),
  );
  return Math.max(0, ...each);
}
