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
