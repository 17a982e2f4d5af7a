/** Who has an account at this moment, in the order in which listings name them. */
import type { Person } from '../organisation.ts';
import type { World } from '../world.ts';
import { badRequest } from './refusal.ts';

/** Lists people; the list is made anew only when a person joins or leaves. */
export class People {
  readonly #world: World;
  readonly #byMembership = new Map<string, readonly Person[]>();
  /** Moments at which an account begins or ends. */
  readonly #turns: readonly number[];
  #active: readonly Person[] = [];
  #goodUntil = -Infinity;

  constructor(world: World) {
    this.#world = world;
    const turns = world.organisation.people.flatMap(({ activeFrom, activeTo }) => [activeFrom, activeTo]);
    this.#turns = [...new Set(turns.filter(Number.isFinite))].sort((a, b) => a - b);
  }

  /** A person whose account exists, or existed. */
  find(id: string): Person | undefined {
    return this.#world.find(id);
  }

  /** Everyone in this state, which is `active` where none is named. */
  inState(state: string | null): readonly Person[] {
    switch (state) {
      case null:
      case '':
      case 'active':
        return this.#allActive();
      case 'inactive':
        return this.#world.organisation.people.filter((person) => person.activeTo <= this.#world.now());
      case 'deleted':
        return [];
      case 'any':
        return this.#world.organisation.people.filter((person) => person.activeFrom <= this.#world.now());
      default:
        throw badRequest(`state must not be ${state}`);
    }
  }

  isIn(person: Person, state: string | null): boolean {
    if (state === 'any') return true;
    if (state === 'deleted') return false;
    return this.#world.isActive(person) === (state !== 'inactive');
  }

  /** The active ones of those whom `belongs` picks; what it picks must never change for one `key`. */
  members(key: string, belongs: (person: Person) => boolean): readonly Person[] {
    const known = this.#byMembership.get(key) ?? this.#world.organisation.people.filter(belongs);
    this.#byMembership.set(key, known);
    return known.filter((person) => this.#world.isActive(person));
  }

  #allActive(): readonly Person[] {
    const now = this.#world.now();
    if (now < this.#goodUntil) return this.#active;
    this.#active = this.#world.organisation.people.filter((person) => this.#world.isActive(person));
    this.#goodUntil = this.#turns.find((turn) => turn > now) ?? Infinity;
    return this.#active;
  }
}
