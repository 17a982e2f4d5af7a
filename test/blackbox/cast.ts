/** People who work, each in the way that is easiest to mistake for idleness, and people who are gone, in every way. */
import type { Organisation, Person, SingleSignOn } from './organisation.ts';

/** Somebody who left: he should be Offline `limit` after `since`, and after each return the rung's wait later. */
export interface Absentee {
  readonly person: Person;
  since: number;
  readonly limit: number;
}

/** Plays the people. Whoever works does so until `stop`. */
export class Cast {
  readonly absent: Absentee[] = [];
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #org: Organisation;

  constructor(org: Organisation) {
    this.#org = org;
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  /** People who work, `copies` of each kind. */
  hirePresent(copies: number): void {
    const org = this.#org;
    for (let n = 1; n <= copies; n += 1) {
      const at = (name: string, parts: Partial<Person> = {}): Person =>
        org.add(`${name} ${n}`, { present: true, ...parts });
      at('Long Call', { presence: 'OnQueue', routing: 'INTERACTING', calls: 1 });
      at('Call On Break', { presence: 'Meal', routing: 'INTERACTING', calls: 1 });
      at('Mailer', { presence: 'Available', emails: 1 });
      at('Wrap Up', { presence: 'Away', wrapUps: 1 });
      at('Dialler', { presence: 'Busy', enterpriseCalls: 1 });
      at('Communicating', { presence: 'Available', routing: 'COMMUNICATING' });
      at('Locked On Call', { presence: 'Idle', enterpriseCalls: 1 });
      this.#every(2_500, at('Restless'), (person, turn) => {
        org.setPresence(person, turn % 2 === 0 ? 'Busy' : 'Available');
      });
      this.#every(3_000, at('Same Again', { presence: 'Away' }), (person) => {
        org.setPresence(person, 'Busy');
        org.setPresence(person, 'Away');
      });
      this.#every(2_700, at('Unlocker', { presence: 'Idle' }), (person, turn) => {
        org.setPresence(person, turn % 2 === 0 ? 'Available' : 'Idle');
      });
      this.#every(3_000, at('Short Calls', { presence: 'OnQueue', routing: 'IDLE' }), (person) => {
        org.startCall(person);
        setTimeout(() => {
          org.endCall(person);
        }, 200).unref();
      });
      this.#every(1_700, at('Queue Hopper', { presence: 'OnQueue', routing: 'IDLE' }), (person, turn) => {
        org.setPresence(person, turn % 2 === 0 ? 'Available' : 'OnQueue');
      });
      this.#every(2_000, at('Misser', { presence: 'OnQueue', routing: 'NOT_RESPONDING' }), (person, turn) => {
        org.setRouting(person, turn % 2 === 0 ? 'IDLE' : 'NOT_RESPONDING');
      });
      at('Stranger', { group: 'g-other', presence: 'Away' });
    }
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
      gone('Late Revoked', 6_000, { presence: 'Busy', propagation: 1_000, sso: sso(2_000, 'former', true) });
      gone('Unrevocable', 6_000, { presence: 'Meal', revocationWorks: false });
      gone('Back As Before', 6_000, { presence: 'Away', sso: sso(500, 'former', true) });
      gone('Back On Queue', 8_000, { presence: 'OnQueue', routing: 'IDLE', sso: sso(1_500, 'former', true) });
      gone('Back Available', 6_000, { presence: 'Meal', sso: sso(1_000, 'Available', true) });
      gone('Back Unseen', 5_000, { presence: 'Idle', sso: sso(700, 'Available', false) });
      gone('Back In Three', 6_000, { presence: 'Busy', sso: sso(3_000, 'former', false) });
      gone('Stubborn', 6_000, { presence: 'Away', sso: { ...sso(900, 'former', true), reasserts: true } });
    }
  }

  /** One person who is gone from now on. */
  gone(name: string, limit: number, parts: Partial<Person> = {}): Person {
    const person = this.#org.add(name, parts);
    this.absent.push({ person, since: this.#org.now(), limit });
    return person;
  }

  /** Absentees who were not Offline in time for the first time: limit and `grace` after `from`, or after they left. */
  missed(from: number, grace: number): readonly string[] {
    return this.absent.flatMap(({ person, since, limit }) => {
      const due = Math.max(from, since) + limit + grace;
      const wentAt = person.wentAt[0] ?? this.#org.now();
      return wentAt > due ? [`${person.name}: ${wentAt - due} ms late`] : [];
    });
  }

  #every(period: number, person: Person, act: (person: Person, turn: number) => void): void {
    let turn = Math.floor(Math.random() * 2);
    const timer = setInterval(() => {
      if (person.presence === 'Offline') return;
      act(person, turn);
      turn += 1;
    }, period);
    this.#timers.push(timer);
  }
}

function sso(after: number, as: SingleSignOn['as'], movesToken: boolean): SingleSignOn {
  return { after, as, movesToken };
}
