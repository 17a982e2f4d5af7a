/**
 * The way to the database: transactions with time-outs, and errors in the house's own words. Nothing outlives a transaction on the
 * server - no setting, no lock, no prepared statement - so that a pooler may stand between.
 */
import type { PoolClient, QueryArrayResult } from 'pg';
import { SECOND, type Duration } from '../../domain/time/time.ts';
import type { Address } from './address.ts';
import { ALONE, Connections, within, type Lane, type Taken } from './connections.ts';
import { databaseError, databaseErrorOf } from './errors.ts';

/** Between two words of a transaction of ours the server waits so long: a frozen worker must not hold up its successor. */
const IDLE_WITHIN: Duration = 10 * SECOND;
/** Another transaction may hold a row for so long. */
const LOCK_WITHIN: Duration = 5 * SECOND;
/** What takes longer is told before it begins. */
const USUAL_STATEMENT: Duration = 15 * SECOND;
/** A connection that does not answer is given up. */
const ROLLBACK_WITHIN: Duration = SECOND;
const CLOSE_WITHIN: Duration = SECOND;

/** How long the server gives a statement, and how much longer its answer is waited for. */
interface Limits {
  readonly statement: Duration;
  readonly answer: Duration;
}

const USUAL: Limits = { statement: USUAL_STATEMENT, answer: 5 * SECOND };
/** A lease of 30 s is renewed after ten: there is time for a second try. */
const KEPT: Limits = { statement: 4 * SECOND, answer: SECOND };

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

type Work<T> = (tx: Transaction) => Promise<T>;

/** A database as one of those who share the connections to it sees it. All its methods reject with `StoreError` and nothing else. */
export class Database implements Asking {
  readonly place: string;
  readonly #connections: Connections;
  /** Nobody shares these connections. */
  readonly #isAlone: boolean;
  readonly #taken = new Set<Taken>();
  readonly #closed = new AbortController();
  #onIdle: (() => void) | undefined;

  /** `place`: how errors name it. */
  constructor(connections: Connections, place: string, isAlone = false) {
    this.#connections = connections;
    this.place = place;
    this.#isAlone = isAlone;
  }

  /** With connections of its own; connects with the first question. */
  static async at(address: Address, place: string): Promise<Database> {
    return new Database(await Connections.to(address, ALONE), place, true);
  }

  /** One statement; the server ends it in time, whether or not anybody still waits for it. */
  rows(sql: string, ...values: readonly Value[]): Promise<readonly Row[]> {
    return this.transaction((tx) => tx.rows(sql, ...values));
  }

  /** The same. */
  run(sql: string, ...values: readonly Value[]): Promise<number> {
    return this.transaction((tx) => tx.run(sql, ...values));
  }

  /** Does the work wholly or not at all. `longest`: how long a statement may take that takes longer than usual. */
  transaction<T>(work: Work<T>, longest?: Duration): Promise<T> {
    const limits = longest === undefined ? USUAL : { ...USUAL, statement: longest };
    return this.#made(this.#connections.work, work, limits, longest);
  }

  /** The same by a connection that waits for no other work: for leases, and to say that this process lives. It takes milliseconds. */
  kept<T>(work: Work<T>): Promise<T> {
    return this.#made(this.#connections.kept, work, KEPT);
  }

  /** Waits a moment for what is under way, and cuts off the rest. May be called again. */
  async close(): Promise<void> {
    if (this.#closed.signal.aborted) return;
    this.#closed.abort(databaseError('lost', this.place, 'closed'));
    if (this.#taken.size > 0) {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      this.#onIdle = () => {
        resolve(undefined);
      };
      await within(CLOSE_WITHIN, promise);
    }
    for (const taken of this.#taken) this.#giveBack(taken, new Error('closed'));
    if (this.#isAlone) await this.#connections.close();
  }

  async #made<T>(lane: Lane, work: Work<T>, limits: Limits, longest?: Duration): Promise<T> {
    const { signal } = this.#closed;
    let taken: Taken | undefined;
    let fault: Error | undefined;
    try {
      signal.throwIfAborted();
      taken = await lane.take(this, { place: this.place, signal, longest });
      this.#taken.add(taken);
      signal.throwIfAborted();
      return await inTransaction(taken.client, work, limits);
    } catch (error) {
      fault = databaseErrorOf(error, this.place);
      throw fault;
    } finally {
      // After a failure nobody knows what the connection is in the middle of.
      if (taken !== undefined) this.#giveBack(taken, fault);
    }
  }

  #giveBack(taken: Taken, fault?: Error): void {
    if (!this.#taken.delete(taken)) return;
    taken.release(fault);
    if (this.#taken.size === 0) this.#onIdle?.();
  }
}

async function inTransaction<T>(client: PoolClient, work: Work<T>, limits: Limits): Promise<T> {
  await plain(client, begin(limits), limits);
  const result = await work(asking(client, limits)).catch(async (error: unknown) => {
    // What made it fail is the error to report; the server rolls back when the connection goes.
    await plain(client, 'ROLLBACK', { statement: 0, answer: ROLLBACK_WITHIN }).catch(() => undefined);
    throw error;
  });
  await plain(client, 'COMMIT', limits);
  return result;
}

function begin({ statement }: Limits): string {
  return (
    `BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = ${statement}; ` +
    `SET LOCAL lock_timeout = ${LOCK_WITHIN}; SET LOCAL idle_in_transaction_session_timeout = ${IDLE_WITHIN}`
  );
}

async function plain(client: PoolClient, text: string, { statement, answer }: Limits): Promise<void> {
  const config = { text, query_timeout: statement + answer };
  await client.query(config);
}

function asking(client: PoolClient, limits: Limits): Transaction {
  const ask = (text: string, values: readonly Value[]): Promise<QueryArrayResult<unknown[]>> => {
    // The library knows this one, its types do not.
    const config = {
      text,
      values: [...values],
      rowMode: 'array' as const,
      query_timeout: limits.statement + limits.answer,
    };
    return client.query<unknown[]>(config);
  };
  return {
    rows: async (sql, ...values) => (await ask(sql, values)).rows,
    run: async (sql, ...values) => (await ask(sql, values)).rowCount ?? 0,
    script: (sql) => plain(client, sql, limits),
  };
}
