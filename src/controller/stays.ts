/**
 * Agents' answers to warnings. Any process of the organisation may put one on record, at any moment: the worker takes them from there at
 * the beginning of each sweep, and again before each action on an agent.
 */
import type { StoredEvent } from '../domain/record.ts';
import type { AgentState, Stay } from '../domain/tracking/state.ts';
import { newStay, STAYS_COUNT } from '../domain/tracking/stays.ts';
import { HOUR, type Instant } from '../domain/time/time.ts';
import type { Store } from '../ports/store.ts';

/** Answers come from machines with clocks of their own. */
const MARGIN = HOUR;

/** The newest answer of each agent. Mutable; one for each run of the program. */
export class Stays {
  readonly #store: Pick<Store, 'events'>;
  readonly #now: () => Instant;
  readonly #newest = new Map<string, Stay>();
  /** Up to this event the record has been looked through. */
  #after: number | undefined;

  constructor(store: Pick<Store, 'events'>, now: () => Instant) {
    this.#store = store;
    this.#now = now;
  }

  /** A sweep begins. Rejects when the store is lost. */
  async begin(): Promise<void> {
    const from = this.#now() - STAYS_COUNT - MARGIN;
    // Before new ones are read, each of which is shown to one sweep at least: the clock of this machine may be wrong.
    for (const [agentId, { at }] of this.#newest) if (at < from) this.#newest.delete(agentId);
    // Read first: what is recorded meanwhile is looked at twice, and nothing is passed over.
    const [last] = await this.#store.events({ limit: 1 });
    await this.#take(this.#after === undefined ? { from } : { after: this.#after });
    this.#after = Math.max(this.#after ?? 0, last?.seq ?? 0);
  }

  /** An answer that this state does not know yet, be it of this very moment. Rejects when the store is lost. */
  async newTo(state: AgentState): Promise<Stay | undefined> {
    if (this.#after !== undefined) await this.#take({ after: this.#after });
    return newStay(state, this.of(state.agentId));
  }

  /** The newest that is known; it may have been taken in before. */
  of(agentId: string): Stay | undefined {
    return this.#newest.get(agentId);
  }

  async #take(part: { readonly from: Instant } | { readonly after: number }): Promise<void> {
    for (const event of await this.#store.events({ ...part, kinds: ['stay'] })) {
      const { agentId, seq } = event;
      if (agentId === undefined || seq <= (this.of(agentId)?.seq ?? 0)) continue;
      this.#newest.set(agentId, stayOf(event));
    }
  }
}

function stayOf({ seq, at, limit = 0 }: StoredEvent): Stay {
  return { seq, at, until: at + limit };
}
