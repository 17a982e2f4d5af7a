/** One whole worker in a process of its own: real controller, actuator and lease; clock, store and platform stand behind the wire. */
import { nothing, QUIET } from '../../src/simulation/quiet.ts';
import { Alarms } from '../../src/controller/alarms.ts';
import type { EnforcerParts } from '../../src/controller/enforcer-parts.ts';
import type { InForce } from '../../src/controller/in-force.ts';
import { Controller } from '../../src/controller/sweep.ts';
import { Worker } from '../../src/controller/worker.ts';
import { writtenUnder } from '../../src/controller/written-under.ts';
import type { Agent, Sighting } from '../../src/domain/agent.ts';
import type { ActionResult } from '../../src/domain/logoff/result.ts';
import { PATIENCE } from '../../src/domain/spread.ts';
import type { Action } from '../../src/domain/policy/policy.ts';
import { DAY, MINUTE, SECOND, type Duration, type Instant } from '../../src/domain/time/time.ts';
import type { Directory, Effects, ReadingSummary } from '../../src/ports/agents.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Store } from '../../src/ports/store.ts';
import { rolloutNotes } from '../../src/store/rollout-note.ts';
import { NAMES } from './change.ts';
import type { Client, Database } from './database.ts';
import type { Mistake } from './mistakes.ts';
import type { Scheduler } from './scheduler.ts';
import { ask, type Weather } from './wire.ts';
import type { World } from './world.ts';

/** The schedule of all replicas. */
export const INTERVAL: Duration = MINUTE;

export interface ReplicaParts {
  readonly scheduler: Scheduler;
  readonly database: Database;
  readonly world: World;
  /** The policy that the process in this place finds on its disk now. */
  readonly fileIn: (place: number) => Pick<InForce, 'policy' | 'kept'>;
  /** How requests that read, and requests that do something, fare. */
  readonly weather: Record<'read' | 'effect', Weather>;
  /** No request to the platform is under way for longer. */
  readonly longestRequest: Duration;
  readonly mistake: Mistake | undefined;
  /** A request for an agent leaves this process. The answer is called when it arrives. */
  readonly onSent: (process: Replica, agentId: string, action: Action) => () => void;
}

const WARNER = { warn: () => Promise.resolve(true) };

/** A process, from its start to its end. Mutable. */
export class Replica implements Client {
  readonly name: string;
  readonly #place: number;
  isDead = false;
  frozenUntil: Instant = -Infinity;
  cutOffUntil: Instant = -Infinity;
  readonly #parts: ReplicaParts;
  readonly #worker: Worker;
  readonly #startedAt: Instant;
  /** What this process takes for the time is so much ahead. */
  readonly #skew: Duration;
  /** For how long the machine was suspended, which its uptime does not count. */
  #suspended: Duration = 0;

  constructor(name: string, place: number, parts: ReplicaParts, skew: Duration) {
    this.name = name;
    this.#place = place;
    this.#parts = parts;
    this.#skew = skew;
    this.#startedAt = parts.scheduler.now;
    const { mistake } = parts;
    const store: Store = parts.database.open(this, () => this.#clock.now(), mistake);
    const platform = new FarPlatform(this, parts, () => this.#clock.now());
    const made: EnforcerParts = {
      ...QUIET,
      names: mistake === 'former_unknown' ? QUIET.names : NAMES,
      warner: WARNER,
      clock: this.#clock,
      directory: platform,
      sources: [platform],
      effects: platform,
      store,
      alarms: new Alarms(nothing, nothing),
    };
    this.#worker = new Worker(
      {
        ...{ clock: this.#clock, store, log: QUIET.log, meter: QUIET.meter, holder: name },
        patience: () => this.#patience(),
        process: { command: 'run', version: '0', startedAt: parts.scheduler.now },
        load: (wanted, _, isOver) => {
          const written = writtenUnder(store, isOver);
          return Controller.load({ ...made, store: written, rollouts: rolloutNotes(written) }, wanted);
        },
        onTaken: () => {
          void this.#worker.tick(this.#nextTick());
        },
      },
      this.#inForce(),
    );
    this.#tickAfter(0);
  }

  #inForce(): InForce {
    const { fileIn, longestRequest } = this.#parts;
    return { ...fileIn(this.#place), longestInterval: INTERVAL, retention: DAY, longestRequest };
  }

  /** Takes up the file that is on its disk now; one that is frozen does so when it runs again. */
  reload(): void {
    this.#parts.scheduler.after(0, this, () => {
      this.#worker.use(this.#inForce());
    });
  }

  /** No code of this process runs any more; what it has sent arrives all the same. */
  kill(): void {
    this.isDead = true;
  }

  /** No code of it runs for so long. A machine that is suspended does not count the time either. */
  freeze(length: Duration, isSuspended: boolean): void {
    this.frozenUntil = this.#parts.scheduler.now + length;
    if (isSuspended) this.#suspended += length;
  }

  /** The database is out of its reach for so long; the platform is not. */
  cutOff(length: Duration): void {
    this.cutOffUntil = this.#parts.scheduler.now + length;
  }

  /** Ends as it does on SIGTERM. */
  async stop(): Promise<void> {
    await this.#worker.drain(8 * SECOND);
    this.isDead = true;
  }

  /** Leaves the organisation to another replica, as one does that holds too many. */
  handOver(): void {
    void this.#worker.handOver(8 * SECOND);
  }

  /** What is known of the others may be wrong: each may take another for emptier, or itself. */
  #patience(): Duration {
    const { mistake, scheduler } = this.#parts;
    if (mistake === 'left_to_none') return 10 * MINUTE;
    return scheduler.random() < 0.5 ? 0 : PATIENCE;
  }

  readonly #clock: Clock = {
    now: () => this.#parts.scheduler.now + this.#skew,
    uptime: () => this.#parts.scheduler.now - this.#startedAt - this.#suspended,
    sleep: async (length, signal) => {
      signal?.throwIfAborted();
      await new Promise<void>((resolve, reject) => {
        this.#parts.scheduler.after(length, this, resolve);
        signal?.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
      });
    },
    every: (length, work) => {
      let isOn = true;
      const pace = this.#parts.mistake === 'late_renewal' ? 20 * length : length;
      const again = (): void => {
        if (!isOn) return;
        work();
        this.#parts.scheduler.after(pace, this, again);
      };
      this.#parts.scheduler.after(pace, this, again);
      return () => {
        isOn = false;
      };
    },
  };

  #nextTick(): Instant {
    return Math.floor(this.#clock.now() / INTERVAL + 1) * INTERVAL;
  }

  #tickAfter(length: Duration): void {
    this.#parts.scheduler.after(length, this, () => {
      void this.#worker.tick(this.#nextTick());
      this.#tickAfter(this.#nextTick() - this.#clock.now());
    });
  }
}

/** The platform at the other end of the wire. */
class FarPlatform implements Directory, Effects {
  readonly hands = 'everyone';
  readonly #process: Replica;
  readonly #parts: ReplicaParts;
  readonly #now: () => Instant;

  constructor(process: Replica, parts: ReplicaParts, now: () => Instant) {
    this.#process = process;
    this.#parts = parts;
    this.#now = now;
  }

  serverNow(): Instant {
    return this.#parts.scheduler.now;
  }

  async sweep(onPage: (page: readonly Sighting[]) => void): Promise<ReadingSummary> {
    const startedAt = this.serverNow();
    const { cast } = this.#parts.world;
    const page = await this.#ask(() => this.#sightings(cast.map(({ agent: { id } }) => id)));
    const facts = { startedAt, clockError: this.#now() - startedAt };
    if (page === 'timeout') return { complete: false, fault: 'the platform did not answer', ...facts };
    onPage(page);
    return { complete: true, fault: undefined, ...facts };
  }

  async reread(agentIds: readonly string[]): Promise<ReadonlyMap<string, Sighting>> {
    const found = await this.#ask(() => this.#sightings(agentIds));
    if (found === 'timeout') throw new Error('the platform did not answer');
    return new Map(found.map((each) => [each.agent.id, each]));
  }

  nativeTimeouts(): readonly Duration[] {
    return [];
  }

  async perform(
    action: Action,
    { id }: Agent,
    notAfter: Instant,
    signal: AbortSignal,
  ): Promise<ActionResult> {
    const { world, scheduler, onSent, mistake } = this.#parts;
    const isHeeded = mistake !== 'late_request';
    if (isHeeded && signal.aborted) return failed('transient');
    if (isHeeded && this.serverNow() > notAfter) return failed('late');
    const arrived = onSent(this.#process, id, action);
    const answer = await this.#ask(() => {
      arrived();
      world.find(id).perform(scheduler, action);
      return 'done';
    }, 'effect');
    return answer === 'timeout' ? failed('transient') : { ok: true, correlationId: undefined };
  }

  restorePresence(): Promise<ActionResult> {
    throw new Error('no agent of this cast stands on a queue');
  }

  room(): number {
    return Infinity;
  }

  #sightings(ids: readonly string[]): readonly Sighting[] {
    const { world, scheduler } = this.#parts;
    return ids.map((id) => {
      const found = world.find(id);
      return { agent: found.agent, observation: found.observe(scheduler.now) };
    });
  }

  #ask<T>(give: () => T, kind: 'read' | 'effect' = 'read'): Promise<T | 'timeout'> {
    const { scheduler, weather, longestRequest: timeout } = this.#parts;
    const way = { weather: weather[kind], timeout };
    return ask(scheduler, this.#process, way, () => Promise.resolve().then(give));
  }
}

function failed(kind: 'transient' | 'late'): ActionResult {
  return {
    ok: false,
    fault: { kind, message: 'it was not sent, or not answered', correlationId: undefined },
  };
}
