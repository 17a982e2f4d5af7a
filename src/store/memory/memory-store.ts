/**
 * The store without a disk: for policy tests and trials, which need what a store promises and not that it lasts. What is
 * written is copied on its way in and on its way out, so that no caller holds a part of it.
 */
import { hostname } from 'node:os';
import process from 'node:process';
import { setImmediate } from 'node:timers/promises';
import type { PlatformBehaviour } from '../../domain/tracking/platform-behaviour.ts';
import { outlasts } from '../../domain/planning/holds.ts';
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
import type { EndedSessions } from '../../ports/ended-sessions.ts';
import type { Outbox } from '../../ports/outbox.ts';
import type { DamageCount, StayGround, Store } from '../../ports/store.ts';
import { later, storeError } from '../errors.ts';
import { Fence } from '../fence.ts';
import { agentsMeant } from '../search.ts';
import { MemoryContents, type KeptMemory } from './contents.ts';
import { eventsWanted, intentsWithoutOutcome, newest, newestStayIn, partsOf } from './events.ts';

/** Events, or head-counts, of one page. */
const PAGE = 250;

export interface MemoryStoreOptions {
  /** Dates agents' names. */
  readonly now: () => Instant;
  /** What another store has written, to go on with; nothing unless given. */
  readonly contents?: MemoryContents;
}

/** See `Store` for what each method promises. All reject with `StoreError` once it is closed. */
export class MemoryStore implements Store {
  readonly place = 'memory';
  readonly opened = 1;
  readonly setAside = undefined;
  readonly outbox: Outbox = {
    add: async (messages, most) => this.#held().outbox.add(messages, most),
    due: async (now, limit) => this.#held().outbox.due(now, limit),
    done: async (ids) => this.#held().outbox.done(ids),
    failed: async (ids, nextAt) => this.#held().outbox.failed(ids, nextAt),
  };
  readonly sessions: EndedSessions = {
    end: (id, until, now) =>
      this.#later((held) => {
        held.endSession(id, until, now);
      }),
    isEnded: (id) => this.#later(({ endedSessions }) => endedSessions.has(id)),
  };
  readonly #now: () => Instant;
  readonly #contents: MemoryContents;
  /** No sweep has been saved since everything was loaded. */
  #fresh = true;
  #closed = false;
  readonly #fence = new Fence();

  constructor({ now, contents = new MemoryContents() }: MemoryStoreOptions) {
    this.#now = now;
    this.#contents = contents;
  }

  takeDamage(): DamageCount | undefined {
    return undefined;
  }

  holdLease(
    holder: string,
    now: Instant,
    ttl: Duration,
    quiet: Duration = 0,
  ): Promise<LeaseGrant | undefined> {
    return this.#later((held) => {
      const { lease } = held;
      const isOwn = lease.holder === holder;
      const isGivenBack = lease.holder === undefined;
      const isFree = isOwn || isGivenBack || lease.until <= now;
      const epoch = isOwn ? lease.epoch : lease.epoch + 1;
      this.#fence.asked(holder, isFree ? epoch : undefined);
      if (!isFree) return undefined;
      const actFrom = isOwn || isGivenBack ? lease.actFrom : Math.max(lease.actFrom, now + lease.quiet);
      held.lease = { holder, epoch, until: now + ttl, quiet, actFrom };
      return { epoch, actsAfter: Math.max(0, actFrom - now) };
    });
  }

  lease(): Promise<LeaseTrace | undefined> {
    return this.#later(({ lease: { holder, epoch, until } }) =>
      holder === undefined ? undefined : { holder, epoch, until },
    );
  }

  releaseLease(holder: string, underWay: Duration = 0): Promise<void> {
    return this.#later((held) => {
      const { lease } = held;
      const actFrom = underWay > 0 ? Math.max(lease.actFrom, this.#now() + underWay) : lease.actFrom;
      if (lease.holder === holder) held.lease = { ...lease, holder: undefined, actFrom };
    });
  }

  noteSweep(begun: SweepBegun): Promise<void> {
    return this.#write((held) => {
      held.worker = { ...begun, pid: process.pid, host: hostname(), state: 'running' };
    });
  }

  worker(): Promise<WorkerTrace | undefined> {
    return this.#later(({ worker }) => structuredClone(worker));
  }

  loadMemories(): Promise<Map<string, AgentState>> {
    return this.#later((held) => {
      this.#fresh = true;
      const memories = [...held.memories].map(([id, kept]) => [id, handedOut(held, kept)] as const);
      return new Map(memories);
    });
  }

  loadMemory(agentId: string): Promise<AgentState | undefined> {
    return this.#later((held) => {
      const kept = held.memories.get(agentId);
      return kept && handedOut(held, kept);
    });
  }

  rememberedPages(wanted: RememberedQuery): AsyncIterable<readonly RememberedAgent[]> {
    return this.#pages((held) =>
      [...held.memories].flatMap(([id, kept]) => {
        const agent = held.agents.get(id)?.agent ?? { id, name: id, email: '', profile: undefined };
        return isWanted(kept.memory, wanted) ? [{ agent, memory: handedOut(held, kept) }] : [];
      }),
    );
  }

  loadStanding(): Promise<ControllerState | undefined> {
    return this.#later(({ standing }) => structuredClone(standing));
  }

  saveSweep(record: SweepRecord): Promise<void> {
    return this.#write((held) => {
      const { at, changed, notSeen, standing, count, events } = structuredClone(record);
      // A worker that has just loaded cannot tell which agents it saw before and does not see any more.
      if (this.#fresh) settleCurrent(held);
      for (const memory of changed) held.memories.set(memory.agentId, { memory, current: true });
      for (const memory of notSeen) held.memories.set(memory.agentId, { memory, current: false });
      held.sweptAt = at;
      held.standing = standing;
      if (count !== undefined) held.counts.set(count.at, count);
      addEvents(held, events);
      this.#fresh = false;
    });
  }

  saveStep(
    memories: readonly AgentState[],
    events: readonly RecordEvent[],
    standing?: ControllerState,
  ): Promise<void> {
    return this.#write((held) => {
      const written = structuredClone({ memories, events, standing });
      // A step says nothing about whom the sweep saw.
      for (const memory of written.memories) {
        const current = held.memories.get(memory.agentId)?.current ?? false;
        held.memories.set(memory.agentId, { memory, current });
      }
      held.standing = written.standing ?? held.standing;
      addEvents(held, written.events);
    });
  }

  openIntents(): Promise<readonly StoredEvent[]> {
    return this.#later(({ events }) => structuredClone(intentsWithoutOutcome(events)));
  }

  events(query: EventQuery): Promise<readonly StoredEvent[]> {
    return this.#later(({ events }) => structuredClone(newest(eventsWanted(events, query), query.limit)));
  }

  eventPages(query: EventQuery): AsyncIterable<readonly StoredEvent[]> {
    return this.#pages(({ events }) =>
      eventsWanted(events, query).map((event) => partsOf(event, query.parts)),
    );
  }

  countPages(from: Instant, to: Instant): AsyncIterable<readonly SweepCount[]> {
    return this.#pages(({ counts }) =>
      [...counts.values()].filter(({ at }) => at >= from && at < to).sort((a, b) => a.at - b.at),
    );
  }

  pause(): Promise<Pause | undefined> {
    return this.#later(({ pause }) => structuredClone(pause));
  }

  setPause(pause: Pause | undefined, event?: RecordEvent): Promise<void> {
    return this.#later((held) => {
      addEvents(held, event === undefined ? [] : [structuredClone(event)]);
      if (pause === undefined || !outlasts(held.pause, pause)) held.pause = structuredClone(pause);
    });
  }

  takeResume(): Promise<boolean> {
    return this.#later((held) => {
      if (!held.resumeWanted) return false;
      this.#checkFence(held);
      held.resumeWanted = false;
      return true;
    });
  }

  requestResume(): Promise<void> {
    return this.#later((held) => {
      held.resumeWanted = true;
    });
  }

  addStay(agentId: string, decide: (found: StayGround) => RecordEvent | undefined): Promise<void> {
    return this.#later((held) => {
      const kept = held.memories.get(agentId);
      const last = newestStayIn(held.events, agentId);
      const event = decide(structuredClone({ state: kept && handedOut(held, kept), newest: last }));
      addEvents(held, event === undefined ? [] : [structuredClone(event)]);
    });
  }

  learnt(): Promise<PlatformBehaviour | undefined> {
    return this.#later(({ learnt }) => structuredClone(learnt));
  }

  saveLearnt(learnt: PlatformBehaviour): Promise<void> {
    return this.#write((held) => {
      held.learnt = structuredClone(learnt);
    });
  }

  facts(): Promise<ReadonlyMap<string, string>> {
    return this.#later(({ facts }) => new Map(facts));
  }

  setFacts(facts: ReadonlyMap<string, string>): Promise<void> {
    return this.#write((held) => {
      for (const [name, value] of facts) held.facts.set(name, value);
    });
  }

  saveAgents(agents: readonly StoredAgent[]): Promise<void> {
    return this.#write((held) => {
      for (const agent of structuredClone(agents)) held.agents.set(agent.id, { agent, at: this.#now() });
    });
  }

  agents(): Promise<readonly StoredAgent[]> {
    return this.#later((held) => structuredClone(storedAgents(held)));
  }

  findAgents(nameOrId: string): Promise<readonly StoredAgent[]> {
    return this.#later((held) => structuredClone(agentsMeant(storedAgents(held), nameOrId)));
  }

  prune(before: Instant): Promise<void> {
    return this.#write((held) => {
      held.events = held.events.filter(({ at }) => at >= before);
      for (const at of held.counts.keys()) if (at < before) held.counts.delete(at);
      for (const [id, kept] of held.memories) if (held.seenAt(kept) < before) held.memories.delete(id);
      // Names are written when they change, so an old one may be that of an agent seen today.
      for (const [id, { at }] of held.agents)
        if (at < before && !held.memories.has(id)) held.agents.delete(id);
    });
  }

  close(): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }

  /** Others have their turn between two pages. */
  async *#pages<T>(select: (held: MemoryContents) => readonly T[]): AsyncGenerator<readonly T[]> {
    const found = await this.#later((held) => structuredClone(select(held)));
    for (let from = 0; from < found.length; from += PAGE) {
      yield found.slice(from, from + PAGE);
      await setImmediate();
      this.#held();
    }
  }

  #later<T>(work: (held: MemoryContents) => T): Promise<T> {
    return later(this.place, () => work(this.#held()));
  }

  /** What a worker writes, which it does not once it has lost its lease. */
  #write(work: (held: MemoryContents) => void): Promise<void> {
    return this.#later((held) => {
      this.#checkFence(held);
      work(held);
    });
  }

  #checkFence({ lease: { holder = '', epoch } }: MemoryContents): void {
    this.#fence.check({ holder, epoch }, this.place);
  }

  #held(): MemoryContents {
    if (this.#closed) throw storeError('lost', this.place, 'closed');
    return this.#contents;
  }
}

function handedOut(held: MemoryContents, kept: KeptMemory): AgentState {
  return { ...structuredClone(kept.memory), seenAt: held.seenAt(kept) };
}

/** Makes the time of the last sweep each current agent's own. */
function settleCurrent(held: MemoryContents): void {
  for (const [id, kept] of held.memories)
    held.memories.set(id, { memory: { ...kept.memory, seenAt: held.seenAt(kept) }, current: false });
}

function addEvents(held: MemoryContents, events: readonly RecordEvent[]): void {
  for (const event of events) {
    held.lastSeq += 1;
    held.events.push({ ...event, seq: held.lastSeq });
  }
}

function storedAgents(held: MemoryContents): readonly StoredAgent[] {
  return [...held.agents.values()].map(({ agent }) => agent);
}

/** See `RememberedQuery`. */
function isWanted({ last, episode }: AgentState, wanted: RememberedQuery): boolean {
  if (wanted === 'all') return true;
  if (last.presence === 'OFFLINE') return false;
  if (wanted === 'online') return true;
  if (last.routing === 'INTERACTING' || last.routing === 'COMMUNICATING') return false;
  return last.routing !== 'IDLE' || episode.ladder !== undefined;
}
