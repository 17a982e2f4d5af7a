/** What must hold in every life, whatever goes wrong. */
import { takesOff } from '../../src/domain/policy/actions.ts';
import type { Action } from '../../src/domain/policy/policy.ts';
import type { StoredEvent } from '../../src/domain/record.ts';
import { MINUTE, SECOND, type Duration, type Instant } from '../../src/domain/time/time.ts';
import type { MemoryContents } from '../../src/store/memory/contents.ts';
import { INTERVAL, LONGEST_REQUEST } from './replica.ts';
import type { Scheduler } from './scheduler.ts';
import { LIMIT, type World } from './world.ts';

/** Something that was made to go wrong. */
export interface Mishap {
  readonly what: 'kill' | 'freeze' | 'suspend' | 'stop' | 'cut' | 'outage';
  /** Whether it met the holder of the lease. */
  readonly isHolder: boolean;
  readonly at: Instant;
  readonly until: Instant;
}

/** After the holder is gone another sweeps within this. */
const SWEPT_WITHIN: Duration = 35 * SECOND;
/** After the last mishap whoever is due is logged off within this. */
const ACTED_WITHIN: Duration = MINUTE + INTERVAL;
/** A sign so shortly before a request cannot have been seen: the fresh look is ten seconds old, and another request went first. */
const UNSEEN: Duration = 12 * SECOND + LONGEST_REQUEST;

/** Outcomes after which the log-off is tried again later. */
const TRIED_AGAIN: ReadonlySet<string> = new Set(['dropped', 'failed', 'unverified']);

/** Watches one life. Mutable. */
export class Invariants {
  readonly #scheduler: Scheduler;
  readonly #world: World;
  readonly #held: MemoryContents;
  /** Whether what is read arrives: otherwise nobody can tell in how much time something is done. */
  readonly #isFair: boolean;
  readonly #tell: (line: string) => void;
  readonly #findings = new Set<string>();
  readonly #mishaps: Mishap[] = [];
  readonly #sweeps: { readonly at: Instant; readonly holder: string }[] = [];
  readonly #tries: { readonly agentId: string; readonly at: Instant; readonly until: Instant }[] = [];
  /** What was done to an agent when the last intent was written. */
  readonly #lastIntent = new Map<string, Instant>();
  #seen = 0;
  #savedAt: Instant = -Infinity;
  #epoch = 0;
  #effects = 0;
  #takings = 0;

  constructor(
    scheduler: Scheduler,
    world: World,
    held: MemoryContents,
    isFair: boolean,
    tell: (line: string) => void = () => undefined,
  ) {
    this.#tell = (line) => {
      tell(`${clock(scheduler.now)} ${line}`);
    };
    this.#scheduler = scheduler;
    this.#isFair = isFair;
    this.#world = world;
    this.#held = held;
  }

  mishap(mishap: Mishap): void {
    this.#mishaps.push(mishap);
    const { what, isHolder, at, until } = mishap;
    this.#tell(`${what}${isHolder ? ' of the holder' : ''} for ${seconds(until - at)}`);
  }

  /** A request for an agent leaves a process. The answer is to be called when it arrives. */
  sent(agentId: string, action: Action): () => void {
    this.#effects += 1;
    this.#tell(`${action} is sent for ${agentId}`);
    const { now } = this.#scheduler;
    const open = openIntent(this.#held.events, agentId);
    if (open === undefined) this.#find(`${action} was sent for ${agentId} without an intention on record`);
    const { lastSign, signs } = this.#world.find(agentId);
    const before = signs.findLast((at) => at < now - UNSEEN) ?? -Infinity;
    const isUnseen = lastSign > now - UNSEEN;
    if (now - (isUnseen ? before : lastSign) < LIMIT) {
      const ladder = open?.rung !== undefined;
      if (!ladder || lastSign > (this.#lastIntent.get(agentId) ?? 0))
        this.#find(`${action} was sent for ${agentId}, who showed a sign ${seconds(now - lastSign)} before`);
    }
    return () => {
      if (open !== undefined && openIntent(this.#held.events, agentId)?.intentId !== open.intentId)
        this.#find(`${action} for ${agentId} arrived after its intention was closed`);
    };
  }

  /** Looks at what is stored now. */
  look(): void {
    const { lease, events, worker, sweptAt } = this.#held;
    const { now } = this.#scheduler;
    if ((sweptAt ?? -Infinity) < this.#savedAt) this.#find('an older sweep was stored over a newer one');
    this.#savedAt = Math.max(this.#savedAt, sweptAt ?? -Infinity);
    if (lease.epoch < this.#epoch) this.#find(`the epoch fell from ${this.#epoch} to ${lease.epoch}`);
    if (lease.epoch > this.#epoch) {
      this.#takings += 1;
      this.#tell(`epoch ${lease.epoch} of ${lease.holder}`);
    }
    this.#epoch = Math.max(this.#epoch, lease.epoch);
    const swept = this.#sweeps.at(-1);
    if (worker !== undefined && (swept?.holder !== worker.holder || now - swept.at > SECOND))
      this.#noteSweep(worker.holder, worker.sweptAt);
    for (const event of events.slice(this.#seen)) this.#stored(event, events);
    this.#seen = events.length;
  }

  end(): { readonly findings: readonly string[]; readonly effects: number; readonly takings: number } {
    this.#checkTakeovers();
    if (this.#isFair) this.#checkLogoffs();
    return { findings: [...this.#findings], effects: this.#effects, takings: this.#takings };
  }

  #sweptAt: Instant | undefined;

  #noteSweep(holder: string, sweptAt: Instant): void {
    if (this.#sweptAt === sweptAt) return;
    this.#sweptAt = sweptAt;
    this.#sweeps.push({ at: this.#scheduler.now, holder });
    this.#tell(`${holder} sweeps`);
  }

  #stored(event: StoredEvent, events: readonly StoredEvent[]): void {
    const { kind, agentId, seq, reason, intentId } = event;
    this.#tell(`${kind} ${agentId ?? ''} ${reason ?? ''} is on record`);
    if (intentId !== undefined && kind !== 'intent' && outcomesOf(events, intentId).length > 1)
      this.#find(`the intention for ${agentId ?? 'nobody'} has two outcomes`);
    if (TRIED_AGAIN.has(kind)) this.#waits(agentId);
    if (kind !== 'intent' || agentId === undefined) return;
    const { now } = this.#scheduler;
    const agent = this.#world.find(agentId);
    const before = events.filter((each) => each.seq < seq);
    if (openIntent(before, agentId) !== undefined)
      this.#find(`an intention for ${agentId} was recorded while another was open`);
    const since = this.#lastIntent.get(agentId);
    const isDone = agent.done.some(({ at, action }) => at >= (since ?? Infinity) && takesOff([action]));
    if (isDone && agent.isOffline)
      this.#find(`a second intention for ${agentId} was recorded while the first held`);
    this.#lastIntent.set(agentId, now);
  }

  /** Another replica sweeps soon after the holder is gone, unless something happens to that one too. */
  #checkTakeovers(): void {
    for (const { what, isHolder, at, until } of this.#mishaps) {
      if (!isHolder || what === 'outage') continue;
      const isBack = until - at < SWEPT_WITHIN;
      const next = this.#sweeps.find((sweep) => sweep.at > at);
      const other = this.#mishaps.find((each) => each.isHolder && each.at > at);
      if (other !== undefined && other.at < (next?.at ?? Infinity)) continue;
      const last = this.#sweeps.findLast((sweep) => sweep.at <= at);
      const mayWait = Math.max(at + SWEPT_WITHIN, (last?.at ?? at) + INTERVAL + 5 * SECOND);
      // A sweep that was under way goes on after a thaw, and the tick in between brings none.
      const isAtWork = isBack || what === 'cut';
      const end = isAtWork ? Math.max(mayWait, until + 2 * INTERVAL) : mayWait;
      if (next === undefined || next.at > end + this.#outageAfter(at))
        this.#find(
          `after a ${what} of the holder nobody swept for ${seconds((next?.at ?? this.#scheduler.now) - at)}`,
        );
    }
  }

  #outageAfter(at: Instant): Duration {
    return Math.max(
      0,
      ...this.#mishaps
        .filter((each) => each.what === 'outage' && each.until > at && each.at < at + MINUTE)
        .map(({ until }) => until - at + SWEPT_WITHIN),
    );
  }

  /** Whoever is due is logged off, in time. */
  #checkLogoffs(): void {
    for (const { agent, signs, done } of this.#world.cast) {
      signs.forEach((sign, i) => {
        const due = sign + LIMIT;
        const end = this.#deadline(agent.id, due);
        const next = signs[i + 1] ?? Infinity;
        if (end > Math.min(next, this.#scheduler.now)) return;
        const isDone = done.some(({ at, action }) => takesOff([action]) && at >= due && at <= end);
        if (!isDone)
          this.#find(`${agent.id} was due at ${clock(due)} and not logged off until ${clock(end)}`);
      });
    }
  }

  /** An agent whose log-off did not come to anything waits for the next try, longer each time. */
  #waits(agentId = ''): void {
    const { now: at } = this.#scheduler;
    const tries = this.#tries.filter((each) => each.agentId === agentId).length;
    this.#tries.push({ agentId, at, until: at + 2 ** (tries + 1) * MINUTE });
  }

  #deadline(id: string, due: Instant): Instant {
    let end = due + 2 * INTERVAL;
    for (const { at, until } of [...this.#mishaps, ...this.#tries.filter(({ agentId }) => agentId === id)]) {
      if (at <= end && until + ACTED_WITHIN > due) end = Math.max(end, until + ACTED_WITHIN);
    }
    return end;
  }

  #find(what: string): void {
    this.#findings.add(`${clock(this.#scheduler.now)} ${what}`);
  }
}

function outcomesOf(events: readonly StoredEvent[], intentId: string): readonly StoredEvent[] {
  return events.filter((each) => each.intentId === intentId && each.kind !== 'intent');
}

function openIntent(events: readonly StoredEvent[], agentId: string): StoredEvent | undefined {
  const intent = events.findLast(({ kind, agentId: id }) => kind === 'intent' && id === agentId);
  if (intent === undefined) return undefined;
  return outcomesOf(events, intent.intentId ?? '').length > 0 ? undefined : intent;
}

function seconds(length: Duration): string {
  return `${Math.round(length / SECOND)} s`;
}

function clock(at: Instant): string {
  return new Date(at).toISOString().slice(11, 19);
}
