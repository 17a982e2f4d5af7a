/** An organisation of a database as one side of a transfer. */
import { normaliseName } from '../../domain/name.ts';
import { SECOND, type Duration } from '../../domain/time/time.ts';
import { stateOf } from '../codec.ts';
import { addressOf, placeOf } from '../postgres/address.ts';
import { Database, type Asking, type Transaction } from '../postgres/database.ts';
import { migrate, MIGRATIONS } from '../postgres/schema.ts';
import { PAGE, type PlainRow, type Reading, type Side, type Table, type Writing } from './tables.ts';

/** A record may be of years. */
const LONGEST: Duration = 600 * SECOND;

/** The other side may be slow. */
const PATIENT = `SET LOCAL idle_in_transaction_session_timeout = ${LONGEST}`;

const TEXTS: ReadonlySet<string> = new Set(
  [
    'agent_id',
    'body',
    'kind',
    'sweep_id',
    'agent_name',
    'rule',
    'actions',
    'reason',
    'correlation_id',
  ].concat(
    ['intent_id', 'actor', 'trace_id', 'deferred', 'id', 'name', 'email', 'profile', 'exempt', 'value'],
    ['channel', 'key'],
  ),
);

/** See `Side`. */
export class PostgresSide implements Side {
  readonly place: string;
  readonly #db: Database;
  readonly #organisation: string;

  private constructor(db: Database, organisation: string) {
    this.#db = db;
    this.place = db.place;
    this.#organisation = normaliseName(organisation);
  }

  /** Connects; makes the tables where they are to be written. Rejects with `StoreError`. */
  static async open(url: string, organisation: string): Promise<PostgresSide> {
    const address = addressOf(url);
    const db = await Database.at(address, placeOf(address, organisation));
    try {
      await migrate(db, MIGRATIONS);
    } catch (error) {
      await db.close();
      throw error;
    }
    return new PostgresSide(db, organisation);
  }

  read<T>(work: (reading: Reading) => Promise<T>): Promise<T> {
    return this.#db.transaction(async (tx) => {
      await tx.run('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
      await tx.run(PATIENT);
      return await work(this.#reading(tx));
    }, LONGEST);
  }

  write<T>(work: (writing: Writing) => Promise<T>): Promise<T> {
    return this.#db.transaction(async (tx) => {
      await tx.run(PATIENT);
      return await work({
        ...this.#reading(tx),
        add: (table, rows) => this.#add(tx, table, rows),
        goOnAfter: async (event) => {
          await tx.run(
            `INSERT INTO idle_enforcer.record (organisation, last_seq) VALUES ($1, $2)
             ON CONFLICT (organisation) DO UPDATE SET last_seq = greatest(record.last_seq, excluded.last_seq)`,
            this.#organisation,
            event,
          );
        },
      });
    }, LONGEST);
  }

  #reading(db: Asking): Reading {
    return {
      pages: (table) => this.#pages(db, table),
      lastEvent: async () => {
        const rows = await db.rows(
          'SELECT last_seq FROM idle_enforcer.record WHERE organisation = $1',
          this.#organisation,
        );
        return Number(rows[0]?.[0] ?? 0);
      },
    };
  }

  close(): Promise<void> {
    return this.#db.close();
  }

  async *#pages(db: Asking, { name, columns, key, order = '1' }: Table): AsyncGenerator<readonly PlainRow[]> {
    const selected = columns.map((column) => (column === 'current' ? 'is_current::int' : column)).join(', ');
    const select = `SELECT ${selected} FROM idle_enforcer.${name} WHERE organisation = $1`;
    if (key === undefined) {
      yield (await db.rows(`${select} ORDER BY ${order}`, this.#organisation)).map((row) => row.map(plain));
      return;
    }
    // Texts by their bytes, as in a file.
    const by = TEXTS.has(key) ? `${key} COLLATE "C"` : key;
    const behind = `ORDER BY ${by} LIMIT ${PAGE}`;
    let rows = await db.rows(`${select} ${behind}`, this.#organisation);
    for (;;) {
      yield rows.map((row) => row.map(plain));
      if (rows.length < PAGE) return;
      const last = plain(rows.at(-1)?.[0]);
      rows = await db.rows(`${select} AND ${by} > $2 ${behind}`, this.#organisation, last);
    }
  }

  async #add(tx: Transaction, table: Table, rows: readonly PlainRow[]): Promise<void> {
    if (rows.length === 0) return;
    const { name } = table;
    const columns = table.columns.map((column) => (column === 'current' ? 'is_current' : column));
    const lists: (readonly (string | number | null)[])[] = columns.map((_, i) =>
      rows.map((row) => row[i] ?? null),
    );
    if (name === 'memory') {
      columns.push('presence', 'routing', 'is_on_ladder');
      const parts = rows.map(([agentId, , , body]) => partsOf(agentId, body));
      for (const i of [0, 1, 2] as const) lists.push(parts.map((part) => part[i]));
    }
    const types = columns.map((column) =>
      isBoolean(column) ? 'boolean' : isText(column) ? 'text' : 'bigint',
    );
    const given = lists.map((list, i) =>
      types[i] === 'boolean' ? list.map((value) => String(value)) : list,
    );
    const arrays = types.map((type, i) => `$${i + 2}::${type}[]`).join(', ');
    const names = columns.join(', ');
    await tx.run(
      `INSERT INTO idle_enforcer.${name} (organisation, ${names})
       SELECT $1, ${names} FROM unnest(${arrays}) AS given (${names})`,
      this.#organisation,
      ...given,
    );
  }
}

function isBoolean(column: string): boolean {
  return column === 'is_current' || column === 'is_on_ladder';
}

function isText(column: string): boolean {
  return TEXTS.has(column) || column === 'presence' || column === 'routing';
}

/** What queries look at; of a body that cannot be used, nothing that keeps the worker from meeting it. */
function partsOf(agentId: unknown, body: unknown): readonly [string, string, string] {
  const read = stateOf(String(agentId), body);
  if (!read.ok) return ['', '', 'false'];
  const { last, episode } = read.value;
  return [last.presence, last.routing, String(episode.ladder !== undefined)];
}

function plain(value: unknown): string | number | null {
  return typeof value === 'string' || typeof value === 'number' ? value : null;
}
