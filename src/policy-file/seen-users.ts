/** The users that a policy names one by one, as the sweeps see them: looking them up costs no request. */
import { normaliseName } from '../domain/name.ts';
import type { Named } from '../domain/policy/named.ts';

/** What of a user is compared with the policy's entries. */
export interface User {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly username: string;
}

/** Keeps the users that one of the wanted texts may mean. Mutable; one for each policy. */
export class SeenUsers {
  readonly #wanted: ReadonlySet<string>;
  #seen = new Map<string, Named>();
  #list: readonly Named[];
  #key: string;

  /** `texts` are the entries; `all` are the users of the organisation as they were listed before. */
  constructor(texts: readonly string[], all: readonly Named[]) {
    this.#wanted = new Set(texts.map(normaliseName));
    this.#list = all.filter(({ id, names, ownNames = [] }) => this.#isWanted([id, ...names, ...ownNames]));
    this.#key = keyOf(this.#list);
  }

  /** Those of the last listing that was whole. */
  get list(): readonly Named[] {
    return this.#list;
  }

  /** A listing of everyone begins. */
  begin(): void {
    this.#seen = new Map();
  }

  /** A user of the listing. */
  see({ id, name, email, username }: User): void {
    if (this.#wanted.size === 0) return;
    if (!this.#isWanted(username === email ? [id, email, name] : [id, email, username, name])) return;
    this.#seen.set(id, { id, names: [email, username], ownNames: [name] });
  }

  /** The listing is over and was whole. Answers whether it brought others than the one before. */
  end(): boolean {
    const list = [...this.#seen.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const key = keyOf(list);
    const changed = key !== this.#key;
    this.#list = list;
    this.#key = key;
    return changed;
  }

  #isWanted(names: readonly string[]): boolean {
    return names.some((name) => this.#wanted.has(normaliseName(name)));
  }
}

function keyOf(list: readonly Named[]): string {
  const sorted = list.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return JSON.stringify(
    sorted.map(({ id, names, ownNames = [] }) => [id, [...new Set(names)].sort(), [...ownNames]]),
  );
}
