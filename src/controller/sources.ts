/** Asks every source of observations in a sweep: first those that hand over changes, then the listing of everyone. */
import type { ObservationSource, ReadingSummary, Sighting } from '../ports/agents.ts';
import type { SweepFindings } from './findings.ts';
import type { SweepContext, Tracker } from './tracker.ts';

/** Where observations go. */
export interface Receiver {
  readonly tracker: Tracker;
  readonly findings: SweepFindings;
  readonly context: SweepContext;
}

/**
 * Takes in what all sources have to hand over, and answers how the listing went. Throws `Error` where the sources are not
 * exactly one listing beside any number of others.
 */
export async function readSources(
  sources: readonly ObservationSource[],
  { tracker, findings, context }: Receiver,
  signal: AbortSignal,
): Promise<ReadingSummary> {
  const [listing, ...more] = sources.filter(({ hands }) => hands === 'everyone');
  if (listing === undefined || more.length > 0) throw new Error('one source, and no other, lists everyone');
  for (const source of sources.filter(({ hands }) => hands === 'changes')) {
    await source.sweep((page) => {
      for (const sighting of page) if (isNews(sighting, tracker)) tracker.look(sighting, context);
    }, signal);
  }
  return listing.sweep((page) => {
    findings.page(page);
  }, signal);
}

/** A change that arrives late is older than what is known: folded, it would look like a clock that was set back. */
function isNews({ agent, observation }: Sighting, tracker: Tracker): boolean {
  const known = tracker.memory(agent.id);
  return known === undefined || observation.at >= known.seenAt;
}
