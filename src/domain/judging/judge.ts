/**
 * judge(state, observation, ...) -> Verdict: what the policy says of one agent now. Everything that protects is asked
 * first; only who passes all of it can be due.
 */
import { shownIn, type Agent, type Observation, type Unknown, type WholeObservation } from '../agent.ts';
import { countable } from '../tracking/clocks.ts';
import { actionsAtPlace, partOfRung, quietBetweenRepeats, stillCalledFor } from './ladder.ts';
import {
  ladderInForce,
  placeIn,
  silentReturnOf,
  type AgentState,
  type Cause,
  type LadderPlace,
} from '../tracking/state.ts';
import type { Action, ClockName, Exemption, Mode, Policy, Profile, Returns, Rung } from '../policy/policy.ts';
import {
  assess,
  assessWhole,
  concernOf,
  conversationsIn,
  isFoldable,
  isTakenIn,
  whatIsMissing,
  withheldIn,
  type Concern,
} from '../tracking/reading.ts';
import type { Duration, Instant } from '../time/time.ts';
import { areShifts, isKnown, isScheduled, type Shifts } from '../time/shifts.ts';
import { rulesInState } from '../policy/rules-in-state.ts';
import { matches, whenHolds, type Fit } from '../policy/when.ts';
import { isNearPeak } from '../licence/near-peak.ts';
import { isDue, nextOf, weighIn, whyNotDue, type Weighed } from './weigh.ts';

export { profileOf } from '../policy/when.ts';

/** Why an agent is, or is not, due. Closed: each verdict has exactly one. */
export const REASONS = [
  'due', //             a rule's limit is reached
  'ladder_due', //      a silent return is answered
  'observed', //        due, but only by rules that observe: by their mode, or below the peak
  'waiting', //         a rule's condition holds, its clock runs
  'warned', //          past the limit less the warning; told, or to be told
  'outside_hours', //   a rule's condition holds, outside its hours
  'no_rule', //         no rule's condition holds
  'waiting_on_queue', // a rule's condition holds, and waits on queue: that is work
  'ladder_waiting', //  back by a silent return, the answer comes after the wait
  'held', //            past the last rung with `repeat: never`
  'grace', //           just returned
  'engaged', //         handling an interaction
  'exempt', //          an exemption fits
  'no_profile', //      no profile fits
  'names_unsure', //    the meaning of a name in the policy is in doubt
  'offline', //         gone already
  'unknown', //         something is missing, unheard of or contradictory
] as const;
export type Reason = (typeof REASONS)[number];

/** The detail of `observed` where a rule acts only near the licence peak, and the head-count is below it. */
export const BELOW_PEAK = 'below_peak';

/** One log-off that the policy calls for. */
export interface Due {
  readonly ruleId: string;
  readonly mode: Mode;
  readonly actions: readonly Action[];
  /** A silent return is answered; otherwise a rule's limit is reached. */
  readonly byLadder: boolean;
  /** Index of the ladder's rung; `undefined` for a plain rule. */
  readonly rung: number | undefined;
  readonly clock: ClockName;
  readonly measured: Duration;
  readonly limit: Duration;
  /** How far past its limit. */
  readonly overdue: Duration;
  readonly cause: Cause;
  /** The rule enforces, and observes because the head-count is not near the licence peak. */
  readonly belowPeak?: boolean;
}

export interface Verdict {
  readonly agentId: string;
  readonly profile: string | undefined;
  readonly reason: Reason;
  /** With `due`, `ladder_due` and `observed`. */
  readonly due: Due | undefined;
  /** Due rules in observe mode, reported beside. */
  readonly observed: readonly Due[];
  /** What protects, in a word: the exemption's label, the missing part, `below_peak`. */
  readonly detail: string | undefined;
  /** With `unknown`: what of the reading cannot be built on, and why. */
  readonly unknown: readonly Unknown[];
  /** The next moment at which this could become due if nothing happened. */
  readonly nextAt: Instant | undefined;
}

/** The first exemption in force that fits, or, with `unknown`, one that hangs on a schedule that does not tell. */
export function exemptionOf(
  agent: Agent,
  observation: WholeObservation,
  policy: Policy,
  now: Instant,
  shifts = agent.shifts,
  wanted: Exclude<Fit, 'no'> = 'yes',
): Exemption | undefined {
  if (policy.exempt.length === 0) return undefined;
  const shown = shownIn(observation);
  for (const exemption of policy.exempt) {
    const { until, when, match } = exemption;
    if (until !== undefined && now >= until) continue;
    if (fitOfSchedule(exemption, shifts, now) !== wanted) continue;
    if ((when === undefined || whenHolds(when, shown)) && matches(match, agent)) return exemption;
  }
  return undefined;
}

/** How an agent's schedule stands to an exemption; one that asks for none fits each. */
export function fitOfSchedule({ scheduled }: Exemption, shifts: Shifts | undefined, now: Instant): Fit {
  return scheduled === undefined ? 'yes' : isScheduled(scheduled, shifts, now);
}

/**
 * Judges one agent. `state` must have been tracked with `observation`; it is `undefined` while no whole reading has been
 * had. Callers that have what concerns the agent at hand pass it in. Pure, and a predicate: nothing is remembered by
 * judging.
 */
export function judge(
  agent: Agent,
  state: AgentState | undefined,
  observation: Observation,
  policy: Policy,
  now: Instant,
  concern: Concern = concernOf(agent, policy),
): Verdict {
  const { profile } = concern;
  if (state === undefined || !isFoldable(observation, state, concern)) {
    const unread = assess(observation, state, concern);
    return sayUnknown(concern, unread.kind === 'unknown' ? unread.unknown : NOTHING);
  }
  // A reading that was not taken in: what it shows cannot be told yet.
  if (!isTakenIn(state, observation) && conversationsIn(observation) !== 'possibly')
    return sayUnknown(concern, withheldIn(state, observation));
  const exemption = exemptionOf(agent, observation, policy, now, state.shifts);
  if (exemption !== undefined) return say(concern, 'exempt', { detail: exemption.label });
  if (profile === undefined) return say(concern, 'no_profile');
  const reading = assessWhole(observation);
  if (reading.kind === 'unknown') return sayUnknown(concern, reading.unknown);
  if (reading.kind !== 'free') return say(concern, reading.kind);
  const mayFit = exemptionOf(agent, observation, policy, now, state.shifts, 'unknown');
  return mayFit === undefined
    ? judgeIdle(state, profile, policy.mode, now, concern)
    : sayUnknown(concern, SCHEDULE_UNKNOWN);
}

function sayUnknown(concern: Concern, unknown: readonly Unknown[]): Verdict {
  return say(concern, 'unknown', { detail: whatIsMissing(unknown), unknown });
}

/** Nothing protects: the ladder judges, or grace holds, or the rules judge. */
function judgeIdle(s: AgentState, profile: Profile, mode: Mode, now: Instant, concern: Concern): Verdict {
  const { returns } = profile;
  const ladder = ladderInForce(s, returns, now);
  const place = ladder && placeIn(ladder);
  const unanswered = unansweredReturn(s, place);
  if (place !== undefined && unanswered !== undefined && stillCalledFor(place.cause, profile)) {
    if (mode === 'enforce') return judgeLadder(s, place, unanswered, profile, now, concern);
  }
  const graceEnd = (s.episode.graceFrom ?? -Infinity) + returns.grace;
  if (now < graceEnd) return say(concern, 'grace', { nextAt: graceEnd });
  return judgeRules(s, place, profile, mode, now, concern);
}

type More = Partial<Omit<Verdict, 'agentId' | 'reason' | 'profile'>>;

/** Whether an exemption protects hangs on a schedule that was not read, or long ago. The reading itself is whole. */
export const SCHEDULE_UNKNOWN: readonly Unknown[] = [{ part: 'schedule', why: 'missing' }];

const NOTHING: readonly Unknown[] = [];
const NONE_DUE: readonly Due[] = [];
const NO_MORE: More = {};

/** Written out key by key and without a closure: 50,000 agents get a verdict each sweep. */
function say({ agent, profile }: Concern, reason: Reason, more: More = NO_MORE): Verdict {
  return {
    agentId: agent.id,
    profile: profile?.name,
    reason,
    due: more.due,
    observed: more.observed ?? NONE_DUE,
    detail: more.detail,
    unknown: more.unknown ?? NOTHING,
    nextAt: more.nextAt,
  };
}

/** The silent return that the ladder has to answer, and with which rung. */
interface Unanswered {
  readonly returnedAt: Instant;
  readonly rung: number;
}

function unansweredReturn(s: AgentState, place: LadderPlace | undefined): Unanswered | undefined {
  if (place === undefined || place.kind === 'parked') return undefined;
  if (place.kind === 'returned') return { returnedAt: place.returnedAt, rung: place.rung };
  // Answered, and still there without having come back: the answer had no effect, and the same rung is tried again.
  const silent = silentReturnOf(s);
  if (silent === undefined || place.rung === 0) return undefined;
  return { returnedAt: silent.at, rung: place.rung - 1 };
}

/** The rung that answers a return, and what must have passed before it does. */
interface Answer {
  readonly rung: number;
  readonly measured: Duration;
  readonly limit: Duration;
}

/** While on the ladder it alone judges. */
function judgeLadder(
  s: AgentState,
  place: LadderPlace,
  unanswered: Unanswered,
  profile: Profile,
  now: Instant,
  concern: Concern,
): Verdict {
  const { returns } = profile;
  const answer = answerTo(unanswered, s, place, returns, now);
  if (answer === undefined) return say(concern, 'held');
  const { rung, measured, limit } = answer;
  if (measured < limit) return say(concern, 'ladder_waiting', { nextAt: now + limit - measured });
  const { actions, from } = partOfRung(returns.ladder[rung]?.actions ?? [], rung, s, returns, now);
  if (now < from) return say(concern, 'ladder_waiting', { nextAt: from });
  const { ruleId, clock } = place.cause;
  const overdue = measured - limit;
  const cause = place.cause;
  const due: Due = {
    ruleId,
    mode: 'enforce',
    actions,
    byLadder: true,
    rung,
    clock,
    measured,
    limit,
    overdue,
    cause,
  };
  return say(concern, 'ladder_due', { due, nextAt: now });
}

/**
 * The next rung, its wait counted from the return; after the last one that again, the repeat counted from the last log-off,
 * and in between the quiet one where it serves. `undefined` when the agent is held.
 */
function answerTo(
  { returnedAt, rung: next }: Unanswered,
  s: AgentState,
  place: LadderPlace,
  returns: Returns,
  now: Instant,
): Answer | undefined {
  const { ladder, repeat } = returns;
  const afterWait = (rung: number, { wait }: Rung): Answer => {
    return { rung, measured: countable(returnedAt, now, s.leftOut, undefined), limit: wait };
  };
  const upper = ladder[next];
  if (upper !== undefined) return afterWait(next, upper);
  if (repeat === 'never' || ladder.length === 0) return undefined;
  const repeated = { rung: ladder.length - 1, measured: now - place.lastLogoffAt, limit: repeat };
  const quiet = quietBetweenRepeats(place, returns);
  return repeated.measured >= repeat || quiet === undefined ? repeated : afterWait(0, quiet);
}

function judgeRules(
  s: AgentState,
  place: LadderPlace | undefined,
  profile: Profile,
  mode: Mode,
  now: Instant,
  concern: Concern,
): Verdict {
  const { holding, leavesAlone } = rulesInState(profile, s.last);
  // Most rules do not hold for most agents: those are not measured.
  if (holding.length === 0) return say(concern, leavesAlone ? 'waiting_on_queue' : 'no_rule');
  const { peakShare } = concern;
  const weighed = holding.map((rule) => weighIn(rule, s, now, true, isNearPeak(rule, peakShare)));
  if (!weighed.some(isDue)) return say(concern, whyNotDue(weighed), notYet(weighed, s, now));
  const dues = weighed.filter(isDue).map((w) => dueOf(w, s, place, profile, mode));
  const observed = dues.filter((due) => due.mode === 'observe');
  const enforced = dues.find((due) => due.mode === 'enforce');
  if (enforced === undefined) return sayObserved(concern, observed, weighed, now);
  const { actions, from } = partOfRung(enforced.actions, enforced.rung, s, profile.returns, now);
  if (now < from) return say(concern, 'ladder_waiting', { observed, nextAt: from });
  return say(concern, 'due', { due: { ...enforced, actions }, observed, nextAt: now });
}

/** When a rule may be due, and, where no schedule is known by which it would count, that. */
function notYet(weighed: readonly Weighed[], { shifts }: AgentState, now: Instant): More {
  const isUnscheduled =
    weighed.some(({ rule }) => rule.hours !== undefined && areShifts(rule.hours)) && !isKnown(shifts, now);
  return { nextAt: nextOf(weighed), detail: isUnscheduled ? 'no schedule is known' : undefined };
}

/** What observes only until the peak is near has no time at which it acts: another rule may. */
function sayObserved(
  concern: Concern,
  observed: readonly Due[],
  weighed: readonly Weighed[],
  now: Instant,
): Verdict {
  const [due] = observed;
  const waits = observed.every(({ belowPeak }) => belowPeak === true);
  const nextAt = waits ? nextOf(weighed.filter((each) => !isDue(each))) : now;
  return say(concern, 'observed', {
    due,
    observed,
    detail: due?.belowPeak === true ? BELOW_PEAK : undefined,
    nextAt,
  });
}

function dueOf(w: Weighed, s: AgentState, place: LadderPlace | undefined, profile: Profile, mode: Mode): Due {
  const { rule, measured, nearPeak } = w;
  const observes = mode === 'observe' || rule.mode === 'observe';
  const { actions, rung } = actionsAtPlace(place, profile.returns, rule.actions);
  return {
    ruleId: rule.id,
    mode: observes || !nearPeak ? 'observe' : 'enforce',
    actions,
    byLadder: false,
    rung,
    clock: rule.clock,
    measured,
    limit: rule.limit,
    overdue: measured - rule.limit,
    cause: { ruleId: rule.id, clock: rule.clock, measured, state: s.last },
    ...(nearPeak ? {} : { belowPeak: rule.mode === 'enforce' }),
  };
}
