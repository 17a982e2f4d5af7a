/**
 * Several whole workers on one database and one organisation, under one seeded order of everything that happens, while processes are
 * killed, frozen and stopped and the database goes away. The same seed plays the same again.
 */
import type { Action } from '../../src/domain/policy/policy.ts';
import { MINUTE, SECOND, type Duration, type Instant } from '../../src/domain/time/time.ts';
import { createRandom, mixSeed, pick } from '../../src/sandbox/random.ts';
import { Change, FORMER } from './change.ts';
import { Database, type Client } from './database.ts';
import { Invariants, type Lived, type Mishap } from './invariants.ts';
import type { Mistake } from './mistakes.ts';
import { Replica, type ReplicaParts } from './replica.ts';
import { Scheduler, WORLD } from './scheduler.ts';
import type { Weather } from './wire.ts';
import { World } from './world.ts';

const BEGIN: Instant = Date.parse('2026-03-02T14:00:00Z');
/** How long a life is played. */
export const LENGTH: Duration = 24 * MINUTE;
/** Nothing goes wrong any more in the end, so that what is due can be done. */
const CALM: Duration = 6 * MINUTE;

/** How many lives have a change of the policy in them. */
const WITH_CHANGE = 0.5;

/** As `genesys.timeout` says: what the design gives times for, and more. */
const LONGEST_REQUESTS: readonly Duration[] = [15 * SECOND, 15 * SECOND, 45 * SECOND];

/** How requests that read, and requests that do something, fare. */
type Weathers = Readonly<Record<'read' | 'effect', Weather>>;

const FAIR: Weather = { slow: 0, lost: 0 };
const FOUL: Weather = { slow: 0.35, lost: 0.01 };
const WEATHERS: readonly Weathers[] = [
  { read: FAIR, effect: FAIR },
  { read: FAIR, effect: { slow: 0.9, lost: 0 } },
  { read: FOUL, effect: FOUL },
];

/** Plays the life of this seed. */
export async function simulate(
  seed: number,
  mistake?: Mistake,
  tell?: (line: string) => void,
): Promise<Lived> {
  const random = createRandom(mixSeed(seed, 17));
  const scheduler = new Scheduler(BEGIN, random);
  const world = new World(scheduler, LENGTH);
  let check = (): void => undefined;
  const database = new Database(
    scheduler,
    () => {
      check();
    },
    (process) => {
      floor.meetsTold(process);
    },
  );
  const weather = pick(random, WEATHERS);
  const longestRequest = pick(random, LONGEST_REQUESTS);
  const invariants = new Invariants({
    scheduler,
    world,
    held: database.contents,
    longestRequest,
    isFair: weather.read === FAIR,
    tell,
  });
  check = () => {
    invariants.look();
  };
  const places = random() < 0.5 ? 2 : 3;
  const ofChange = createRandom(mixSeed(seed, 18));
  const change =
    ofChange() < WITH_CHANGE
      ? new Change(scheduler, database.contents, { random: ofChange, places, length: LENGTH })
      : undefined;
  const parts: ReplicaParts = {
    ...{ scheduler, database, world, weather, longestRequest, mistake },
    fileIn: (place) => change?.fileIn(place) ?? { policy: FORMER },
    onSent: (process: Replica, agentId: string, action: Action) => {
      floor.meetsRequest(process);
      return invariants.sent(agentId, action);
    },
  };
  const floor = new Floor(parts, invariants, createRandom(mixSeed(seed, 19)));
  floor.open(places);
  change?.onFile((place) => {
    floor.reload(place);
  });
  floor.planMishaps();
  await scheduler.runTo(BEGIN + LENGTH, check);
  return { ...invariants.end(), mishaps: floor.mishaps };
}

/** How often each kind of mishap comes, of so many. */
const KINDS = [
  'kill',
  'kill',
  'freeze',
  'freeze',
  'suspend',
  'stop',
  'hand_over',
  'cut',
  'cut',
  'outage',
] as const;
/** How likely one comes just when a request for an agent is on its way. */
const IN_THE_MIDDLE = 0.5;
/** How likely a worker is cut off just when the database has put something on record for it. */
const UNHEARD = 0.1;

/** The replicas, and what becomes of them: one thing after the other, so that at any time one of them is well. */
class Floor {
  readonly #parts: ReplicaParts;
  readonly #invariants: Invariants;
  readonly #ofTold: () => number;
  readonly #places: Replica[] = [];
  #started = 0;
  #busyUntil: Instant = -Infinity;
  mishaps = 0;

  constructor(parts: ReplicaParts, invariants: Invariants, ofTold: () => number) {
    this.#parts = parts;
    this.#invariants = invariants;
    this.#ofTold = ofTold;
  }

  open(count: number): void {
    for (let place = 0; place < count; place += 1) this.#start(place);
  }

  /** Another policy file has come to this place. */
  reload(place: number): void {
    this.#places[place]?.reload();
  }

  planMishaps(): void {
    const { scheduler } = this.#parts;
    for (
      let at = scheduler.between(0, MINUTE);
      at < LENGTH;
      at += scheduler.between(10 * SECOND, 4 * MINUTE)
    ) {
      scheduler.after(at, WORLD, () => {
        this.#mishap(this.#place());
      });
    }
  }

  /** A request for an agent leaves this process: a good moment for a mishap. */
  meetsRequest(process: Replica): void {
    const { scheduler } = this.#parts;
    if (scheduler.random() >= IN_THE_MIDDLE) return;
    scheduler.after(scheduler.between(0, 500), WORLD, () => {
      this.#mishap(this.#places.indexOf(process));
    });
  }

  /** The database has put something on record for this process, which does not hear of it. */
  meetsTold(process: Client): void {
    if (this.#ofTold() >= UNHEARD) return;
    this.#mishap(
      this.#places.findIndex((each) => each === process),
      'cut',
    );
  }

  #start(place: number): void {
    const { scheduler } = this.#parts;
    this.#started += 1;
    const skew = scheduler.between(-20 * SECOND, 20 * SECOND);
    this.#places[place] = new Replica(`replica ${place}.${this.#started}`, place, this.#parts, skew);
  }

  /** Most often that of the holder. */
  #place(): number {
    const { scheduler } = this.#parts;
    const holder = this.#holder();
    return holder >= 0 && scheduler.random() < 0.7 ? holder : scheduler.between(0, this.#places.length - 1);
  }

  #holder(): number {
    const { lease } = this.#parts.database.contents;
    return this.#places.findIndex(({ name }) => name === lease.holder);
  }

  #mishap(place: number, wanted?: Mishap['what']): void {
    const { scheduler, database } = this.#parts;
    const { now, random } = scheduler;
    const replica = this.#places[place];
    if (replica === undefined || now < this.#busyUntil || now > BEGIN + LENGTH - CALM) return;
    const length = scheduler.between(SECOND, 100 * SECOND);
    const what = wanted ?? pick(random, KINDS);
    this.mishaps += 1;
    this.#busyUntil = now + length + 5 * SECOND;
    this.#invariants.mishap({ what, isHolder: place === this.#holder(), at: now, until: now + length });
    if (what === 'outage') database.downUntil = now + length;
    else if (what === 'cut') replica.cutOff(length);
    else if (what === 'hand_over') replica.handOver();
    else if (what === 'freeze' || what === 'suspend') replica.freeze(length, what === 'suspend');
    else {
      if (what === 'kill') replica.kill();
      else void replica.stop();
      scheduler.after(length, WORLD, () => {
        this.#start(place);
      });
    }
  }
}
