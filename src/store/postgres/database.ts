/**
 * The way to the database: a few connections, transactions with time-outs, and errors in the house's own words. Nothing outlives a
 * transaction on the server - no setting, no lock, no prepared statement - so that a pooler may stand between.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool, PoolClient, QueryArrayResult } from 'pg';
import { SECOND, type Duration } from '../../domain/time/time.ts';
import type { Address } from './address.ts';
import { databaseError, databaseErrorOf } from './errors.ts';

/** Writes go one after the other, beside them the lease is renewed, and two may read. */
const CONNECTIONS = 4;
const CONNECT_WITHIN: Duration = 5 * SECOND;
/** Between two words of a transaction of ours the server waits so long: a frozen worker must not hold up its successor. */
const IDLE_WITHIN: Duration = 10 * SECOND;
/** Another transaction may hold a row for so long. */
const LOCK_WITHIN: Duration = 5 * SECOND;
/** One statement may take so long, and its answer a little longer. */
export const USUAL_STATEMENT: Duration = 15 * SECOND;
const ANSWER_WITHIN: Duration = 5 * SECOND;
const CLOSE_WITHIN: Duration = 2 * SECOND;
const IDLE_CONNECTION: Duration = 30 * SECOND;

export type Value = string | number | boolean | null | readonly (string | number | null)[];

/** A row, by the order of its columns. */
export type Row = readonly unknown[];

/** Asks one statement. */
export interface Asking {
  rows(sql: string, ...values: readonly Value[]): Promise<readonly Row[]>;
  /** How many rows it changed. */
  run(sql: string, ...values: readonly Value[]): Promise<number>;
}

/** The same inside a transaction. */
export interface Transaction extends Asking {
  /** Runs any number of statements, which take no values. */
  script(sql: string): Promise<void>;
}

/** A pool of connections to one database. All its methods reject with `StoreError` and nothing else. */
export class Database implements Asking {
  readonly place: string;
  readonly #pool: Pool;
  #isClosed = false;

  private constructor(place: string, pool: Pool) {
    this.place = place;
    this.#pool = pool;
  }

  /** Loads the library, which nobody needs who has no database; connects with the first question. */
  static async at(address: Address, place: string): Promise<Database> {
    const { default: pg } = await import('pg');
    const { host, port, user, password, database, ssl } = address;
    const pool = new pg.Pool({
      ...{ host, port, user, password, database, ssl },
      application_name: 'idle-enforcer',
      max: CONNECTIONS,
      connectionTimeoutMillis: CONNECT_WITHIN,
      idleTimeoutMillis: IDLE_CONNECTION,
      keepAlive: true,
      allowExitOnIdle: true,
      types: { getTypeParser: (oid: number) => parserOf(oid) },
    });
    // What breaks a connection is told by the question that is under way on it, if any.
    pool.on('connect', (client) => {
      client.on('error', () => undefined);
    });
    // A connection that breaks while nobody uses it is replaced; the next question tells what is wrong.
    pool.on('error', () => undefined);
    return new Database(place, pool);
  }

  rows(sql: string, ...values: readonly Value[]): Promise<readonly Row[]> {
    return this.#with((client) => asking(client, USUAL_STATEMENT).rows(sql, ...values));
  }

  run(sql: string, ...values: readonly Value[]): Promise<number> {
    return this.#with((client) => asking(client, USUAL_STATEMENT).run(sql, ...values));
  }

  /** Does the work wholly or not at all. */
  transaction<T>(work: (tx: Transaction) => Promise<T>, longest: Duration = USUAL_STATEMENT): Promise<T> {
    return this.#with(async (client) => {
      await plain(client, begin(longest));
      const result = await work(asking(client, longest)).catch(async (error: unknown) => {
        // What made it fail is the error to report; the server rolls back when the connection goes.
        await plain(client, 'ROLLBACK').catch(() => undefined);
        throw error;
      });
      await plain(client, 'COMMIT');
      return result;
    });
  }

  /** May be called again. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const late = new AbortController();
    // A question that hangs is not waited for.
    await Promise.race([
      this.#pool.end(),
      sleep(CLOSE_WITHIN, undefined, { signal: late.signal, ref: false }).catch(() => undefined),
    ]);
    late.abort();
  }

  async #with<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw databaseError('lost', this.place, 'closed');
    let client: PoolClient | undefined;
    let fault: Error | undefined;
    try {
      client = await this.#pool.connect();
      return await work(client);
    } catch (error) {
      fault = databaseErrorOf(error, this.place);
      throw fault;
    } finally {
      // After a failure nobody knows what the connection is in the middle of.
      client?.release(fault);
    }
  }
}

function begin(longest: Duration): string {
  return (
    `BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = ${longest}; ` +
    `SET LOCAL lock_timeout = ${LOCK_WITHIN}; SET LOCAL idle_in_transaction_session_timeout = ${IDLE_WITHIN}`
  );
}

async function plain(client: PoolClient, text: string, longest = USUAL_STATEMENT): Promise<void> {
  const config = { text, query_timeout: longest + ANSWER_WITHIN };
  await client.query(config);
}

function asking(client: PoolClient, longest: Duration): Transaction {
  const ask = (text: string, values: readonly Value[]): Promise<QueryArrayResult<unknown[]>> => {
    // The library knows this one, its types do not.
    const config = {
      text,
      values: [...values],
      rowMode: 'array' as const,
      query_timeout: longest + ANSWER_WITHIN,
    };
    return client.query<unknown[]>(config);
  };
  return {
    rows: async (sql, ...values) => (await ask(sql, values)).rows,
    run: async (sql, ...values) => (await ask(sql, values)).rowCount ?? 0,
    script: (sql) => plain(client, sql, longest),
  };
}

const BIGINT = 20;
const INTEGERS: ReadonlySet<number> = new Set([BIGINT, 21, 23]);
const FLOAT = 701;
const BOOLEAN = 16;

/** Instants are far smaller than what JavaScript can hold. */
function parserOf(oid: number): (text: string) => unknown {
  if (INTEGERS.has(oid) || oid === FLOAT) return Number;
  if (oid === BOOLEAN) return (text) => text === 't';
  return (text) => text;
}
