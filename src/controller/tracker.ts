/**
 * Everyone the enforcer knows: what is remembered of each, how one more look changes it, and what of it is not stored
 * yet. What a whole sweep finds is gathered in `findings.ts`.
 */
import type { Agent } from '../domain/agent.ts';
import { contextFor, evaluate, type Evaluation, type Watch } from '../domain/judging/evaluate.ts';
import { peakShareOf, type PeakStanding } from '../domain/licence/near-peak.ts';
import type { AgentState, Stay } from '../domain/tracking/state.ts';
import type { Policy } from '../domain/policy/policy.ts';
import type { StoredAgent } from '../domain/record.ts';
import type { Duration, Instant } from '../domain/time/time.ts';
import type { Sighting } from '../ports/agents.ts';
import type { ObservationSink } from './accounting.ts';

/** What stays the same over one sweep. */
export interface SweepContext {
  readonly policy: Policy;
  readonly usualInterval: Duration;
  /** Asked at each page: has the server's clock jumped against ours since the last sweep? */
  readonly clockJumped: () => boolean;
  /** See `Directory`: known only when a sweep has begun. */
  readonly nativeTimeouts: () => readonly Duration[] | undefined;
  /** The newest answer of an agent to a warning; none is known unless given. */
  readonly stayOf?: (agentId: string) => Stay | undefined;
  /** How near the licence peak the head-count of the last complete sweep was; left out where no rule asks. */
  readonly peak?: PeakStanding | undefined;
}

/** The watch of this moment. */
export function watchOf(context: SweepContext): Watch {
  const { policy, usualInterval, clockJumped, nativeTimeouts, stayOf, peak } = context;
  const asked = { clockJumped: clockJumped(), nativeTimeouts: nativeTimeouts() };
  return { policy, usualInterval, ...asked, stayOf, peakShare: peakShareOf(peak) };
}

/** The enforcer's knowledge of all agents. Mutable; owned by one worker. */
export class Tracker {
  readonly #memories: Map<string, AgentState>;
  /** Changed since they were last stored. */
  readonly #dirty = new Set<string>();
  /** Name, e-mail, profile and exemption as last handed out for storing. */
  readonly #described = new Map<string, StoredAgent>();
  /**
   * Whom the last saved sweep saw, so that the store need not write their time one by one. `undefined` after a start:
   * the first sweep then stores everyone.
   */
  #current: ReadonlySet<string> | undefined;
  readonly #sink: ObservationSink;

  /** Whatever a look brings is told to `sink`, once. */
  constructor(memories: Map<string, AgentState>, sink: ObservationSink = { observed: () => undefined }) {
    this.#memories = memories;
    this.#sink = sink;
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
  look({ agent, observation }: Sighting, context: SweepContext): Evaluation {
    const memory = this.#memories.get(observation.agentId);
    const watched = contextFor(agent, watchOf(context));
    const evaluation = evaluate(memory, observation, watched, context.policy);
    this.take(agent, evaluation);
    return evaluation;
  }

  /** Remembers what a look showed. */
  take(agent: Agent, evaluation: Evaluation): void {
    const { state, changed } = evaluation;
    if (state !== undefined) this.#memories.set(agent.id, state);
    if (state !== undefined && changed) this.#dirty.add(agent.id);
    this.#sink.observed(agent, evaluation);
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

  /** Everyone whose name and e-mail have been handed out for storing. */
  known(): Iterable<StoredAgent> {
    return this.#described.values();
  }

  /** These could not be stored: they are handed out again. */
  notDescribed(agents: readonly StoredAgent[]): void {
    for (const { id } of agents) this.#described.delete(id);
  }
}
