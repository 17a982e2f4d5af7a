/** What push is told of the agents whom a sweep has seen: it compares what was pushed with it. */
import type { PushLook } from '../ports/evidence.ts';
import type { Tracker } from './tracker.ts';

/** The last look at each of these agents. */
export function looksAt(
  agentIds: ReadonlySet<string>,
  population: Pick<Tracker, 'memory'>,
): readonly PushLook[] {
  return [...agentIds].flatMap((agentId) => {
    const state = population.memory(agentId);
    if (state === undefined) return [];
    const { presence, presenceSince: since } = state.last;
    return [{ agentId, presence, since, seenAt: state.seenAt }];
  });
}
