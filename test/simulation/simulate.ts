/**
 * Several whole workers on one database and one organisation, under one seeded order of everything that happens, while processes are
 * killed, frozen and stopped and the database goes away. The same seed plays the same again.
 */
import type { Action } from '../../src/domain/policy/policy.ts';
import { MINUTE, SECOND, type Duration, type Instant } from '../../src/domain/time/time.ts';
import { createRandom, mixSeed, pick } from '../../src/sandbox/random.ts';
import { policy, profile, rule, CAPS, RETURNS } from '../domain/build.ts';
import { Database } from './database.ts';
import { Invariants } from './invariants.ts';
import type { Mistake } from './mistakes.ts';
import { Replica, type ReplicaParts } from './replica.ts';
import { Scheduler, WORLD } from './scheduler.ts';
import type { Weather } from './wire.ts';
import { LIMIT, World } from './world.ts';

const BEGIN: Instant = Date.parse('2026-03-02T14:00:00Z');
/** How long a life is played. */
export const LENGTH: Duration = 24 * MINUTE;
/** Nothing goes wrong any more in the end, so that what is due can be done. */
const CALM: Duration = 6 * MINUTE;

const POLICY = policy({
  profiles: [
    profile({
      rules: [rule({ id: 'gone', limit: `${LIMIT / MINUTE}m`, when: { not: { presence: ['OFFLINE'] } } })],
      returns: { ...RETURNS, grace: MINUTE },
    }),
  ],
  caps: { ...CAPS, settle: 1 },
});

const WEATHERS: readonly Weather[] = [
  { slow: 0, lost: 0, slowest: 0 },
  { slow: 0.05, lost: 0.01, slowest: 20 * SECOND },
];

/** What a life came to. */
export interface Lived {
  readonly findings: readonly string[];
  /** Requests for agents, takings of the lease, and things that went wrong on purpose: a life without any shows nothing. */
  readonly effects: number;
  readonly takings: number;
  readonly mishaps: number;
}

/** Plays the life of this seed. */
export async function simulate(seed: number, mistake?: Mistake): Promise<Lived> {
  const random = createRandom(mixSeed(seed, 17));
  const scheduler = new Scheduler(BEGIN, random);
  const world = new World(scheduler, LENGTH);
  let check = (): void => undefined;
  const database = new Database(scheduler, () => {
    check();
  });
  const weather = pick(random, WEATHERS);
  const invariants = new Invariants(scheduler, world, database.contents);
  check = () => {
    invariants.look();
  };
  const parts: ReplicaParts = {
    ...{ scheduler, database, world, policy: POLICY, weather, mistake },
    onSent: (agentId: string, action: Action) => {
      invariants.sent(agentId, action);
    },
  };
  const floor = new Floor(parts, invariants);
  floor.open(random() < 0.5 ? 2 : 3);
  floor.planMishaps();
  await scheduler.runTo(BEGIN + LENGTH, check);
  return { ...invariants.end(), mishaps: floor.mishaps };
}

/** The replicas, and what becomes of them. */
class Floor {
  readonly #parts: ReplicaParts;
  readonly #invariants: Invariants;
  readonly #places: Replica[] = [];
  #started = 0;
  mishaps = 0;

  constructor(parts: ReplicaParts, invariants: Invariants) {
    this.#parts = parts;
    this.#invariants = invariants;
  }

  open(count: number): void {
    for (let place = 0; place < count; place += 1) this.#start(place);
  }

  /** One thing after the other, so that at any time one replica is well. */
  planMishaps(): void {
    const { scheduler } = this.#parts;
    let at = scheduler.between(0, 2 * MINUTE);
    while (at < LENGTH - CALM) {
      const length = scheduler.between(SECOND, 100 * SECOND);
      scheduler.after(at, WORLD, () => {
        this.#mishap(length);
      });
      at += length + scheduler.between(5 * SECOND, 4 * MINUTE);
    }
  }

  #start(place: number): void {
    const { scheduler } = this.#parts;
    this.#started += 1;
    const skew = scheduler.between(-20 * SECOND, 20 * SECOND);
    this.#places[place] = new Replica(`replica ${place}.${this.#started}`, this.#parts, skew);
  }

  #mishap(length: Duration): void {
    const { scheduler, database } = this.#parts;
    this.mishaps += 1;
    const holder = this.#places.findIndex(({ name }) => name === database.contents.lease.holder);
    const place =
      holder >= 0 && scheduler.random() < 0.7 ? holder : scheduler.between(0, this.#places.length - 1);
    const replica = this.#places[place]!;
    const restart = (): void => {
      scheduler.after(length, WORLD, () => {
        this.#start(place);
      });
    };
    const what = pick(scheduler.random, ['kill', 'kill', 'freeze', 'freeze', 'suspend', 'stop', 'outage'] as const);
    const until = scheduler.now + length;
    switch (what) {
      case 'kill':
        replica.kill();
        restart();
        break;
      case 'freeze':
      case 'suspend':
        replica.freeze(length, what === 'suspend');
        break;
      case 'stop':
        void replica.stop();
        restart();
        break;
      case 'outage':
        database.downUntil = until;
        break;
    }
    const isHolder = place === holder;
    this.#invariants.mishap({ what, isHolder, at: scheduler.now, until });
  }
}
