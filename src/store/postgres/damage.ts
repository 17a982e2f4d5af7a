/** Rows whose body cannot be used, moved to a table of their own: they are met once and stop nothing. */
import type { Instant } from '../../domain/time/time.ts';
import type { DamageCount, StoredKind } from '../../ports/store.ts';
import { DamageTold, LONGEST_BODY, MOST_KEPT, type DamagedRow, type DamageLog } from '../damage.ts';
import type { Organisation } from './organisation.ts';

export type { DamagedRow } from '../damage.ts';

const KEEP = `INSERT INTO idle_enforcer.damaged (organisation, at, source, key, body, why)
  VALUES ($1, $2, $3, $4, $5, $6)`;
const DROP_OLDEST = `DELETE FROM idle_enforcer.damaged WHERE organisation = $1 AND seq <=
  (SELECT seq FROM idle_enforcer.damaged WHERE organisation = $1 ORDER BY seq DESC LIMIT 1 OFFSET ${MOST_KEPT})`;
/** The standing of an organisation is one row: its key says nothing. */
const REMOVE: Readonly<Record<StoredKind, string>> = {
  memory: 'DELETE FROM idle_enforcer.memory WHERE organisation = $1 AND agent_id = $2',
  standing: 'UPDATE idle_enforcer.standing SET body = NULL WHERE organisation = $1 AND $2::text IS NOT NULL',
  fact: 'DELETE FROM idle_enforcer.fact WHERE organisation = $1 AND name = $2',
  outbox: 'DELETE FROM idle_enforcer.outbox WHERE organisation = $1 AND id = $2',
};

/** What one store has met of such rows. */
export class Damage {
  readonly #organisation: Organisation;
  readonly #now: () => Instant;
  readonly #isVisitor: boolean;
  readonly #told: DamageTold;

  /** A visitor leaves everything as it is: the worker will meet it. */
  constructor(
    organisation: Organisation,
    now: () => Instant,
    log: DamageLog | undefined,
    isVisitor: boolean,
  ) {
    this.#organisation = organisation;
    this.#now = now;
    this.#isVisitor = isVisitor;
    this.#told = new DamageTold(log);
  }

  /** Moves rows aside, and tells of those that were not met before. Never rejects. */
  async put(rows: readonly DamagedRow[]): Promise<void> {
    if (rows.length > 0 && !this.#isVisitor) await this.#move(rows);
    this.#told.tell(rows);
  }

  /** How many rows were met since the last time, if any. */
  take(): DamageCount | undefined {
    return this.#told.take();
  }

  async #move(rows: readonly DamagedRow[]): Promise<void> {
    const { name } = this.#organisation;
    try {
      await this.#organisation.write(async (tx) => {
        for (const { source, key, body, why } of rows) {
          await tx.run(KEEP, name, Math.round(this.#now()), source, key, body.slice(0, LONGEST_BODY), why);
          await tx.run(REMOVE[source], name, key);
        }
        await tx.run(DROP_OLDEST, name);
      });
    } catch {
      // They stay where they are, and are left out all the same. What is wrong with the store shows elsewhere.
    }
  }
}
