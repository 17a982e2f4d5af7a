/** What must hold in every life, whatever goes wrong. */
import { takesOff } from '../../src/domain/policy/actions.ts';
import type { Action } from '../../src/domain/policy/policy.ts';
import type { StoredEvent, WorkerTrace } from '../../src/domain/record.ts';
import { MINUTE, SECOND, type Duration, type Instant } from '../../src/domain/time/time.ts';
import type { MemoryContents } from '../../src/store/memory/contents.ts';
import { NO_ROLLOUT } from '../../src/domain/rollout/rollout.ts';
import { rolloutIn } from '../../src/store/rollout-note.ts';
import { limitBy, SHORT_LIMIT } from './change.ts';
import { INTERVAL } from './replica.ts';
import type { Scheduler } from './scheduler.ts';
import { LIMIT, type CastAgent, type World } from './world.ts';

/** Something that was made to go wrong. */
export interface Mishap {
  readonly what: 'kill' | 'freeze' | 'suspend' | 'stop' | 'cut' | 'outage' | 'hand_over';
  /** Whether it met the holder of the lease. */
  readonly isHolder: boolean;
  readonly at: Instant;
  readonly until: Instant;
}

/** What a life came to. */
export interface Lived {
  readonly findings: readonly string[];
  /** Requests for agents, takings of the lease, and things that went wrong on purpose: a life without any shows nothing. */
  readonly effects: number;
  readonly takings: number;
  readonly mishaps: number;
  /** How often it was told of a rollout that it begun, goes on, is done, stopped, continued, or over. */
  readonly rollouts: ReadonlyMap<string, number>;
}

/** What a life is watched by. */
export interface Watch {
  readonly scheduler: Scheduler;
  readonly world: World;
  readonly held: MemoryContents;
  readonly longestRequest: Duration;
  /** Whether what is read arrives: otherwise how soon something is done depends on luck. */
  readonly isFair: boolean;
  /** Is told what happens. */
  readonly tell: ((line: string) => void) | undefined;
}

/** After the holder is gone another sweeps within this. */
const SWEPT_WITHIN: Duration = 35 * SECOND;
/** A fresh look is at most so old when the first request of a log-off leaves. */
const FRESH: Duration = 15 * SECOND;
/** After the holder is gone another acts within this, where requests last no longer than the design gives times for. */
const ACTED_WITHIN: Duration = MINUTE + INTERVAL;
const USUAL_REQUEST: Duration = 15 * SECOND;
/** A tick comes this much late where answers take their time. */
const LATE: Duration = 5 * SECOND;
/** Outcomes after which the log-off is tried again, later each time. */
const TRIED_AGAIN: ReadonlySet<string> = new Set(['dropped', 'failed', 'unverified']);

interface Span {
  readonly at: Instant;
  readonly until: Instant;
}

/** Watches one life. Mutable. */
export class Invariants {
  readonly #watch: Watch;
  readonly #findings = new Set<string>();
  readonly #mishaps: Mishap[] = [];
  readonly #sweeps: (Pick<WorkerTrace, 'holder' | 'sweptAt'> & { readonly at: Instant })[] = [];
  /** For how long log-offs that came to nothing hold an agent back. */
  readonly #waits = new Map<string, Span[]>();
  /** When the last intention for an agent was recorded, and the limit of the policy that judged them then. */
  readonly #intendedAt = new Map<string, Instant>();
  readonly #limits = new Map<string, Duration>();
  readonly #gaps: Instant[] = [];
  readonly #lines = new Set<string>();
  /** When another policy came into force for some agents. */
  readonly #changes: Span[] = [];
  /** How often each thing was told of a rollout. */
  readonly #rollouts = new Map<string, number>();
  /** How far it is, as the store has it now and had it before; and whether it has gone on since the last sweep began. */
  #rollout = NO_ROLLOUT;
  #rolloutBefore = NO_ROLLOUT;
  #hasGoneOn = false;
  #noted: string | undefined;
  #eventsSeen = 0;
  #sweptAt: Instant = -Infinity;
  #epoch = 0;
  #effects = 0;
  #takings = 0;

  constructor(watch: Watch) {
    this.#watch = watch;
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
    const open = this.#openIntent(agentId);
    if (open === undefined) this.#find(`${action} was sent for ${agentId} without an intention on record`);
    this.#checkPresent(this.#watch.world.find(agentId), action, open?.rung !== undefined);
    return () => {
      if (open !== undefined && this.#openIntent(agentId)?.intentId !== open.intentId)
        this.#find(`${action} for ${agentId} arrived after its intention was closed`);
    };
  }

  /** Looks at what is stored now. */
  look(): void {
    const { lease, events, worker, sweptAt = -Infinity } = this.#watch.held;
    if (lease.epoch < this.#epoch) this.#find(`the epoch fell from ${this.#epoch} to ${lease.epoch}`);
    if (lease.epoch > this.#epoch) {
      this.#takings += 1;
      this.#tell(`epoch ${lease.epoch} of ${lease.holder ?? 'no worker'}`);
    }
    this.#epoch = lease.epoch;
    if (sweptAt < this.#sweptAt) this.#find('an older sweep was stored over a newer one');
    this.#sweptAt = sweptAt;
    if (worker !== undefined) this.#swept(worker);
    this.#note(this.#watch.held.facts.get('rollout'));
    for (const event of events.slice(this.#eventsSeen)) this.#stored(event);
    this.#eventsSeen = events.length;
  }

  end(): Omit<Lived, 'mishaps'> {
    if (this.#watch.isFair) {
      for (const mishap of this.#mishaps) this.#checkTakeover(mishap);
      for (const agent of this.#watch.world.cast) this.#checkInTime(agent);
    }
    return {
      findings: [...this.#findings],
      effects: this.#effects,
      takings: this.#takings,
      rollouts: this.#rollouts,
    };
  }

  #note(text: string | undefined): void {
    if (text === this.#noted) return;
    this.#noted = text;
    this.#rolloutBefore = this.#rollout;
    this.#rollout = rolloutIn(this.#watch.held.facts);
  }

  /** Two workers whose clocks differ may begin a sweep at the same time, each by its own clock. */
  #swept({ holder, sweptAt }: WorkerTrace): void {
    const last = this.#sweeps.at(-1);
    if (holder === last?.holder && sweptAt === last.sweptAt) return;
    this.#sweeps.push({ at: this.#watch.scheduler.now, holder, sweptAt });
    this.#hasGoneOn = false;
    this.#tell(`${holder} sweeps`);
  }

  /**
   * No agent is logged off who has shown that they are there. A sign that comes in the middle of it cannot have been seen: neither one
   * since the last look, nor one that our own Offline, which was on its way, has hidden from all later looks.
   */
  #checkPresent({ agent: { id }, signs, done }: CastAgent, action: Action, isAnswer: boolean): void {
    const { longestRequest, scheduler } = this.#watch;
    const intendedAt = this.#intendedAt.get(id) ?? 0;
    const hiddenBy =
      done.find(({ at, action: each }) => at >= intendedAt && takesOff([each]))?.at ?? -Infinity;
    const isSeen = (sign: Instant): boolean =>
      sign <= scheduler.now - FRESH - longestRequest && (sign > hiddenBy || sign <= intendedAt - FRESH);
    const since = signs.findLast(isSeen) ?? -Infinity;
    // The ladder answers a return whatever the limit says, unless a sign has come.
    const isAnswered = isAnswer && since < intendedAt;
    if (scheduler.now - since < (this.#limits.get(id) ?? LIMIT) && !isAnswered)
      this.#find(`${action} was sent for ${id}, who showed a sign ${seconds(scheduler.now - since)} before`);
  }

  #stored(event: StoredEvent): void {
    const { kind, agentId, reason, intentId } = event;
    this.#tell([kind, agentId, reason, 'is on record'].filter((part) => part !== undefined).join(' '));
    const line = JSON.stringify({ ...event, seq: undefined });
    if (this.#lines.has(line)) this.#find(`it is on record twice: ${line}`);
    this.#lines.add(line);
    if (kind === 'gap') this.#gaps.push(this.#watch.scheduler.now);
    if (kind === 'policy') this.#policyChanged(event);
    if (agentId === undefined) return;
    if (kind === 'intent') this.#intended(this.#watch.world.find(agentId), event);
    else if (intentId !== undefined && this.#outcomesOf(intentId).length > 1)
      this.#find(`an intention for ${agentId} has two outcomes`);
    if (TRIED_AGAIN.has(kind)) this.#triedAgain(agentId);
  }

  /** What is told of a rollout is told once, and agents whom it reaches are watched for a sweep before anything is done. */
  #policyChanged({ seq, at, reason = '' }: StoredEvent): void {
    const isSame = (each: StoredEvent): boolean =>
      each.kind === 'policy' && each.at === at && each.reason === reason && each.seq < seq;
    if (this.#watch.held.events.some(isSame)) this.#find(`it was told twice: ${reason}`);
    const word = /^rollout of changed (begun|goes on|done|stopped|continued|over)/.exec(reason)?.[1];
    if (word !== undefined) this.#rollouts.set(word, (this.#rollouts.get(word) ?? 0) + 1);
    this.#hasGoneOn = word === 'goes on' || word === 'done';
    const { now } = this.#watch.scheduler;
    this.#changes.push({ at: now, until: now + INTERVAL });
  }

  #intended({ agent: { id }, done, isOffline }: CastAgent, { seq, limit, rung }: StoredEvent): void {
    const inForce = limitBy(this.#rollout, id);
    // A sweep ends by the policy with which it began, unless that was stopped.
    const former = this.#hasGoneOn ? limitBy(this.#rolloutBefore, id) : inForce;
    this.#limits.set(id, Math.min(inForce, former));
    if (rung === undefined && limit !== inForce && limit !== former)
      this.#find(
        `${id} was judged by ${seconds(limit ?? 0)} while ${seconds(inForce)} was in force for them`,
      );
    const before = this.#watch.held.events.findLast(
      (each) => each.kind === 'intent' && each.agentId === id && each.seq < seq,
    );
    if (before !== undefined && this.#outcomesOf(before.intentId ?? '').length === 0)
      this.#find(`an intention for ${id} was recorded while another was open`);
    const last = this.#intendedAt.get(id) ?? Infinity;
    if (isOffline && done.some(({ at, action }) => at >= last && takesOff([action])))
      this.#find(`a second intention for ${id} was recorded while the first held`);
    this.#intendedAt.set(id, this.#watch.scheduler.now);
  }

  #triedAgain(agentId: string): void {
    const waits = this.#waits.get(agentId) ?? [];
    const { now: at } = this.#watch.scheduler;
    this.#waits.set(agentId, [...waits, { at, until: at + 2 ** (waits.length + 1) * MINUTE }]);
  }

  /** Another replica sweeps soon after the holder is gone, unless something happens to that one too. */
  #checkTakeover({ what, isHolder, at, until }: Mishap): void {
    if (!isHolder || what === 'outage') return;
    const next = this.#sweeps.find((sweep) => sweep.at > at)?.at ?? this.#watch.scheduler.now;
    const isOther = (each: Mishap): boolean => each.isHolder || each.what === 'outage';
    if (this.#mishaps.some((each) => isOther(each) && each.at > at && each.at < next)) return;
    const last = this.#sweeps.findLast((sweep) => sweep.at <= at)?.at ?? at;
    const isBack = what !== 'hand_over' && (what === 'cut' || until - at < SWEPT_WITHIN);
    const end = Math.max(
      at + SWEPT_WITHIN,
      last + INTERVAL + LATE,
      // A sweep that was under way goes on after that, and the tick in between brings none.
      isBack ? until + 2 * INTERVAL : -Infinity,
    );
    if (next > end) this.#find(`after a ${what} of the holder no worker swept for ${seconds(next - at)}`);
  }

  /** An agent who is due is logged off in time. */
  #checkInTime({ agent: { id }, signs, done }: CastAgent): void {
    signs.forEach((sign, i) => {
      const due = sign + LIMIT;
      // No clock counts time of which no look was stored.
      if (this.#gaps.some((at) => at > sign && at < due + LIMIT)) return;
      const end = this.#deadline(id, due);
      if (end > Math.min(signs[i + 1] ?? Infinity, this.#watch.scheduler.now)) return;
      const earliest = this.#changes.length === 0 ? due : sign + SHORT_LIMIT;
      if (!done.some(({ at, action }) => takesOff([action]) && at >= earliest && at <= end))
        this.#find(`${id} was due at ${clock(due)} and not logged off until ${clock(end)}`);
    });
  }

  #deadline(id: string, due: Instant): Instant {
    // A request may take as long as it may, and a successor waits as long.
    const within = ACTED_WITHIN + 2 * this.#watch.longestRequest - USUAL_REQUEST;
    const mishaps = this.#mishaps.map(({ what, at, until }) => {
      // One sweep finds that the database is back, and the next one acts.
      const isOfStore = what === 'outage' || what === 'cut';
      return { at, until: isOfStore ? until + INTERVAL : until };
    });
    let end = due + 2 * INTERVAL + this.#watch.longestRequest;
    for (const { at, until } of [...mishaps, ...this.#changes, ...(this.#waits.get(id) ?? [])]) {
      if (at <= end && until + within > due) end = Math.max(end, until + within);
    }
    return end;
  }

  #openIntent(agentId: string): StoredEvent | undefined {
    const intent = this.#watch.held.events.findLast(
      ({ kind, agentId: id }) => kind === 'intent' && id === agentId,
    );
    return intent?.intentId !== undefined && this.#outcomesOf(intent.intentId).length === 0
      ? intent
      : undefined;
  }

  #outcomesOf(intentId: string): readonly StoredEvent[] {
    return this.#watch.held.events.filter((each) => each.intentId === intentId && each.kind !== 'intent');
  }

  #find(what: string): void {
    this.#findings.add(what);
    this.#tell(`FOUND: ${what}`);
  }

  #tell(line: string): void {
    this.#watch.tell?.(`${clock(this.#watch.scheduler.now)} ${line}`);
  }
}

function seconds(length: Duration): string {
  return `${Math.round(length / SECOND)} s`;
}

function clock(at: Instant): string {
  return new Date(at).toISOString().slice(11, 19);
}
