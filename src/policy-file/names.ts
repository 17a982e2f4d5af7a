/** The names a policy uses, and what they stand for on the platform. */
import type { Named } from '../domain/policy/named.ts';
import type { SystemPresence } from '../domain/agent.ts';
import { isId, normaliseName } from '../domain/name.ts';
import { NAME_KINDS, type ListedLabels, type NameKind } from '../domain/policy/policy.ts';
import type { Draft } from './draft.ts';
import type { FaultList } from './faults.ts';
import type { MatchText, WhenText } from './schema.ts';
import type { Path, Source } from './source.ts';
import { isWildcard, wildcard } from './wildcard.ts';

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

/** The names that must be read before the policy, and the one before it, can be resolved. */
export function namesNeeded({ content, before }: Draft): NamesNeeded {
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
  for (const { exempt, profiles } of before === undefined ? [content] : [content, before.content]) {
    exempt.forEach(collect);
    for (const { match, rules } of profiles) {
      collect(match);
      for (const { when } of rules) collect(when);
    }
  }
  return Object.fromEntries(NAME_KINDS.map((kind) => [kind, [...found[kind]]])) as Record<NameKind, string[]>;
}

interface Index {
  readonly ids: ReadonlyMap<string, string>;
  readonly byName: ReadonlyMap<string, readonly string[]>;
  readonly byOwnName: ReadonlyMap<string, readonly string[]>;
  readonly all: readonly Named[];
}

function indexOf(all: readonly Named[]): Index {
  const ids = new Map<string, string>();
  const byName = new Map<string, string[]>();
  const byOwnName = new Map<string, string[]>();
  for (const { id, names, ownNames = [] } of all) {
    ids.set(normaliseName(id), id);
    addTo(byName, names, id);
    // A display name may look like an id: it never stands for one.
    addTo(
      byOwnName,
      ownNames.filter((name) => !isId(name)),
      id,
    );
  }
  return { ids, byName, byOwnName, all };
}

/**
 * Whether a list hides what one of these texts stands for: none of its entries is called so, or a wildcard could fit more of them,
 * and of an entry that came damaged it cannot be told what it is called.
 */
export function mayHide(list: readonly Named[], texts: readonly string[]): boolean {
  const isDamaged = ({ id, names, builtIn }: Named): boolean =>
    id === '' || (names.length === 0 && builtIn !== true);
  if (!list.some(isDamaged)) return false;
  const index = indexOf(list);
  return texts.some((text) => isWildcard(text) || candidates(index, text).length === 0);
}

function addTo(index: Map<string, string[]>, names: readonly string[], id: string): void {
  for (const name of new Set(names.map(normaliseName))) {
    const same = index.get(name);
    if (same === undefined) index.set(name, [id]);
    else same.push(id);
  }
}

/** Under which a name's ids are remembered. */
export function nameKey(kind: NameKind, name: string): string {
  return `${kind}:${normaliseName(name)}`;
}

/** Ids by `nameKey`: what a name stands for, or stood for. */
export type NameIds = ReadonlyMap<string, readonly string[]>;

/** Says what names stand for. */
export interface Book {
  /** The ids that an entry of the policy stands for. */
  resolve(kind: NameKind, name: string, path: Path): readonly string[];
  /** Whether there is a list of this kind to look names up in. */
  knows(kind: NameKind): boolean;
  /** Whether a user is found by a display name alone; `undefined` where there is no list of users to tell. */
  isOwnName(name: string): boolean | undefined;
  /** The system presence of a presence definition, where that is known. */
  systemOf(definitionId: string): SystemPresence | undefined;
}

/**
 * Says what names stood for once; one that is not remembered stands for itself. With `former`, a name stands for the ids in there,
 * and where it protects for those in `ids` as well: names that moved one after the other stood for any mix of both.
 */
export function rememberedBook(ids: NameIds, former: NameIds = new Map()): Book {
  return {
    resolve: (kind, name, path) => {
      const key = nameKey(kind, name);
      const [is, was] = [ids.get(key) ?? [name], former.get(key)];
      if (was === undefined) return is;
      return protects(path) ? [...new Set([...was, ...is])] : was;
    },
    knows: () => false,
    isOwnName: () => false,
    systemOf: () => undefined,
  };
}

/** Whether agents who fit what stands at this place of the policy are left alone: it may then rather fit too many. */
export function protects(path: Path): boolean {
  return path[0] === 'exempt' && !path.includes('not');
}

/** Resolves names one by one and gathers what went wrong. */
export class NameBook implements Book {
  /** Ids to remember in case a name is deleted later. */
  readonly resolvedIds = new Map<string, readonly string[]>();
  /** All ids of names that stood for one of them before, and may stand for any of them now. */
  readonly doubled = new Map<string, readonly string[]>();
  readonly #names: Names | undefined;
  readonly #known: NameIds;
  readonly #source: Source;
  readonly #faults: FaultList;
  readonly #warn: (path: Path, sentence: string) => void;
  readonly #indexes = new Map<NameKind, Index>();

  constructor(
    names: Names | undefined,
    known: NameIds,
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
    const isPattern = kind === 'queues' && isWildcard(name);
    const ids = isPattern ? matching(index, name) : candidates(index, name);
    const key = nameKey(kind, name);
    if (ids.length === 1 || (ids.length > 1 && (isPattern || this.#meansAll(kind, ids, path)))) {
      this.resolvedIds.set(key, ids);
      return ids;
    }
    const stored = this.#known.get(key);
    if (stored === undefined || !(ids.length === 0 || stored.some((id) => ids.includes(id)))) {
      this.#refuse(kind, name, path, ids, index);
      return [];
    }
    return this.#standIn(kind, name, path, ids, stored);
  }

  /**
   * The ids of before, for a name that is gone, or that names several things now. Then each of these protects, but for agents
   * who took the display name of another agent.
   */
  #standIn(
    kind: NameKind,
    name: string,
    path: Path,
    ids: readonly string[],
    stored: readonly string[],
  ): readonly string[] {
    const key = nameKey(kind, name);
    const isDoubled = ids.length > 0 && !(kind === 'users' && this.isOwnName(name) === true);
    if (isDoubled) this.doubled.set(key, ids);
    const what = ids.length === 0 ? 'is gone from the platform' : 'names several now';
    const more = isDoubled ? ', and the others protect until the policy changes' : '';
    const sentence = `the ${SINGULAR[kind]} ${this.#source.showName(path)} ${what}; the id it had before is used${more}`;
    this.#warn(path, sentence);
    this.resolvedIds.set(key, stored);
    return stored;
  }

  /**
   * A label that exists in several divisions means all of them. Where the same word labels different system presences, an
   * exemption still means all, and a rule has to say which.
   */
  #meansAll(kind: NameKind, ids: readonly string[], path: Path): boolean {
    if (kind !== 'presences') return false;
    return protects(path) || new Set(ids.map((id) => this.systemOf(id))).size === 1;
  }

  isOwnName(name: string): boolean | undefined {
    const index = this.#index('users');
    const form = normaliseName(name);
    return index && !index.ids.has(form) && !index.byName.has(form) && index.byOwnName.has(form);
  }

  knows(kind: NameKind): boolean {
    return this.#names?.[kind] !== undefined;
  }

  systemOf(definitionId: string): SystemPresence | undefined {
    return this.#names?.presences?.find(({ id }) => id === definitionId)?.system;
  }

  /** The presence labels that the platform lists; `undefined` where the policy names none. */
  get labels(): ListedLabels | undefined {
    const list = this.#names?.presences;
    if (list === undefined) return undefined;
    const systems = new Map(list.map(({ id, system }) => [id, system]));
    // A label that is gone from the list is known all the same while its id is used.
    for (const [key, ids] of this.resolvedIds)
      if (key.startsWith(nameKey('presences', ''))) for (const id of ids) systems.set(id, this.systemOf(id));
    const own = list.flatMap(({ id, system, builtIn }) =>
      system !== undefined && builtIn ? [[system, id] as const] : [],
    );
    return { systems, builtIn: new Map(own) };
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
  for (const { names, ownNames = [] } of all) {
    yield* names;
    yield* ownNames;
  }
}

function candidates({ ids, byName, byOwnName }: Index, name: string): readonly string[] {
  const form = normaliseName(name);
  const id = ids.get(form);
  return id === undefined ? (byName.get(form) ?? byOwnName.get(form) ?? []) : [id];
}

function matching({ all }: Index, name: string): readonly string[] {
  const pattern = wildcard(name);
  return all.filter(({ names }) => names.some((one) => pattern.test(normaliseName(one)))).map(({ id }) => id);
}
