/**
 * Everyone the enforcer knows: what is remembered of each, how one more look changes it, and what of it is not stored
 * yet. What a whole sweep finds is gathered in `findings.ts`.
 */
import type { Agent } from '../domain/agent.ts';
import { track } from '../domain/tracking/track.ts';
import { profileOf, type Verdict } from '../domain/judging/judge.ts';
import { judgeByNames } from '../domain/judging/judge-names.ts';
import { leaveLadder } from '../domain/tracking/own-logoff.ts';
import type { AgentState, TrackingEvent } from '../domain/tracking/state.ts';
import { noteUnread } from '../domain/tracking/own-logoff.ts';
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
  readonly memory: AgentState | undefined;
  readonly verdict: Verdict;
  /** Memory is another one than before. */
  readonly changed: boolean;
  readonly events: readonly TrackingEvent[];
}

/** The enforcer's knowledge of all agents. Mutable; owned by one worker. */
export class Tracker {
  readonly #memories: Map<string, AgentState>;
  /** Changed since they were last stored. */
  readonly #dirty = new Set<string>();
  /** Name, e-mail and profile as last handed out for storing. */
  readonly #described = new Map<string, StoredAgent>();
  /**
   * Whom the last saved sweep saw, so that the store need not write their time one by one. `undefined` after a start:
   * the first sweep then stores everyone.
   */
  #current: ReadonlySet<string> | undefined;
  readonly #returns: ReturnSink;

  /** Every return that a look shows is told to `returns`, once. */
  constructor(memories: Map<string, AgentState>, returns: ReturnSink = { note: () => undefined }) {
    this.#memories = memories;
    this.#returns = returns;
  }

  memory(agentId: string): AgentState | undefined {
    return this.#memories.get(agentId);
  }

  /** Takes over a memory that carrying out has changed and stored. */
  put(memory: AgentState): void {
    this.#memories.set(memory.agentId, memory);
    this.#dirty.add(memory.agentId);
  }

  /** Forgets who was not seen since then, and the names of all who are not remembered: an agent who comes back is new. */
  forget(before: Instant): void {
    for (const [id, { seenAt }] of this.#memories) if (seenAt < before) this.#memories.delete(id);
    for (const id of this.#described.keys()) if (!this.#memories.has(id)) this.#described.delete(id);
  }

  /** What must be stored now: memories that changed, and those of people who are no longer seen. */
  unsaved(seen: ReadonlySet<string>): { readonly changed: AgentState[]; readonly notSeen: AgentState[] } {
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

  #select(ids: readonly string[]): AgentState[] {
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
    if (memory !== undefined) this.#memories.set(agent.id, memory);
    if (memory !== undefined && changed) this.#dirty.add(agent.id);
    this.#returns.note(agent, events);
  }

  /** Folds one reading and judges it, and remembers nothing of it. */
  peek({ agent, observation }: Sighting, context: SweepContext): Look {
    const { policy, usualInterval } = context;
    const profile = profileOf(agent, policy);
    const clockJumped = context.clockJumped();
    const nativeTimeouts = context.nativeTimeouts();
    const tracked = track(this.#memories.get(agent.id), observation, {
      agent,
      exempt: policy.exempt,
      labels: policy.labels,
      profile,
      usualInterval,
      clockJumped,
      nativeTimeouts,
    });
    const verdict = judgeByNames(agent, tracked?.state, observation, policy, observation.at, profile);
    if (tracked === undefined) return { memory: undefined, verdict, changed: false, events: [] };
    const state = afterVerdict(tracked.state, verdict, observation.at);
    const changed = tracked.changed || state !== tracked.state;
    return { memory: state, verdict, changed, events: tracked.events };
  }

  /** The agent as to be stored, when the name, e-mail or profile is new. */
  described({ id, name, email }: Agent, profile: string | undefined): StoredAgent | undefined {
    const known = this.#described.get(id);
    if (known?.name === name && known.email === email && known.profile === profile) return undefined;
    const described: StoredAgent = { id, name, email, profile };
    this.#described.set(id, described);
    return described;
  }

  /** These could not be stored: they are handed out again. */
  notDescribed(agents: readonly StoredAgent[]): void {
    for (const { id } of agents) this.#described.delete(id);
  }
}

/** What a verdict leaves in memory: an exemption takes the agent off the ladder, and what is unknown is told of later. */
function afterVerdict(memory: AgentState, { reason, unknown }: Verdict, at: Instant): AgentState {
  if (reason === 'exempt') return leaveLadder(memory);
  return reason === 'unknown' ? noteUnread(memory, unknown, at) : memory;
}
