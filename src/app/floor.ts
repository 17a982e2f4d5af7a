/** Who is idle and who is in an interaction, as the last looks showed it: the few whom the page names. Fed by the sweeps; asks nothing. */
import type { ObservationSink } from '../controller/accounting.ts';
import type { Agent } from '../domain/agent.ts';
import type { Evaluation } from '../domain/judging/evaluate.ts';
import type { Reason, Verdict } from '../domain/judging/judge.ts';
import type { Instant } from '../domain/time/time.ts';
import type { AgentState } from '../domain/tracking/state.ts';
import type { OpenInteractions } from '../ports/open-interactions.ts';

/** One agent, as last looked at. */
export interface FloorAgent {
  readonly agent: Pick<Agent, 'id' | 'name' | 'email'>;
  readonly state: AgentState;
  readonly verdict: Verdict;
}

/** So many of each kind are kept at least, where there are so many; at most twice as many. */
const KEPT = 100;

/** Reasons with which an agent is on the way to a log-off. */
const NEXT: ReadonlySet<Reason> = new Set([
  'due',
  'ladder_due',
  'observed',
  'waiting',
  'warned',
  'ladder_waiting',
  'held',
  'grace',
]);

/** Mutable; one for each worker. */
export class Floor implements ObservationSink {
  readonly #next = new First(KEPT);
  readonly #engaged = new First(KEPT);
  readonly #conversations = new Map<string, readonly string[]>();

  observed({ id, name, email }: Agent, { state, verdict }: Evaluation): void {
    this.#next.forget(id);
    this.#engaged.forget(id);
    if (state === undefined) return;
    const looked: FloorAgent = { agent: { id, name, email }, state, verdict };
    const { session, seenAt } = state;
    if (session.kind === 'engaged') this.#engaged.add(id, session.since, looked);
    else if (NEXT.has(verdict.reason) && session.kind !== 'offline')
      this.#next.add(id, dueAtOf(verdict, seenAt) ?? seenAt, looked);
  }

  /** A complete sweep has begun then: an agent whom it did not see is not on the floor any more. */
  swept(startedAt: Instant): void {
    for (const list of [this.#next, this.#engaged])
      for (const { agent, state } of list.all) if (state.seenAt < startedAt) list.forget(agent.id);
    for (const id of this.#conversations.keys()) if (!this.#engaged.has(id)) this.#conversations.delete(id);
  }

  /** On the way to a log-off, the first that is due first. */
  get next(): readonly FloorAgent[] {
    return this.#next.all;
  }

  /** In an interaction, the longest first. */
  get engaged(): readonly FloorAgent[] {
    return this.#engaged.all;
  }

  /** Ids of the agent's open conversations, where they have been asked for. */
  conversationsOf(agentId: string): readonly string[] {
    return this.#conversations.get(agentId) ?? [];
  }

  /** Keeps what is answered about conversations. */
  listening(open: OpenInteractions): OpenInteractions {
    return {
      of: async (agentId, signal) => {
        const found = await open.of(agentId, signal);
        if (this.#conversations.size < 2 * KEPT) this.#conversations.set(agentId, found ?? []);
        return found;
      },
    };
  }
}

/** What of a controller's parts a floor watches. */
export function watchedBy(
  floor: Floor | undefined,
  openInteractions: OpenInteractions,
): { readonly openInteractions: OpenInteractions; readonly onlooker?: ObservationSink } {
  if (floor === undefined) return { openInteractions };
  return { openInteractions: floor.listening(openInteractions), onlooker: floor };
}

function dueAtOf({ due, nextAt, reason }: Verdict, at: Instant): Instant | undefined {
  // An agent who is held has no time, and comes first.
  if (reason === 'held') return 0;
  return due === undefined ? nextAt : at - due.overdue;
}

/** The agents with the lowest ranks of those that were added. */
class First {
  readonly #least: number;
  readonly #agents = new Map<string, { readonly rank: number; readonly looked: FloorAgent }>();
  /** Those with a higher rank are not among the first. */
  #highest = Number.POSITIVE_INFINITY;

  constructor(least: number) {
    this.#least = least;
  }

  add(id: string, rank: number, looked: FloorAgent): void {
    if (this.#agents.size < this.#least) this.#highest = Number.POSITIVE_INFINITY;
    if (rank > this.#highest) return;
    this.#agents.set(id, { rank, looked });
    if (this.#agents.size < 2 * this.#least) return;
    const kept = this.#sorted().slice(0, this.#least);
    this.#highest = kept.at(-1)?.[1].rank ?? Number.POSITIVE_INFINITY;
    this.#agents.clear();
    for (const [each, value] of kept) this.#agents.set(each, value);
  }

  forget(id: string): void {
    this.#agents.delete(id);
  }

  has(id: string): boolean {
    return this.#agents.has(id);
  }

  get all(): readonly FloorAgent[] {
    return this.#sorted().map(([, { looked }]) => looked);
  }

  #sorted(): [string, { readonly rank: number; readonly looked: FloorAgent }][] {
    return [...this.#agents].sort(([, a], [, b]) => a.rank - b.rank);
  }
}
