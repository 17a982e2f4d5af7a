/**
 * One log-off of one agent, as a state machine: each stage wants one thing of the world, and its answer leads to the next stage. Pure.
 * `advance.ts` goes from stage to stage; who carries out what is wanted is the driver's affair: `controller/actuator/` asks the
 * platform, and the backtest asks history.
 *
 *   queue → slipped → actions ⇄ again
 *              ↓         ↓
 *           restore    verify → once_more          provider
 *
 * and from each of them to `over`.
 */
import type { Agent, Observation, Sighting } from '../agent.ts';
import { endLogoff, finishLogoff, withdrawLogoff, beginLogoff } from '../tracking/own-logoff.ts';
import type { Evaluation } from '../judging/evaluate.ts';
import { profileOf, type Due } from '../judging/judge.ts';
import { enforcedIn } from '../planning/candidates.ts';
import type { AgentState, Stay } from '../tracking/state.ts';
import type { Action, Policy } from '../policy/policy.ts';
import type { Outcome } from '../record.ts';
import type { Instant } from '../time/time.ts';
import type { ActionFault, ActionResult } from './result.ts';
import { READING_LASTS } from './revalidate.ts';
import { isBy } from '../policy/actions.ts';

/** An action that was not done, and why. */
export interface Undone {
  readonly action: Action;
  readonly fault: ActionFault;
}

/** How an attempt ended. `sso_ended`: the identity provider's part of a rung; the rest of it is due later. */
export interface Ending {
  readonly outcome: Exclude<Outcome, 'observed'> | 'sso_ended';
  /** A word of a closed list. */
  readonly reason: string | undefined;
  readonly fault: ActionFault | undefined;
}

/** How far an attempt has come. Closed. */
export type Stage =
  /** On queue: off it first. */
  | { readonly kind: 'queue' }
  /** Did an interaction slip in? `refused`: leaving was refused, perhaps because it was left already. */
  | { readonly kind: 'slipped'; readonly refused: ActionFault | undefined }
  /** The presence of before, and with it the queue, is put back. */
  | {
      readonly kind: 'restore';
      readonly presenceId: string;
      readonly notAfter: Instant;
      readonly reason: string;
    }
  /** The other actions, in their order; `looks` were made because the platform asked for patience. */
  | { readonly kind: 'actions'; readonly left: readonly Action[]; readonly looks: number }
  /** The platform asked for patience in the middle: the agent may be back by now. */
  | { readonly kind: 'again'; readonly left: readonly Action[]; readonly looks: number }
  /** An action counts when a look shows that it worked. `part`: the platform did not take the last of them. */
  | { readonly kind: 'verify'; readonly part: Ending | undefined; readonly second: boolean }
  /** Nothing at all has happened: Offline is set once more. */
  | { readonly kind: 'once_more'; readonly notAfter: Instant }
  /** The session at the identity provider. */
  | { readonly kind: 'provider' }
  | ({ readonly kind: 'over' } & Ending);

/** One log-off of one agent, in progress. */
export interface Attempt {
  readonly agent: Agent;
  readonly due: Due;
  readonly intentId: string;
  /** The reading that was judged just before, and state as it was then. */
  readonly before: Observation;
  readonly knownBefore: AgentState;
  /** Server time of the newest look; what rests on it must follow within `READING_LASTS`. */
  readonly readAt: Instant;
  /** As of the last step. */
  readonly state: AgentState;
  readonly performed: readonly Action[];
  /** Actions that were refused, or did not get through. */
  readonly undone: readonly Undone[];
  readonly stage: Stage;
}

/** What an attempt asks of the world next. Closed. */
export type Want =
  | {
      readonly kind: 'perform';
      readonly action: Action;
      readonly notAfter: Instant;
      /** Nothing has been done yet: only where a log-off may still begin. */
      readonly begins: boolean;
    }
  /** Tell people of this log-off, only where one may still begin if it `begins`. Answered like an action. */
  | { readonly kind: 'tell'; readonly begins: boolean }
  | { readonly kind: 'restore'; readonly presenceId: string; readonly notAfter: Instant }
  /** Read the agent again; `together` with the others of a batch, or at once. */
  | { readonly kind: 'look'; readonly together: boolean };

/** What the world answered. Closed. */
export type Answer =
  | { readonly kind: 'done'; readonly result: ActionResult; readonly askedAt: Instant }
  /** `undefined`: the platform had no reading to give. */
  | { readonly kind: 'seen'; readonly sighting: Sighting | undefined }
  /** No log-off may begin any more. */
  | { readonly kind: 'stopped' }
  /** The agent has answered the warning: what was wanted was not asked of the platform. */
  | { readonly kind: 'stayed'; readonly stay: Stay }
  /** The identity provider answers for no agent: it was not asked. */
  | { readonly kind: 'unreachable' };

/** One step: the attempt as it stands now, and what the driver owes it before the next. */
export interface Step {
  readonly attempt: Attempt;
  /** A look that has entered state: its events are to be accounted for. */
  readonly seen?: { readonly agent: Agent; readonly evaluation: Evaluation };
  /** How far the log-off has come: to be durable before the next action of this agent. */
  readonly note?: AgentState;
}

/** What an attempt wants next; `undefined` when it is over. */
export function wanted({ stage, before, readAt, performed, undone }: Attempt): Want | undefined {
  const notAfter = readAt + READING_LASTS;
  // Once an action has been performed, the attempt is completed.
  const begins = performed.length === 0 && undone.length === 0;
  switch (stage.kind) {
    case 'queue':
      return { kind: 'perform', action: 'off_queue', notAfter: before.at + READING_LASTS, begins };
    case 'provider':
      return { kind: 'perform', action: 'end_sso_session', notAfter: before.at + READING_LASTS, begins };
    case 'actions':
      return nextAction(stage.left[0], notAfter, begins);
    case 'restore':
      return { kind: 'restore', presenceId: stage.presenceId, notAfter: stage.notAfter };
    case 'once_more':
      return { kind: 'perform', action: 'offline', notAfter: stage.notAfter, begins: false };
    case 'slipped':
    case 'verify':
      return { kind: 'look', together: true };
    case 'again':
      return { kind: 'look', together: false };
    case 'over':
      return undefined;
  }
}

function nextAction(action: Action | undefined, notAfter: Instant, begins: boolean): Want | undefined {
  if (action === undefined) return undefined;
  return isBy('channels', action) ? { kind: 'tell', begins } : { kind: 'perform', action, notAfter, begins };
}

/**
 * The order in which the attempts of a batch go on: whatever an agent's interaction may depend on comes first. Those of one turn go
 * on at the same time.
 */
export function turnOf({ stage }: Attempt): number {
  const kind = stage.kind === 'again' ? 'actions' : stage.kind;
  return TURNS.indexOf(kind);
}

const TURNS: readonly Exclude<Stage['kind'], 'again'>[] = [
  'queue',
  'slipped',
  'restore',
  'provider',
  'actions',
  'verify',
  'once_more',
  'over',
];

/** Whether this log-off is the identity provider's part of a rung. */
export function isSsoPart({ due }: Pick<Attempt, 'due'>): boolean {
  return due.rung !== undefined && due.actions.includes('end_sso_session');
}

/**
 * An attempt on an agent who is still due by a fresh look; `undefined` when they are not. Nothing is noted by it: `intend` does
 * that.
 */
export function begin(
  { agent, observation }: Sighting,
  evaluation: Evaluation,
  policy: Policy,
  intentId: string,
): Attempt | undefined {
  const { state, verdict } = evaluation;
  const due = enforcedIn(verdict);
  if (due === undefined || state === undefined || profileOf(agent, policy) === undefined) return undefined;
  const attempt: Attempt = {
    agent,
    due,
    intentId,
    before: observation,
    knownBefore: state,
    readAt: observation.at,
    state,
    performed: [],
    undone: [],
    stage: { kind: 'provider' },
  };
  if (isSsoPart(attempt)) return attempt;
  const leaves = due.actions.includes('off_queue') && state.last.routing !== 'OFF_QUEUE';
  return { ...attempt, stage: leaves ? { kind: 'queue' } : actionsOf(due) };
}

/** The intention: the place on the ladder moves with it. It has to be durable before the first effect. */
export function intend(attempt: Attempt, policy: Policy, now: Instant): Attempt {
  const returns = profileOf(attempt.agent, policy)?.returns;
  if (returns === undefined) return attempt;
  const next = { ...attempt, state: beginLogoff(attempt.state, now, attempt.due, returns) };
  return next.stage.kind === 'actions' ? toActions(next, now) : next;
}

/** An intention that could not be put on record, or may not be there: nothing was asked of the platform, and nothing will be. */
export function notIntended(attempt: Attempt, now: Instant): Attempt {
  return endEarly(attempt, ending('dropped', 'stopped'), now);
}

function actionsOf({ actions }: Due): Extract<Stage, { kind: 'actions' }> {
  return { kind: 'actions', left: actions.filter((action) => action !== 'off_queue'), looks: 0 };
}

/** On to the actions other than leaving the queue. */
export function toActions(attempt: Attempt, now: Instant): Attempt {
  return withLeft(attempt, actionsOf(attempt.due).left, now);
}

/** On to the next of the actions that are left; to the look that verifies when there are none. */
export function withLeft(attempt: Attempt, left: readonly Action[], now: Instant): Attempt {
  if (left.length > 0) return { ...attempt, stage: { kind: 'actions', left, looks: 0 } };
  return toVerify(attempt, undefined, now);
}

/** On to the look that verifies. What was really done is known from here on. */
export function toVerify(attempt: Attempt, part: Ending | undefined, now: Instant): Attempt {
  const finished = finishLogoff(attempt.state, now, attempt.performed);
  const state = part === undefined ? finished : endLogoff(finished, now);
  return { ...attempt, state, stage: { kind: 'verify', part, second: false } };
}

/** The end before any look that verifies. If nothing was done at all, the place on the ladder is taken back. */
export function endEarly(attempt: Attempt, ending: Ending, now: Instant): Attempt {
  const { performed, knownBefore } = attempt;
  const finished = finishLogoff(attempt.state, now, performed);
  const isNothing = performed.length === 0 || ending.outcome === 'dropped';
  const state = isNothing
    ? withdrawLogoff(finished, now, knownBefore.episode.ladder)
    : endLogoff(finished, now);
  return over({ ...attempt, state }, ending);
}

/** The end. */
export function over(attempt: Attempt, ending: Ending): Attempt {
  return { ...attempt, stage: { kind: 'over', ...ending } };
}

/** An ending that a fault of the platform, or of the provider, brought. */
export function endingBy(fault: ActionFault): Ending {
  return { outcome: fault.kind === 'late' ? 'dropped' : 'failed', reason: fault.kind, fault };
}

/** An ending without a fault. */
export function ending(outcome: Ending['outcome'], reason?: string): Ending {
  return { outcome, reason, fault: undefined };
}
