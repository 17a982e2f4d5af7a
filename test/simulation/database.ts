/** The one database of all replicas: a store in memory at the other end of the wire, with a clock of its own. */
import type { RecordEvent, SweepRecord } from '../../src/domain/record.ts';
import type { Duration, Instant } from '../../src/domain/time/time.ts';
import { MINUTE, SECOND } from '../../src/domain/time/time.ts';
import type { Store } from '../../src/ports/store.ts';
import { storeError } from '../../src/store/errors.ts';
import { Fence } from '../../src/store/fence.ts';
import { MemoryContents } from '../../src/store/memory/contents.ts';
import { MemoryStore } from '../../src/store/memory/memory-store.ts';
import type { Mistake } from './mistakes.ts';
import type { Owner, Scheduler } from './scheduler.ts';
import { ask, FAIR } from './wire.ts';

const PLACE = 'the database';
/** What is said to be stored before it is, is stored so much later. */
const BEHIND: Duration = 20 * SECOND;
/** Pages are read at once: they are of the past. */
const READ_AT_ONCE: ReadonlySet<string> = new Set(['eventPages', 'countPages', 'rememberedPages']);
/** What a worker writes under its lease. */
const FENCED: ReadonlySet<string> = new Set([
  ...['noteSweep', 'saveSweep', 'saveStep', 'saveLearnt', 'setFacts', 'saveAgents', 'prune', 'takeResume'],
]);

/** A process that has connections to the database. */
export interface Client extends Owner {
  /** Until then it does not reach the database. */
  readonly cutOffUntil: Instant;
}

export class Database {
  readonly contents = new MemoryContents();
  /** Until then it answers no process. */
  downUntil: Instant = -Infinity;
  readonly #scheduler: Scheduler;
  readonly #onWrite: () => void;
  readonly #onTold: (process: Client) => void;

  /** `onTold`: a worker has put something on record, and is about to hear of it. */
  constructor(scheduler: Scheduler, onWrite: () => void, onTold: (process: Client) => void) {
    this.#scheduler = scheduler;
    this.#onWrite = onWrite;
    this.#onTold = onTold;
  }

  /** A connection of this process. */
  open(process: Client, clock: () => Instant, mistake: Mistake | undefined): Store {
    const { contents } = this;
    const now = (): Instant => (mistake === 'own_clock' ? clock() : this.#scheduler.now);
    const told = (): void => {
      this.#onTold(process);
    };
    const store = new FaultyStore({ now, contents }, mistake, told);
    const lease = new LeaseStore({ now, contents }, mistake);
    const asker = new Asker(this, this.#scheduler, process, mistake);
    return new Proxy<Store>(store, {
      get: (_, name) => {
        const isOfLease = name === 'holdLease' || name === 'releaseLease';
        const side: Store = isOfLease ? lease : store;
        const value: unknown = Reflect.get(side, name, side);
        if (typeof value !== 'function') return value;
        const call = (parts: readonly unknown[]): unknown => Reflect.apply(value, side, parts);
        if (READ_AT_ONCE.has(String(name))) return (...parts: readonly unknown[]) => call(parts);
        const ask = (parts: readonly unknown[]) => () => call(parts) as Promise<unknown>;
        if (name === 'holdLease') {
          return (holder: string, ...parts: readonly unknown[]) =>
            asker.hold(holder, ask([holder, ...parts]) as () => ReturnType<Store['holdLease']>);
        }
        return FENCED.has(String(name))
          ? (...parts: readonly unknown[]) => asker.write(String(name), ask(parts))
          : (...parts: readonly unknown[]) => asker.ask(ask(parts));
      },
    });
  }

  /** Throws while this process does not reach the database. */
  checkReached({ cutOffUntil }: Client): void {
    const { now } = this.#scheduler;
    if (this.downUntil > now || cutOffUntil > now) throw storeError('lost', PLACE, 'away');
  }

  /** Something may have been written. */
  written(): void {
    this.#onWrite();
  }
}

/**
 * The near end of a connection, as the store on PostgreSQL has it: it knows of the lease what it was answered, begins a write with
 * that, and makes one write after the other. Mutable.
 */
class Asker {
  readonly #database: Database;
  readonly #scheduler: Scheduler;
  readonly #process: Client;
  readonly #mistake: Mistake | undefined;
  readonly #fence = new Fence();
  #last: Promise<unknown> = Promise.resolve();

  constructor(database: Database, scheduler: Scheduler, process: Client, mistake: Mistake | undefined) {
    this.#database = database;
    this.#scheduler = scheduler;
    this.#process = process;
    this.#mistake = mistake;
  }

  async ask<T>(give: () => Promise<T>): Promise<T> {
    const way = { weather: FAIR, timeout: Infinity };
    const answer = await ask(this.#scheduler, this.#process, way, () => this.#reached(give));
    if (answer === 'timeout') throw new Error('the database has no time-out');
    // It has done what it was asked, and is not heard to have done it.
    this.#database.checkReached(this.#process);
    return answer;
  }

  async hold(holder: string, give: () => ReturnType<Store['holdLease']>): ReturnType<Store['holdLease']> {
    const grant = await this.ask(give);
    this.#fence.asked(holder, grant?.epoch);
    return grant;
  }

  write(name: string, give: () => Promise<unknown>): Promise<unknown> {
    const { granted } = this.#fence;
    const fenced = (): Promise<unknown> => {
      const { holder = '', epoch } = this.#database.contents.lease;
      if (this.#mistake !== 'no_fence') this.#fence.check({ holder, epoch }, PLACE, granted);
      return give();
    };
    const behind = this.#mistake === 'write_behind' ? 'saveStep' : 'setFacts';
    if (isBehind(this.#mistake) && name === behind) {
      this.#scheduler.after(BEHIND, this.#process, () => {
        void this.#reached(fenced).catch(() => undefined);
      });
      return Promise.resolve();
    }
    const mine = this.#last.then(() => this.ask(fenced));
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  async #reached<T>(give: () => Promise<T>): Promise<T> {
    this.#database.checkReached(this.#process);
    const answer = await give();
    this.#database.written();
    return answer;
  }
}

function isBehind(mistake: Mistake | undefined): boolean {
  return mistake === 'write_behind' || mistake === 'rollout_behind';
}

/** The lease by the clock of the database. */
class LeaseStore extends MemoryStore {
  readonly #mistake: Mistake | undefined;
  readonly #clock: () => Instant;
  readonly #held: MemoryContents;

  constructor(
    options: { readonly now: () => Instant; readonly contents: MemoryContents },
    mistake: Mistake | undefined,
  ) {
    super(options);
    this.#mistake = mistake;
    this.#clock = options.now;
    this.#held = options.contents;
  }

  override async holdLease(
    ...[holder, , ttl, quiet]: Parameters<Store['holdLease']>
  ): ReturnType<Store['holdLease']> {
    const { lease } = this.#held;
    if (this.#mistake === 'two_holders') this.#held.lease = { ...lease, holder };
    const grant = await super.holdLease(
      holder,
      this.#clock(),
      this.#mistake === 'long_lease' ? 10 * MINUTE : ttl,
      this.#mistake === 'acts_at_once' ? 0 : quiet,
    );
    return grant;
  }

  override async releaseLease(...given: Parameters<Store['releaseLease']>): Promise<void> {
    await super.releaseLease(...given);
    if (this.#mistake === 'epoch_reset') this.#held.lease = { ...this.#held.lease, epoch: 0 };
  }
}

/**
 * All but the lease. It is asked for by no one, so that its own fence stays down: see `Asker`. As the store on PostgreSQL does, it leaves
 * out events that are on record already, though the process that hands them in again has not heard of it.
 */
class FaultyStore extends MemoryStore {
  readonly #mistake: Mistake | undefined;
  readonly #onRecord = new WeakSet<RecordEvent>();
  readonly #told: () => void;

  constructor(
    options: { readonly now: () => Instant; readonly contents: MemoryContents },
    mistake: Mistake | undefined,
    told: () => void,
  ) {
    super(options);
    this.#mistake = mistake;
    this.#told = told;
  }

  override async loadMemories(): ReturnType<Store['loadMemories']> {
    return this.#mistake === 'forgets_memory' ? new Map() : await super.loadMemories();
  }

  override async facts(): ReturnType<Store['facts']> {
    const facts = await super.facts();
    return this.#mistake === 'forgets_rollout' ? new Map() : facts;
  }

  override async saveStep(...[memories, events, standing]: Parameters<Store['saveStep']>): Promise<void> {
    await super.saveStep(memories, this.#mistake === 'torn_step' ? [] : this.#missing(events), standing);
  }

  override async saveSweep(record: SweepRecord): Promise<void> {
    await super.saveSweep({ ...record, events: this.#missing(record.events) });
  }

  /** Nothing else is written while this is: the events are on record from here on. */
  #missing(events: readonly RecordEvent[]): readonly RecordEvent[] {
    // An intention is made anew, and all else is handed in again.
    if (events.some(({ kind }) => kind !== 'intent')) this.#told();
    if (this.#mistake === 'told_twice') return events;
    const missing = events.filter((event) => !this.#onRecord.has(event));
    for (const event of missing) this.#onRecord.add(event);
    return missing;
  }
}
