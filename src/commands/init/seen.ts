/** What is read of an organisation for its first policy. Everything that can be missing may be: a client often has few permissions. */
import type { Agent } from '../../domain/agent.ts';
import type { Named } from '../../domain/policy/named.ts';
import type { Platform } from '../../genesys/platform.ts';
import { tell } from '../doctor/ports.ts';
import { UsageError } from '../shared/exit.ts';

/** A group, or a presence label of the organisation's own, with how many agents have it. */
export interface Counted extends Named {
  readonly agents: number;
}

/** What was seen. */
export interface Seen {
  readonly organisation: string | undefined;
  readonly agents: number;
  /** With members first, the largest first; `undefined` where they could not be listed. */
  readonly groups: readonly Counted[] | undefined;
  /** Labels that some agent shows at the moment first. */
  readonly labels: readonly Counted[] | undefined;
}

/** Reads the organisation. Rejects with `PlatformError` or `UsageError` where the agents cannot be listed. */
export async function readSeen(platform: Platform, signal: AbortSignal): Promise<Seen> {
  const organisation = await tell(() => platform.inspection.organisation(signal));
  const groups = await tell(() => platform.names('groups', signal));
  const labels = await tell(() => platform.names('presences', signal));
  platform.setNeeds({ names: false, groups: true, roles: false, queues: [], teams: [], tokens: false });
  const count = new Map<string, number>();
  const note = (id: string): void => void count.set(id, (count.get(id) ?? 0) + 1);
  const agents = new Map<string, Agent>();
  const summary = await platform.directory.sweep((page) => {
    for (const { agent, observation } of page) {
      agents.set(agent.id, agent);
      for (const group of agent.groups) note(group);
      if (observation.presence?.definitionId !== undefined) note(observation.presence.definitionId);
    }
  }, signal);
  signal.throwIfAborted();
  if (!summary.complete)
    throw new UsageError(
      `The agents could not be listed: ${summary.fault ?? 'unknown'}. Nothing was written.`,
    );
  const counted = (things: readonly Named[]): readonly Counted[] =>
    things
      .map((thing) => ({ ...thing, agents: count.get(thing.id) ?? 0 }))
      .toSorted((a, b) => b.agents - a.agents || compare(a.names[0] ?? '', b.names[0] ?? ''));
  const own = labels.told ? labels.value.filter(({ builtIn }) => builtIn !== true) : undefined;
  return {
    organisation: organisation.told ? organisation.value.name : undefined,
    agents: agents.size,
    groups: groups.told ? counted(groups.value) : undefined,
    labels: own && counted(own),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
