/** A whole worker's controller on a floor of agents of whom the truth is known: one policy has been in force for all, another one comes. */
import { nothing, QUIET } from '../../src/simulation/quiet.ts';
import { Alarms } from '../../src/controller/alarms.ts';
import type { EnforcerParts } from '../../src/controller/enforcer-parts.ts';
import type { InForce } from '../../src/controller/in-force.ts';
import { Controller } from '../../src/controller/sweep.ts';
import type { Agent, Sighting } from '../../src/domain/agent.ts';
import type { ActionResult } from '../../src/domain/logoff/result.ts';
import type { Action } from '../../src/domain/policy/policy.ts';
import type { Candidate } from '../../src/domain/rollout/rollout.ts';
import { DAY, MINUTE, SECOND, type Duration, type Instant } from '../../src/domain/time/time.ts';
import { keptOf, withBefore } from '../../src/policy-file/before.ts';
import type { Draft } from '../../src/policy-file/draft.ts';
import { loadPolicyText } from '../../src/policy-file/load.ts';
import { resolvePolicy } from '../../src/policy-file/resolve.ts';
import type { Directory, Effects, ReadingSummary } from '../../src/ports/agents.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { NameLookups } from '../../src/ports/names.ts';
import { createRandom, type Random } from '../../src/sandbox/random.ts';
import { MemoryStore } from '../../src/store/memory/memory-store.ts';
import { rolloutNotes } from '../../src/store/rollout-note.ts';
import { agent } from '../domain/build.ts';
import { Person } from './person.ts';
import { GROUPS } from './policies.ts';

const BEGIN: Instant = Date.parse('2026-03-02T10:00:00Z');
const DONE: ActionResult = { ok: true, correlationId: undefined };

const WARNER = { warn: () => Promise.resolve(true) };

const LIMITS = { mayBegin: () => Promise.resolve(true), signal: new AbortController().signal };

/** Time passes while something is waited for, and from sweep to sweep. */
class FloorClock implements Clock {
  time: Instant = BEGIN;

  now(): Instant {
    return this.time;
  }

  async sleep(length: Duration): Promise<void> {
    const until = this.time + length;
    await Promise.resolve();
    this.time = Math.max(this.time, until);
  }
}

/** The platform of all agents. */
class FloorPlatform implements Directory, Effects {
  readonly hands = 'everyone';
  readonly #clock: FloorClock;
  readonly #people: ReadonlyMap<string, Person>;

  constructor(clock: FloorClock, people: ReadonlyMap<string, Person>) {
    this.#clock = clock;
    this.#people = people;
  }

  serverNow(): Instant {
    return this.#clock.time;
  }

  sweep(onPage: (page: readonly Sighting[]) => void): Promise<ReadingSummary> {
    const startedAt = this.#clock.time;
    onPage([...this.#people.keys()].flatMap((id) => this.#see(id)));
    return Promise.resolve({ complete: true, fault: undefined, startedAt, clockError: 0 });
  }

  reread(ids: readonly string[]): Promise<ReadonlyMap<string, Sighting>> {
    return Promise.resolve(new Map(ids.flatMap((id) => this.#see(id)).map((each) => [each.agent.id, each])));
  }

  #see(id: string): readonly Sighting[] {
    const person = this.#people.get(id);
    return person === undefined
      ? []
      : [{ agent: person.agent, observation: person.observe(this.#clock.time) }];
  }

  nativeTimeouts(): readonly Duration[] {
    return [];
  }

  perform(action: Action, { id }: Agent): Promise<ActionResult> {
    this.#people.get(id)?.perform(this.#clock.time, action);
    return Promise.resolve(DONE);
  }

  restorePresence(): Promise<ActionResult> {
    return Promise.resolve(DONE);
  }

  room(): number {
    return Infinity;
  }
}

/** The policy before is found as the worker's names find it: by what the store keeps. */
class FloorNames implements NameLookups {
  readonly #store: MemoryStore;
  draft: Draft | undefined;

  constructor(store: MemoryStore) {
    this.#store = store;
  }

  latest: NameLookups['latest'] = async (policy, _, __, mark) => {
    if (this.draft === undefined || mark === undefined) return policy;
    const { kept } = await rolloutNotes(this.#store).read();
    const before = kept.find(({ judges }) => judges === mark.judges);
    return resolved(withBefore(this.draft, before, mark.mode));
  };
}

function resolved(draft: Draft): InForce['policy'] {
  return resolvePolicy(draft, { groups: GROUPS }, new Map(), BEGIN).policy;
}

/** See the head of this file. Mutable. */
export class Floor {
  readonly people: ReadonlyMap<string, Person>;
  readonly alarms: string[] = [];
  readonly #clock = new FloorClock();
  readonly #store = new MemoryStore({ now: () => this.#clock.time });
  readonly #names = new FloorNames(this.#store);
  #controller!: Controller;
  #tick: Instant = BEGIN;

  private constructor(size: number, random: Random) {
    const ids = Array.from({ length: size }, (_, n) => n);
    this.people = new Map(ids.map((n) => personOf(n, random)).map((one) => [one.agent.id, one]));
  }

  /** Everyone is there as on any morning, and this policy has been in force for a while. */
  static async open(size: number, seed: number, text: string): Promise<Floor> {
    const floor = new Floor(size, createRandom(seed));
    const platform = new FloorPlatform(floor.#clock, floor.people);
    const parts: EnforcerParts = {
      ...QUIET,
      warner: WARNER,
      clock: floor.#clock,
      directory: platform,
      sources: [platform],
      effects: platform,
      store: floor.#store,
      names: floor.#names,
      rollouts: rolloutNotes(floor.#store),
      alarm: ({ kind }) => floor.alarms.push(kind),
      alarms: new Alarms(nothing, nothing),
    };
    floor.#controller = await Controller.load(parts, floor.#inForce(text));
    return floor;
  }

  /** The file is changed. */
  use(text: string): void {
    this.#controller.use(this.#inForce(text));
  }

  #inForce(text: string): InForce {
    const { draft } = loadPolicyText(text, 'policy.yaml', {});
    this.#names.draft = draft;
    return {
      policy: resolved(draft),
      longestInterval: MINUTE,
      retention: DAY,
      kept: keptOf(draft, (words) => words),
    };
  }

  /** Sweeps once a minute, so many times, while this holds. Answers how many were made. */
  async sweep(times: number, goesOn: () => Promise<boolean> = () => Promise.resolve(true)): Promise<number> {
    for (let n = 0; n < times; n += 1) {
      if (!(await goesOn())) return n;
      this.#clock.time = Math.max(this.#clock.time + SECOND, this.#tick);
      this.#tick += MINUTE;
      await this.#controller.sweep(LIMITS);
    }
    return times;
  }

  /** What is brought out, as it is stored. */
  async candidate(): Promise<Candidate | undefined> {
    return (await rolloutNotes(this.#store).read()).rollout.candidate;
  }

  /** The agents of all log-offs by rules whose ids begin so, in order. */
  async loggedOffBy(prefix: string): Promise<readonly string[]> {
    const events = await this.#store.events({ kinds: ['verified', 'unverified', 'failed'] });
    return events.flatMap(({ agentId, rule }) => (rule?.startsWith(prefix) === true ? (agentId ?? []) : []));
  }

  /** How many log-offs were regretted. */
  async regrets(): Promise<number> {
    return (await this.#store.events({ kinds: ['regret'] })).length;
  }
}

/** A few supervisors, wallboards and exempt agents; one of twenty has gone without a log-off. */
function personOf(n: number, random: Random): Person {
  const group = n % 50 === 0 ? 'Supervisors' : n % 100 === 1 ? 'Wallboards' : 'Agents';
  const groups = n % 40 === 3 ? [group, 'Coaches'] : [group];
  const id = idOf(n);
  const one = agent({ id, name: `Agent ${n}`, email: `agent-${n}@example.com`, username: id, groups });
  return new Person(one, BEGIN, random, group === 'Wallboards' || random() < 0.05);
}

/** As a platform would give it. */
function idOf(n: number): string {
  return `${(0x10000000 + n * 7919).toString(16)}-4f89-41d3-9a0c-${(0x100000000000 + n * 104_729).toString(16)}`;
}
