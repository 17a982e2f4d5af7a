/**
 * Everyone the enforcer knows: what is remembered of each, how one more look changes it, and what of it is not stored
 * yet. What a whole sweep finds is gathered in `findings.ts`.
 */
import type { Agent, Observation } from '../domain/agent.ts';
import { fold, seenAgain, type Folded } from '../domain/tracking/fold.ts';
import type { FoldContext } from '../domain/tracking/step.ts';
import { profileOf, type Verdict } from '../domain/judging/judge.ts';
import { judgeByNames } from '../domain/judging/judge-names.ts';
import { leaveLadder } from '../domain/judging/ladder.ts';
import { noteUnread, type Memory, type MemoryEvent } from '../domain/tracking/memory.ts';
import type { Policy } from '../domain/policy/policy.ts';
import type { StoredAgent } from '../domain/record.ts';
import type { Duration, Instant } from '../domain/time/time.ts';
import type { Sighting } from '../ports/agents.ts';
import type { ReturnSink } from './returns-book.ts';

/** What stays the same over one sweep. */
export interface SweepContext {
  readonly policy: Policy;
  readonly usualInterval: Duration;
  /** Asked at each page: has the server's clock jumped against ours since the last sweep? */
  readonly clockJumped: () => boolean;
  /** See `Directory`: known only when a sweep has begun. */
  readonly nativeTimeouts: () => readonly Duration[];
}

/** One look at one agent: memory as it is now, what the policy says of the agent, and what is worth reporting. */
export interface Look {
  /** `undefined` while no whole reading has been had. */
  readonly memory: Memory | undefined;
  readonly verdict: Verdict;
  /** Memory is another one than before. */
  readonly changed: boolean;
  readonly events: readonly MemoryEvent[];
}

/** The enforcer's knowledge of all agents. Mutable; owned by one worker. */
export class Tracker {
  readonly #memories: Map<string, Memory>;
  /** Changed since they were last stored. */
  readonly #dirty = new Set<string>();
  /** Name, e-mail, profile and exemption as last handed out for storing. */
  readonly #described = new Map<string, StoredAgent>();
  /**
   * Whom the last saved sweep saw, so that the store need not write their time one by one. `undefined` after a start:
   * the first sweep then stores everyone.
   */
  #current: ReadonlySet<string> | undefined;
  readonly #returns: ReturnSink;

  /** Every return that a look shows is told to `returns`, once. */
  constructor(memories: Map<string, Memory>, returns: ReturnSink = { note: () => undefined }) {
    this.#memories = memories;
    this.#returns = returns;
  }

  memory(agentId: string): Memory | undefined {
    return this.#memories.get(agentId);
  }

  /** Takes over a memory that carrying out has changed and stored. */
  put(memory: Memory): void {
    this.#memories.set(memory.agentId, memory);
    this.#dirty.add(memory.agentId);
  }

  /** Forgets who was not seen since then, and the names of all who are not remembered: an agent who comes back is new. */
  forget(before: Instant): void {
    for (const [id, { seenAt }] of this.#memories) if (seenAt < before) this.#memories.delete(id);
    for (const id of this.#described.keys()) if (!this.#memories.has(id)) this.#described.delete(id);
  }

  /** What must be stored now: memories that changed, and those of people who are no longer seen. */
  unsaved(seen: ReadonlySet<string>): { readonly changed: Memory[]; readonly notSeen: Memory[] } {
    const current = this.#current;
    const isNew = (id: string): boolean => current === undefined || !current.has(id);
    const changed = this.#select([...this.#dirty, ...[...seen].filter(isNew)].filter((id) => seen.has(id)));
    const gone = [...(current ?? this.#memories.keys()), ...this.#dirty];
    return { changed, notSeen: this.#select(gone.filter((id) => !seen.has(id))) };
  }

  /** Everything up to this sweep is stored. */
  saved(seen: ReadonlySet<string>): void {
    this.#dirty.clear();
    this.#current = seen;
  }

  #select(ids: readonly string[]): Memory[] {
    return [...new Set(ids)].flatMap((id) => this.#memories.get(id) ?? []);
  }

  /** Folds one reading, judges it, and remembers what it shows. */
  look(sighting: Sighting, context: SweepContext): Look {
    const look = this.peek(sighting, context);
    this.take(sighting, look);
    return look;
  }

  /** Remembers what a look showed. */
  take({ agent }: Sighting, { memory, changed, events }: Look): void {
    if (memory !== undefined && changed) this.put(memory);
    this.#returns.note(agent, events);
  }

  /** Folds one reading and judges it, and remembers nothing of it. */
  peek({ agent, observation }: Sighting, context: SweepContext): Look {
    const { policy, usualInterval } = context;
    const profile = profileOf(agent, policy);
    const clockJumped = context.clockJumped();
    const nativeTimeouts = context.nativeTimeouts();
    const folded = this.#fold(observation, {
      agent,
      exempt: policy.exempt,
      labels: policy.labels,
      profile,
      usualInterval,
      clockJumped,
      nativeTimeouts,
    });
    const verdict = judgeByNames(agent, folded?.memory, observation, policy, observation.at, profile);
    if (folded === undefined) return { memory: undefined, verdict, changed: false, events: [] };
    const memory = afterVerdict(folded.memory, verdict, observation.at);
    const changed = folded.changed || memory !== folded.memory;
    return { memory, verdict, changed, events: folded.events };
  }

  /** Nearly all looks show nothing new: copying 50,000 memories a sweep to move one instant on would be a waste. */
  #fold(
    observation: Observation,
    context: FoldContext,
  ): Pick<Folded, 'memory' | 'events' | 'changed'> | undefined {
    const memory = this.#memories.get(observation.agentId);
    const again = memory === undefined ? undefined : seenAgain(memory, observation, context);
    if (memory === undefined || again === undefined) return fold(memory, observation, context);
    memory.seenAt = again;
    return { memory, events: [], changed: false };
  }

  /** The agent as to be stored, when the name, e-mail, profile or exemption is new; an exemption that is not known is as before. */
  described(
    { id, name, email }: Agent,
    profile: string | undefined,
    exemption?: string,
  ): StoredAgent | undefined {
    const known = this.#described.get(id);
    const exempt = exemption ?? known?.exempt;
    const isSame = known?.name === name && known.email === email && known.profile === profile;
    if (isSame && known.exempt === exempt) return undefined;
    const described: StoredAgent = { id, name, email, profile, exempt };
    this.#described.set(id, described);
    return described;
  }

  /** These could not be stored: they are handed out again. */
  notDescribed(agents: readonly StoredAgent[]): void {
    for (const { id } of agents) this.#described.delete(id);
  }
}

/** What a verdict leaves in memory: an exemption takes the agent off the ladder, and what is unknown is told of later. */
function afterVerdict(memory: Memory, { reason, unknown }: Verdict, at: Instant): Memory {
  if (reason === 'exempt') return leaveLadder(memory);
  return reason === 'unknown' ? noteUnread(memory, unknown, at) : memory;
}
