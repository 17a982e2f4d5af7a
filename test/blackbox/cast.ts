/** People who work, each in the way that is easiest to mistake for idleness, and people who are gone, in every way. */
import type { People, Person, SingleSignOn } from './people.ts';

/** Numbers between 0 and 1 that are the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Plays the people. Whoever works does so until `stop`. */
export class Cast {
  /** They left, and stay away. */
  readonly absent: Person[] = [];
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #people: People;
  readonly #random: () => number;

  constructor(people: People, seed = 1) {
    this.#people = people;
    this.#random = seeded(seed);
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  /** People who work, `copies` of each kind. */
  hirePresent(copies: number): void {
    for (let n = 1; n <= copies; n += 1) {
      const at = (name: string, parts: Partial<Person> = {}): Person =>
        this.#people.add(`${name} ${n}`, parts);
      this.#busy(at);
      this.#active(at);
      at('Stranger', { group: 'g-others', presence: 'Away' });
      at('Lead', { group: 'g-leads', presence: 'Available' });
      at('Wallboard', { presence: 'Available' });
      at('Coach', { presence: 'Coaching' });
    }
  }

  /** In a conversation all the time. */
  #busy(at: (name: string, parts: Partial<Person>) => Person): void {
    at('Long Call', { presence: 'OnQueue', routing: 'INTERACTING', calls: 1 });
    at('Call On Break', { presence: 'Meal', routing: 'INTERACTING', calls: 1 });
    at('Mailer', { presence: 'Available', emails: 1 });
    at('Wrap Up', { presence: 'Away', wrapUps: 1 });
    at('Wrap Up On Queue', { presence: 'OnQueue', routing: 'NOT_RESPONDING', wrapUps: 1 });
    at('Dialler', { presence: 'Busy', enterpriseCalls: 1 });
    at('Communicating', { presence: 'Available', routing: 'COMMUNICATING' });
    at('Locked On Call', { presence: 'Idle', enterpriseCalls: 1 });
  }

  /** Shows a sign every now and then. */
  #active(at: (name: string, parts?: Partial<Person>) => Person): void {
    const people = this.#people;
    this.restless(at('Restless'));
    this.#every(3_000, at('Same Again', { presence: 'Away' }), (person) => {
      people.setPresence(person, 'Busy');
      people.setPresence(person, 'Away');
    });
    this.#every(2_700, at('Unlocker', { presence: 'Idle' }), (person, turn) => {
      people.setPresence(person, turn % 2 === 0 ? 'Available' : 'Idle');
    });
    this.#every(3_000, at('Short Calls', { presence: 'OnQueue', routing: 'IDLE' }), (person) => {
      people.startCall(person);
      people.later(200, () => {
        people.endCall(person);
      });
    });
    this.#every(1_700, at('Queue Hopper', { presence: 'OnQueue', routing: 'IDLE' }), (person, turn) => {
      people.setPresence(person, turn % 2 === 0 ? 'Available' : 'OnQueue');
    });
    this.#every(2_000, at('Misser', { presence: 'OnQueue', routing: 'NOT_RESPONDING' }), (person, turn) => {
      people.setRouting(person, turn % 2 === 0 ? 'IDLE' : 'NOT_RESPONDING');
    });
  }

  /** Works from now on, flipping presences. */
  restless(person: Person): void {
    this.#every(2_500, person, (_, turn) => {
      this.#people.setPresence(person, turn % 2 === 0 ? 'Busy' : 'Available');
    });
  }

  /** People who left, `copies` of each kind. */
  hireAbsent(copies: number): void {
    for (let n = 1; n <= copies; n += 1) {
      const gone = (name: string, limit: number, parts: Partial<Person> = {}): Person =>
        this.gone(`${name} ${n}`, limit, parts);
      gone('Gone Home', 6_000);
      gone('Gone Away', 6_000, { presence: 'Away' });
      gone('Locked', 5_000, { presence: 'Idle' });
      gone('Missed', 4_000, { presence: 'OnQueue', routing: 'NOT_RESPONDING' });
      gone('Asleep', 8_000, { presence: 'OnQueue', routing: 'IDLE' });
      gone('Late Offline', 6_000, { propagation: 1_500 });
      gone('Unrevocable', 6_000, { presence: 'Meal', revocationWorks: false });
      gone('Late Back', 6_000, { presence: 'Busy', propagation: 1_000, sso: sso(2_000, 'former', true) });
      gone('Back As Before', 6_000, { presence: 'Away', sso: sso(500, 'former', true) });
      gone('Back On Queue', 8_000, { presence: 'OnQueue', routing: 'IDLE', sso: sso(1_500, 'former', true) });
      gone('Back Available', 6_000, { presence: 'Meal', sso: sso(1_000, 'Available', true) });
      gone('Back Unseen', 5_000, { presence: 'Idle', sso: sso(700, 'Available', false) });
      gone('Back In Three', 6_000, { presence: 'Busy', sso: sso(3_000, 'former', false) });
    }
  }

  /** People who were away and sit down again, `copies` of each kind: from then on nobody may touch them. */
  hireReturning(copies: number): void {
    for (let n = 1; n <= copies; n += 1) {
      const early = this.#people.add(`Just In Time ${n}`, { goneSince: this.#people.now(), limit: 6_000 });
      this.#people.later(4_800, () => {
        this.#sitDown(early, 'Busy');
      });
      const logIn = this.#people.add(`Logs In ${n}`, { goneSince: this.#people.now(), limit: 6_000 });
      this.#onceOffline(logIn, 1, 1_500, 'Busy');
      const sign = sso(1_000, 'former', true);
      const clicks = this.#people.add(`One Click ${n}`, {
        goneSince: this.#people.now(),
        limit: 6_000,
        presence: 'Away',
        sso: sign,
      });
      this.#onceOffline(clicks, 2, 1_200, 'Available');
      this.#people.add(`Slips In ${n}`, {
        goneSince: this.#people.now(),
        limit: 8_000,
        presence: 'OnQueue',
        routing: 'IDLE',
        callSlipsIn: true,
      });
    }
  }

  /** One person who is gone from now on. */
  gone(name: string, limit: number, parts: Partial<Person> = {}): Person {
    const person = this.#people.add(name, { ...parts, goneSince: this.#people.now(), limit });
    this.absent.push(person);
    return person;
  }

  /** Sits down so long after having been put Offline for the n-th time. */
  #onceOffline(person: Person, times: number, after: number, presence: 'Busy' | 'Available'): void {
    const timer = setInterval(() => {
      const at = person.wentAt[times - 1];
      if (at === undefined || Date.now() < at + after) return;
      clearInterval(timer);
      // The browser still has the session when Offline was the only action: one click, and no new login.
      if (times > 1) {
        person.goneSince = undefined;
        this.#people.setPresence(person, presence);
        this.restless(person);
      } else this.#sitDown(person, presence);
    }, 50);
    this.#timers.push(timer);
  }

  #sitDown(person: Person, presence: 'Busy' | 'Available'): void {
    this.#people.sitDown(person, presence);
    this.restless(person);
  }

  #every(period: number, person: Person, act: (person: Person, turn: number) => void): void {
    let turn = Math.floor(this.#random() * 2);
    const timer = setInterval(() => {
      if (person.presence === 'Offline') return;
      act(person, turn);
      turn += 1;
    }, period);
    this.#timers.push(timer);
  }
}

export function sso(after: number, as: SingleSignOn['as'], movesToken: boolean): SingleSignOn {
  return { after, as, movesToken };
}
