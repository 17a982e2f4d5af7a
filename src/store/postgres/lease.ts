/**
 * The lease of the one worker that may act, by the database's clock. Renewing it waits for nothing, by a connection that is kept for that;
 * taking it waits for the write of its holder that may be under way.
 */
import { performance } from 'node:perf_hooks';
import type { LeaseGrant, LeaseTrace } from '../../domain/record.ts';
import { SECOND, type Duration, type Instant } from '../../domain/time/time.ts';
import type { Self } from '../self.ts';
import type { Asking, Row } from './database.ts';
import { endNamesakes } from './namesakes.ts';
import type { Organisation } from './organisation.ts';
import { checkVersion, MIGRATIONS } from './schema.ts';

const NOW = 'clock_timestamp()';
const AFTER = (n: number): string => `${NOW} + $${n} * interval '1 millisecond'`;
const LEFT = (column: string): string => `(extract(epoch FROM ${column} - ${NOW}) * 1000)::float8`;

/** Not by a program that is too old for the store: it may not act, and a newer one waits for the lease. */
const RENEW = `UPDATE idle_enforcer.lease SET until = ${AFTER(3)}, quiet = $4
  WHERE organisation = $1 AND holder = $2 AND (SELECT version FROM idle_enforcer.version) <= $5
  RETURNING epoch, ${LEFT('act_from')}`;

const READ = `SELECT holder, epoch, ${LEFT('until')}, host, boot, pid, (SELECT version FROM idle_enforcer.version)
  FROM idle_enforcer.lease WHERE organisation = $1`;

const MAKE = `INSERT INTO idle_enforcer.lease
  (organisation, holder, epoch, until, quiet, act_from, pid, host, boot)
  VALUES ($1, '', 0, ${NOW}, 0, to_timestamp(0), 0, '', '') ON CONFLICT DO NOTHING`;

/** A holder that did not give it back, and may live, may have requests under way. */
const TAKE = `UPDATE idle_enforcer.lease SET holder = $2, epoch = epoch + 1, until = ${AFTER(3)}, quiet = $4,
  act_from = greatest(act_from, ${AFTER(9)}, CASE WHEN $5 THEN ${NOW} + quiet * interval '1 millisecond' END),
  pid = $6, host = $7, boot = $8
  WHERE organisation = $1 RETURNING epoch, ${LEFT('act_from')}`;

const RELEASE = `UPDATE idle_enforcer.lease SET holder = '', until = ${NOW},
  act_from = CASE WHEN $3 > 0 THEN greatest(act_from, ${AFTER(3)}) ELSE act_from END
  WHERE organisation = $1 AND holder = $2`;

/** The database's clock may have been set: a lease may end so much later than it should, without being looked at more closely. */
const SLACK: Duration = 5 * SECOND;

/** The lease as it stands, and how it looks from here. */
interface Found {
  readonly holder: string;
  readonly left: Duration;
  readonly isGone: boolean;
}

/** Takes and renews the lease for one process. Mutable. */
export class DatabaseLease {
  readonly #organisation: Organisation;
  readonly #self: Self;
  /** Since when, by our own clock, a lease that ends too late has stood as it does. */
  #watched: { readonly state: string; readonly since: Duration } | undefined;

  constructor(organisation: Organisation, self: Self) {
    this.#organisation = organisation;
    this.#self = self;
  }

  /** See `Store.holdLease`. */
  async hold(holder: string, ttl: Duration, quiet: Duration): Promise<LeaseGrant | undefined> {
    const { db, name, fence } = this.#organisation;
    const { own, found } = await db.kept(async (tx) => {
      const [row] = await tx.rows(RENEW, name, holder, ttl, quiet, MIGRATIONS.length);
      // Most of those who ask are waiting: they lock nothing.
      return { own: row && grantIn(row), found: row === undefined ? await this.#found(tx) : undefined };
    });
    // Until it is granted, this worker writes nothing.
    if (own === undefined) fence.asked(holder, undefined);
    const grant = own ?? (this.#isFree(found, ttl) ? await this.#take(holder, ttl, quiet) : undefined);
    fence.asked(holder, grant?.epoch);
    return grant;
  }

  /** See `Store.releaseLease`. */
  async release(holder: string, underWay: Duration): Promise<void> {
    const { db, name } = this.#organisation;
    await db.kept((tx) => tx.run(RELEASE, name, holder, underWay));
  }

  /** See `Store.lease`; `now` is this machine's. */
  async trace(now: Instant): Promise<LeaseTrace | undefined> {
    const { db, name } = this.#organisation;
    const [row] = await db.kept((tx) => tx.rows(READ, name));
    if (row === undefined || row[0] === '') return undefined;
    return { holder: String(row[0]), epoch: Number(row[1]), until: now + Math.round(Number(row[2])) };
  }

  #take(holder: string, ttl: Duration, quiet: Duration): Promise<LeaseGrant | undefined> {
    const { db, name } = this.#organisation;
    const { pid, host, boot } = this.#self;
    return db.transaction(async (tx) => {
      const others = await endNamesakes(tx, { name, place: db.place, self: this.#self });
      await tx.run(MAKE, name);
      await tx.rows('SELECT 1 FROM idle_enforcer.lease WHERE organisation = $1 FOR UPDATE', name);
      // Asked under the lock: another process may have been quicker.
      const found = await this.#found(tx);
      if (!this.#isFree(found, ttl)) return undefined;
      const isLapsed = found !== undefined && found.holder !== '' && !found.isGone;
      const [row] = await tx.rows(TAKE, name, holder, ttl, quiet, isLapsed, pid, host, boot, others);
      return row && grantIn(row);
    });
  }

  async #found(from: Asking): Promise<Found | undefined> {
    const { name, db } = this.#organisation;
    const [row] = await from.rows(READ, name);
    if (row === undefined) return undefined;
    const [holder, , left, host, boot, pid, version] = row;
    checkVersion(Number(version), MIGRATIONS.length, db.place);
    // The name of a host alone says nothing: machines that share a database may be called alike.
    const isHere = host === this.#self.host && boot === this.#self.boot && boot !== '';
    const isGone = isHere && !this.#self.isAlive(Number(pid));
    return { holder: String(holder), left: Number(left), isGone };
  }

  #isFree(found: Found | undefined, ttl: Duration): boolean {
    if (found === undefined || found.holder === '' || found.isGone || found.left <= 0) return true;
    if (found.left <= ttl + SLACK) {
      this.#watched = undefined;
      return false;
    }
    // The end of a lease that is renewed moves on, by whatever clock.
    const since = performance.now();
    const state = `${found.holder} ${Math.round((found.left + since) / SLACK)}`;
    if (this.#watched?.state !== state) this.#watched = { state, since };
    return since - this.#watched.since >= ttl + SLACK;
  }
}

function grantIn([epoch, actsAfter]: Row): LeaseGrant {
  return { epoch: Number(epoch), actsAfter: Math.max(0, Math.round(Number(actsAfter))) };
}
