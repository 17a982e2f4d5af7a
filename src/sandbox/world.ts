/**
 * The state of everyone. Nothing runs by itself: a user is brought up to date when read or changed,
 * so that 50,000 of them cost nothing in between.
 */
import { expect, expectNotice, settleDown, changePresence, type Actor } from './actor.ts';
import { logOut, perform } from './acts.ts';
import type { ScriptScene } from './cast/archetype.ts';
import { PLAYED } from './cast/played.ts';
import { expectBrowser, happen } from './client.ts';
import { emptyDesk, isEngaged, isOffline, setOnQueue, type UserState } from './desk.ts';
import { Journal, type DisturbanceKind } from './journal.ts';
import type { Settings } from './options.ts';
import type { Organisation, Person } from './organisation.ts';
import { storyAt } from './pace.ts';
import { play, type Played } from './played.ts';
import { presenceOf, type PresenceDefinition } from './presences.ts';
import { between, createRandom, mixSeed } from './random.ts';
import { DAY, HOUR, MINUTE } from './time.ts';

/** What of the settings decides how the world goes. */
export type WorldSettings = Pick<Settings, 'seed' | 'now' | 'startsAt' | 'shiftMs' | 'pace' | 'switches'>;

/** Everyone went home long before the first shift. */
const EVENING_BEFORE = 14 * HOUR;

export class World {
  readonly organisation: Organisation;
  readonly #settings: WorldSettings;
  readonly #actors: readonly Actor[];
  readonly #byId: ReadonlyMap<string, Actor>;
  #latest: number;

  constructor(organisation: Organisation, settings: WorldSettings) {
    this.organisation = organisation;
    this.#settings = settings;
    this.#latest = settings.startsAt - EVENING_BEFORE;
    this.#actors = organisation.people.map((person) => this.#enter(person));
    this.#byId = new Map(this.#actors.map((actor) => [actor.person.id, actor]));
  }

  /** The time of the world, ms: that of the clock, but never earlier than it was. */
  now(): number {
    this.#latest = Math.max(this.#latest, this.#settings.now());
    return this.#latest;
  }

  get startsAt(): number {
    return this.#settings.startsAt;
  }

  /** A person by id; `undefined` when there is no such account yet. */
  find(id: string): Person | undefined {
    const person = this.#byId.get(id)?.person;
    return person === undefined || person.activeFrom > this.now() ? undefined : person;
  }

  isActive(person: Person): boolean {
    const now = this.now();
    return person.activeFrom <= now && now < person.activeTo;
  }

  /** How a user stands now. */
  desk(person: Person): Readonly<UserState> {
    return this.#current(person).desk;
  }

  /** The truth: whether the person is, or was, really there. */
  presentAt(id: string, at: number): boolean {
    const actor = this.#byId.get(id);
    if (actor === undefined) return false;
    this.#advance(actor, this.now());
    return actor.journal.presentAt(at);
  }

  /** The journals of all persons, brought up to now. */
  journals(): readonly {
    readonly person: Person;
    readonly journal: Journal;
    readonly desk: Readonly<UserState>;
  }[] {
    const now = this.now();
    for (const actor of this.#actors) this.#advance(actor, now);
    return this.#actors;
  }

  /** `PATCH …/presences/purecloud`: Offline goes off, On Queue comes back on queue, anything else leaves the queue. */
  setPresence(person: Person, presence: PresenceDefinition, message?: string): void {
    const actor = this.#current(person);
    const { desk } = actor;
    const now = this.now();
    const leaves = !isOffline(desk) && presence.system === 'OFFLINE';
    if (leaves) this.#hit(actor, 'offline');
    else if (desk.onQueue && presence.system !== 'ON_QUEUE') this.#hit(actor, 'off_queue');
    if (message !== undefined) desk.message = message;
    changePresence(actor, presence, now, 'api', this.#settings.switches.samePresenceMovesDate);
    if (leaves) this.#expectReassertion(actor, now);
    this.#affected(actor, now);
  }

  /** `PUT …/routingstatus`: only OFF_QUEUE and IDLE can be asked for. */
  setRouting(person: Person, status: 'OFF_QUEUE' | 'IDLE'): void {
    const actor = this.#current(person);
    const { desk } = actor;
    const now = this.now();
    if (status === 'IDLE') {
      desk.notResponding = false;
      changePresence(actor, presenceOf('ON_QUEUE'), now, 'api', false);
    } else if (desk.onQueue) {
      this.#hit(actor, 'off_queue');
      const moves =
        this.#settings.switches.presenceAfterOffQueue === 'available' && desk.presence.system === 'ON_QUEUE';
      if (moves) changePresence(actor, presenceOf('AVAILABLE'), now, 'api');
      setOnQueue(desk, false, now);
    }
    this.#affected(actor, now);
  }

  /** `DELETE /api/v2/tokens/{userId}`. */
  revokeTokens(person: Person): void {
    const actor = this.#current(person);
    const { desk } = actor;
    if (!desk.session) return;
    const now = this.now();
    const { revokeSetsOffline, revokeKeepsRouting } = this.#settings.switches;
    this.#hit(actor, 'tokens_revoked');
    desk.session = false;
    if (revokeSetsOffline !== false) expect(actor, 'drops', now + revokeSetsOffline);
    else if (!revokeKeepsRouting) setOnQueue(desk, false, now);
    expectBrowser(actor, now);
    this.#affected(actor, now);
  }

  /** `DELETE …/station/associatedstation`. */
  releaseStation(person: Person): void {
    const actor = this.#current(person);
    if (actor.desk.stationAt === undefined) return;
    this.#hit(actor, 'station_released');
    actor.desk.stationAt = undefined;
    this.#affected(actor, this.now());
  }

  /** The identity provider ended the person's session: the browser does not come back until the password is typed. */
  endSignOn(person: Person): void {
    const actor = this.#current(person);
    actor.desk.comebacks = Infinity;
    actor.pending = actor.pending.filter(({ kind }) => kind !== 'browser-returns');
  }

  /** Takes the part of a person whom the cast leaves to be played. Throws `RangeError` for a person with a story. */
  play(person: Person): Played {
    if (person.archetype !== PLAYED) throw new RangeError(`${person.archetype.name} has a story of its own`);
    return play(
      () => this.#current(person),
      () => this.now(),
    );
  }

  #enter(person: Person): Actor {
    const { seed, startsAt, pace, switches } = this.#settings;
    return {
      person,
      desk: emptyDesk(startsAt - EVENING_BEFORE),
      journal: new Journal(startsAt - EVENING_BEFORE),
      random: createRandom(mixSeed(seed, 4, person.index)),
      switches,
      pace,
      story: undefined,
      next: undefined,
      day: 0,
      pending: [],
      active: true,
    };
  }

  #current(person: Person): Actor {
    const actor = this.#byId.get(person.id);
    if (actor === undefined) throw new RangeError(`no person has the id ${person.id}`);
    this.#advance(actor, this.now());
    return actor;
  }

  #advance(actor: Actor, now: number): void {
    if (!actor.active) return;
    const end = Math.min(now, actor.person.activeTo - 1);
    for (;;) {
      const step = this.#nextStep(actor, now);
      const pending = earliest(actor);
      if (pending !== undefined && pending.at <= end && pending.at <= (step?.at ?? Infinity)) {
        actor.pending.splice(actor.pending.indexOf(pending), 1);
        happen(actor, pending);
      } else if (step !== undefined && step.at <= end) {
        perform(actor, step.act, step.at);
        actor.next = this.#tell(actor);
      } else break;
    }
    if (now < actor.person.activeTo) return;
    actor.active = false;
    logOut(actor, actor.person.activeTo, 'platform');
    settleDown(actor, actor.person.activeTo);
  }

  /** The next step of the story, or the first of the next day's. */
  #nextStep(actor: Actor, now: number): Actor['next'] {
    while (actor.next === undefined) {
      if (actor.story !== undefined) {
        actor.story = undefined;
        actor.day += 1;
      }
      const { startsAt, pace } = this.#settings;
      const from = startsAt + (actor.day * DAY) / pace;
      if (from > now) return undefined;
      actor.story = storyAt(actor.person.archetype, this.#scene(actor, from), from, pace);
      actor.next = this.#tell(actor);
    }
    return actor.next;
  }

  #tell(actor: Actor): Actor['next'] {
    const told = actor.story?.next();
    return told === undefined || told.done === true ? undefined : told.value;
  }

  #scene(actor: Actor, from: number): ScriptScene {
    const { seed, shiftMs, pace, switches } = this.#settings;
    const timeout = switches.nativeTimeoutMinutes;
    return {
      random: createRandom(mixSeed(seed, 5, actor.person.index, actor.day)),
      from: Math.max(from, actor.person.activeFrom),
      to: from + shiftMs / pace,
      desk: actor.desk,
      nativeTimeout: timeout === 'off' ? undefined : timeout * MINUTE,
    };
  }

  #hit(actor: Actor, what: DisturbanceKind): void {
    const { desk, journal } = actor;
    const at = this.now();
    const since = journal.presentSince;
    journal.hit({
      at,
      what,
      engaged: isEngaged(desk),
      present: desk.atDesk,
      presentForMs: since === undefined ? undefined : at - since,
    });
  }

  #expectReassertion(actor: Actor, now: number): void {
    const { reasserts } = actor.person.archetype.client;
    if (reasserts === undefined || !actor.desk.session) return;
    expect(actor, 'reasserts', now + between(actor.random, reasserts.delay));
  }

  #affected(actor: Actor, now: number): void {
    expectNotice(actor, now);
    settleDown(actor, now);
  }
}

function earliest(actor: Actor): Actor['pending'][number] | undefined {
  let first: Actor['pending'][number] | undefined;
  for (const pending of actor.pending) if (first === undefined || pending.at < first.at) first = pending;
  return first;
}
