/**
 * A crash just after an agent was taken off the queue leaves them off it, even when an interaction began just before: no look
 * followed. Where the platform still shows just that, the agent's presence, and with it the queue, is restored.
 */
import { isDoneKnown, type AgentState, type Logoff } from '../../domain/tracking/state.ts';
import type { StoredEvent } from '../../domain/record.ts';
import { MINUTE, SECOND, type Duration, type Instant } from '../../domain/time/time.ts';
import { READING_LASTS, reread, type ActuatorDeps, type Pass } from './attempt.ts';
import { placesFor } from './places.ts';
import type { Sighting } from '../../ports/agents.ts';

/** At a time: an agent whose request hangs does not keep the others waiting. */
const CONCURRENCY = 10;
/** Later it would take the agent by surprise. */
const STILL_FRESH: Duration = 5 * MINUTE;
/** A request of ours that was sent in time is done within this. */
const REQUEST_TRAVEL_TIME: Duration = 3 * SECOND;

/** Gives back what interrupted log-offs took; answers the intentions that are settled by it. */
export async function restoreInterrupted(
  deps: ActuatorDeps,
  intents: readonly StoredEvent[],
  pass: Pass,
): Promise<ReadonlySet<string>> {
  const settled = new Set<string>();
  const isLeft = (intent: StoredEvent): boolean =>
    formerPresence(intent, deps.population.memory(intent.agentId ?? ''), deps.directory.serverNow()) !==
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
  const { memory } = deps.population.look(sighting, pass.context);
  const presence = memory?.seenAt === at ? formerPresence(intent, memory, at) : undefined;
  if (presence === undefined) return false;
  const { id } = sighting.agent;
  const { ok } = await deps.effects.restorePresence(id, presence, at + READING_LASTS, pass.signal);
  const fields = { sweepId: pass.sweepId, agent: deps.name(sighting.agent), ok };
  deps.log.warn(fields, 'an interruption left an agent off the queue in an interaction: put back');
  return ok;
}

/**
 * The presence to put back, if everything says that the enforcer took the agent off the queue, and nothing has changed since:
 * the stamp is of the moment of that action, the interaction began in that moment too, and goes on.
 */
function formerPresence(intent: StoredEvent, m: AgentState | undefined, now: Instant): string | undefined {
  const own = m?.logoff;
  if (m?.session.kind !== 'engaged' || own === undefined || !isOf(intent, own)) return undefined;
  const isFresh = now - intent.at <= STILL_FRESH;
  const isUntouched = m.last.presence === 'AVAILABLE' && m.last.tokenAt === own.former.tokenAt;
  return isFresh && isUntouched && slippedIn(m, intent.at) ? own.former.presenceId : undefined;
}

/** The log-off that this intention began took the agent off the queue, as far as is known. */
function isOf({ at, actions = [] }: StoredEvent, logoff: Logoff): boolean {
  const same = Math.abs(logoff.from - at) <= SECOND && !isDoneKnown(logoff);
  return same && actions.includes('off_queue') && logoff.former.presence === 'ON_QUEUE';
}

/** An interaction began just before the agent was taken off the queue, at the moment of our own action. */
function slippedIn(
  { last: { presenceSince: taken, routingSince: began } }: AgentState,
  at: Instant,
): boolean {
  if (taken === undefined || began === undefined || began > taken) return false;
  return (
    began >= at - READING_LASTS &&
    taken >= at - REQUEST_TRAVEL_TIME &&
    taken <= at + READING_LASTS + REQUEST_TRAVEL_TIME
  );
}
