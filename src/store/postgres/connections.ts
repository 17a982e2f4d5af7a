/**
 * The connections of a process to its database, however many organisations it has: some for what is read and written, and one or two that are
 * kept for leases. A lease that waits behind the sweep of another organisation would be lost.
 */
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import { SECOND, type Duration } from '../../domain/time/time.ts';
import type { Address } from './address.ts';
import { databaseError } from './errors.ts';
import { Places, type Shares } from './places.ts';

/** How many connections there are for what. */
export interface Sizes {
  readonly work: Shares;
  readonly kept: Shares;
}

/** Of one organisation: its writes go one after the other, and beside them two may read. */
export const ALONE: Sizes = {
  work: { total: 3, most: 3, left: 0 },
  kept: { total: 1, most: 1, left: 0 },
};
/** Of any number of them. */
export const SHARED: Sizes = {
  work: { total: 8, most: 3, left: 2 },
  kept: { total: 2, most: 1, left: 0 },
};

/** A connection is waited for so long, and so is its place among the others. */
const CONNECT_WITHIN: Duration = 5 * SECOND;
/** Whoever used them has gone: what is left is to say goodbye. */
const CLOSE_WITHIN: Duration = SECOND / 2;
const IDLE_CONNECTION: Duration = 30 * SECOND;

/** What a connection is wanted for. */
export interface Wish {
  /** How errors name the database. */
  readonly place: string;
  /** Nobody waits for it any more. */
  readonly signal: AbortSignal;
  /** How long the work may take, where that is long: it may then wait as long for its turn. */
  readonly longest: Duration | undefined;
}

/** A connection that is in use. */
export interface Taken {
  readonly client: PoolClient;
  /** Gives it back; with a fault it is not used again. */
  readonly release: (fault?: Error) => void;
}

/** Connections for one purpose, shared out among those who ask. */
export class Lane {
  readonly #pool: Pool;
  readonly #places: Places;
  /** How often one was given back without a fault. */
  #answered = 0;

  constructor(pool: Pool, shares: Shares) {
    this.#pool = pool;
    this.#places = new Places(shares);
  }

  /** Rejects with `StoreError`, or with what the library throws. */
  async take(owner: object, { place, longest, signal }: Wish): Promise<Taken> {
    const before = this.#answered;
    const tired = AbortSignal.timeout(longest ?? CONNECT_WITHIN);
    const leave = await this.#places
      .take(owner, longest !== undefined, AbortSignal.any([signal, tired]))
      .catch((error: unknown) => {
        if (!tired.aborted) throw error;
        // Where nobody was answered meanwhile, it is the database that says nothing.
        throw databaseError(this.#answered === before ? 'lost' : 'locked', place);
      });
    try {
      const client = await this.#pool.connect();
      const release = (fault?: Error): void => {
        if (fault === undefined) this.#answered += 1;
        client.release(fault);
        leave();
      };
      return { client, release };
    } catch (error) {
      leave();
      throw error;
    }
  }

  async end(): Promise<void> {
    await this.#pool.end();
  }
}

/** See above. */
export class Connections {
  readonly work: Lane;
  readonly kept: Lane;
  /** Of all connections, also those that are being made. */
  readonly #sockets: ReadonlySet<Socket>;
  #closing: Promise<void> | undefined;

  private constructor(lanes: Readonly<Record<keyof Sizes, Lane>>, sockets: ReadonlySet<Socket>) {
    this.work = lanes.work;
    this.kept = lanes.kept;
    this.#sockets = sockets;
  }

  /** Loads the library, which nobody needs who has no database; connects with the first question. */
  static async to(address: Address, sizes: Sizes): Promise<Connections> {
    const { default: pg } = await import('pg');
    const { host, port, user, password, database, ssl } = address;
    const sockets = new Set<Socket>();
    const laneOf = (shares: Shares): Lane => {
      const pool = new pg.Pool({
        ...{ host, port, user, password, database, ssl },
        application_name: 'idle-enforcer',
        max: shares.total,
        connectionTimeoutMillis: CONNECT_WITHIN,
        idleTimeoutMillis: IDLE_CONNECTION,
        keepAlive: true,
        allowExitOnIdle: true,
        types: { getTypeParser: (oid: number) => parserOf(oid) },
        stream: () => socketIn(sockets),
      });
      // What breaks a connection is told by the question that is under way on it, if any.
      pool.on('connect', (client) => {
        client.on('error', () => undefined);
      });
      // A connection that breaks while nobody uses it is replaced; the next question tells what is wrong.
      pool.on('error', () => undefined);
      return new Lane(pool, shares);
    };
    return new Connections({ work: laneOf(sizes.work), kept: laneOf(sizes.kept) }, sockets);
  }

  /** Ends them all, once. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await within(CLOSE_WITHIN, Promise.all([this.work.end(), this.kept.end()]));
    // A database that hangs must not keep the process.
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** Waits for the work, and for no longer than `limit`. */
export async function within(limit: Duration, work: Promise<unknown>): Promise<void> {
  const late = new AbortController();
  await Promise.race([
    work,
    sleep(limit, undefined, { signal: late.signal, ref: false }).catch(() => undefined),
  ]);
  late.abort();
}

function socketIn(sockets: Set<Socket>): Socket {
  const socket = new Socket();
  sockets.add(socket);
  socket.once('close', () => {
    sockets.delete(socket);
  });
  return socket;
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
