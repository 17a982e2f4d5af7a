/** Agents of whom presence alone can tell whether a browser or a person made the change that is in question. */
import type { Agent } from '../domain/agent.ts';
import { openSuspect, suspectSince } from '../domain/tracking/suspects.ts';
import type { Instant } from '../domain/time/time.ts';
import type { Tracker } from './tracker.ts';

/** An agent with an open suspect change, and since when what happened is to be told. */
export interface OpenBounce {
  readonly agent: Agent;
  readonly from: Instant;
}

/** Those of these agents of whom presence alone may tell. */
export function bouncesIn(
  suspects: readonly Agent[],
  population: Pick<Tracker, 'memory'>,
): readonly OpenBounce[] {
  return suspects.flatMap((agent) => {
    const state = population.memory(agent.id);
    const { suspect } = (state && openSuspect(state)) ?? {};
    if (state === undefined || suspect?.kind !== 'bounce') return [];
    return [{ agent, from: suspectSince(state) ?? suspect.before }];
  });
}

/** Where there is no room for all in one sweep, each has its turn. */
export class Turns {
  /** In which turn each was asked about last. */
  readonly #asked = new Map<string, number>();
  #turn = 0;

  /** Those that were asked about the longest time ago, or never, come first. */
  inOrder(open: readonly OpenBounce[]): readonly OpenBounce[] {
    const ids = new Set(open.map(({ agent }) => agent.id));
    for (const id of this.#asked.keys()) if (!ids.has(id)) this.#asked.delete(id);
    const turnOf = ({ agent }: OpenBounce): number => this.#asked.get(agent.id) ?? 0;
    return open.toSorted((a, b) => turnOf(a) - turnOf(b));
  }

  /** These have been asked about. */
  asked(agentIds: Iterable<string>): void {
    this.#turn += 1;
    for (const id of agentIds) this.#asked.set(id, this.#turn);
  }
}
