/**
 * Everyone the enforcer knows, in memory: what is remembered of each, and how this sweep finds them. One page of
 * readings at a time is folded and judged; nothing of a page is kept but what it changed.
 */
import type { Agent, Observation } from '../domain/agent.ts';
import { fold, seenAgain, type Folded } from '../domain/fold.ts';
import type { FoldContext } from '../domain/step.ts';
import { judge, profileOf, REASONS, type Reason, type Verdict } from '../domain/judge.ts';
import { leaveLadder } from '../domain/ladder.ts';
import type { Memory, MemoryEvent } from '../domain/memory.ts';
import type { Candidate } from '../domain/plan.ts';
import type { Policy } from '../domain/policy.ts';
import { LONGEST_KEPT, type StoredAgent } from '../domain/record.ts';
import type { Duration, Instant } from '../domain/time.ts';
import type { Sighting } from './ports.ts';
import { warningsFor, type AgentToWarn } from './warn.ts';

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
  /** Offline by our own log-off, for not too long. */
  readonly kept: number;
  readonly verdicts: Readonly<Record<Reason, number>>;
  readonly due: readonly DueAgent[];
  readonly imagined: readonly DueAgent[];
  /** Who is to be told of a log-off to come, and was not yet. */
  readonly toWarn: readonly AgentToWarn[];
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
  readonly #described = new Map<string, StoredAgent>();
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

  #isNew({ id, name, email }: Agent, profile: string | undefined): boolean {
    const known = this.#described.get(id);
    if (known?.name === name && known.email === email && known.profile === profile) return false;
    this.#described.set(id, { id, name, email, profile });
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
    const folded = this.#fold(observation, { profile, usualInterval, clockJumped });
    let memory = folded?.memory;
    const verdict = judge(agent, memory, observation, policy, observation.at, profile);
    let changed = folded?.changed === true;
    if (memory !== undefined && verdict.reason === 'exempt' && memory.ladder !== undefined) {
      memory = leaveLadder(memory);
      changed = true;
    }
    if (memory !== undefined && changed) this.put(memory);
    return { memory, verdict, events: folded?.events ?? [] };
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

  /** Starts a sweep: hand it pages, then ask for the findings. */
  begin(context: SweepContext): { page(sightings: readonly Sighting[]): void; findings(): Findings } {
    const listed = new Set<string>();
    const seen = new Set<string>();
    const verdicts = Object.fromEntries(REASONS.map((reason) => [reason, 0])) as Record<Reason, number>;
    const due: DueAgent[] = [];
    const imagined: DueAgent[] = [];
    const toWarn: AgentToWarn[] = [];
    const returns: Findings['returns'][number][] = [];
    const held: Findings['held'][number][] = [];
    const engaged: Findings['engaged'][number][] = [];
    const described: StoredAgent[] = [];
    let online = 0;
    let kept = 0;
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
      else if (isKept(memory)) kept += 1;
      if (verdict.nextAt !== undefined) nextDueAt = Math.min(nextDueAt ?? Infinity, verdict.nextAt);
      sort(agent, memory, verdict);
      toWarn.push(...warningsFor(agent, memory, verdict, context.policy, sighting.observation.at));
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
        kept,
        verdicts,
        due,
        imagined,
        toWarn,
        returns,
        held,
        engaged,
        described,
        nextDueAt,
      }),
    };
  }
}

/** Our log-off holds, and the agent would perhaps still be online without it. */
function isKept({ departure, seenAt }: Memory): boolean {
  return departure?.by === 'enforcer' && seenAt - departure.at < LONGEST_KEPT;
}
