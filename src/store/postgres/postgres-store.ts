/**
 * The store in a PostgreSQL database, which many organisations and several machines may share. What belongs together is one transaction,
 * committed before the promise resolves.
 */
import type { PlatformBehaviour } from '../../domain/tracking/platform-behaviour.ts';
import type { AgentState } from '../../domain/tracking/state.ts';
import type {
  ControllerState,
  EventQuery,
  LeaseGrant,
  LeaseTrace,
  Pause,
  RecordEvent,
  RememberedAgent,
  RememberedQuery,
  StoredAgent,
  StoredEvent,
  SweepBegun,
  SweepCount,
  SweepRecord,
  WorkerTrace,
} from '../../domain/record.ts';
import type { Duration, Instant } from '../../domain/time/time.ts';
import type { DamageCount, StayGround, Store } from '../../ports/store.ts';
import { learntBody, learntOf, standingBody } from '../codec.ts';
import type { DamageLog } from '../damage.ts';
import { isOwnNote, NOTES } from '../notes.ts';
import { thisProcess, type Self } from '../self.ts';
import { newestStay } from '../stays.ts';
import { addressOf, placeOf } from './address.ts';
import { readAgents, searchAgents, storeAgents } from './agents.ts';
import * as controls from './controls.ts';
import { Damage } from './damage.ts';
import { Database, type Transaction } from './database.ts';
import { InDoubt } from './in-doubt.ts';
import { DatabaseLease } from './lease.ts';
import { GoneBack, LeftBehind } from './left-behind.ts';
import * as memories from './memories.ts';
import { Organisation } from './organisation.ts';
import { DatabaseOutbox } from './outbox.ts';
import { prepare, type Preparing } from './prepare.ts';
import { forgetBefore, LONGEST_PRUNE } from './prune.ts';
import {
  addEvents,
  countPages,
  eventPages,
  readEvents,
  readOpenIntents,
  saveCount,
  type Added,
} from './record.ts';
import { DatabaseSessions } from './sessions.ts';

/** How a store in a database is opened. */
export interface PostgresOptions extends Preparing {
  /** The wall clock; dates agents' names. */
  readonly now: () => Instant;
  /** Told of what had to be left out. */
  readonly log?: DamageLog;
  /** How the lease sees this process. */
  readonly self?: Self;
  /** The clock of this machine, which people set. */
  readonly machine?: () => Instant;
}

/** Opens or makes the store of an organisation in the database at `url`. Rejects with `StoreError`. */
export async function openPostgres(
  url: string,
  organisation: string,
  options: PostgresOptions,
): Promise<PostgresStore> {
  const address = addressOf(url);
  const db = await Database.at(address, placeOf(address, organisation));
  try {
    await prepare(db, options);
    return PostgresStore.of(db, organisation, options);
  } catch (error) {
    await db.close().catch(() => undefined);
    throw error;
  }
}

/** Organisations that have a store in the database at `url`, in order. Rejects with `StoreError`. */
export async function organisationsAt(url: string): Promise<readonly string[]> {
  const address = addressOf(url);
  const db = await Database.at(address, address.place);
  try {
    await prepare(db, { existing: true });
    // Each table but these two has rows of organisations that are in one of them as well.
    const rows = await db.rows(
      'SELECT organisation FROM idle_enforcer.lease UNION SELECT organisation FROM idle_enforcer.record ORDER BY 1',
    );
    return rows.map(([name]) => String(name));
  } finally {
    await db.close();
  }
}

/** See `Store` for what each method promises. All reject with `StoreError` and nothing else. */
export class PostgresStore implements Store {
  readonly setAside = undefined;
  readonly outbox: DatabaseOutbox;
  readonly sessions: DatabaseSessions;
  readonly #organisation: Organisation;
  readonly #db: Database;
  readonly #name: string;
  readonly #now: () => Instant;
  readonly #damage: Damage;
  readonly #self: Self;
  readonly #lease: DatabaseLease;
  /** No sweep has been saved since everything was loaded. */
  #fresh = true;
  #opened = 1;
  readonly #left = new LeftBehind();
  readonly #inDoubt = new InDoubt();

  private constructor(organisation: Organisation, options: PostgresOptions) {
    this.#organisation = organisation;
    this.#db = organisation.db;
    this.#name = organisation.name;
    this.#now = options.now;
    const isVisitor = options.readOnly === true || options.existing === true;
    this.#damage = new Damage(organisation, options.now, options.log, isVisitor);
    this.outbox = new DatabaseOutbox(organisation, (rows) => this.#damage.put(rows));
    this.sessions = new DatabaseSessions(organisation);
    this.#self = options.self ?? thisProcess();
    this.#lease = new DatabaseLease(organisation, this.#self);
  }

  /** That of an organisation in a database whose tables are there. */
  static of(db: Database, organisation: string, options: PostgresOptions): PostgresStore {
    return new PostgresStore(new Organisation(db, organisation, options.machine), options);
  }

  /** The address without user and password, and the organisation. */
  get place(): string {
    return this.#db.place;
  }

  get opened(): number {
    return this.#opened;
  }

  takeDamage(): DamageCount | undefined {
    return this.#damage.take();
  }

  /** By the database's clock. */
  holdLease(holder: string, _now: Instant, ttl: Duration, quiet = 0): Promise<LeaseGrant | undefined> {
    return this.#lease.hold(holder, ttl, quiet);
  }

  releaseLease(holder: string, underWay = 0): Promise<void> {
    return this.#lease.release(holder, underWay);
  }

  lease(): Promise<LeaseTrace | undefined> {
    return this.#lease.trace(this.#now());
  }

  noteSweep(begun: SweepBegun): Promise<void> {
    return this.#organisation.write((tx) => controls.saveTrace(tx, this.#organisation, this.#self, begun));
  }

  worker(): Promise<WorkerTrace | undefined> {
    return controls.readTrace(this.#organisation, this.#self);
  }

  async loadMemories(): Promise<Map<string, AgentState>> {
    const { memories: read, damaged } = await memories.readMemories(this.#db, this.#name);
    this.#fresh = true;
    this.#left.forget();
    await this.#damage.put(damaged);
    return read;
  }

  loadMemory(agentId: string): Promise<AgentState | undefined> {
    return memories.readMemory(this.#db, this.#name, agentId);
  }

  rememberedPages(wanted: RememberedQuery): AsyncIterable<readonly RememberedAgent[]> {
    return memories.rememberedPages(this.#db, this.#name, wanted);
  }

  async loadStanding(): Promise<ControllerState | undefined> {
    const { standing, damaged } = await memories.readStanding(this.#db, this.#name);
    await this.#damage.put(damaged);
    return standing;
  }

  async saveSweep(sweep: SweepRecord): Promise<void> {
    try {
      await this.#saveSweep(sweep, this.#left.sweeps);
    } catch (error) {
      this.#left.failed(sweep.at);
      if (error instanceof GoneBack) this.#opened += 1;
      throw error;
    }
    this.#left.saved(sweep.at);
    this.#fresh = false;
  }

  #saveSweep(
    { at, changed, notSeen, standing, count, events }: SweepRecord,
    left: readonly Instant[] | undefined,
  ): Promise<void> {
    const body = standingBody(standing);
    return this.#record(events, async (tx) => {
      if (this.#fresh) await memories.settleCurrent(tx, this.#name, [...changed, ...notSeen]);
      await memories.saveMemories(tx, this.#name, changed, 'seen');
      await memories.saveMemories(tx, this.#name, notSeen, 'not_seen');
      if (left === undefined) await memories.saveStanding(tx, this.#name, body, at);
      else if (!(await memories.goOnFrom(tx, this.#name, left, { body, at }))) throw new GoneBack(this.place);
      if (count !== undefined) await saveCount(tx, this.#name, count);
    });
  }

  /** Does the work and puts the events on record, in one transaction. */
  async #record(events: readonly RecordEvent[], work: (tx: Transaction) => Promise<void>): Promise<void> {
    let added: Added | undefined;
    try {
      await this.#organisation.write(async (tx) => {
        await work(tx);
        added = await addEvents(tx, this.#name, await this.#inDoubt.missing(tx, this.#name, events));
      });
    } catch (error) {
      // Nothing was left to do but to end the transaction.
      if (added !== undefined) this.#inDoubt.note(added);
      throw error;
    }
  }

  saveStep(
    changed: readonly AgentState[],
    events: readonly RecordEvent[],
    standing?: ControllerState,
  ): Promise<void> {
    const body = standing === undefined ? undefined : standingBody(standing);
    return this.#record(events, async (tx) => {
      await memories.saveMemories(tx, this.#name, changed, 'step');
      if (body !== undefined) await memories.saveStanding(tx, this.#name, body);
    });
  }

  /** Notes how far the record is settled: an outcome is never taken back, and a record may be of years. */
  async openIntents(): Promise<readonly StoredEvent[]> {
    const { open, settled } = await readOpenIntents(this.#db, this.#name);
    if (settled !== undefined)
      await this.#organisation.writeAsVisitor((tx) =>
        controls.saveFacts(tx, this.#name, new Map([[NOTES.settled, String(settled)]])),
      );
    return open;
  }

  events(query: EventQuery): Promise<readonly StoredEvent[]> {
    return readEvents(this.#db, this.#name, query);
  }

  eventPages(query: EventQuery): AsyncIterable<readonly StoredEvent[]> {
    return eventPages(this.#db, this.#name, query);
  }

  countPages(from: Instant, to: Instant): AsyncIterable<readonly SweepCount[]> {
    return countPages(this.#db, this.#name, from, to);
  }

  pause(): Promise<Pause | undefined> {
    return controls.readPause(this.#organisation);
  }

  setPause(pause: Pause | undefined, event?: RecordEvent): Promise<void> {
    return this.#organisation.writeAsVisitor(async (tx) => {
      await controls.writePause(tx, this.#organisation, pause);
      if (event !== undefined) await addEvents(tx, this.#name, [event]);
    });
  }

  async takeResume(): Promise<boolean> {
    // Asked each sweep and hardly ever there.
    if (!(await controls.isResumeWanted(this.#db, this.#name))) return false;
    return await this.#organisation.write((tx) => controls.takeResume(tx, this.#name));
  }

  requestResume(): Promise<void> {
    return this.#organisation.writeAsVisitor((tx) => controls.requestResume(tx, this.#name));
  }

  addStay(agentId: string, decide: (found: StayGround) => RecordEvent | undefined): Promise<void> {
    return this.#organisation.writeAsVisitor(async (tx) => {
      const state = await memories.readMemory(tx, this.#name, agentId, 'locked');
      const [newest] = await readEvents(tx, this.#name, newestStay(agentId));
      const event = decide({ state, newest });
      if (event !== undefined) await addEvents(tx, this.#name, [event]);
    });
  }

  async facts(): Promise<ReadonlyMap<string, string>> {
    const facts = await controls.readFacts(this.#db, this.#name);
    return new Map(facts.filter(([name]) => !isOwnNote(name)));
  }

  setFacts(facts: ReadonlyMap<string, string>): Promise<void> {
    return this.#organisation.write((tx) => controls.saveFacts(tx, this.#name, facts));
  }

  heldElsewhere(fact: string, value: string): Promise<readonly string[]> {
    return controls.heldElsewhere(this.#db, this.#name, fact, value);
  }

  pausesElsewhere(fact: string, value: string): Promise<readonly Pause[]> {
    return controls.pausesElsewhere(this.#organisation, fact, value);
  }

  async learnt(): Promise<PlatformBehaviour | undefined> {
    const body = new Map(await controls.readFacts(this.#db, this.#name)).get(NOTES.learnt);
    if (body === undefined) return undefined;
    const read = learntOf(body);
    if (read.ok) return read.value;
    await this.#damage.put([{ source: 'fact', key: NOTES.learnt, body, why: read.why }]);
    return undefined;
  }

  saveLearnt(learnt: PlatformBehaviour): Promise<void> {
    const note = new Map([[NOTES.learnt, learntBody(learnt)]]);
    return this.#organisation.write((tx) => controls.saveFacts(tx, this.#name, note));
  }

  saveAgents(agents: readonly StoredAgent[]): Promise<void> {
    const now = this.#now();
    return this.#organisation.write((tx) => storeAgents(tx, this.#name, agents, now));
  }

  agents(): Promise<readonly StoredAgent[]> {
    return readAgents(this.#db, this.#name);
  }

  findAgents(nameOrId: string): Promise<readonly StoredAgent[]> {
    return searchAgents(this.#db, this.#name, nameOrId);
  }

  prune(before: Instant): Promise<void> {
    return this.#organisation.write((tx) => forgetBefore(tx, this.#name, before), LONGEST_PRUNE);
  }

  close(): Promise<void> {
    return this.#db.close();
  }
}
