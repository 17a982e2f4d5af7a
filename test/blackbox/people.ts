/**
 * The people of a small organisation, as its platform keeps them, and the truth about each: who is there, who has gone and
 * since when. Written from the platform's documentation alone and sharing nothing with `src/`, so that a misunderstanding
 * in there cannot hide in here as well. Time is real.
 */
import { randomUUID } from 'node:crypto';

/** Spelled as they are met in the wild: the platform is not of one mind. */
export const SPELLINGS = {
  Available: 'AVAILABLE',
  Away: 'Away',
  Busy: 'Busy',
  Meal: 'MEAL',
  Idle: 'Idle',
  Offline: 'Offline',
  OnQueue: 'On Queue',
  /** The organisation's own label, a kind of Busy. */
  Coaching: 'BUSY',
} as const;
export type Presence = keyof typeof SPELLINGS;
export type Routing = 'OFF_QUEUE' | 'IDLE' | 'INTERACTING' | 'NOT_RESPONDING' | 'COMMUNICATING';

/** What a browser does by itself when its user has been logged off. */
export interface SingleSignOn {
  /** From the log-off to the return, in ms. */
  readonly after: number;
  readonly as: 'former' | 'Available';
  readonly movesToken: boolean;
  /** It also puts the former presence back after a mere Offline, without a new login. */
  readonly reasserts?: boolean;
  /** The first return takes so long instead. */
  readonly firstAfter?: number;
  /** It gives up after so many returns. */
  readonly times?: number;
  /** The platform ends a session that a mere Offline left alone when its token is so old, in ms; the browser then comes back. */
  readonly idlesOut?: number;
}

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly group: string;
  presence: Presence;
  presenceSince: number;
  routing: Routing;
  routingSince: number;
  calls: number;
  emails: number;
  wrapUps: number;
  enterpriseCalls: number;
  tokenAt: number;
  /** The truth: since when nobody has sat there. Whoever is touched while this is `undefined` was disturbed. */
  goneSince: number | undefined;
  /** The shortest time for which somebody in this state must be left alone, in ms. */
  readonly limit: number;
  sso: SingleSignOn | undefined;
  forbidden: boolean;
  /** How long Offline takes to be seen after a request for it, in ms. */
  propagation: number;
  revocationWorks: boolean;
  /** A call comes in at the moment at which the agent is taken off the queue: a race that no program can win. */
  callSlipsIn: boolean;
  /** The presence that the browser would put back. */
  former: Presence;
  returns: number;
  /** Each instant at which the agent went Offline, and each at which they came back. */
  readonly wentAt: number[];
  readonly cameAt: number[];
  /** Each presence and since when, by the platform's clock. */
  readonly trail: { readonly at: number; readonly presence: Presence }[];
  /** Each time that single sign-on let a browser in. */
  readonly signIns: number[];
}

/** The address by which the platform knows a person. */
export function emailOf({ name }: Pick<Person, 'name'>): string {
  return `${name.replaceAll(/\W+/g, '.').toLowerCase()}@example.com`;
}

/** One request that wanted to change something. */
export interface Write {
  readonly at: number;
  readonly operation: 'offline' | 'presence' | 'off_queue' | 'revoke';
  readonly person: Person;
  /** Why it should not have been made, if so. */
  readonly disturbed: string | undefined;
}

/** `Date` has whole seconds: whoever tells the platform's time by it may be wrong by so much at first. */
const WHOLE_SECONDS = 1_000;

export class People {
  readonly all = new Map<string, Person>();
  readonly writes: Write[] = [];
  /** Shift of the whole platform's clock, in ms. */
  skew = 0;
  /** Told of each write before it takes effect. */
  onWrite: (write: Write) => void = () => undefined;
  /** Told of each change of a presence, after it. */
  onPresence: (person: Person) => void = () => undefined;
  readonly #timers = new Set<NodeJS.Timeout>();

  now(): number {
    return Date.now() + this.skew;
  }

  /** Does something later, unless everything has ended by then; at once where the moment has passed on a machine under load. */
  later(after: number, act: () => void): void {
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        act();
      },
      Math.max(0, after),
    );
    this.#timers.add(timer);
  }

  end(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  add(name: string, parts: Partial<Person> = {}): Person {
    const long = this.now() - 3_600_000;
    const presence = parts.presence ?? 'Available';
    const person: Person = {
      id: randomUUID(),
      name,
      group: 'g-agents',
      presence,
      presenceSince: long,
      routing: 'OFF_QUEUE',
      routingSince: long,
      calls: 0,
      emails: 0,
      wrapUps: 0,
      enterpriseCalls: 0,
      tokenAt: long,
      goneSince: undefined,
      limit: 0,
      sso: undefined,
      forbidden: false,
      propagation: 0,
      revocationWorks: true,
      callSlipsIn: false,
      former: presence,
      returns: 0,
      wentAt: [],
      cameAt: [],
      trail: [{ at: parts.presenceSince ?? long, presence }],
      signIns: [],
      ...parts,
    };
    this.all.set(person.id, person);
    return person;
  }

  setPresence(person: Person, presence: Presence): void {
    const now = this.now();
    const was = person.presence;
    person.presence = presence;
    person.presenceSince = now;
    person.trail.push({ at: now, presence });
    if (presence !== 'Offline') person.former = presence;
    if (presence === 'Offline' && was !== 'Offline') person.wentAt.push(Date.now());
    if (presence !== 'Offline' && was === 'Offline') person.cameAt.push(Date.now());
    if (presence === 'OnQueue' && person.routing === 'OFF_QUEUE') this.setRouting(person, 'IDLE');
    const waits = person.routing === 'IDLE' || person.routing === 'NOT_RESPONDING';
    if (presence !== 'OnQueue' && waits) this.setRouting(person, 'OFF_QUEUE');
    this.onPresence(person);
  }

  setRouting(person: Person, routing: Routing): void {
    person.routing = routing;
    person.routingSince = this.now();
  }

  startCall(person: Person): void {
    person.calls += 1;
    if (person.routing !== 'OFF_QUEUE') this.setRouting(person, 'INTERACTING');
  }

  endCall(person: Person): void {
    person.calls -= 1;
    if (person.routing === 'INTERACTING')
      this.setRouting(person, person.presence === 'OnQueue' ? 'IDLE' : 'OFF_QUEUE');
  }

  /** The person is at the desk again, and shows it by a presence that no browser sets by itself. */
  sitDown(person: Person, presence: Presence): void {
    person.goneSince = undefined;
    if (person.presence === 'Offline') {
      person.tokenAt = this.now();
      person.signIns.push(person.tokenAt);
    }
    this.setPresence(person, presence);
  }

  /** The platform's own timeout for inactivity. The browser, if there is one, comes back as after any log-off. */
  timeOut(person: Person): void {
    if (person.presence !== 'Offline') this.goOffline(person, true);
  }

  get disturbed(): readonly string[] {
    return this.writes.flatMap(({ disturbed, operation, person }) =>
      disturbed === undefined ? [] : [`${operation} ${person.name}: ${disturbed}`],
    );
  }

  note(operation: Write['operation'], person: Person): void {
    const write = { at: Date.now(), operation, person, disturbed: this.#wrong(operation, person) };
    this.writes.push(write);
    this.onWrite(write);
  }

  #wrong(operation: Write['operation'], person: Person): string | undefined {
    // Putting back what was disturbed is not a disturbance of its own.
    if (operation === 'presence') return undefined;
    if (person.calls + person.emails + person.wrapUps + person.enterpriseCalls > 0)
      return 'in a conversation';
    if (person.routing === 'INTERACTING' || person.routing === 'COMMUNICATING') return person.routing;
    if (person.goneSince === undefined) return 'is at work';
    const gone = this.now() - person.goneSince;
    return gone < person.limit - WHOLE_SECONDS ? `gone for ${gone} ms only` : undefined;
  }

  /** Offline, and the reaction of the browser. */
  goOffline(person: Person, tokensGone: boolean): void {
    const former = person.presence === 'Offline' ? person.former : person.presence;
    if (person.presence !== 'Offline') {
      if (person.propagation === 0) this.setPresence(person, 'Offline');
      else
        this.later(person.propagation, () => {
          this.#goLate(person);
        });
    }
    const { sso } = person;
    if (sso === undefined || person.goneSince === undefined) return;
    if (!tokensGone && sso.reasserts !== true) {
      this.#idleOut(person, sso, former);
      return;
    }
    if (sso.times !== undefined && person.returns >= sso.times) return;
    const after = person.returns === 0 ? (sso.firstAfter ?? sso.after) : sso.after;
    person.returns += 1;
    this.later(person.propagation + after, () => {
      this.#comeBack(person, sso, former, tokensGone);
    });
  }

  #idleOut(person: Person, sso: SingleSignOn, former: Presence): void {
    const { tokenAt } = person;
    if (sso.idlesOut === undefined) return;
    this.later(tokenAt + sso.idlesOut + sso.after - this.now(), () => {
      if (person.tokenAt === tokenAt) this.#comeBack(person, sso, former, true);
    });
  }

  #goLate(person: Person): void {
    if (person.presence !== 'Offline') this.setPresence(person, 'Offline');
  }

  #comeBack(person: Person, sso: SingleSignOn, former: Presence, tokensGone: boolean): void {
    if (person.goneSince === undefined) return;
    if (tokensGone) person.signIns.push(this.now());
    if (tokensGone && sso.movesToken) person.tokenAt = this.now();
    if (person.presence !== 'Offline') return;
    this.setPresence(person, tokensGone && sso.as === 'Available' ? 'Available' : former);
  }
}
