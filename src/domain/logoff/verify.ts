/**
 * An action counts when a later look shows that it worked. Offline and no newer token is verified, also where the platform had no
 * time for the rest. Where nothing at all has happened, Offline is set once more; where a person or a browser has come back
 * since, nothing is: the sweeps and the ladder answer that. Pure.
 */
import type { Sighting } from '../agent.ts';
import { endLogoff, noteOfflineAgain } from '../tracking/own-logoff.ts';
import type { Watch } from '../judging/evaluate.ts';
import type { Instant } from '../time/time.ts';
import { ending, over, type Attempt, type Ending, type Stage, type Step } from './attempt.ts';
import type { ActionResult } from './result.ts';
import { isLeftAlone, READING_LASTS, revalidate, tellsOutcome, type Found } from './revalidate.ts';

type Verifying = Extract<Stage, { kind: 'verify' }>;

/** The look after the actions. One that cannot tell is made a second time. */
export function afterVerifying(
  attempt: Attempt,
  stage: Verifying,
  sighting: Sighting | undefined,
  watch: Watch,
): Step {
  if (sighting === undefined) return afterBlindLook(attempt, stage);
  const found = revalidate(attempt.state, sighting, watch);
  const { agent, observation } = sighting;
  if (!tellsOutcome(found, attempt.state, observation)) return afterBlindLook(attempt, stage);
  const { evaluation, state } = found;
  return {
    attempt: settled({ ...attempt, state }, stage.part, found, observation.at),
    seen: { agent, evaluation },
  };
}

function afterBlindLook(attempt: Attempt, { part, second }: Verifying): Step {
  if (!second) return { attempt: { ...attempt, stage: { kind: 'verify', part, second: true } } };
  return { attempt: over(attempt, part ?? ending('unverified', 'unread')) };
}

function settled(attempt: Attempt, part: Ending | undefined, found: Found, readAt: Instant): Attempt {
  const came = whatCameOfIt(found);
  // What failed stays on record as the reason; the outcome says whether the agent is off.
  if (part !== undefined)
    return over(attempt, came?.outcome === 'verified' ? { ...part, ...VERIFIED } : part);
  if (came !== undefined) return over(attempt, came);
  return { ...attempt, stage: { kind: 'once_more', notAfter: readAt + READING_LASTS } };
}

const VERIFIED = { outcome: 'verified' } as const;

/** `undefined` when the look shows that nothing has happened at all. */
function whatCameOfIt({ evaluation, offline, newToken, signed, returned }: Found): Ending | undefined {
  if (offline) return newToken ? ending('unverified', 'newer_token') : ending('verified');
  if (signed) return ending('unverified', 'sign');
  if (newToken || returned) return ending('unverified', 'returned');
  return isLeftAlone(evaluation) ? ending('unverified', evaluation.verdict.reason) : undefined;
}

/** Offline was asked for once more. Its effect is ours as well; without one, the enforcer did not cause what follows. */
export function afterOnceMore(attempt: Attempt, { ok }: ActionResult, now: Instant): Step {
  const state = ok ? noteOfflineAgain(attempt.state, now) : endLogoff(attempt.state, now);
  return { attempt: over({ ...attempt, state }, ending('unverified', 'no_effect')) };
}
