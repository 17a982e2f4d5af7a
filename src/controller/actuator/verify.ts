/**
 * Step 5 of carrying out: an action counts when a later look shows that it worked. Offline and no newer token is
 * verified, also where the platform had no time for the rest. Where nothing at all has happened, Offline is set once more;
 * where a person or a browser has come back since, nothing is: the sweeps and the ladder answer that.
 */
import { endLogoff, noteOfflineAgain } from '../../domain/tracking/own-logoff.ts';
import { takesOff } from '../../domain/policy/actions.ts';
import { readingOf } from '../../domain/tracking/reading.ts';
import { isNewer } from '../../domain/tracking/state.ts';
import { READING_LASTS, reread, type Attempt, type ActuatorDeps, type Pass } from './attempt.ts';
import { isLeftAlone } from './revalidate.ts';
import { placesFor } from './places.ts';
import type { Sighting } from '../../ports/agents.ts';

const CONCURRENCY = 10;

/** Reads back every case whose actions succeeded, and settles its outcome. Never throws. */
export async function verify(deps: ActuatorDeps, cases: readonly Attempt[], pass: Pass): Promise<void> {
  const open = cases.filter((each) => each.outcome === undefined || isDoneInPart(each));
  const withoutEffect: { readonly each: Attempt; readonly sighting: Sighting }[] = [];
  for (const [each, sighting] of await readBack(deps, open, pass)) {
    if (isDoneInPart(each)) settlePart(deps, each, sighting, pass);
    else if (sighting === undefined) settle(each, 'unverified', 'unread');
    else if (!settleByLook(deps, each, sighting, pass)) withoutEffect.push({ each, sighting });
  }
  const place = placesFor(CONCURRENCY);
  await Promise.all(
    withoutEffect.map(({ each, sighting }) => place(() => onceMore(deps, each, sighting, pass))),
  );
}

/** The agent may be off although the platform did not take the last of the actions. */
function isDoneInPart({ outcome, fault, performed }: Attempt): boolean {
  return outcome === 'failed' && fault?.kind === 'transient' && takesOff(performed);
}

/** What failed stays on record as the reason; the outcome says whether the agent is off. */
function settlePart(deps: ActuatorDeps, each: Attempt, sighting: Sighting | undefined, pass: Pass): void {
  const { outcome, reason } = each;
  if (sighting !== undefined) settleByLook(deps, each, sighting, pass);
  each.outcome = each.outcome === 'verified' ? 'verified' : outcome;
  each.reason = reason;
}

/** A whole reading of each, where the platform has one to give; what was missing is asked for once again. */
async function readBack(
  deps: ActuatorDeps,
  cases: readonly Attempt[],
  pass: Pass,
): Promise<readonly (readonly [Attempt, Sighting | undefined])[]> {
  const first = await reread(
    deps,
    cases.map(({ agent }) => agent.id),
    pass,
  );
  const usable = (each: Attempt, from: ReadonlyMap<string, Sighting>): Sighting | undefined => {
    const sighting = from.get(each.agent.id);
    if (sighting === undefined) return undefined;
    const { agent, observation } = sighting;
    const { tokenIssuedAt } = observation;
    // Still there, and perhaps in a conversation: not to be put Offline once more.
    if (readingOf(agent, observation, each.memory, pass.context.policy).kind === 'unknown') return undefined;
    // A stamp is withheld that would tell of a person: folding passes over such a reading.
    if (deps.population.peek(sighting, pass.context).verdict.reason === 'unknown') return undefined;
    return tokenIssuedAt === undefined && each.memory.logoff?.former.tokenAt !== undefined
      ? undefined
      : sighting;
  };
  const again = cases.filter((each) => usable(each, first) === undefined).map(({ agent }) => agent.id);
  const second = await reread(deps, again, pass);
  return cases.map((each) => [each, usable(each, first) ?? usable(each, second)] as const);
}

/** Folds the look and settles the outcome; false when it shows that nothing has happened at all. */
function settleByLook(deps: ActuatorDeps, each: Attempt, sighting: Sighting, pass: Pass): boolean {
  const before = each.memory;
  const { memory = before, verdict, events } = deps.population.look(sighting, pass.context);
  each.memory = memory;
  const newerToken = isNewer(sighting.observation.tokenIssuedAt, before.logoff?.former.tokenAt);
  if (memory.last.presence === 'OFFLINE') {
    if (newerToken) settle(each, 'unverified', 'newer_token');
    else settle(each, 'verified', undefined);
    return true;
  }
  const signed = memory.episode.sign !== undefined && memory.episode.sign.at !== before.episode.sign?.at;
  if (!signed && !newerToken && events.length === 0) {
    if (!isLeftAlone(verdict)) return false;
    settle(each, 'unverified', verdict.reason);
    return true;
  }
  settle(each, 'unverified', signed ? 'sign' : 'returned');
  return true;
}

async function onceMore(
  deps: ActuatorDeps,
  each: Attempt,
  { observation }: Sighting,
  pass: Pass,
): Promise<void> {
  settle(each, 'unverified', 'no_effect');
  const result = await deps.effects.perform(
    'offline',
    each.agent,
    observation.at + READING_LASTS,
    pass.signal,
  );
  const now = deps.directory.serverNow();
  // Its effect will be ours as well; without one, the enforcer did not cause what follows.
  each.memory = result.ok ? noteOfflineAgain(each.memory, now) : endLogoff(each.memory, now);
  deps.population.put(each.memory);
}

function settle(each: Attempt, outcome: 'verified' | 'unverified', reason: string | undefined): void {
  each.outcome = outcome;
  each.reason = reason;
}
