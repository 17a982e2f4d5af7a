/**
 * The names of the policy in force, and what they stand for on the platform: looked up at the start, every ten sweeps, and
 * before log-offs. What a name stood for before goes on protecting until the policy changes.
 */
import type { NameKind, Policy } from '../domain/policy/policy.ts';
import { SECOND, type Duration, type Instant } from '../domain/time/time.ts';
import type { Directory } from '../ports/agents.ts';
import type { Log } from '../ports/log.ts';
import type { NameLookups } from '../ports/names.ts';
import type { Store } from '../ports/store.ts';
import type { Platform } from '../genesys/platform.ts';
import type { Draft, LoadedPolicy } from '../policy-file/draft.ts';
import { faultLine, PolicyRefused } from '../policy-file/faults.ts';
import { NAME_KINDS } from '../domain/policy/policy.ts';
import { mayHide, namesNeeded, type Names } from '../policy-file/names.ts';
import type { Named } from '../domain/policy/named.ts';
import { needsOf } from '../policy-file/needs.ts';
import {
  changedFacts,
  rememberedFrom,
  resolveNames,
  type RememberedNames,
  type ResolvedNames,
} from '../policy-file/remembered-names.ts';
import { Reach, type Reachable } from '../policy-file/unmatched.ts';
import { SeenUsers } from '../policy-file/seen-users.ts';
import { withBefore } from '../policy-file/before.ts';
import type { KeptPolicy, PolicyMark } from '../domain/rollout/rollout.ts';
import { keptPoliciesIn } from '../store/rollout-note.ts';

/** Names are looked up again after so many sweeps. */
const SWEEPS_BETWEEN = 10;
/** What was looked up this shortly before a sweep, such as at the start, need not be looked up in it. The clock may have been set since. */
const JUST_BEFORE: Duration = 30 * SECOND;

const DAMAGED =
  'an entry of the list came without its id or its name, and a name of the policy is not on the list';

export interface NamesParts {
  readonly platform: Pick<Platform, 'names' | 'setNeeds' | 'freshen'>;
  readonly store: Pick<Store, 'facts' | 'setFacts'>;
  readonly clock: { now(): Instant };
  readonly log: Log;
}

/** One policy with its names. */
interface InUse {
  readonly draft: Draft;
  readonly policy: Policy;
  readonly remembered: RememberedNames;
  /** As they were listed last; users only as far as the policy names them. */
  readonly lists: Names;
  readonly users: SeenUsers;
  readonly warnings: readonly string[];
  readonly reachable: Reachable;
  readonly unsure: ReadonlySet<NameKind>;
  /** When the names were last looked up, and when each kind was last read. */
  readonly lookedUpAt: Instant;
  readonly readAt: ReadonlyMap<NameKind, Instant>;
}

/** Owns what the names of the policy in force stand for. */
export class NamesInUse implements NameLookups {
  readonly #parts: NamesParts;
  /** Resolved, and perhaps not in force yet. */
  readonly #resolved = new WeakMap<Policy, InUse>();
  #inUse: InUse | undefined;
  /** What the store holds. */
  #stored: ReadonlyMap<string, string> = new Map();
  #sweepsSince = 0;
  #sweepBegan: Instant = 0;
  #sweepBeforeBegan: Instant = 0;
  #isFresh = false;
  #usersChanged = false;
  /** Whether exemptions and profiles, with these names, fit any agent has not been checked yet. */
  #isReachOpen = false;
  /** What the policy before judged by, where it was said that it cannot be had. */
  #missing: string | undefined;

  constructor(parts: NamesParts) {
    this.#parts = parts;
  }

  /** Resolves a policy that may come into force. Rejects with `PolicyRefused`, or with what the platform or the store do. */
  async resolve({ draft, warnings: own }: LoadedPolicy, signal: AbortSignal): Promise<Policy> {
    const { platform, store, clock, log } = this.#parts;
    const { users: all = [], ...lists } = await readNames(draft, platform, signal);
    const needed = namesNeeded(draft);
    const users = new SeenUsers(needed.users, all);
    const names = needed.users.length === 0 ? lists : { ...lists, users: all };
    this.#stored = await store.facts();
    const resolved = resolveNames(draft, names, rememberedFrom(this.#stored), clock.now());
    for (const warning of [...own, ...resolved.warnings]) log.warn({ warning }, 'the policy has a warning');
    this.#tellMoved(resolved.moved);
    const { policy } = resolved;
    const lookedUpAt = clock.now();
    const readAt = new Map(NAME_KINDS.map((kind) => [kind, lookedUpAt]));
    const unsure = new Set<NameKind>();
    this.#resolved.set(policy, { draft, ...resolved, lists, users, unsure, lookedUpAt, readAt });
    return policy;
  }

  /** From now on this policy, which `resolve` gave, is in force. Resolves when the store has its ids; does not reject. */
  async use(policy: Policy): Promise<void> {
    const inUse = this.#resolved.get(policy);
    if (inUse === undefined)
      throw new TypeError('a policy comes into force whose names were not resolved here');
    this.#inUse = inUse;
    this.#sweepsSince = 0;
    this.#usersChanged = false;
    this.#isReachOpen = true;
    this.#parts.platform.setNeeds(needsOf(policy));
    await this.#save(inUse);
  }

  /** What the store remembers holds again, for another worker may have written it; the lists are due with the next sweep. Rejects with `StoreError`. */
  async restart(): Promise<void> {
    this.#stored = await this.#parts.store.facts();
    if (this.#inUse === undefined) return;
    const inUse = { ...this.#inUse, remembered: rememberedFrom(this.#stored) };
    this.#takeUp(inUse, inUse.lists, inUse.unsure);
    this.#sweepsSince = SWEEPS_BETWEEN;
  }

  async latest(
    policy: Policy,
    occasion: 'sweep' | 'log_off',
    signal: AbortSignal,
    before?: PolicyMark,
  ): Promise<Policy> {
    if (this.#inUse?.policy.hash !== policy.hash) return policy;
    if (occasion === 'sweep') {
      if (this.#inUse.draft.before?.hash !== before?.judges) await this.#setBefore(this.#inUse, before);
      this.#sweepsSince += 1;
      this.#sweepBeforeBegan = this.#sweepBegan;
      this.#sweepBegan = this.#parts.clock.now();
      this.#isFresh = false;
    }
    const { lists, unsure } = this.#inUse;
    const isDue =
      occasion === 'sweep' ? unsure.size > 0 || this.#sweepsSince >= SWEEPS_BETWEEN : !this.#isFresh;
    if (isDue) await this.#lookUp(this.#inUse, occasion, signal);
    else if (this.#usersChanged) this.#takeUp(this.#inUse, lists, unsure);
    else return this.#inUse.policy;
    await this.#save(this.#inUse);
    return this.#inUse.policy;
  }

  /** Its names are looked up at once. Where it cannot be had, that is said once. */
  async #setBefore(inUse: InUse, mark: PolicyMark | undefined): Promise<void> {
    const { before: unused, ...own }: Draft = inUse.draft;
    const kept = mark && (await this.#kept(mark));
    const draft: Draft = mark === undefined ? own : withBefore(own, kept, mark.mode);
    const isMissing = mark !== undefined && draft.before === undefined;
    if (isMissing && this.#missing !== mark.judges)
      this.#parts.log.warn(
        { policy: inUse.policy.hash },
        'the policy that was in force before is not known here: agents whom the rollout has not reached are left alone',
      );
    this.#missing = isMissing ? mark.judges : undefined;
    if (draft.before === unused) return;
    const users = new SeenUsers(namesNeeded(draft).users, inUse.users.list);
    this.#inUse = { ...inUse, draft, users, lookedUpAt: 0 };
    this.#sweepsSince = SWEEPS_BETWEEN;
  }

  async #kept({ judges }: PolicyMark): Promise<KeptPolicy | undefined> {
    const facts = await this.#parts.store.facts().catch(() => new Map<string, string>());
    return keptPoliciesIn(facts).find((one) => one.judges === judges);
  }

  /** The same directory. Its listings also tell which users the policy names, and, once for these names, what fits no agent. */
  listening(directory: Directory): Directory {
    return {
      hands: directory.hands,
      sweep: async (onPage, signal) => {
        const { users, reachable, policy } = this.#inUse ?? {};
        users?.begin();
        const reach = this.#isReachOpen && policy && reachable ? new Reach(reachable, policy) : undefined;
        const summary = await directory.sweep((page) => {
          for (const { agent, observation } of page) {
            users?.see(agent);
            reach?.see(agent, observation.missing);
          }
          onPage(page);
        }, signal);
        if (!summary.complete) return summary;
        if (users?.end() === true) this.#usersChanged = true;
        if (reach !== undefined) this.#tellReach(reach);
        return summary;
      },
      reread: (ids, signal) => directory.reread(ids, signal),
      serverNow: () => directory.serverNow(),
      nativeTimeouts: () => directory.nativeTimeouts(),
    };
  }

  /** Reads the lists again, and before a log-off who is in which queue and team. */
  async #lookUp(inUse: InUse, occasion: 'sweep' | 'log_off', signal: AbortSignal): Promise<void> {
    this.#isFresh = occasion === 'log_off';
    const { unsure } = inUse;
    if (this.#sweepsSince > 0 && Math.abs(this.#sweepBegan - inUse.lookedUpAt) > JUST_BEFORE) {
      const { lists, failed } = await this.#read(inUse.draft, occasion, signal);
      if (signal.aborted) return;
      this.#sweepsSince = 0;
      const lookedUpAt = this.#parts.clock.now();
      const readAt = new Map(inUse.readAt);
      for (const kind of NAME_KINDS) if (lists[kind] !== undefined) readAt.set(kind, lookedUpAt);
      // What was read in the sweep before is not older than one sweep yet.
      const isOld = (at = 0): boolean => at < this.#sweepBeforeBegan || at > lookedUpAt;
      const old = [...failed.keys()].filter((kind) => isOld(readAt.get(kind)));
      this.#tellFailed(
        old.filter((kind) => !unsure.has(kind)),
        failed,
      );
      this.#takeUp({ ...inUse, lookedUpAt, readAt }, { ...inUse.lists, ...lists }, new Set(old));
    } else if (this.#usersChanged) this.#takeUp(inUse, inUse.lists, unsure);
    if (occasion !== 'log_off' && !unsure.has('queues') && !unsure.has('teams')) return;
    const unread = await this.#parts.platform.freshen(this.#sweepBegan, signal);
    if (unread.length > 0) this.#doubt(unread);
  }

  async #read(
    draft: Draft,
    occasion: 'sweep' | 'log_off',
    signal: AbortSignal,
  ): Promise<{ readonly lists: Names; readonly failed: ReadonlyMap<NameKind, unknown> }> {
    const { platform } = this.#parts;
    const priority = occasion === 'log_off' ? 'action' : 'read';
    const lists: Partial<Record<NameKind, readonly Named[]>> = {};
    const failed = new Map<NameKind, unknown>();
    const needed = namesNeeded(draft);
    const read = async (kind: NameKind): Promise<void> => {
      try {
        const list = await platform.names(kind, signal, priority);
        if (mayHide(list, needed[kind])) failed.set(kind, new Error(DAMAGED));
        else lists[kind] = list;
      } catch (error) {
        failed.set(kind, error);
      }
    };
    await Promise.all(listsNeeded(draft).map(read));
    return { lists, failed };
  }

  #tellFailed(kinds: readonly NameKind[], failed: ReadonlyMap<NameKind, unknown>): void {
    const message = 'names could not be looked up: agents whose verdict needs them are left alone';
    for (const names of kinds) this.#parts.log.warn({ names, err: failed.get(names) }, message);
  }

  /** Puts into force what the names stand for by these lists. */
  #takeUp(inUse: InUse, lists: Names, failed: ReadonlySet<NameKind>): void {
    this.#usersChanged = false;
    const resolved = this.#resolveAgain(inUse, lists);
    const unsure = resolved === undefined ? new Set(NAME_KINDS) : failed;
    const after = { ...inUse, lists, ...(resolved ?? {}), unsure };
    if (isSame(after, inUse)) {
      this.#inUse = { ...inUse, lists };
      return;
    }
    const policy = unsureOf(after.policy, unsure);
    this.#inUse = { ...after, policy };
    this.#isReachOpen ||= !hasSameNames(after, inUse);
    this.#parts.platform.setNeeds(needsOf(policy));
    this.#tellMoved(resolved?.moved ?? []);
    for (const warning of after.warnings)
      if (!inUse.warnings.includes(warning)) this.#parts.log.warn({ warning }, 'the policy has a warning');
  }

  /** `undefined` when the names no longer make a policy, such as when two groups have a name that neither had before. */
  #resolveAgain(inUse: InUse, lists: Names): ResolvedNames | undefined {
    const { draft, users, remembered } = inUse;
    const names = namesNeeded(draft).users.length === 0 ? lists : { ...lists, users: users.list };
    try {
      return resolveNames(draft, names, remembered, this.#parts.clock.now());
    } catch (error) {
      if (!(error instanceof PolicyRefused)) throw error;
      const faults = error.faults.map(faultLine);
      const message =
        'names of the policy can no longer be resolved: agents whose verdict needs them are left alone';
      if (inUse.unsure.size < NAME_KINDS.length) this.#parts.log.error({ faults }, message);
      return undefined;
    }
  }

  #tellReach(reach: Reach): void {
    this.#isReachOpen = false;
    for (const warning of reach.warnings()) this.#parts.log.warn({ warning }, 'the policy has a warning');
  }

  #doubt(kinds: readonly NameKind[]): void {
    if (this.#inUse === undefined) return;
    const unsure = new Set([...this.#inUse.unsure, ...kinds]);
    this.#inUse = { ...this.#inUse, unsure, policy: unsureOf(this.#inUse.policy, unsure) };
  }

  #tellMoved(moved: ResolvedNames['moved']): void {
    for (const fields of moved) {
      this.#parts.log.warn(
        fields,
        'a name of the policy stands for another id than before: the former id still protects until the policy changes',
      );
    }
  }

  async #save({ remembered }: InUse): Promise<void> {
    const facts = changedFacts(this.#stored, remembered);
    if (facts.size === 0) return;
    try {
      await this.#parts.store.setFacts(facts);
      this.#stored = new Map([...this.#stored, ...facts]);
    } catch (error) {
      this.#parts.log.error({ err: error }, 'the ids of names could not be stored');
    }
  }
}

/** Without users, who are seen in each sweep. */
function listsNeeded(draft: Draft): readonly NameKind[] {
  const needed = namesNeeded(draft);
  return NAME_KINDS.filter((kind) => kind !== 'users' && needed[kind].length > 0);
}

function hasSameNames({ remembered: a }: InUse, { remembered: b }: InUse): boolean {
  return JSON.stringify([...a.ids]) === JSON.stringify([...b.ids]);
}

function isSame(a: InUse, b: InUse): boolean {
  const text = ({ remembered, unsure, warnings, policy: { before } }: InUse): string =>
    JSON.stringify([[...remembered.ids], [...remembered.former], [...unsure].sort(), warnings, before?.hash]);
  return text(a) === text(b);
}

function unsureOf(policy: Policy, unsure: ReadonlySet<NameKind>): Policy {
  return { ...policy, unsure };
}

/** Lists of all that the policy names. Rejects with `PlatformError`. */
export async function readNames(
  draft: Draft,
  platform: Pick<Platform, 'names'>,
  signal: AbortSignal,
): Promise<Names> {
  const needed = namesNeeded(draft);
  const names: Partial<Record<NameKind, readonly Named[]>> = {};
  for (const kind of NAME_KINDS) {
    if (needed[kind].length > 0) names[kind] = await platform.names(kind, signal);
  }
  return names;
}
