/**
 * The store in one SQLite file. The worker writes it; `pause`, `resume`, `explain` and `report` open the same file from
 * other processes at the same time. What belongs together is written in one transaction, on disk before the promise is
 * kept.
 */
import { existsSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { Memory } from '../domain/memory.ts';
import type {
  EventQuery,
  Pause,
  RecordEvent,
  Standing,
  StoredAgent,
  StoredEvent,
  SweepCount,
  SweepRecord,
} from '../domain/record.ts';
import type { Duration, Instant } from '../domain/time.ts';
import { readAgents, searchAgents, storeAgents } from './agents.ts';
import { eventValues, INSERT_EVENT, memoryBody, readMemory, standingBody, standingOf } from './codec.ts';
import { countPages, saveCount } from './counts.ts';
import type { Database, Row } from './database.ts';
import { eventPages, readEvents } from './events.ts';
import { later, storeError, storeErrorOf } from './errors.ts';
import { dropLease, readLease, takeLease, thisProcess, type Self } from './lease.ts';
import { readOpenIntents } from './open-intents.ts';
import { noteChecked, openDatabase, type Opened } from './open.ts';
import { SqliteOutbox } from './outbox.ts';
import { forgetBefore } from './prune.ts';
import {
  SAVE_FACT,
  SAVE_NOT_SEEN,
  SAVE_SEEN,
  SAVE_STANDING,
  SAVE_STEP,
  SAVE_SWEEP,
  SELECT_MEMORY,
  SETTLE_CURRENT,
} from './statements.ts';

/** Where the store tells of what it had to leave out. */
export interface StoreLog {
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

export interface StoreOptions {
  /** The wall clock; dates agents' names and the name of a file that is set aside. */
  readonly now: () => Instant;
  readonly log?: StoreLog;
  /** For `explain` and `report`: the file must be there, and nothing is written. */
  readonly readOnly?: boolean;
  /** For `pause` and `resume`: the file must be there, and a damaged one stays where it is. */
  readonly existing?: boolean;
  /** How long to wait for another process; 5 s unless given. Nothing else happens in this process meanwhile. */
  readonly busyTimeout?: Duration;
  /** The file may not grow beyond so many pages of 4 KiB. */
  readonly maxPages?: number;
  /** A properly closed file whose pages were all read so short a time ago is not read again; 0 unless given. */
  readonly trusted?: Duration;
  /** How the lease sees this process. */
  readonly self?: Self;
}

/** Opens or makes the store at `path` (`:memory:` keeps nothing). Rejects with `StoreError`. */
export function openStore(path: string, options: StoreOptions): Promise<SqliteStore> {
  return SqliteStore.open(path, options);
}

/** See `Store` for what each method promises. All reject with `StoreError` and nothing else. */
export class SqliteStore {
  #setAside: string | undefined;
  #checkedAt: Instant | undefined;
  #opened = 1;
  /** The file could not be used as it is: it is opened anew before the lease is held again. */
  #broken = false;
  #closed = false;
  /** Messages that wait to be delivered. */
  readonly outbox: SqliteOutbox;
  readonly #db: Database;
  readonly #options: StoreOptions;
  readonly #now: () => Instant;
  readonly #log: StoreLog | undefined;
  readonly #self: Self;
  /** The lease as it stood at the opening. */
  #foundLease: Row | undefined;
  #damaged = 0;
  /** No sweep has been saved since everything was loaded. */
  #fresh = true;

  private constructor({ db, setAside, checkedAt }: Opened, options: StoreOptions) {
    this.#db = db;
    this.#setAside = setAside;
    this.#checkedAt = checkedAt;
    this.outbox = new SqliteOutbox(db);
    this.#options = options;
    this.#now = options.now;
    this.#log = options.log;
    this.#self = options.self ?? thisProcess();
    this.#foundLease = readLease(db);
  }

  static open(path: string, options: StoreOptions): Promise<SqliteStore> {
    return later(path, () => new SqliteStore(openDatabase(path, options), options));
  }

  /** How many memories could not be read when they were last loaded. */
  get damaged(): number {
    return this.#damaged;
  }

  /** Where a damaged file was put when the store was last opened. Memory and record began anew then. */
  get setAside(): string | undefined {
    return this.#setAside;
  }

  get opened(): number {
    return this.#opened;
  }

  holdLease(holder: string, now: Instant, ttl: Duration): Promise<boolean> {
    return this.#later(() => {
      if (this.#broken) this.#openAnew();
      return takeLease(this.#db, this.#self, this.#foundLease, { holder, now, ttl });
    });
  }

  releaseLease(holder: string): Promise<void> {
    return this.#later(() => {
      dropLease(this.#db, holder);
    });
  }

  loadMemories(): Promise<Map<string, Memory>> {
    return this.#later(() => {
      const memories = new Map<string, Memory>();
      this.#damaged = 0;
      this.#fresh = true;
      this.#db.each(SELECT_MEMORY, (row) => {
        const memory = readMemory(row);
        if (memory === undefined) this.#damaged += 1;
        else memories.set(memory.agentId, memory);
      });
      if (this.#damaged > 0) {
        this.#log?.warn({ damaged: this.#damaged }, 'memories that could not be read were left out');
      }
      return memories;
    });
  }

  loadMemory(agentId: string): Promise<Memory | undefined> {
    return this.#later(() => {
      const row = this.#db.get(`${SELECT_MEMORY} WHERE agent_id = ?`, agentId);
      return row === undefined ? undefined : readMemory(row);
    });
  }

  loadStanding(): Promise<Standing | undefined> {
    return this.#later(() => {
      const body = this.#db.get('SELECT body FROM standing WHERE id = 1')?.['body'] ?? undefined;
      if (body === undefined) return undefined;
      const standing = standingOf(body);
      if (standing === undefined) this.#log?.warn({}, 'the standing could not be read and was left out');
      return standing;
    });
  }

  saveSweep(record: SweepRecord): Promise<void> {
    return this.#later(() => {
      this.#db.transaction(() => {
        if (this.#fresh) this.#db.run(SETTLE_CURRENT);
        for (const memory of record.changed) this.#saveMemory(SAVE_SEEN, memory);
        for (const memory of record.notSeen) this.#saveMemory(SAVE_NOT_SEEN, memory);
        this.#db.run(SAVE_SWEEP, Math.floor(record.at), standingBody(record.standing));
        this.#addEvents(record.events);
        if (record.count !== undefined) saveCount(this.#db, record.count);
      });
      this.#fresh = false;
    });
  }

  saveStep(memories: readonly Memory[], events: readonly RecordEvent[], standing?: Standing): Promise<void> {
    return this.#write(() => {
      for (const memory of memories) this.#saveMemory(SAVE_STEP, memory);
      if (standing !== undefined) this.#db.run(SAVE_STANDING, standingBody(standing));
      this.#addEvents(events);
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

  /** Head-counts of the sweeps in a span, in order, page by page. */
  countPages(from: Instant, to: Instant): AsyncIterable<readonly SweepCount[]> {
    return this.#pages(countPages(this.#db, from, to));
  }

  pause(): Promise<Pause | undefined> {
    return this.#later(() => {
      const row = this.#db.get('SELECT since, until, reason FROM pause WHERE id = 1');
      if (row === undefined) return undefined;
      const { since, until, reason } = row;
      return {
        since: Number(since),
        until: typeof until === 'number' ? until : undefined,
        reason: typeof reason === 'string' ? reason : undefined,
      };
    });
  }

  setPause(pause: Pause | undefined): Promise<void> {
    return this.#write(() => {
      this.#db.run('DELETE FROM pause');
      if (pause === undefined) return;
      const { since, until, reason } = pause;
      const values = [Math.round(since), until === undefined ? null : Math.round(until), reason ?? null];
      this.#db.run('INSERT INTO pause (id, since, until, reason) VALUES (1, ?, ?, ?)', ...values);
    });
  }

  takeResume(): Promise<boolean> {
    return this.#later(() => {
      // Asked each sweep and hardly ever there: look before taking the write lock.
      if (this.#db.get("SELECT 1 FROM request WHERE name = 'resume'") === undefined) return false;
      return this.#db.transaction(() => this.#db.run("DELETE FROM request WHERE name = 'resume'") > 0);
    });
  }

  requestResume(): Promise<void> {
    return this.#write(() => {
      this.#db.run("INSERT INTO request (name) VALUES ('resume') ON CONFLICT DO NOTHING");
    });
  }

  facts(): Promise<ReadonlyMap<string, string>> {
    return this.#later(() => {
      const rows = this.#db.all('SELECT name, value FROM fact ORDER BY name');
      return new Map(rows.map((row) => [String(row['name']), String(row['value'])]));
    });
  }

  /** Adds facts or gives them a new value; none is taken away. */
  setFacts(facts: ReadonlyMap<string, string>): Promise<void> {
    return this.#write(() => {
      for (const [name, value] of facts) this.#db.run(SAVE_FACT, name, value);
    });
  }

  saveAgents(agents: readonly StoredAgent[]): Promise<void> {
    return this.#write(() => {
      storeAgents(this.#db, agents, this.#now());
    });
  }

  /** Everyone whose name is stored, in no order. */
  agents(): Promise<readonly StoredAgent[]> {
    return this.#later(() => readAgents(this.#db));
  }

  /** By id; else by the whole name or e-mail address, whatever the case; else by a part of either. */
  findAgents(nameOrId: string): Promise<readonly StoredAgent[]> {
    return this.#later(() => searchAgents(this.#db, nameOrId));
  }

  prune(before: Instant): Promise<void> {
    return this.#later(() => {
      forgetBefore(this.#db, before);
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

  #saveMemory(sql: string, memory: Memory): void {
    this.#db.run(sql, memory.agentId, Math.floor(memory.seenAt), memoryBody(memory));
  }

  #addEvents(events: readonly RecordEvent[]): void {
    for (const event of events) this.#db.run(INSERT_EVENT, ...eventValues(event));
  }

  #write(work: () => void): Promise<void> {
    return this.#later(() => {
      this.#db.transaction(work);
    });
  }

  /** Others have their turn between two pages. */
  async *#pages<T>(pages: Generator<T>): AsyncGenerator<T> {
    for (;;) {
      const page = await this.#later(() => pages.next());
      if (page.done === true) return;
      yield page.value;
      await setImmediate();
    }
  }

  #later<T>(work: () => T): Promise<T> {
    return later(this.#db.path, () => {
      try {
        return work();
      } catch (error) {
        const { kind } = storeErrorOf(error, this.#db.path);
        this.#broken ||= !this.#closed && (kind === 'corrupt' || kind === 'lost');
        throw error;
      }
    });
  }

  /** As after a restart: a file that came back is gone on with, a damaged one kept aside. A missing one is waited for. */
  #openAnew(): void {
    const { path } = this.#db;
    if (!existsSync(path)) throw storeError('lost', path, 'there is no such file');
    const { db, setAside, checkedAt } = openDatabase(path, this.#options);
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
