/** One database for all organisations of a process: its connections are few, however many organisations there are. */
import type { ReplicasPort } from '../../ports/replicas.ts';
import { addressOf, placeOf, type Address } from './address.ts';
import { Connections, SHARED } from './connections.ts';
import { Database } from './database.ts';
import { PostgresStore, type PostgresOptions } from './postgres-store.ts';
import { prepare } from './prepare.ts';
import { replicasOn } from './replicas.ts';

/** The database once something was asked of it. */
interface Reached {
  readonly connections: Connections;
  readonly address: Address;
}

/** Connects with the first question. Mutable. */
export class SharedDatabase {
  readonly url: string;
  #reached: Promise<Reached> | undefined;
  #preparing: Promise<void> | undefined;

  constructor(url: string) {
    this.url = url;
  }

  /** Opens or makes the store of an organisation; closing it leaves the connections to the others. Rejects with `StoreError`. */
  async store(organisation: string, options: PostgresOptions): Promise<PostgresStore> {
    const { connections, address } = await this.#reach();
    await this.#prepared(connections, address);
    return PostgresStore.of(new Database(connections, placeOf(address, organisation)), organisation, options);
  }

  /** The replicas that share the database. Rejects with `StoreError`. */
  async replicas(): Promise<ReplicasPort> {
    const { connections, address } = await this.#reach();
    return replicasOn(new Database(connections, address.place));
  }

  /** Ends all connections, also those of stores that are still open. May be called again. */
  async close(): Promise<void> {
    await (await this.#reached?.catch(() => undefined))?.connections.close();
  }

  /** A certificate that cannot be read is looked at again. */
  #reach(): Promise<Reached> {
    this.#reached ??= this.#connect().catch((error: unknown) => {
      this.#reached = undefined;
      throw error;
    });
    return this.#reached;
  }

  async #connect(): Promise<Reached> {
    const address = addressOf(this.url);
    return { connections: await Connections.to(address, SHARED), address };
  }

  /** The tables are those of all: many who start at the same moment look at them once. */
  #prepared(connections: Connections, address: Address): Promise<void> {
    this.#preparing ??= prepare(new Database(connections, address.place), {}).finally(() => {
      this.#preparing = undefined;
    });
    return this.#preparing;
  }
}
