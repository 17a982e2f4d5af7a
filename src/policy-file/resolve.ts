/** From a draft with names to the policy with ids that the judge uses. */
import { NAME_KINDS, type Policy } from '../domain/policy/policy.ts';
import type { Instant } from '../domain/time/time.ts';
import type { Draft } from './draft.ts';
import { FaultList } from './faults.ts';
import { NameBook, namesNeeded, rememberedBook, type NameIds, type Names } from './names.ts';
import { Resolver, whereIs } from './resolver.ts';
import { toBilling } from './schema-billing.ts';
import type { Path } from './source.ts';
import type { Reachable } from './unmatched.ts';

const BEFORE_LOST =
  'the policy that was in force before names what the platform does not have: agents whom the rollout has not reached are left alone';

/** A policy ready to judge by. */
export interface ResolvedPolicy {
  readonly policy: Policy;
  readonly warnings: readonly string[];
  /** The ids to store and to hand in as `known` next time. */
  readonly resolvedIds: NameIds;
  /** All ids of names that name several things now and stand for the id that they had before. */
  readonly doubled: NameIds;
  /** What should fit some agent of the organisation. */
  readonly reachable: Reachable;
}

/**
 * Resolves every name. `known` holds what earlier calls learnt: a name that has vanished since keeps its id, with a
 * warning. Without `names` every name stands for itself, which is good for looking at a policy but not for running
 * it. Throws `PolicyRefused` for names that never were, or are ambiguous.
 */
export function resolvePolicy(
  draft: Draft,
  names: Names | undefined,
  known: NameIds,
  now: Instant,
): ResolvedPolicy {
  const { source } = draft;
  const faults = new FaultList(source);
  const warnings: string[] = [];
  const warn = (path: Path, sentence: string): void => {
    if (!source.isAbsent(path)) warnings.push(`${whereIs(source, path)}: ${sentence}`);
  };
  const book = new NameBook(names, known, source, faults, warn);
  const resolver = new Resolver(book, faults, warn, draft);
  const policy = { ...policyBy(draft, resolver, now), labels: book.labels };
  faults.throwIfAny();
  const before = beforeIn(draft, names, known, book, now);
  if (before === undefined && draft.before !== undefined && areRead(names, draft.before))
    warnings.push(BEFORE_LOST);
  if (names === undefined && Object.values(namesNeeded(draft)).some((list) => list.length > 0)) {
    warnings.push('names were not checked against the platform');
  }
  const whole = before === undefined ? policy : { ...policy, before };
  return {
    policy: whole,
    warnings,
    resolvedIds: book.resolvedIds,
    doubled: book.doubled,
    reachable: resolver,
  };
}

/** The policy with ids that are remembered, or, with `former`, with those that names had before; see `rememberedBook`. */
export function resolveRemembered(draft: Draft, ids: NameIds, now: Instant, former?: NameIds): Policy {
  const resolver = new Resolver(
    rememberedBook(ids, former),
    new FaultList(draft.source),
    () => undefined,
    draft,
  );
  const policy = policyBy(draft, resolver, now);
  if (draft.before === undefined) return policy;
  return { ...policy, before: resolveRemembered(draft.before, ids, now, former) };
}

/** The policy before this one, unless a name of it can no longer be resolved: its ids are remembered with the others. */
function beforeIn(
  { before: draft }: Draft,
  names: Names | undefined,
  known: NameIds,
  { resolvedIds, doubled }: NameBook,
  now: Instant,
): Policy | undefined {
  if (draft === undefined || !areRead(names, draft)) return undefined;
  const faults = new FaultList(draft.source);
  const book = new NameBook(names, known, draft.source, faults, () => undefined);
  const policy = policyBy(draft, new Resolver(book, faults, () => undefined, draft), now);
  if (faults.any) return undefined;
  for (const [key, ids] of book.resolvedIds) if (!resolvedIds.has(key)) resolvedIds.set(key, ids);
  for (const [key, ids] of book.doubled) if (!doubled.has(key)) doubled.set(key, ids);
  return policy;
}

function areRead(names: Names | undefined, draft: Draft): boolean {
  const needed = namesNeeded(draft);
  return (
    names === undefined || NAME_KINDS.every((kind) => needed[kind].length === 0 || names[kind] !== undefined)
  );
}

function policyBy({ hash, content }: Draft, resolver: Resolver, now: Instant): Policy {
  return {
    hash,
    mode: content.mode,
    exempt: content.exempt.flatMap((entry, i) => resolver.exemption(entry, ['exempt', i], now)),
    profiles: content.profiles.map((profile, i) =>
      resolver.profile(profile, content.returns, ['profiles', i]),
    ),
    caps: toCaps(content.caps),
    ...(content.stay && { stay: { length: content.stay.for, perDay: content.stay.per_day } }),
    ...(content.rollout && { rollout: content.rollout }),
    ...(content.billing && { billing: toBilling(content.billing) }),
  };
}

function toCaps(caps: Draft['content']['caps']): Policy['caps'] {
  return {
    perSweep: caps.per_sweep,
    perHour: caps.per_hour,
    breaker: { atLeast: caps.breaker.at_least, share: caps.breaker.share, hold: caps.breaker.hold },
    settle: caps.settle,
    engagedTooLong: caps.engaged_too_long,
  };
}
