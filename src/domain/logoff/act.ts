/** The actions of an attempt: off the queue first, one more look at those agents, then the others in their order. Pure. */
import type { Observation, Sighting } from '../agent.ts';
import { endLogoff, finishLogoff, noteDone } from '../tracking/own-logoff.ts';
import type { Stay } from '../tracking/state.ts';
import { takeStay } from '../tracking/track.ts';
import type { Watch } from '../judging/evaluate.ts';
import type { Action } from '../policy/policy.ts';
import { SECOND, type Duration, type Instant } from '../time/time.ts';
import {
  endEarly,
  ending,
  endingBy,
  over,
  toActions,
  toVerify,
  withLeft,
  type Attempt,
  type Stage,
  type Step,
} from './attempt.ts';
import type { ActionFault, ActionResult } from './result.ts';
import {
  hasChosen,
  isLeftAlone,
  READING_LASTS,
  revalidate,
  whyNotDue,
  whyProtected,
  whyStop,
  type Found,
} from './revalidate.ts';
import { ACTION_TABLE, takesOff } from '../policy/actions.ts';

/** Our clock of the platform and its stamps may lie this far apart. */
const STAMPS_APART: Duration = 3 * SECOND;
/** So often one action is begun anew after another look. */
const MOST_LOOKS = 3;

/** Leaving the queue was answered. */
export function afterQueue(attempt: Attempt, result: ActionResult, now: Instant): Step {
  if (result.ok)
    return noted({ ...withDone(attempt, 'off_queue'), stage: { kind: 'slipped', refused: undefined } });
  const { fault } = result;
  if (fault.kind === 'refused' && fault.perhapsSo !== undefined)
    return { attempt: { ...attempt, stage: { kind: 'slipped', refused: fault } } };
  return { attempt: endEarly(attempt, endingBy(fault), now) };
}

/**
 * The look after leaving the queue. If an interaction began before the agent was taken off it, or may have, their presence, and with
 * it the queue, is put back.
 */
export function afterSlip(
  attempt: Attempt,
  refused: ActionFault | undefined,
  sighting: Sighting | undefined,
  watch: Watch,
  now: Instant,
): Step {
  const observation = sighting?.observation;
  const isLeft = refused !== undefined && isLeftByNow(attempt, refused, observation);
  const each = isLeft ? withDone(attempt, 'off_queue') : attempt;
  const isOurs = each.performed.includes('off_queue');
  if (sighting === undefined) return { attempt: backOut(each, 'unread', observation, isOurs, now) };
  const known = finishLogoff(each.state, now, each.performed);
  const found = revalidate(known, sighting, watch);
  const why = whyBackOut(each, found, sighting.observation);
  if (why !== undefined) return { attempt: backOut(each, why, observation, isOurs, now) };
  if (isOurs) return leftByUs(each, found, sighting, now);
  return leftByThemselves(each, refused, found, sighting, now);
}

/** Nothing but the queue was left a moment ago: what else the look shows is a person's doing, or protects. */
function whyBackOut(attempt: Attempt, found: Found, observation: Observation): string | undefined {
  const why = whyProtected(found);
  if (why !== undefined) return why;
  if (found.stayed) return 'stay';
  if (hasChosen(attempt.before, observation)) return 'sign';
  return isLeftAlone(found.evaluation) ? found.evaluation.verdict.reason : undefined;
}

/** The queue was left just when we asked for that, whatever the answer was. */
function isLeftByNow({ state }: Attempt, refused: ActionFault, now: Observation | undefined): boolean {
  if (now?.routing?.status !== 'OFF_QUEUE') return false;
  if (refused.kind === 'refused' && refused.perhapsSo === 'by_us') return true;
  return (now.routing.since ?? -Infinity) >= (state.logoff?.from ?? Infinity) - STAMPS_APART;
}

function backOut(
  attempt: Attempt,
  reason: string,
  now: Observation | undefined,
  isOurs: boolean,
  serverNow: Instant,
): Attempt {
  const presenceId = attempt.before.presence?.definitionId;
  if (!isOurs || presenceId === undefined || hasChosen(attempt.before, now))
    return endEarly(attempt, ending('dropped', reason), serverNow);
  // Much later it would take a person by surprise who has gone on to something else.
  const notAfter = (now?.at ?? serverNow) + READING_LASTS;
  return { ...attempt, stage: { kind: 'restore', presenceId, notAfter, reason } };
}

/** The presence was put back, or could not be. */
export function afterRestore(attempt: Attempt, reason: string, now: Instant): Step {
  return { attempt: endEarly(attempt, ending('dropped', reason), now) };
}

/**
 * Takes in what leaving the queue did by itself, so that the look after the log-off cannot take its stamps for those of
 * an agent who left and came back.
 */
function leftByUs(attempt: Attempt, found: Found, { agent, observation }: Sighting, now: Instant): Step {
  const next = { ...attempt, readAt: observation.at };
  const { evaluation, state, signed, returned } = found;
  // Stamps that contradict the clock are not worth a sign here: nothing but the queue was left a moment ago.
  if (signed || returned) return { attempt: toActions(next, now) };
  return { attempt: toActions({ ...next, state }, now), seen: { agent, evaluation } };
}

/** Leaving the queue was refused: where a look shows that it was left already, that is as good. */
function leftByThemselves(
  attempt: Attempt,
  refused: ActionFault | undefined,
  found: Found,
  { agent, observation }: Sighting,
  now: Instant,
): Step {
  const isLeft = observation.routing?.status === 'OFF_QUEUE';
  if (!isLeft && refused !== undefined) return { attempt: endEarly(attempt, endingBy(refused), now) };
  const { evaluation, state } = found;
  const next = { ...attempt, state, readAt: observation.at };
  const why = whyNotDue(found);
  const seen = { agent, evaluation };
  if (why !== undefined) return { attempt: endEarly(next, ending('dropped', why), now), seen };
  return { attempt: toActions(withDone(next, 'off_queue'), now), seen };
}

/** One of the other actions was answered. */
export function afterAction(
  attempt: Attempt,
  { left, looks }: Extract<Stage, { kind: 'actions' }>,
  result: ActionResult,
  now: Instant,
): Step {
  const [action, ...rest] = left;
  if (action === undefined) return { attempt };
  if (result.ok) return noted(withLeft(withDone(attempt, action), rest, now));
  const { fault } = result;
  // With nothing done yet there is nothing to go on with: the next sweep judges anew.
  if (fault.kind !== 'late' || attempt.performed.length === 0)
    return notDone(attempt, action, rest, fault, now);
  if (looks < MOST_LOOKS)
    return { attempt: { ...attempt, stage: { kind: 'again', left, looks: looks + 1 } } };
  return notDone(attempt, action, rest, { ...fault, kind: 'transient' }, now);
}

function notDone(
  attempt: Attempt,
  action: Action,
  rest: readonly Action[],
  fault: ActionFault,
  now: Instant,
): Step {
  const next = { ...attempt, undone: [...attempt.undone, { action, fault }] };
  if (ACTION_TABLE[action].isOptional && fault.kind !== 'late') return { attempt: withLeft(next, rest, now) };
  const end = endingBy(fault);
  // The agent may be off although the platform did not take the last of the actions.
  return {
    attempt:
      fault.kind === 'transient' && takesOff(next.performed)
        ? toVerify(next, end, now)
        : endEarly(next, end, now),
  };
}

/** A look in the middle: the rest follows only where nothing but our own log-off has happened since. */
export function afterWait(
  attempt: Attempt,
  { left, looks }: Extract<Stage, { kind: 'again' }>,
  sighting: Sighting | undefined,
  watch: Watch,
  now: Instant,
): Step {
  if (sighting === undefined) return { attempt: brokenOff(attempt, 'unread', now) };
  // What was not done yet must not be read out of what was.
  const known = finishLogoff(attempt.state, now, attempt.performed);
  const found = revalidate(known, sighting, watch);
  const { evaluation, state } = found;
  const next = { ...attempt, state };
  const seen = { agent: sighting.agent, evaluation };
  const why = whyStop(found);
  if (why !== undefined) return { attempt: brokenOff(next, why, now), seen };
  const stage: Stage = { kind: 'actions', left, looks };
  return { attempt: { ...next, readAt: sighting.observation.at, stage }, seen };
}

function brokenOff(attempt: Attempt, reason: string, now: Instant): Attempt {
  const isOff = attempt.performed.some((action) => action !== 'off_queue');
  return endEarly(attempt, ending(isOff ? 'unverified' : 'dropped', reason), now);
}

/**
 * The agent has answered the warning, and it is known before the next action. Where nothing has taken them off yet, all of it is taken
 * back; where something has, no more of it is done.
 */
export function afterStay(attempt: Attempt, told: Stay, now: Instant): Step {
  const { stage, performed } = attempt;
  if (!STOPPED_BY_STAY.has(stage.kind)) return { attempt };
  if (stage.kind === 'once_more') {
    const ended = over({ ...attempt, state: endLogoff(attempt.state, now) }, ending('unverified', 'stay'));
    return { attempt: withStayTold(ended, told, now) };
  }
  if (takesOff(performed)) return { attempt: withStayTold(brokenOff(attempt, 'stay', now), told, now) };
  const isOurs = performed.includes('off_queue');
  return { attempt: withStayTold(backOut(attempt, 'stay', undefined, isOurs, now), told, now) };
}

/** A presence is put back all the same, and a look after the log-off tells what became of it. */
const STOPPED_BY_STAY: ReadonlySet<Stage['kind']> = new Set([
  'queue',
  'slipped',
  'actions',
  'again',
  'once_more',
]);

function withStayTold(attempt: Attempt, told: Stay, now: Instant): Attempt {
  return { ...attempt, state: takeStay(attempt.state, told, now) };
}

function withDone(attempt: Attempt, action: Action): Attempt {
  return { ...attempt, performed: [...attempt.performed, action] };
}

function noted(attempt: Attempt): Step {
  return { attempt, note: noteDone(attempt.state, attempt.performed) };
}
