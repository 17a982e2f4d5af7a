/**
 * Everyone the enforcer knows, in memory: what is remembered of each, and how this sweep finds them. One page of
 * readings at a time is folded and judged; nothing of a page is kept but what it changed.
 */
import type { Agent } from '../domain/agent.ts';
import { fold } from '../domain/fold.ts';
import { judge, profileOf, REASONS, type Reason, type Verdict } from '../domain/judge.ts';
import { leaveLadder } from '../domain/ladder.ts';
import type { Memory, MemoryEvent } from '../domain/memory.ts';
import type { Candidate } from '../domain/plan.ts';
import type { Policy } from '../domain/policy.ts';
import type { StoredAgent } from '../domain/record.ts';
import type { Duration, Instant } from '../domain/time.ts';
import type { Sighting } from './ports.ts';

/** What stays the same over one sweep. */
export interface SweepContext {
  readonly policy: Policy;
  readonly usualInterval: Duration;
  /** Asked at each page: has the server's clock jumped against ours since the last sweep? */
  readonly clockJumped: () => boolean;
}

/** An agent who is due, with what carrying out needs. */
export interface DueAgent extends Candidate {
  readonly agent: Agent;
}

/** What one sweep found. */
export interface Findings {
  /** Everyone whom the platform listed, with a usable reading or without. */
  readonly listed: number;
  /** Everyone whose reading entered memory. */
  readonly seen: ReadonlySet<string>;
  readonly online: number;
  readonly verdicts: Readonly<Record<Reason, number>>;
  readonly due: readonly DueAgent[];
  readonly imagined: readonly DueAgent[];
  readonly returns: readonly { readonly agent: Agent; readonly event: MemoryEvent }[];
  readonly held: readonly { readonly agent: Agent }[];
  readonly engaged: readonly { readonly agent: Agent; readonly since: Instant }[];
  /** Agents whose name, e-mail or profile is new. */
  readonly described: readonly StoredAgent[];
  readonly nextDueAt: Instant | undefined;
}

/** The enforcer's knowledge of all agents. Mutable; owned by one worker. */
export class Population {
  readonly #memories: Map<string, Memory>;
  /** Changed since they were last stored. */
  readonly #dirty = new Set<string>();
  /** Name, e-mail and profile as last handed out for storing. */
  readonly #described = new Map<string, string>();
  /**
   * Whom the last saved sweep saw, so that the store need not write their time one by one. `undefined` after a start:
   * the first sweep then stores everyone.
   */
  #current: ReadonlySet<string> | undefined;

  constructor(memories: Map<string, Memory>) {
    this.#memories = memories;
  }

  memory(agentId: string): Memory | undefined {
    return this.#memories.get(agentId);
  }

  /** Takes over a memory that carrying out has changed and stored. */
  put(memory: Memory): void {
    this.#memories.set(memory.agentId, memory);
    this.#dirty.add(memory.agentId);
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

  #isNew(agent: Agent, profile: string | undefined): boolean {
    const text = `${agent.name}\n${agent.email}\n${profile ?? ''}`;
    if (this.#described.get(agent.id) === text) return false;
    this.#described.set(agent.id, text);
    return true;
  }

  #select(ids: readonly string[]): Memory[] {
    return [...new Set(ids)].flatMap((id) => this.#memories.get(id) ?? []);
  }

  /** Folds one reading and judges it. */
  look(
    { agent, observation }: Sighting,
    context: SweepContext,
  ): {
    readonly memory: Memory | undefined;
    readonly verdict: Verdict;
    readonly events: readonly MemoryEvent[];
  } {
    const { policy, usualInterval } = context;
    const profile = profileOf(agent, policy);
    const clockJumped = context.clockJumped();
    const folded = fold(this.#memories.get(agent.id), observation, { profile, usualInterval, clockJumped });
    let memory = folded?.memory;
    const verdict = judge(agent, memory, observation, policy, observation.at);
    let changed = folded?.changed === true;
    if (memory !== undefined && verdict.reason === 'exempt' && memory.ladder !== undefined) {
      memory = leaveLadder(memory);
      changed = true;
    }
    if (memory !== undefined) this.#memories.set(agent.id, memory);
    if (changed) this.#dirty.add(agent.id);
    return { memory, verdict, events: folded?.events ?? [] };
  }

  /** Starts a sweep: hand it pages, then ask for the findings. */
  begin(context: SweepContext): { page(sightings: readonly Sighting[]): void; findings(): Findings } {
    const listed = new Set<string>();
    const seen = new Set<string>();
    const verdicts = Object.fromEntries(REASONS.map((reason) => [reason, 0])) as Record<Reason, number>;
    const due: DueAgent[] = [];
    const imagined: DueAgent[] = [];
    const returns: Findings['returns'][number][] = [];
    const held: Findings['held'][number][] = [];
    const engaged: Findings['engaged'][number][] = [];
    const described: StoredAgent[] = [];
    let online = 0;
    let nextDueAt: Instant | undefined;
    const take = (sighting: Sighting): void => {
      const { agent } = sighting;
      if (listed.has(agent.id)) return;
      listed.add(agent.id);
      const { memory, verdict, events } = this.look(sighting, context);
      verdicts[verdict.reason] += 1;
      if (this.#isNew(agent, verdict.profile)) {
        described.push({ id: agent.id, name: agent.name, email: agent.email, profile: verdict.profile });
      }
      for (const event of events) returns.push({ agent, event });
      // For the clocks, an agent whose reading could not be used was not seen.
      if (memory === undefined || memory.seenAt < sighting.observation.at) return;
      seen.add(agent.id);
      if (memory.state.presence !== 'OFFLINE') online += 1;
      if (verdict.nextAt !== undefined) nextDueAt = Math.min(nextDueAt ?? Infinity, verdict.nextAt);
      sort(agent, memory, verdict);
    };
    const sort = (agent: Agent, memory: Memory, verdict: Verdict): void => {
      if (verdict.reason === 'held') held.push({ agent });
      if (memory.engagedSince !== undefined) engaged.push({ agent, since: memory.engagedSince });
      if (verdict.due?.mode === 'enforce') due.push({ agent, agentId: agent.id, due: verdict.due });
      for (const each of verdict.observed) {
        if (!memory.imagined.includes(each.ruleId)) imagined.push({ agent, agentId: agent.id, due: each });
      }
    };
    return {
      page: (sightings) => {
        for (const sighting of sightings) take(sighting);
      },
      findings: () => ({
        listed: listed.size,
        seen,
        online,
        verdicts,
        due,
        imagined,
        returns,
        held,
        engaged,
        described,
        nextDueAt,
      }),
    };
  }
}
