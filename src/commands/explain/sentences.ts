/** An explanation in sentences: what would happen to the agent and why, what happened last, and what is uncertain. */
import { BELOW_PEAK, type Reason, type Verdict } from '../../domain/judging/judge.ts';
import type { ClockName } from '../../domain/policy/policy.ts';
import type { StoredEvent } from '../../domain/record.ts';
import { formatDuration } from '../../domain/time/time.ts';
import { rungNumber } from '../../texts/printed.ts';
import { evidenceSentences } from './evidence.ts';
import type { Explanation, RuleShown } from './explain.ts';
import type { LadderShown } from './ladder.ts';
import { rolloutSentences } from './rollout.ts';
import { scheduleSentences } from './schedule.ts';
import { CLOCK_TABLE } from '../../domain/policy/clocks.ts';
import { peakSentence } from '../shared/peak-words.ts';
import { exactPercentText } from '../../texts/percent.ts';
import { actionWords, meaningOf, SIGN_WORDS, stateWords } from './words.ts';
import type { Times } from '../shared/times.ts';
import { counted } from '../../texts/counted.ts';

/** The case of one agent; the first sentence is the answer. */
export function sentencesOf(explanation: Explanation, times: Times): readonly string[] {
  const { verdict, agent } = explanation;
  if (verdict === undefined)
    return [`Nothing is known about ${agent.name}: no usable reading is stored.`, ...explanation.caveats];
  return [
    ANSWERS[verdict.reason](explanation, verdict, times),
    ...lastLogoff([...explanation.before, ...explanation.events], times, clocksOf(explanation.rules)),
    ...seenSentence(explanation, times),
    ...rolloutSentences(explanation.rollout),
    ...signSentence(explanation, times),
    ...staySentence(explanation, times),
    ...scheduleSentences(explanation.schedule, times),
    ...(explanation.peak === undefined ? [] : [peakSentence(explanation.peak, times)]),
    ...evidenceSentences(explanation.evidence, times),
    ...explanation.holds.map((hold) => `A log-off is held back now: ${hold}.`),
    ...explanation.caveats,
  ];
}

/** Why nothing is done about an agent whose limit is reached. */
function observesWords({ mode, rules }: Explanation, { due, detail }: Verdict): string {
  if (mode === 'observe') return 'the policy only observes';
  const rule = rules.find(({ id }) => id === due?.ruleId);
  if (detail !== BELOW_PEAK || rule?.peakFrom === undefined) return 'this rule only observes';
  return `this rule acts only from ${exactPercentText(rule.peakFrom)} of the licence peak on, and observes below it`;
}

function clocksOf(rules: readonly RuleShown[]): ReadonlyMap<string, ClockName> {
  return new Map(rules.map(({ id, clock }) => [id, clock]));
}

type Answer = (explanation: Explanation, verdict: Verdict, times: Times) => string;

const ANSWERS: Readonly<Record<Reason, Answer>> = {
  due: (e, v) => `${e.agent.name} is due to be logged off by rule ${named(e, v)}: ${measuredWords(v)}.`,
  observed: (e, v) =>
    `${e.agent.name} would be logged off now by rule ${named(e, v)}, but ${observesWords(e, v)}: ${measuredWords(v)}.`,
  ladder_due: (e, v, times) =>
    `${e.agent.name} is due to be logged off again: ${returnWords(e, times)}, and rung ${rungNumber(v.due?.rung ?? 0)} of the ladder applies (${actionWords(v.due?.actions ?? [])}).`,
  waiting: upcoming,
  warned: (e, v, times) => `${upcoming(e, v, times)} The time for the warning has begun.`,
  outside_hours: (e, v, times) => `${upcoming(e, v, times)} It is outside the rule's hours at present.`,
  no_rule: (e) =>
    `${e.agent.name} would not be logged off: no rule of profile ${e.profile ?? ''} covers ${e.state === undefined ? 'this state' : stateWords(e.state)}.`,
  waiting_on_queue: (e) =>
    `${e.agent.name} would not be logged off: waiting on queue, which counts as work for every rule of profile ${e.profile ?? ''} without waiting_on_queue: true.`,
  ladder_waiting: (e, _v, times) =>
    `${e.agent.name} would be logged off again from ${times.exact(e.next?.at ?? e.now)} on unless a sign of a person is seen before: ${returnWords(e, times)}, and the wait of the next rung is not over.`,
  held: (e, _v, times) =>
    `${e.agent.name} is held: ${returnWords(e, times)} after the last rung of the ladder, and the policy takes no further action (repeat: never).`,
  grace: (e, v, times) =>
    `${e.agent.name} just came back and is left alone until ${times.exact(v.nextAt ?? e.now)} (grace after a return).${e.next === undefined ? '' : ` Unless a sign of a person is seen, rule ${e.next.rule} logs the agent off from ${times.exact(e.next.at)} on.`}`,
  engaged: (e, _v, times) =>
    `${e.agent.name} would not be logged off: handling an interaction${e.engagedSince === undefined ? '' : ` since ${times.short(e.engagedSince)}`}, which always protects.`,
  exempt: (e, v) => `${e.agent.name} would not be logged off: exempt (${v.detail ?? 'by the policy'}).`,
  no_profile: (e) => `${e.agent.name} is left alone: no profile of the policy fits.`,
  names_unsure: (e, v) =>
    `${e.agent.name} would be due, but is left alone: ${v.detail ?? 'the meaning of a name in the policy is in doubt'}.`,
  offline: (e, _v, times) => `${e.agent.name} is Offline${departureWords(e, times)}.`,
  unknown: (e, v, times) => unknownWords(e, v, times),
};

/** What is unknown, in words, and since when, where readings before this one could not be used either. */
function unknownWords({ agent, unread }: Explanation, { detail, unknown }: Verdict, times: Times): string {
  if (unknown.some(({ part }) => part === 'schedule'))
    return `${agent.name} is left alone: an exemption hangs on what they are scheduled for, which is not known, and that protects.`;
  const contradiction = unknown.find(({ why }) => why === 'contradiction');
  const since = unread === undefined ? '' : ` since ${times.exact(unread.since)}`;
  const what =
    contradiction === undefined
      ? `cannot be used${since}${detail === undefined ? '' : ` (${detail})`}`
      : `contradicts itself${since} (presence and routing are ${contradiction.said ?? 'in conflict'}, which cannot both be true)`;
  return `${agent.name} is left alone: the reading ${what}, and an unknown state protects.`;
}

function upcoming(e: Explanation, _verdict: Verdict, times: Times): string {
  const { next } = e;
  if (next === undefined)
    return e.schedule === undefined
      ? `${e.agent.name} waits for a rule whose hours do not begin within a year.`
      : `${e.agent.name} waits for a rule whose hours do not begin as far as the agent's schedule is known.`;
  const rule = e.rules.find(({ id }) => id === next.rule);
  const at = times.exact(next.at);
  if (rule === undefined) return `${e.agent.name} would be logged off from ${at} on by rule ${next.rule}.`;
  const only = e.mode === 'observe' || rule.mode === 'observe';
  const what = only ? 'reported (observed, not logged off)' : 'logged off';
  const near =
    rule.peakFrom === undefined
      ? ''
      : `, and the head-count is at least ${exactPercentText(rule.peakFrom)} of the licence peak`;
  return `${e.agent.name} would be ${what} by the first sweep from ${at} on, by rule ${titled(rule)}, if nothing happens${near}: ${ruleWords(e, rule)}.`;
}

function ruleWords({ state }: Explanation, { measured, limit, clock, hours }: RuleShown): string {
  const where = state === undefined ? '' : `${stateWords(state)}; `;
  const counted = hours === undefined ? '' : `, counted only ${hours}`;
  return `${where}${formatDuration(measured)} of ${formatDuration(limit)} ${CLOCK_TABLE[clock].afterMeasured}${counted}`;
}

function titled({ id, description }: RuleShown): string {
  return description === undefined ? id : `${id} ("${description}")`;
}

function named({ rules }: Explanation, { due }: Verdict): string {
  const rule = rules.find(({ id }) => id === due?.ruleId);
  return rule === undefined ? (due?.ruleId ?? '') : titled(rule);
}

function measuredWords({ due }: Verdict): string {
  if (due === undefined) return '';
  return `${formatDuration(due.measured)} ${CLOCK_TABLE[due.clock].afterMeasured}, the limit is ${formatDuration(due.limit)}`;
}

function returnWords({ back, ladder }: Explanation, times: Times): string {
  const at = ladder?.returnedAt ?? back?.at;
  if (at === undefined) return 'the last log-off had no effect';
  const gone = back?.after === 'enforcer' ? 'our log-off' : 'going';
  const after = back?.delay === undefined ? '' : `, ${formatDuration(back.delay)} after ${gone}`;
  return `the browser came back by itself at ${times.exact(at)}${after}, and no sign of a person has been seen since`;
}

function departureWords({ departure }: Explanation, times: Times): string {
  if (departure === undefined) return '';
  const by =
    departure.by === 'enforcer'
      ? ', logged off by this service'
      : '; not by this service: logged out, closed the client, or the platform did it';
  return ` since ${times.exact(departure.at)}${by}`;
}

function seenSentence({ asOf, now, state, profile, basis }: Explanation, times: Times): readonly string[] {
  if (asOf === undefined || state === undefined) return [];
  const look = basis === 'live' ? 'Read' : 'Last seen';
  const age = basis === 'live' ? '' : `, ${formatDuration(now - asOf)} ago`;
  const whose = profile === undefined ? 'no profile' : `profile ${profile}`;
  return [`${look} at ${times.exact(asOf)}${age}: ${stateWords(state)}; ${whose}.`];
}

function signSentence(
  { lastSign, firstSeenAt, back, engagedSince }: Explanation,
  times: Times,
): readonly string[] {
  if (engagedSince !== undefined) return [];
  const silent =
    back === undefined
      ? ''
      : ' The return of the browser since then is no sign of a person and restarted no clock.';
  if (lastSign !== undefined) {
    return [
      `The last sign of a person was ${SIGN_WORDS[lastSign.kind]} at ${times.exact(lastSign.at)}.${silent}`,
    ];
  }
  if (firstSeenAt === undefined) return [];
  return [`No sign of a person has been seen since watching began at ${times.exact(firstSeenAt)}.${silent}`];
}

/** While an answer to a warning protects. */
function staySentence({ stay, now, asOf = now }: Explanation, times: Times): readonly string[] {
  if (stay === undefined || stay.until <= Math.max(now, asOf)) return [];
  return [
    `The agent answered a warning at ${times.exact(stay.at)}, "I am here": no rule is due before ${times.exact(stay.until)}, whatever its clock shows.`,
  ];
}

const OUTCOMES: readonly string[] = ['verified', 'unverified', 'failed', 'dropped', 'observed'];

/** What came of the last log-off that the record knows, and, where it answered a return, what had brought the first. */
export function lastLogoff(
  events: readonly StoredEvent[],
  times: Times,
  clocks: ReadonlyMap<string, ClockName>,
): readonly string[] {
  const index = events.findLastIndex(({ kind }) => OUTCOMES.includes(kind));
  const last = events[index];
  if (last === undefined) return ['The record knows of no log-off of this agent.'];
  const { kind, rule = '', rung, measured = 0, limit = 0 } = last;
  const at = times.exact(last.at);
  if (rung === undefined) {
    const what = kind === 'observed' ? 'report (observed, not a log-off)' : 'log-off';
    return [
      `The last ${what}, at ${at}, was caused by rule ${rule}: ${numbers(last, clocks)}. Outcome: ${meaningOf(last)}.`,
    ];
  }
  const answer = `The last log-off, at ${at}, answered a return without a person: ${formatDuration(measured)} had passed since it or since the last answer, rung ${rungNumber(rung)} of the ladder waits ${formatDuration(limit)}. Outcome: ${meaningOf(last)}.`;
  const first = events
    .slice(0, index)
    .findLast((each) => each.kind === 'verified' && each.rung === undefined);
  if (first === undefined) return [answer, `The first log-off was by rule ${rule}.`];
  return [
    answer,
    `The first log-off was by rule ${first.rule ?? rule} at ${times.exact(first.at)}: ${numbers(first, clocks)}.`,
  ];
}

/** What a decision was made on; the clock is known only of rules that the policy still has. */
function numbers(
  { rule, measured = 0, limit = 0 }: StoredEvent,
  clocks: ReadonlyMap<string, ClockName>,
): string {
  const clock = clocks.get(rule ?? '');
  const of = clock === undefined ? 'on its clock' : CLOCK_TABLE[clock].afterMeasured;
  return `${formatDuration(measured)} ${of}, the limit was ${formatDuration(limit)}`;
}

/** The ladder in a few sentences. */
export function ladderSentences(ladder: LadderShown, times: Times): readonly string[] {
  const { rungsUsed, rungs, rule, returnedAt, lastLogoffAt, active, nextActions } = ladder;
  const returned =
    returnedAt === undefined
      ? 'No silent return is waiting to be answered.'
      : `The silent return of ${times.exact(returnedAt)} is waiting to be answered.`;
  return [
    `On the ladder since a log-off by rule ${rule}; last logged off at ${times.exact(lastLogoffAt)}. ${returned}`,
    `${rungsUsed} of ${counted(rungs, 'rung')} used. Actions for the next silent return: ${actionWords(nextActions)}.`,
    ...(active
      ? ['Until a sign of a person is seen, the ladder decides, not the rules.']
      : ['The agent has logged in since: the rules decide, and the next log-off uses the next rung.']),
  ];
}
