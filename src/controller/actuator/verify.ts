/**
 * Step 5 of carrying out: an action counts when a later look shows that it worked. Offline and no newer token is
 * verified, also where the platform had no time for the rest. Where nothing at all has happened, Offline is set once more;
 * where a person or a browser has come back since, nothing is: the sweeps and the ladder answer that.
 */
import { endLogoff } from '../../domain/judging/ladder.ts';
import { readingOf } from '../../domain/tracking/reading.ts';
import { isNewer } from '../../domain/tracking/signs.ts';
import { READING_LASTS, reread, type Case, type Crew, type Round } from './attempt.ts';
import { placesFor } from './places.ts';
import type { Sighting } from '../../ports/agents.ts';

const CONCURRENCY = 10;

/** Reads back every case whose actions succeeded, and settles its outcome. Never throws. */
export async function verify(crew: Crew, cases: readonly Case[], round: Round): Promise<void> {
  const open = cases.filter((each) => each.outcome === undefined || isDoneInPart(each));
  const withoutEffect: { readonly each: Case; readonly sighting: Sighting }[] = [];
  for (const [each, sighting] of await readBack(crew, open, round)) {
    if (isDoneInPart(each)) settlePart(crew, each, sighting, round);
    else if (sighting === undefined) settle(each, 'unverified', 'unread');
    else if (!settleByLook(crew, each, sighting, round)) withoutEffect.push({ each, sighting });
  }
  const place = placesFor(CONCURRENCY);
  await Promise.all(
    withoutEffect.map(({ each, sighting }) => place(() => onceMore(crew, each, sighting, round))),
  );
}

/** He may be off although the platform did not take the last of the actions. */
function isDoneInPart({ outcome, fault, performed }: Case): boolean {
  const goes = performed.includes('offline') || performed.includes('revoke_tokens');
  return outcome === 'failed' && fault?.kind === 'transient' && goes;
}

/** What failed stays on record as the reason; the outcome says whether the agent is off. */
function settlePart(crew: Crew, each: Case, sighting: Sighting | undefined, round: Round): void {
  const { outcome, reason } = each;
  if (sighting !== undefined) settleByLook(crew, each, sighting, round);
  each.outcome = each.outcome === 'verified' ? 'verified' : outcome;
  each.reason = reason;
}

/** A whole reading of each, where the platform has one to give; what was missing is asked for once again. */
async function readBack(
  crew: Crew,
  cases: readonly Case[],
  round: Round,
): Promise<readonly (readonly [Case, Sighting | undefined])[]> {
  const first = await reread(
    crew,
    cases.map(({ agent }) => agent.id),
    round,
  );
  const usable = (each: Case, from: ReadonlyMap<string, Sighting>): Sighting | undefined => {
    const sighting = from.get(each.agent.id);
    if (sighting === undefined) return undefined;
    const { agent, observation } = sighting;
    const { tokenIssuedAt } = observation;
    // Still there, and perhaps in a conversation: not to be put Offline once more.
    if (readingOf(agent, observation, each.memory, round.context.policy).kind === 'unknown') return undefined;
    return tokenIssuedAt === undefined && each.memory.own?.tokenAt !== undefined ? undefined : sighting;
  };
  const again = cases.filter((each) => usable(each, first) === undefined).map(({ agent }) => agent.id);
  const second = await reread(crew, again, round);
  return cases.map((each) => [each, usable(each, first) ?? usable(each, second)] as const);
}

/** Folds the look and settles the outcome; false when it shows that nothing has happened at all. */
function settleByLook(crew: Crew, each: Case, sighting: Sighting, round: Round): boolean {
  const before = each.memory;
  const { memory = before, events } = crew.population.look(sighting, round.context);
  each.memory = memory;
  const newerToken = isNewer(sighting.observation.tokenIssuedAt, before.own?.tokenAt);
  if (memory.state.presence === 'OFFLINE') {
    if (newerToken) settle(each, 'unverified', 'newer_token');
    else settle(each, 'verified', undefined);
    return true;
  }
  const signed = memory.lastSign !== undefined && memory.lastSign.at !== before.lastSign?.at;
  if (!signed && !newerToken && events.length === 0) return false;
  settle(each, 'unverified', signed ? 'sign' : 'returned');
  return true;
}

async function onceMore(crew: Crew, each: Case, { observation }: Sighting, round: Round): Promise<void> {
  settle(each, 'unverified', 'no_effect');
  const result = await crew.effects.perform(
    'offline',
    each.agent,
    observation.at + READING_LASTS,
    round.signal,
  );
  const now = crew.directory.serverNow();
  const { own } = each.memory;
  // Its effect will be ours as well; without one, whatever follows is somebody else's.
  if (result.ok && own !== undefined) {
    each.memory = {
      ...each.memory,
      own: { ...own, to: now, actions: [...new Set([...own.actions, 'offline' as const])] },
    };
  } else each.memory = endLogoff(each.memory, now);
  crew.population.put(each.memory);
}

function settle(each: Case, outcome: 'verified' | 'unverified', reason: string | undefined): void {
  each.outcome = outcome;
  each.reason = reason;
}
