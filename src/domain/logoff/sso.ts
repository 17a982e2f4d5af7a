/**
 * The first part of a rung that ends the SSO session: the identity provider is asked, and the agent's state notes from
 * when on the rest may follow. That rest is due some sweeps later and is judged like any log-off, so that minutes of delay
 * hold up no other agent, and a sign of a person in between stops the rest. Pure.
 */
import { noteSsoEnd, noteSsoPending, withdrawSsoEnd } from '../tracking/own-logoff.ts';
import type { Stay } from '../tracking/state.ts';
import { takeStay } from '../tracking/track.ts';
import { MINUTE, type Duration, type Instant } from '../time/time.ts';
import { ending, endingBy, over, type Attempt, type Ending, type Step } from './attempt.ts';
import type { ActionFault, ActionResult } from './result.ts';

/** Until an answer says better: the longest delay that a provider documents. */
const ASSUMED_DELAY: Duration = 5 * MINUTE;

/** The intention, durable before the provider is asked: a crash repeats no request, and the hour's cap counts it. */
export function intendSsoEnd(attempt: Attempt, now: Instant): Attempt {
  return { ...attempt, state: noteSsoEnd(attempt.state, rungOf(attempt), now, now + ASSUMED_DELAY) };
}

/** No log-off may begin any more: as if the session had not been thought of. */
export function stoppedBeforeProvider(attempt: Attempt): Step {
  return { attempt: over({ ...attempt, state: withdrawSsoEnd(attempt.state) }, STOPPED) };
}

/** The agent has answered a warning: the session goes on. */
export function stayedBeforeProvider(attempt: Attempt, told: Stay, now: Instant): Step {
  const state = takeStay(withdrawSsoEnd(attempt.state), told, now);
  return { attempt: over({ ...attempt, state }, ending('dropped', 'stay')) };
}

const STOPPED: Ending = ending('dropped', 'stopped');

/** The provider was not asked this time: it is asked again in the next sweeps, for a while. */
export function withoutProvider(attempt: Attempt, now: Instant): Step {
  return { attempt: over(pending(attempt, now), STOPPED) };
}

/** The provider answered. One that cannot end the session costs the agent's answer only its edge: the rest follows all the same. */
export function afterProvider(attempt: Attempt, result: ActionResult, askedAt: Instant, now: Instant): Step {
  if (!result.ok) return { attempt: notEnded(attempt, result.fault, askedAt, now) };
  const state = noteSsoEnd(attempt.state, rungOf(attempt), askedAt, now + (result.delay ?? 0));
  const ended: Attempt = { ...attempt, state, performed: ['end_sso_session'] };
  return { attempt: over(ended, ending('sso_ended')) };
}

function notEnded(attempt: Attempt, fault: ActionFault, askedAt: Instant, now: Instant): Attempt {
  const end = endingBy(fault);
  const delay = fault.kind === 'transient' ? fault.delay : undefined;
  if (fault.kind === 'late' || (fault.kind === 'transient' && delay === undefined))
    return over(pending(attempt, now), end);
  // Where no answer came the session may have been ended: its delay is waited for. Otherwise there is nothing to wait for.
  const state = noteSsoEnd(attempt.state, rungOf(attempt), askedAt, now + (delay ?? 0));
  return over({ ...attempt, state }, end);
}

function pending(attempt: Attempt, now: Instant): Attempt {
  const state = noteSsoPending(attempt.state, rungOf(attempt), now, attempt.knownBefore.episode.ladder);
  return { ...attempt, state };
}

function rungOf({ due }: Attempt): number {
  return due.rung ?? 0;
}
