/** Messages that wait to be delivered, beside memory and record in the same file. */
import { LONGEST_DELAY, type DueMessage, type Outbox, type Waiting } from '../../ports/outbox.ts';
import type { Instant } from '../../domain/time/time.ts';
import { messageBody, messageOf } from '../codec.ts';
import type { DamagedRow } from './damage.ts';
import type { Database, Row } from './database.ts';

const ADD = `INSERT INTO outbox (id, channel, key, at, next_at, tries, body) VALUES (?, ?, ?, ?, ?, 0, ?)
  ON CONFLICT DO NOTHING`;
const FAILED = 'UPDATE outbox SET tries = tries + 1, next_at = ? WHERE id = ?';
const DROP_OLDEST = `DELETE FROM outbox WHERE seq IN
  (SELECT seq FROM outbox ORDER BY seq LIMIT max(0, (SELECT count(*) FROM outbox) - ?))`;

/** All methods reject with `StoreError` and nothing else. */
export class SqliteOutbox implements Outbox {
  readonly #db: Database;
  readonly #putAside: (rows: readonly DamagedRow[]) => void;

  /** `putAside` takes the messages that cannot be read: they must not keep the others from being delivered. */
  constructor(db: Database, putAside: (rows: readonly DamagedRow[]) => void) {
    this.#db = db;
    this.#putAside = putAside;
  }

  /** Adds what does not wait already; beyond `most` the oldest go. Answers how many went. */
  add(messages: readonly Waiting[], most: number): Promise<number> {
    return this.#write(() => {
      for (const { id, channel, key, at, nextAt, body } of messages) {
        this.#db.run(ADD, id, channel, key, Math.round(at), Math.round(nextAt), messageBody(body));
      }
      return this.#db.run(DROP_OLDEST, most);
    });
  }

  /** What may be tried at `now`, oldest first. */
  due(now: Instant, limit: number): Promise<readonly DueMessage[]> {
    return this.#db.later(() => {
      const rows = this.#db.all(
        'SELECT * FROM outbox WHERE next_at <= ? OR next_at > ? ORDER BY seq LIMIT ?',
        Math.round(now),
        Math.round(now + LONGEST_DELAY),
        limit,
      );
      const read = rows.map((row) => ({ row, body: messageOf(row['body']) }));
      this.#putAside(
        read.flatMap(({ row: { id, body: text }, body }) =>
          body.ok ? [] : [{ source: 'outbox', key: String(id), body: String(text), why: body.why }],
        ),
      );
      return read.flatMap(({ row, body }) => (body.ok ? [messageIn(row, body.value)] : []));
    });
  }

  /** Delivered, or given up. */
  done(ids: readonly string[]): Promise<void> {
    return this.#write(() => {
      for (const id of ids) this.#db.run('DELETE FROM outbox WHERE id = ?', id);
    });
  }

  /** Tried in vain: not again before `nextAt`. */
  failed(ids: readonly string[], nextAt: Instant): Promise<void> {
    return this.#write(() => {
      for (const id of ids) this.#db.run(FAILED, Math.round(nextAt), id);
    });
  }

  #write<T>(work: () => T): Promise<T> {
    return this.#db.later(() => this.#db.transaction(work));
  }
}

function messageIn(row: Row, body: string): DueMessage {
  const { id, channel, key, at, next_at: nextAt, tries } = row;
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
