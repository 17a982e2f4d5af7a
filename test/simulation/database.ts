/** The one database of all replicas: a store in memory at the other end of the wire, with a clock of its own. */
import type { Instant } from '../../src/domain/time/time.ts';
import { MINUTE, SECOND } from '../../src/domain/time/time.ts';
import type { Store } from '../../src/ports/store.ts';
import { storeError } from '../../src/store/errors.ts';
import { MemoryContents } from '../../src/store/memory/contents.ts';
import { MemoryStore } from '../../src/store/memory/memory-store.ts';
import type { Mistake } from './mistakes.ts';
import type { Owner, Scheduler } from './scheduler.ts';
import { ask, FAIR } from './wire.ts';

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

  constructor(scheduler: Scheduler, onWrite: () => void) {
    this.#scheduler = scheduler;
    this.#onWrite = onWrite;
  }

  /** A connection of this process. */
  open(process: Client, clock: () => Instant, mistake: Mistake | undefined): Store {
    const { contents } = this;
    const now = (): Instant => (mistake === 'own_clock' ? clock() : this.#scheduler.now);
    const store = new LeaseStore({ now, contents }, mistake);
    const visitor = new MemoryStore({ now, contents });
    return new Proxy<Store>(store, {
      get: (_, name) => {
        const side: Store = mistake === 'no_fence' && FENCED.has(String(name)) ? visitor : store;
        const value: unknown = Reflect.get(side, name, side);
        if (typeof value !== 'function') return value;
        const call = (parts: readonly unknown[]): unknown => Reflect.apply(value, side, parts);
        if (READ_AT_ONCE.has(String(name))) return (...parts: readonly unknown[]) => call(parts);
        return (...parts: readonly unknown[]) =>
          this.#call(process, String(name), () => call(parts) as Promise<unknown>, mistake);
      },
    });
  }

  async #call(
    process: Client,
    name: string,
    give: () => Promise<unknown>,
    mistake: Mistake | undefined,
  ): Promise<unknown> {
    const work = async (): Promise<unknown> => {
      const { now } = this.#scheduler;
      if (this.downUntil > now || process.cutOffUntil > now) throw storeError('lost', 'the database', 'away');
      const answer = await give();
      this.#onWrite();
      return answer;
    };
    if (mistake === 'write_behind' && name === 'saveStep') {
      this.#scheduler.after(8 * SECOND, process, () => void work().catch(() => undefined));
      return undefined;
    }
    return await ask(this.#scheduler, process, { weather: FAIR, timeout: Infinity }, work);
  }
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

  override async loadMemories(): ReturnType<Store['loadMemories']> {
    return this.#mistake === 'forgets_memory' ? new Map() : await super.loadMemories();
  }

  override async saveStep(...[memories, events, standing]: Parameters<Store['saveStep']>): Promise<void> {
    await super.saveStep(memories, this.#mistake === 'torn_step' ? [] : events, standing);
  }
}
