/**
 * revalidate(state, sighting, watch) -> Found: is this still the agent that was decided on? Asked before the first action, between
 * two actions, after the last one, and of agents whom an interruption left in the middle. The facts are found here and nowhere
 * else; how many of them must hold differs by the moment, and each moment has its function below.
 */
import type { Observation, Sighting } from '../agent.ts';
import { contextFor, evaluate, type Evaluation, type Watch } from '../judging/evaluate.ts';
import type { Reason } from '../judging/judge.ts';
import type { AgentState } from '../tracking/state.ts';
import { assess, type Reading } from '../tracking/reading.ts';
import { isNewer } from '../tracking/state.ts';
import type { StoredEvent } from '../record.ts';
import { MINUTE, SECOND, type Duration, type Instant } from '../time/time.ts';
import { hasSigned, hasStayed, leftInTheMiddle, type LeftInTheMiddle } from './known.ts';

/** A reading older than this is not acted on. */
export const READING_LASTS: Duration = 10 * SECOND;

/** What one more look shows of an agent who is being logged off. */
export interface Found {
  readonly evaluation: Evaluation;
  /** With what the look shows. */
  readonly state: AgentState;
  readonly reading: Reading['kind'];
  readonly offline: boolean;
  /** A person has shown a sign. */
  readonly signed: boolean;
  /** The sign is an answer to a warning. */
  readonly stayed: boolean;
  /** A browser, or a person by it, has come back. */
  readonly returned: boolean;
  /** There is a newer token than at the beginning of the log-off. */
  readonly newToken: boolean;
}

/** Folds and judges one more look. `known` is what is remembered, with our own log-off as far as it has come. Pure. */
export function revalidate(known: AgentState, { agent, observation }: Sighting, watch: Watch): Found {
  const context = contextFor(agent, watch);
  const evaluation = evaluate(known, observation, context, watch.policy);
  const state = evaluation.state ?? known;
  return {
    evaluation,
    state,
    reading: assess(observation, known, context).kind,
    offline: state.last.presence === 'OFFLINE',
    signed: hasSigned(state, known) || hasStayed(state, known),
    stayed: hasStayed(state, known),
    returned: evaluation.events.length > 0,
    newToken: isNewer(observation.tokenIssuedAt, known.logoff?.former.tokenAt),
  };
}

/** Why the rest of a log-off under way must not follow, if so: anything but our own doing has happened. */
export function whyStop(found: Found): string | undefined {
  const { evaluation, signed, returned } = found;
  const protects = whyProtected(found);
  if (protects !== undefined) return protects;
  if (isLeftAlone(evaluation)) return evaluation.verdict.reason;
  if (signed) return found.stayed ? 'stay' : 'sign';
  return returned ? 'returned' : undefined;
}

/** The agent handles an interaction, or may do so. */
export function whyProtected({ reading }: Pick<Found, 'reading'>): 'unknown' | 'engaged' | undefined {
  return reading === 'unknown' || reading === 'engaged' ? reading : undefined;
}

/**
 * Why an agent who left the queue by themselves, at the moment in which we asked for it, must not be logged off as planned, if so.
 * Nothing has been done to them yet: they have to be due.
 */
export function whyNotDue({ evaluation, signed, returned }: Found): string | undefined {
  if (signed) return 'sign';
  if (evaluation.verdict.due === undefined) return evaluation.verdict.reason;
  return returned ? 'returned' : undefined;
}

/**
 * Whether a look after a log-off can tell what became of it. An agent who may be in a conversation is not to be set Offline once
 * more; a stamp that is withheld may be a person's; without the token nothing is known of the session.
 */
export function tellsOutcome({ evaluation, reading }: Found, known: AgentState, o: Observation): boolean {
  if (reading === 'unknown' || evaluation.verdict.reason === 'unknown') return false;
  return o.tokenIssuedAt !== undefined || known.logoff?.former.tokenAt === undefined;
}

/** Whether a verdict says that nothing more must be done, whatever came of the log-off so far. */
export function isLeftAlone({ verdict }: Evaluation): boolean {
  return LEFT_ALONE.has(verdict.reason);
}

const LEFT_ALONE: ReadonlySet<Reason> = new Set(['exempt', 'no_profile', 'names_unsure', 'unknown']);

/**
 * The agent shows neither the presence of before nor the one that leaving the queue brings, be it one that is not
 * known, or they went back to the queue at once: it is their own choice.
 */
export function hasChosen(before: Observation, now: Observation | undefined): boolean {
  const system = now?.presence?.system;
  const isBack = now?.routing?.status === 'IDLE' && isNewer(now.routing.since, before.routing?.since);
  return isBack || (system !== undefined && system !== 'AVAILABLE' && system !== before.presence?.system);
}

/** Later it would take the agent by surprise. */
const STILL_FRESH: Duration = 5 * MINUTE;
/** A request of ours that was sent in time is done within this. */
const REQUEST_TRAVEL_TIME: Duration = 3 * SECOND;

/**
 * The presence to put back after an interruption, if everything says that the enforcer took the agent off the queue and nothing
 * has changed since: the stamp is of the moment of that action, the interaction began in that moment too, and goes on.
 */
export function presenceToRestore(
  intent: StoredEvent,
  m: AgentState | undefined,
  now: Instant,
): string | undefined {
  const left = m && leftInTheMiddle(m);
  if (left?.isAsWeLeftThem !== true || !isOf(intent, left)) return undefined;
  const isFresh = now - intent.at <= STILL_FRESH;
  return isFresh && slippedIn(left, intent.at) ? left.presenceBefore : undefined;
}

/** The log-off that this intention began took the agent off the queue, as far as is known. */
function isOf(
  { at, actions = [] }: StoredEvent,
  { begunAt, isSettled, wasOnQueue }: LeftInTheMiddle,
): boolean {
  const same = Math.abs(begunAt - at) <= SECOND && !isSettled;
  return same && actions.includes('off_queue') && wasOnQueue;
}

/** An interaction began just before the agent was taken off the queue, at the moment of our own action. Not where a stamp is missing. */
function slippedIn(
  { presenceSince: taken = NaN, routingSince: began = NaN }: LeftInTheMiddle,
  at: Instant,
): boolean {
  return (
    began <= taken &&
    began >= at - READING_LASTS &&
    taken >= at - REQUEST_TRAVEL_TIME &&
    taken <= at + READING_LASTS + REQUEST_TRAVEL_TIME
  );
}
