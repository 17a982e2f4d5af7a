/**
 * What the names of a policy stood for, over restarts: their ids for the day on which a name vanishes, and the ids that a
 * name has lost since the policy came into force, which protect until the policy changes.
 */
import { normaliseName } from '../domain/name.ts';
import { NAME_KINDS, type Policy } from '../domain/policy/policy.ts';
import type { Instant } from '../domain/time/time.ts';
import type { Draft } from './draft.ts';
import { nameKey, type NameIds, type Names } from './names.ts';
import { resolvePolicy, resolveRemembered, type ResolvedPolicy } from './resolve.ts';

/** What is remembered of names, by `nameKey`. */
export interface RememberedNames {
  /** The hash of the policy that was resolved last. */
  readonly policy: string | undefined;
  readonly ids: NameIds;
  /** All ids of names that have lost one since that policy came into force, or have named several things since. */
  readonly former: NameIds;
}

/** A name that stands for another id than before. */
export interface MovedName {
  readonly name: string;
  readonly was: readonly string[];
  readonly is: readonly string[];
}

/** A policy with its names as they are now, and what is to be remembered of them. */
export interface ResolvedNames extends Omit<ResolvedPolicy, 'resolvedIds' | 'doubled'> {
  readonly remembered: RememberedNames;
  readonly moved: readonly MovedName[];
}

export const NOTHING_REMEMBERED: RememberedNames = { policy: undefined, ids: new Map(), former: new Map() };

/**
 * Resolves every name as `resolvePolicy` does. Where a name of the same policy stands for another id than before, the answer's
 * `former` is the policy as it was. Throws `PolicyRefused`.
 */
export function resolveNames(
  draft: Draft,
  names: Names | undefined,
  before: RememberedNames,
  now: Instant,
): ResolvedNames {
  const { policy, resolvedIds, doubled, ...more } = resolvePolicy(draft, names, before.ids, now);
  const isSame = before.policy === draft.hash;
  const moved = isSame ? movedNames(before.ids, resolvedIds) : [];
  const former = new Map(isSame ? before.former : []);
  const add = (name: string, ids: readonly string[]): unknown =>
    former.set(name, [...new Set([...(former.get(name) ?? []), ...ids])]);
  for (const { name, was } of moved) add(name, was);
  for (const [name, all] of doubled) add(name, all);
  const ids = new Map([...before.ids, ...resolvedIds]);
  const remembered = { policy: draft.hash, ids, former };
  return { ...more, policy: withFormer(policy, draft, remembered, now), remembered, moved };
}

/** The policy with the ids that are remembered; a name that is not remembered stands for itself. */
export function policyFromMemory(draft: Draft, remembered: RememberedNames, now: Instant): Policy {
  return withFormer(resolveRemembered(draft, remembered.ids, now), draft, remembered, now);
}

function withFormer(
  policy: Policy,
  draft: Draft,
  { policy: hash, ids, former }: RememberedNames,
  now: Instant,
): Policy {
  if (former.size === 0 || hash !== draft.hash) return policy;
  return { ...policy, former: resolveRemembered(draft, ids, now, former) };
}

/** A name that only stands for more than before, such as a wildcard, has not moved. */
function movedNames(before: NameIds, now: NameIds): readonly MovedName[] {
  return [...now].flatMap(([name, is]) => {
    const was = before.get(name);
    return was === undefined || was.every((id) => is.includes(id)) ? [] : [{ name, was, is }];
  });
}

const PREFIX = 'name:';
const FORMER_FACT = 'former_names';

/** Reads what `changedFacts` gave to be stored; what cannot be read is not remembered. */
export function rememberedFrom(facts: ReadonlyMap<string, string>): RememberedNames {
  const ids = new Map<string, readonly string[]>();
  for (const [fact, value] of facts) {
    const key = fact.startsWith(PREFIX) ? keyOf(fact.slice(PREFIX.length)) : undefined;
    const list = idsOf(value);
    if (key !== undefined && list.length > 0) ids.set(key, list);
  }
  const { policy, ids: lists } = formerOf(facts.get(FORMER_FACT));
  return { policy, ids, former: new Map(lists) };
}

/** The facts that are to be stored beside those that are. */
export function changedFacts(
  stored: ReadonlyMap<string, string>,
  { policy, ids, former }: RememberedNames,
): ReadonlyMap<string, string> {
  const facts = new Map([...ids].map(([key, list]) => [PREFIX + key, JSON.stringify(list)]));
  facts.set(FORMER_FACT, JSON.stringify({ policy, ids: [...former] }));
  return new Map([...facts].filter(([name, value]) => stored.get(name) !== value));
}

/** Keys of older versions may be in another form. */
function keyOf(text: string): string | undefined {
  const kind = NAME_KINDS.find((each) => text.startsWith(`${each}:`));
  return kind && nameKey(kind, normaliseName(text.slice(kind.length + 1)));
}

/** A list; older versions wrote ids with blanks between them. */
function idsOf(value: string): readonly string[] {
  if (!value.startsWith('[')) return value.split(' ').filter((id) => id !== '');
  const list = parsed(value);
  return isTexts(list) ? list : [];
}

interface Former {
  readonly policy: string | undefined;
  readonly ids: readonly (readonly [string, readonly string[]])[];
}

function formerOf(value: string | undefined): Former {
  const none: Former = { policy: undefined, ids: [] };
  const raw = value === undefined ? undefined : parsed(value);
  if (typeof raw !== 'object' || raw === null || !('policy' in raw) || !('ids' in raw)) return none;
  const { policy, ids } = raw;
  if (typeof policy !== 'string' || !Array.isArray(ids)) return none;
  return { policy, ids: ids.filter(isEntry) };
}

function isEntry(entry: unknown): entry is readonly [string, readonly string[]] {
  return Array.isArray(entry) && entry.length === 2 && typeof entry[0] === 'string' && isTexts(entry[1]);
}

function isTexts(list: unknown): list is readonly string[] {
  return Array.isArray(list) && list.every((one) => typeof one === 'string');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
