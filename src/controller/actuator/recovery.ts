/**
 * A crash just after an agent was taken off the queue leaves them off it, even when an interaction began just before: no look
 * followed. Where the platform still shows just that, the agent's presence, and with it the queue, is restored.
 */
import { presenceToRestore, READING_LASTS } from '../../domain/logoff/revalidate.ts';
import type { StoredEvent } from '../../domain/record.ts';
import { reread, type ActuatorDeps, type Pass } from './deps.ts';
import { placesFor } from './places.ts';
import type { Sighting } from '../../ports/agents.ts';

/** At a time: an agent whose request hangs does not keep the others waiting. */
const CONCURRENCY = 10;
/** Gives back what interrupted log-offs took; answers the intentions that are settled by it. */
export async function restoreInterrupted(
  deps: ActuatorDeps,
  intents: readonly StoredEvent[],
  pass: Pass,
): Promise<ReadonlySet<string>> {
  const settled = new Set<string>();
  const isLeft = (intent: StoredEvent): boolean =>
    presenceToRestore(intent, deps.population.memory(intent.agentId ?? ''), deps.directory.serverNow()) !==
    undefined;
  const left = intents.filter(isLeft);
  const fresh = await reread(
    deps,
    left.map(({ agentId = '' }) => agentId),
    pass,
  );
  const place = placesFor(CONCURRENCY);
  await Promise.all(
    left.map((intent) =>
      place(async () => {
        const sighting = fresh.get(intent.agentId ?? '');
        if (sighting === undefined || intent.intentId === undefined || !(await pass.mayBegin())) return;
        if (await putBack(deps, intent, sighting, pass)) settled.add(intent.intentId);
      }),
    ),
  );
  return settled;
}

async function putBack(
  deps: ActuatorDeps,
  intent: StoredEvent,
  sighting: Sighting,
  pass: Pass,
): Promise<boolean> {
  const { at } = sighting.observation;
  const { state } = deps.population.look(sighting, pass.context);
  const presence = state?.seenAt === at ? presenceToRestore(intent, state, at) : undefined;
  if (presence === undefined) return false;
  const { id } = sighting.agent;
  const { ok } = await deps.effects.restorePresence(id, presence, at + READING_LASTS, pass.signal);
  const fields = { sweepId: pass.sweepId, agent: deps.name(sighting.agent), ok };
  deps.log.warn(fields, 'an interruption left an agent off the queue in an interaction: put back');
  return ok;
}
