/** Messages that wait to be delivered, beside memory and record in the same database. Whoever delivers one says so, with or without the lease. */
import { LONGEST_DELAY, type DueMessage, type Outbox, type Waiting } from '../../ports/outbox.ts';
import type { Instant } from '../../domain/time/time.ts';
import { messageBody, messageOf } from '../codec.ts';
import type { DamagedRow } from './damage.ts';
import type { Row } from './database.ts';
import { storable, type Organisation } from './organisation.ts';

const ADD = `INSERT INTO idle_enforcer.outbox (organisation, id, channel, key, at, next_at, tries, body)
  VALUES ($1, $2, $3, $4, $5, $6, 0, $7) ON CONFLICT DO NOTHING`;
const DUE = `SELECT id, channel, key, at, next_at, tries, body FROM idle_enforcer.outbox
  WHERE organisation = $1 AND (next_at <= $2 OR next_at > $3) ORDER BY seq LIMIT $4`;
const DONE = 'DELETE FROM idle_enforcer.outbox WHERE organisation = $1 AND id = ANY ($2::text[])';
const FAILED = `UPDATE idle_enforcer.outbox SET tries = tries + 1, next_at = $2
  WHERE organisation = $1 AND id = ANY ($3::text[])`;
const DROP_OLDEST = `DELETE FROM idle_enforcer.outbox WHERE organisation = $1 AND seq IN (
  SELECT seq FROM idle_enforcer.outbox WHERE organisation = $1 ORDER BY seq
  LIMIT greatest(0, (SELECT count(*) FROM idle_enforcer.outbox WHERE organisation = $1) - $2))`;

/** All methods reject with `StoreError` and nothing else. */
export class DatabaseOutbox implements Outbox {
  readonly #organisation: Organisation;
  readonly #putAside: (rows: readonly DamagedRow[]) => Promise<void>;

  /** `putAside` takes the messages that cannot be read: they must not keep the others from being delivered. */
  constructor(organisation: Organisation, putAside: (rows: readonly DamagedRow[]) => Promise<void>) {
    this.#organisation = organisation;
    this.#putAside = putAside;
  }

  add(messages: readonly Waiting[], most: number): Promise<number> {
    const { name } = this.#organisation;
    return this.#organisation.writeAsVisitor(async (tx) => {
      for (const { id, channel, key, at, nextAt, body } of messages) {
        const [stored, when] = [messageBody(storable(body)), [Math.round(at), Math.round(nextAt)] as const];
        await tx.run(ADD, name, storable(id), storable(channel), storable(key), ...when, stored);
      }
      return await tx.run(DROP_OLDEST, name, most);
    });
  }

  async due(now: Instant, limit: number): Promise<readonly DueMessage[]> {
    const { db, name } = this.#organisation;
    const rows = await db.rows(DUE, name, Math.round(now), Math.round(now + LONGEST_DELAY), limit);
    const read = rows.map((row) => ({ row, body: messageOf(row[6]) }));
    const damaged = read.flatMap(({ row, body }): readonly DamagedRow[] =>
      body.ok ? [] : [{ source: 'outbox', key: String(row[0]), body: String(row[6]), why: body.why }],
    );
    await this.#putAside(damaged);
    return read.flatMap(({ row, body }) => (body.ok ? [messageIn(row, body.value)] : []));
  }

  async done(ids: readonly string[]): Promise<void> {
    const { db, name } = this.#organisation;
    if (ids.length > 0) await db.run(DONE, name, ids.map(storable));
  }

  async failed(ids: readonly string[], nextAt: Instant): Promise<void> {
    const { db, name } = this.#organisation;
    if (ids.length > 0) await db.run(FAILED, name, Math.round(nextAt), ids.map(storable));
  }
}

function messageIn([id, channel, key, at, nextAt, tries]: Row, body: string): DueMessage {
  return {
    id: String(id),
    channel: String(channel),
    key: String(key),
    at: Number(at),
    nextAt: Number(nextAt),
    tries: Number(tries),
    body,
  };
}
