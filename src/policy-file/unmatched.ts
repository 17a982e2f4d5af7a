/**
 * Finds the exemptions, profiles and entries of a policy that fit no agent of the organisation. Such an entry is probably a slip,
 * and the agents that it was to protect are not protected.
 */
import type { Agent } from '../domain/agent.ts';
import { profileOf } from '../domain/judging/judge.ts';
import { normaliseName } from '../domain/name.ts';
import { EVERYONE } from '../domain/policy/policy.ts';
import type { Matcher, NameKind, Policy, UserPatterns } from '../domain/policy/policy.ts';
import { matches } from '../domain/policy/when.ts';
import { counted } from '../texts/counted.ts';

type PeopleKind = Exclude<NameKind, 'presences'>;

/** One entry of a list of people. */
export interface NamedEntry {
  /** Place and path, as a warning begins. */
  readonly where: string;
  /** As it may be shown. */
  readonly shown: string;
  readonly kind: PeopleKind;
  readonly ids: readonly string[];
  /** A wildcard of users, which has no ids. */
  readonly users?: UserPatterns | undefined;
}

/** An exemption or a profile as a whole. */
export interface NamedWhole {
  readonly where: string;
  readonly kind: 'exemption' | 'profile';
  /** Any of these. */
  readonly matchers: readonly Matcher[];
  /** Of a profile. */
  readonly name?: string;
}

/** All that should fit at least one agent. */
export interface Reachable {
  readonly entries: readonly NamedEntry[];
  readonly wholes: readonly NamedWhole[];
}

/** What a reading lacks, by the kinds of names that cannot be told from it then. */
const LACKED: Readonly<Record<string, PeopleKind>> = {
  groups: 'groups',
  roles: 'roles',
  queues: 'queues',
  teams: 'teams',
  division: 'divisions',
  identity: 'users',
};

/** More warnings than this are counted, not listed. */
const TOLD = 20;

/** Asked of one listing of everyone. Mutable. */
export class Reach {
  readonly #policy: Policy;
  readonly #entries = new Set<NamedEntry>();
  readonly #byId = new Map<string, NamedEntry[]>();
  readonly #wildcards = new Set<NamedEntry>();
  readonly #wholes: Set<NamedWhole>;
  /** Profiles that fit an agent, and have none yet. */
  readonly #shadowed = new Map<string, NamedWhole>();
  readonly #unsure = new Set<PeopleKind>();

  constructor({ entries, wholes }: Reachable, policy: Policy) {
    this.#policy = policy;
    this.#wholes = new Set(wholes);
    for (const whole of wholes) if (whole.name !== undefined) this.#shadowed.set(whole.name, whole);
    for (const entry of entries) {
      this.#entries.add(entry);
      if (entry.users !== undefined) this.#wildcards.add(entry);
      for (const id of entry.ids) {
        const key = `${entry.kind}:${normaliseName(id)}`;
        this.#byId.set(key, [...(this.#byId.get(key) ?? []), entry]);
      }
    }
  }

  /** One agent of the listing, and the parts that their reading lacks. */
  see(agent: Agent, missing: readonly string[]): void {
    for (const part of missing) {
      const kind = LACKED[part];
      if (kind !== undefined) this.#unsure.add(kind);
    }
    if (this.#byId.size > 0) this.#seeIds(agent);
    for (const entry of this.#wildcards)
      if (entry.users !== undefined && matches({ ...EVERYONE, users: entry.users }, agent))
        this.#found(entry);
    for (const whole of this.#wholes)
      if (whole.matchers.some((matcher) => matches(matcher, agent))) this.#wholes.delete(whole);
    if (this.#shadowed.size > 0) this.#shadowed.delete(profileOf(agent, this.#policy)?.name ?? '');
  }

  #seeIds({ id, groups, roles, queues, teams, divisionId }: Agent): void {
    const ids = { users: [id], groups, roles, queues, teams, divisions: [divisionId] };
    for (const [kind, list] of Object.entries(ids)) {
      for (const each of list) {
        const key = `${kind}:${normaliseName(each)}`;
        for (const entry of this.#byId.get(key) ?? []) this.#found(entry);
        this.#byId.delete(key);
      }
    }
  }

  #found(entry: NamedEntry): void {
    this.#entries.delete(entry);
    this.#wildcards.delete(entry);
  }

  /** What fits no agent, once everyone has been seen; nothing is said of what could not be told. */
  warnings(): readonly string[] {
    const entries = [...this.#entries].filter(({ kind }) => !this.#unsure.has(kind));
    const wholes = [...this.#wholes].filter(({ matchers }) => this.#isSure(matchers));
    const shadowed = [...this.#shadowed.values()].filter(
      (whole) => !this.#wholes.has(whole) && this.#unsure.size === 0,
    );
    const lines = [
      ...wholes.map(({ where, kind }) => `${where}: no agent fits this ${kind}`),
      ...shadowed.map(({ where }) => `${where}: every agent who fits this profile has an earlier one`),
      ...entries.map(({ where, shown }) => `${where}: no agent fits ${shown}`),
    ];
    const more = lines.length - TOLD;
    return [
      ...lines.slice(0, TOLD),
      ...(more > 0 ? [`… and ${counted(more, 'more entry', 'more entries')} that no agent fits`] : []),
      ...this.#untold(),
    ];
  }

  #untold(): readonly string[] {
    const kinds = [...this.#unsure].filter((kind) => [...this.#entries].some((entry) => entry.kind === kind));
    if (kinds.length === 0) return [];
    const what = 'for some entries it could not be told whether an agent fits them';
    return [`${what}: readings lack ${kinds.join(', ')}`];
  }

  #isSure(matchers: readonly Matcher[]): boolean {
    const asks = (matcher: Matcher, kind: PeopleKind): boolean =>
      matcher[kind] !== undefined || (matcher.not !== undefined && asks(matcher.not, kind));
    return ![...this.#unsure].some((kind) => matchers.some((matcher) => asks(matcher, kind)));
  }
}
