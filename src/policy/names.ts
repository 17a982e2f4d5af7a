/** The names a policy uses, and what they stand for on the platform. */
import type { SystemPresence } from '../domain/agent.ts';
import type { Draft } from './draft.ts';
import type { FaultList } from './faults.ts';
import type { MatchText, WhenText } from './schema.ts';
import type { Path, Source } from './source.ts';
import { isWildcard, wildcard } from './wildcard.ts';

export const NAME_KINDS = ['users', 'groups', 'roles', 'divisions', 'queues', 'teams', 'presences'] as const;
export type NameKind = (typeof NAME_KINDS)[number];

/** One thing that a policy may name, by id or by any of its names. */
export interface Named {
  readonly id: string;
  readonly names: readonly string[];
  /** For presence definitions: the system presence they belong to. */
  readonly system?: SystemPresence;
}

/** What the organisation has. Of `users` the list may be left out: their names are then compared when judging. */
export type Names = Readonly<Partial<Record<NameKind, readonly Named[]>>>;

/** The names used, by kind; an empty list means that the platform need not be asked. Patterns of users are left out. */
export type NamesNeeded = Readonly<Record<NameKind, readonly string[]>>;

const SINGULAR: Readonly<Record<NameKind, string>> = {
  users: 'user',
  groups: 'group',
  roles: 'role',
  divisions: 'division',
  queues: 'queue',
  teams: 'team',
  presences: 'presence label',
};

/** The names that must be read before the policy can be resolved. */
export function namesNeeded({ content }: Draft): NamesNeeded {
  const found: Record<NameKind, Set<string>> = {
    users: new Set(),
    groups: new Set(),
    roles: new Set(),
    divisions: new Set(),
    queues: new Set(),
    teams: new Set(),
    presences: new Set(),
  };
  const collect = (block: (MatchText & WhenText) | undefined): void => {
    if (block === undefined) return;
    for (const kind of NAME_KINDS) {
      for (const name of (kind === 'presences' ? block.secondary_presence : block[kind]) ?? []) {
        if (kind !== 'users' || !isWildcard(name)) found[kind].add(name);
      }
    }
    collect(block.not);
  };
  content.exempt.forEach(collect);
  for (const { match, rules } of content.profiles) {
    collect(match);
    for (const { when } of rules) collect(when);
  }
  return Object.fromEntries(NAME_KINDS.map((kind) => [kind, [...found[kind]]])) as Record<NameKind, string[]>;
}

interface Index {
  readonly ids: ReadonlyMap<string, string>;
  readonly byName: ReadonlyMap<string, readonly string[]>;
  readonly all: readonly Named[];
}

function indexOf(all: readonly Named[]): Index {
  const ids = new Map<string, string>();
  const byName = new Map<string, string[]>();
  for (const { id, names } of all) {
    ids.set(fold(id), id);
    for (const name of new Set(names.map(fold))) {
      const same = byName.get(name);
      if (same === undefined) byName.set(name, [id]);
      else same.push(id);
    }
  }
  return { ids, byName, all };
}

function fold(name: string): string {
  return name.trim().toLowerCase();
}

/** Resolves names one by one and gathers what went wrong. */
export class NameBook {
  /** What is to be kept for the day on which a name vanishes. */
  readonly learnt = new Map<string, string>();
  readonly #names: Names | undefined;
  readonly #known: ReadonlyMap<string, string>;
  readonly #source: Source;
  readonly #faults: FaultList;
  readonly #warn: (path: Path, sentence: string) => void;
  readonly #indexes = new Map<NameKind, Index>();

  constructor(
    names: Names | undefined,
    known: ReadonlyMap<string, string>,
    source: Source,
    faults: FaultList,
    warn: (path: Path, sentence: string) => void,
  ) {
    this.#names = names;
    this.#known = known;
    this.#source = source;
    this.#faults = faults;
    this.#warn = warn;
  }

  /** The ids that an entry of the policy stands for. A name that is not to be had adds a fault and stands for none. */
  resolve(kind: NameKind, name: string, path: Path): readonly string[] {
    const index = this.#index(kind);
    if (index === undefined) return [name];
    const many = kind === 'queues' && isWildcard(name);
    const ids = many ? matching(index, name) : candidates(index, name);
    const key = `${kind}:${fold(name)}`;
    if (ids.length === 1 || (many && ids.length > 0)) {
      this.learnt.set(key, ids.join(' '));
      return ids;
    }
    const stored = this.#known.get(key)?.split(' ');
    if (stored === undefined || !(ids.length === 0 || stored.some((id) => ids.includes(id)))) {
      this.#refuse(kind, name, path, ids, index);
      return [];
    }
    const what = ids.length === 0 ? 'is gone from the platform' : 'names several now';
    this.#warn(
      path,
      `the ${SINGULAR[kind]} ${this.#source.showName(path)} ${what}; the id it had before is used`,
    );
    this.learnt.set(key, stored.join(' '));
    return stored;
  }

  /** Whether there is a list of this kind to look names up in. */
  knows(kind: NameKind): boolean {
    return this.#names?.[kind] !== undefined;
  }

  /** The system presence of a presence definition, where that is known. */
  systemOf(definitionId: string): SystemPresence | undefined {
    return this.#names?.presences?.find(({ id }) => id === definitionId)?.system;
  }

  #index(kind: NameKind): Index | undefined {
    if (this.#names === undefined) return undefined;
    const all = this.#names[kind];
    if (all === undefined) {
      if (kind === 'users') return undefined;
      throw new TypeError(`the policy names ${kind}, but the list of ${kind} was not read`);
    }
    const index = this.#indexes.get(kind) ?? indexOf(all);
    this.#indexes.set(kind, index);
    return index;
  }

  #refuse(kind: NameKind, name: string, path: Path, ids: readonly string[], { all }: Index): void {
    if (ids.length > 1) {
      const some = ids.slice(0, 10).join(', ') + (ids.length > 10 ? ', …' : '');
      const sentence = `${this.#source.showName(path)} names ${ids.length} ${kind}: write the id of the right one (${some})`;
      this.#faults.add(path, sentence);
      return;
    }
    if (kind === 'queues' && isWildcard(name)) {
      this.#faults.add(path, '{value} fits no queue');
      return;
    }
    // Names that the organisation does not have may be anything, and are not quoted but for slips of those that it has.
    const known = (): Iterable<string> => allNames(all);
    this.#faults.add(path, `{value} is no ${SINGULAR[kind]} of the organisation`, { known });
  }
}

function* allNames(all: readonly Named[]): Iterable<string> {
  for (const { names } of all) yield* names;
}

function candidates({ ids, byName }: Index, name: string): readonly string[] {
  const id = ids.get(fold(name));
  return id === undefined ? (byName.get(fold(name)) ?? []) : [id];
}

function matching({ all }: Index, name: string): readonly string[] {
  const pattern = wildcard(name.trim());
  return all.filter(({ names }) => names.some((one) => pattern.test(one))).map(({ id }) => id);
}
