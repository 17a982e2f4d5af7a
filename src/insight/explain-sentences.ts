/** An explanation in sentences: what would happen to the agent and why, what happened last, and what is uncertain. */
import type { Reason, Verdict } from '../domain/judge.ts';
import type { State } from '../domain/memory.ts';
import type { Action, ClockName } from '../domain/policy.ts';
import type { StoredEvent } from '../domain/record.ts';
import { formatDuration } from '../domain/time.ts';
import type { Explanation, LadderShown, RuleShown } from './explain.ts';
import type { Times } from './times.ts';

/** What each clock measures, to stand behind a length of time. */
export const CLOCK_WORDS: Readonly<Record<ClockName, string>> = {
  since_sign: 'since the last sign of a person',
  since_work: 'since the last interaction or time on queue',
  in_state: 'in this state without a break',
};

const ACTION_WORDS: Readonly<Record<Action, string>> = {
  off_queue: 'taken off the queue',
  offline: 'set Offline',
  release_station: 'released from the station',
  revoke_tokens: 'logged out (tokens revoked)',
  end_sso_session: 'logged out of single sign-on',
  notify: 'reported',
};

/** A state in words: `Away, off queue`. */
export function stateWords({ presence, routing }: State): string {
  const lower = (text: string): string => text.toLowerCase().replaceAll('_', ' ');
  const shown = presence === 'IDLE' ? 'idle (screen locked or mouse at rest)' : lower(presence);
  const queue = routing === 'IDLE' ? 'waiting on queue' : lower(routing);
  return `${shown}, ${queue}`;
}

/** The case of one agent; the first sentence is the answer. */
export function sentencesOf(explanation: Explanation, times: Times): readonly string[] {
  const { verdict, agent } = explanation;
  if (verdict === undefined)
    return [`Nothing can be said of ${agent.name}: no usable reading is stored.`, ...explanation.caveats];
  const answer = ANSWERS[verdict.reason](explanation, verdict, times);
  return [
    answer,
    ...seenSentence(explanation, times),
    ...signSentence(explanation, times),
    ...lastLogoff(explanation.events, times),
    ...explanation.holds.map((hold) => `A log-off is held back at present: ${hold}.`),
    ...explanation.caveats,
  ];
}

type Answer = (explanation: Explanation, verdict: Verdict, times: Times) => string;

const ANSWERS: Readonly<Record<Reason, Answer>> = {
  due: (e, v) => `${e.agent.name} is due to be logged off by rule ${named(e, v)}: ${measuredWords(v)}.`,
  observed: (e, v) =>
    `${e.agent.name} would be logged off now by rule ${named(e, v)}, but ${e.mode === 'observe' ? 'the policy' : 'this rule'} only observes: ${measuredWords(v)}.`,
  ladder_due: (e, v, times) =>
    `${e.agent.name} is due to be logged off again: ${returnWords(e, times)}, and rung ${(v.due?.rung ?? 0) + 1} of the ladder answers it (${v.due?.actions.map((each) => ACTION_WORDS[each]).join(', ') ?? ''}).`,
  waiting: upcoming,
  warned: (e, v, times) => `${upcoming(e, v, times)} The time for the warning has begun.`,
  outside_hours: (e, v, times) => `${upcoming(e, v, times)} The rule's hours are not on at present.`,
  no_rule: (e) =>
    `${e.agent.name} would not be logged off: no rule of profile ${e.profile ?? ''} covers ${e.state === undefined ? 'this state' : stateWords(e.state)}.`,
  ladder_waiting: (e, _v, times) =>
    `${e.agent.name} would be logged off again at ${times.short(e.next?.at ?? e.now)} if no sign of a person comes before: ${returnWords(e, times)}, and the ladder waits before it answers.`,
  held: (e, _v, times) =>
    `${e.agent.name} is held: ${returnWords(e, times)} after the last rung of the ladder, and the policy does nothing more (repeat: never).`,
  grace: (e, v, times) =>
    `${e.agent.name} just came back and is left alone until ${times.short(v.nextAt ?? e.now)} (grace after a return).${e.next === undefined ? '' : ` If no sign of a person comes, rule ${e.next.rule} logs off at ${times.short(e.next.at)}.`}`,
  engaged: (e, _v, times) =>
    `${e.agent.name} would not be logged off: handling an interaction${e.engagedSince === undefined ? '' : ` since ${times.short(e.engagedSince)}`}, which always protects.`,
  exempt: (e, v) => `${e.agent.name} would not be logged off: exempt (${v.detail ?? 'by the policy'}).`,
  no_profile: (e) => `${e.agent.name} is left alone: no profile of the policy fits.`,
  offline: (e, _v, times) =>
    `${e.agent.name} is Offline${departureWords(e, times)}: there is nobody to log off.`,
  unknown: (e, v) =>
    `${e.agent.name} is left alone: the reading cannot be built on${v.detail === undefined ? '' : ` (${v.detail})`}, and what is unknown protects.`,
};

function upcoming(e: Explanation, _verdict: Verdict, times: Times): string {
  const { next } = e;
  if (next === undefined) return `${e.agent.name} waits for a rule whose hours do not come within a year.`;
  const rule = e.rules.find(({ id }) => id === next.rule);
  if (rule === undefined)
    return `${e.agent.name} would be logged off at ${times.short(next.at)} by rule ${next.rule}.`;
  const only = e.mode === 'observe' || rule.mode === 'observe';
  const what = only ? 'reported (observed, not logged off)' : 'logged off';
  return `${e.agent.name} would be ${what} at ${times.short(next.at)} by rule ${rule.id} if nothing happens: ${ruleWords(e, rule)}.`;
}

function ruleWords({ state }: Explanation, { measured, limit, clock, hours }: RuleShown): string {
  const where = state === undefined ? '' : `${stateWords(state)}; `;
  const counted = hours === undefined ? '' : `, counted only ${hours}`;
  return `${where}${formatDuration(measured)} of ${formatDuration(limit)} ${CLOCK_WORDS[clock]}${counted}`;
}

function named({ rules }: Explanation, { due }: Verdict): string {
  const rule = rules.find(({ id }) => id === due?.ruleId);
  return rule?.description === undefined ? (due?.ruleId ?? '') : `${rule.id} ("${rule.description}")`;
}

function measuredWords({ due }: Verdict): string {
  if (due === undefined) return '';
  return `${formatDuration(due.measured)} ${CLOCK_WORDS[due.clock]}, the limit is ${formatDuration(due.limit)}`;
}

function returnWords({ back, departure, ladder }: Explanation, times: Times): string {
  const at = ladder?.returnedAt ?? back?.at;
  if (at === undefined) return 'the last log-off had no effect';
  const after =
    back?.delay === undefined
      ? ''
      : ` ${formatDuration(back.delay)} after ${departure?.by === 'enforcer' ? 'our log-off' : 'going'}`;
  return `the browser came back at ${times.short(at)}${after} and no person has shown since`;
}

function departureWords({ departure }: Explanation, times: Times): string {
  if (departure === undefined) return '';
  const by = departure.by === 'enforcer' ? ', logged off by this service' : '';
  return ` since ${times.short(departure.at)}${by}`;
}

function seenSentence({ asOf, state, profile, basis }: Explanation, times: Times): readonly string[] {
  if (asOf === undefined || state === undefined) return [];
  const look = basis === 'live' ? 'Read just now' : 'Last looked at';
  const whose = profile === undefined ? 'no profile' : `profile ${profile}`;
  return [`${look} (${times.full(asOf)} ${times.zone}): ${stateWords(state)}; ${whose}.`];
}

function signSentence({ lastSign, firstSeenAt, back }: Explanation, times: Times): readonly string[] {
  const silent =
    back === undefined ? '' : ' A return by single sign-on has come since; it is no sign of a person.';
  if (lastSign !== undefined) {
    return [
      `The last sign of a person was ${SIGN_WORDS[lastSign.kind]} at ${times.short(lastSign.at)}.${silent}`,
    ];
  }
  if (firstSeenAt === undefined) return [];
  return [`No sign of a person has been seen since watching began at ${times.short(firstSeenAt)}.${silent}`];
}

/** The kinds of signs in words. */
export const SIGN_WORDS = {
  interaction: 'an interaction (its start or its end)',
  routing: 'a move on the queue',
  presence: 'a change of presence',
  login: 'a login',
} as const;

const OUTCOMES: readonly string[] = ['verified', 'unverified', 'failed', 'dropped', 'observed'];

/** What came of the last log-off that the record knows. */
export function lastLogoff(events: readonly StoredEvent[], times: Times): readonly string[] {
  const last = events.findLast(({ kind }) => OUTCOMES.includes(kind));
  if (last === undefined) return ['The record knows of no log-off of this agent among the last events.'];
  const { rule = '', measured, limit, rung, reason } = last;
  const why =
    measured === undefined || limit === undefined
      ? ''
      : `: ${formatDuration(measured)} measured against ${formatDuration(limit)}`;
  const by = `${rung === undefined ? `rule ${rule}` : `rung ${rung + 1} of the ladder, after rule ${rule}`}${why}`;
  return [`${outcomeWords(last.kind, reason)} at ${times.short(last.at)} by ${by}.`];
}

function outcomeWords(kind: StoredEvent['kind'], reason: string | undefined): string {
  const because = reason === undefined ? '' : ` (${reason.replaceAll('_', ' ')})`;
  if (kind === 'verified') return 'Last logged off, and seen Offline,';
  if (kind === 'unverified') return `Last logged off, without being seen to stay off${because},`;
  if (kind === 'failed') return `A log-off failed${because}`;
  if (kind === 'dropped') return `A log-off was dropped before or while acting${because}`;
  return 'A log-off was only observed, not carried out,';
}

/** The ladder in one sentence. */
export function ladderSentence(ladder: LadderShown, times: Times): string {
  const { rungsUsed, rungs, rule, returnedAt, lastLogoffAt, active, nextActions } = ladder;
  const returned =
    returnedAt === undefined
      ? 'no silent return waits for an answer'
      : `a silent return of ${times.short(returnedAt)} waits for its answer`;
  const judging = active
    ? ''
    : ' A login came since: the rules judge, and the next log-off uses the next rung.';
  const next =
    nextActions.length === 0 ? 'nothing' : nextActions.map((each) => ACTION_WORDS[each]).join(', ');
  return `Put on the ladder by rule ${rule}, last logged off at ${times.short(lastLogoffAt)}; ${rungsUsed} of ${rungs} rungs used; ${returned}. Next answer: ${next}.${judging}`;
}
