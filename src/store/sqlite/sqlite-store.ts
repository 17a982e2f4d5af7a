/**
 * The store in one SQLite file. The worker writes it; `pause`, `resume`, `explain` and `report` open the same file from
 * other processes at the same time. What belongs together is one transaction, on disk before the promise resolves.
 */
import { existsSync } from 'node:fs';
import type { PlatformBehaviour } from '../../domain/tracking/platform-behaviour.ts';
import type { AgentState } from '../../domain/tracking/state.ts';
import type {
  EventQuery,
  LeaseGrant,
  LeaseTrace,
  Pause,
  RecordEvent,
  RememberedAgent,
  RememberedQuery,
  ControllerState,
  StoredAgent,
  StoredEvent,
  SweepBegun,
  SweepCount,
  SweepRecord,
  WorkerTrace,
} from '../../domain/record.ts';
import type { Duration, Instant } from '../../domain/time/time.ts';
import type { DamageCount, StayGround, Store } from '../../ports/store.ts';
import { readAgents, searchAgents, storeAgents } from './agents.ts';
import { learntBody, standingBody } from '../codec.ts';
import { countPages, saveCount } from './counts.ts';
import type { DamageLog } from '../damage.ts';
import { Damage } from './damage.ts';
import type { Database, Row } from './database.ts';
import { addEvents, eventPages, readEvents } from './events.ts';
import { later, storeError, storeErrorOf } from '../errors.ts';
import { Fence } from '../fence.ts';
import { thisProcess, type Self } from '../self.ts';
import { addResumeRequest, isResumeWanted, readFacts, readLearnt, takeResumeRequest } from './facts.ts';
import { wholePath } from './files.ts';
import { dropLease, leaseRow, leaseTrace, readLease, takeLease } from './lease.ts';
import { readMemories, readMemory, readStanding, rememberedPages, saveMemory, saveSeen } from './memories.ts';
import { NOTES } from '../notes.ts';
import { readOpenIntents } from './open-intents.ts';
import { noteChecked, openDatabase, type Opened } from './open.ts';
import type { StoreOptions } from './options.ts';
import { SqliteOutbox } from './outbox.ts';
import { inTurns } from './turns.ts';
import { NOTHING_CARRIED, readCarried } from './carried.ts';
import { pausesBeside } from './pauses-beside.ts';
import { readPause, writePause } from './pauses.ts';
import { forgetBefore, giveBackSpace } from './prune.ts';
import * as sql from './statements.ts';
import { SqliteSessions } from './sessions.ts';
import { weighedStay } from './stays.ts';
import { readTrace, saveTrace } from './worker-trace.ts';

/** Opens or makes the store at `path` (`:memory:` keeps nothing). Rejects with `StoreError`. */
export const openStore = (path: string, options: StoreOptions): Promise<SqliteStore> =>
  SqliteStore.open(path, options);

/** See `Store` for what each method promises. All reject with `StoreError` and nothing else. */
export class SqliteStore implements Store {
  #setAside: string | undefined;
  #checkedAt: Instant | undefined;
  #opened = 1;
  /** What people have asked of the worker, as it stood when the lease was held last. */
  #known = NOTHING_CARRIED;
  /** The file could not be used as it is: it is opened anew before the lease is held again. */
  #broken = false;
  #closed = false;
  readonly outbox: SqliteOutbox;
  readonly sessions: SqliteSessions;
  readonly #db: Database;
  readonly #options: StoreOptions;
  readonly #now: () => Instant;
  readonly #log: DamageLog | undefined;
  readonly #damage: Damage;
  readonly #self: Self;
  /** The lease as it stood at the opening. */
  #foundLease: Row | undefined;
  readonly #fence = new Fence();
  /** No sweep has been saved since everything was loaded. */
  #fresh = true;

  private constructor({ db, setAside, checkedAt }: Opened, options: StoreOptions) {
    this.#db = db;
    this.#setAside = setAside;
    this.#checkedAt = checkedAt;
    this.#options = options;
    this.#now = options.now;
    this.#log = options.log;
    const isVisitor = options.readOnly === true || options.existing === true;
    this.#damage = new Damage(db, options.now, options.log, isVisitor);
    this.outbox = new SqliteOutbox(db, (rows) => {
      this.#damage.put(rows);
    });
    this.sessions = new SqliteSessions(db);
    this.#self = options.self ?? thisProcess();
    this.#foundLease = readLease(db);
  }

  static open(path: string, options: StoreOptions): Promise<SqliteStore> {
    return later(path, () => new SqliteStore(openDatabase(wholePath(path), options), options));
  }

  get place(): string {
    return this.#db.path;
  }

  takeDamage(): DamageCount | undefined {
    return this.#damage.take();
  }

  get setAside(): string | undefined {
    return this.#setAside;
  }

  get opened(): number {
    return this.#opened;
  }

  holdLease(holder: string, now: Instant, ttl: Duration, quiet = 0): Promise<LeaseGrant | undefined> {
    return this.#later(() => {
      if (this.#broken) this.#openAnew();
      const grant = takeLease(this.#db, this.#self, this.#foundLease, { holder, now, ttl, quiet });
      this.#fence.asked(holder, grant?.epoch);
      this.#known = readCarried(this.#db);
      return grant;
    });
  }

  lease(): Promise<LeaseTrace | undefined> {
    return this.#later(() => leaseTrace(this.#db));
  }

  releaseLease(holder: string, underWay = 0): Promise<void> {
    return this.#later(() => {
      dropLease(this.#db, holder, underWay > 0 ? this.#now() + underWay : 0);
    });
  }

  noteSweep(begun: SweepBegun): Promise<void> {
    return this.#write(() => {
      saveTrace(this.#db, this.#self, begun);
    });
  }

  worker(): Promise<WorkerTrace | undefined> {
    return this.#later(() => readTrace(this.#db, this.#self));
  }

  loadMemories(): Promise<Map<string, AgentState>> {
    return this.#later(() => {
      this.#fresh = true;
      return this.#asFound(readMemories(this.#db)).memories;
    });
  }

  loadMemory(agentId: string): Promise<AgentState | undefined> {
    return this.#later(() => readMemory(this.#db, agentId));
  }

  rememberedPages(wanted: RememberedQuery): AsyncIterable<readonly RememberedAgent[]> {
    return this.#pages(rememberedPages(this.#db, wanted));
  }

  loadStanding(): Promise<ControllerState | undefined> {
    return this.#later(() => this.#asFound(readStanding(this.#db)).standing);
  }

  saveSweep(record: SweepRecord): Promise<void> {
    return this.#later(() => {
      this.#fenced(() => {
        saveSeen(this.#db, record, this.#fresh);
        addEvents(this.#db, record.events);
        if (record.count !== undefined) saveCount(this.#db, record.count);
      });
      this.#fresh = false;
    });
  }

  saveStep(
    memories: readonly AgentState[],
    events: readonly RecordEvent[],
    standing?: ControllerState,
  ): Promise<void> {
    return this.#write(() => {
      for (const memory of memories) saveMemory(this.#db, sql.SAVE_STEP, memory);
      if (standing !== undefined) this.#db.run(sql.SAVE_STANDING, standingBody(standing));
      addEvents(this.#db, events);
    });
  }

  openIntents(): Promise<readonly StoredEvent[]> {
    return this.#later(() => readOpenIntents(this.#db));
  }

  events(query: EventQuery): Promise<readonly StoredEvent[]> {
    return this.#later(() => readEvents(this.#db, query));
  }

  eventPages(query: EventQuery): AsyncIterable<readonly StoredEvent[]> {
    return this.#pages(eventPages(this.#db, query));
  }

  countPages(from: Instant, to: Instant): AsyncIterable<readonly SweepCount[]> {
    return this.#pages(countPages(this.#db, from, to));
  }

  pause(): Promise<Pause | undefined> {
    return this.#later(() => readPause(this.#db));
  }

  setPause(pause: Pause | undefined, event?: RecordEvent): Promise<void> {
    return this.#writeAsVisitor(() => {
      writePause(this.#db, pause);
      if (event !== undefined) addEvents(this.#db, [event]);
    });
  }

  takeResume(): Promise<boolean> {
    return this.#later(() => isResumeWanted(this.#db) && this.#fenced(() => takeResumeRequest(this.#db)));
  }

  requestResume(): Promise<void> {
    return this.#writeAsVisitor(() => {
      addResumeRequest(this.#db);
    });
  }

  pausesElsewhere(fact: string, value: string): Promise<readonly Pause[]> {
    return this.#later(() => pausesBeside(this.place, this.#now, fact, value));
  }

  addStay(agentId: string, decide: (found: StayGround) => RecordEvent | undefined): Promise<void> {
    return this.#writeAsVisitor(() => {
      addEvents(this.#db, weighedStay(this.#db, agentId, decide));
    });
  }

  facts(): Promise<ReadonlyMap<string, string>> {
    return this.#later(() => readFacts(this.#db));
  }

  setFacts(facts: ReadonlyMap<string, string>): Promise<void> {
    return this.#write(() => {
      for (const [name, value] of facts) this.#db.run(sql.SAVE_FACT, name, value);
    });
  }

  learnt(): Promise<PlatformBehaviour | undefined> {
    return this.#later(() => this.#asFound(readLearnt(this.#db)).learnt);
  }

  saveLearnt(learnt: PlatformBehaviour): Promise<void> {
    return this.#write(() => {
      this.#db.run(sql.SAVE_FACT, NOTES.learnt, learntBody(learnt));
    });
  }

  saveAgents(agents: readonly StoredAgent[]): Promise<void> {
    return this.#write(() => {
      storeAgents(this.#db, agents, this.#now());
    });
  }

  agents(): Promise<readonly StoredAgent[]> {
    return this.#later(() => readAgents(this.#db));
  }

  findAgents(nameOrId: string): Promise<readonly StoredAgent[]> {
    return this.#later(() => searchAgents(this.#db, nameOrId));
  }

  prune(before: Instant): Promise<void> {
    return this.#later(() => {
      this.#fenced(() => {
        forgetBefore(this.#db, before);
      });
      giveBackSpace(this.#db);
    });
  }

  close(): Promise<void> {
    const checkedAt = this.#closed || this.#broken ? undefined : this.#checkedAt;
    this.#closed = true;
    return this.#later(() => {
      if (checkedAt !== undefined) noteChecked(this.#db, checkedAt);
      this.#db.close();
    });
  }

  /** What was read, once the rows that could not be used are put aside. */
  #asFound<T extends { readonly damaged: Parameters<Damage['put']>[0] }>(found: T): T {
    this.#damage.put(found.damaged);
    return found;
  }

  #write(work: () => void): Promise<void> {
    return this.#later(() => {
      this.#fenced(work);
    });
  }

  /** What anyone may ask of the worker, whoever holds the lease. */
  #writeAsVisitor(work: () => void): Promise<void> {
    return this.#later(() => {
      this.#db.transaction(work);
    });
  }

  /** One transaction, which a worker that has lost its lease does not make. */
  #fenced<T>(work: () => T): T {
    return this.#db.transaction(() => {
      if (this.#fence.isUp) this.#fence.check(leaseRow(this.#db), this.#db.path);
      return work();
    });
  }

  #pages<T>(pages: Generator<T>): AsyncGenerator<T> {
    return inTurns(this.#db.path, () => this.#guarded(() => pages.next()));
  }

  #later<T>(work: () => T): Promise<T> {
    return this.#db.later(() => this.#guarded(work));
  }

  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      const { kind } = storeErrorOf(error, this.#db.path);
      this.#broken ||= !this.#closed && (kind === 'corrupt' || kind === 'lost');
      throw error;
    }
  }

  /** As after a restart: a file that came back is gone on with, a damaged one kept aside. A missing one is waited for. */
  #openAnew(): void {
    const { path } = this.#db;
    if (!existsSync(path)) throw storeError('lost', path, 'there is no such file');
    const { db, setAside, checkedAt } = openDatabase(path, { ...this.#options, known: this.#known });
    this.#db.takeOver(db);
    this.#foundLease = readLease(db);
    this.#setAside = setAside;
    this.#checkedAt = checkedAt;
    this.#opened += 1;
    this.#fresh = true;
    this.#broken = false;
    this.#log?.warn({ path, setAside }, 'the store was opened anew');
  }
}
