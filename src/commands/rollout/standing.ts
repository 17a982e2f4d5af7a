/** How a rollout stands, for people and for programs. Pure. */
import type { RolloutCount } from '../../controller/rollout-counts.ts';
import { isPaused } from '../../domain/planning/holds.ts';
import type { RolloutTerms } from '../../domain/policy/policy.ts';
import {
  MOST_REGRETS,
  SHARE_COUNTS_FROM,
  stepLength,
  type Candidate,
  type GroupCount,
  type Order,
} from '../../domain/rollout/rollout.ts';
import { formatDuration, type Instant } from '../../domain/time/time.ts';
import { secondsOf } from '../../texts/printed.ts';
import { exactPercentText } from '../../texts/percent.ts';
import { counted } from '../../texts/counted.ts';
import { withNulls } from '../shared/json.ts';
import type { Table } from '../list/view.ts';
import type { PolicyForReading } from '../shared/policy-for-reading.ts';
import {
  nextStepAt,
  rolloutFacts,
  rolloutSentence,
  stopWords,
  type StoredRollout,
} from '../shared/rollout-words.ts';
import {
  policyCaveat,
  usedPolicy,
  workerJson,
  workerSentence,
  type StoredState,
} from '../shared/stored-state.ts';
import type { Times } from '../shared/times.ts';

/** What is known of it. */
export interface RolloutStanding {
  readonly state: StoredState;
  readonly policy: PolicyForReading;
  readonly stored: StoredRollout;
  /** What an operator asked for, while the worker has not done it yet. */
  readonly order: Order | undefined;
  /** Log-offs since the rollout counts; none where nothing is brought out. */
  readonly counts: RolloutCount | undefined;
  /** Since when one policy is in force for all, where the record says. */
  readonly forAllSince: Instant | undefined;
}

/** The terms of the policy file that is read here. */
export function termsOf({ loaded }: PolicyForReading): RolloutTerms | undefined {
  return loaded?.draft.content.rollout;
}

/** All of it, for a person. */
export function standingLines(standing: RolloutStanding, times: Times, table: Table): readonly string[] {
  const { state, policy, stored } = standing;
  const { candidate, stopped } = stored.rollout;
  const caveat = policyCaveat(state, policy);
  const others = stopped.filter((one) => one !== candidate?.judges).length;
  return [
    ...(state.workerFault === undefined ? [] : [workerSentence(state)]),
    ...(candidate === undefined
      ? restLines(standing, times)
      : candidateLines(standing, candidate, times, table)),
    ...(others === 0
      ? []
      : [
          `Stopped before, and not begun anew by itself: ${counted(others, 'other policy', 'other policies')}.`,
        ]),
    ...(caveat === undefined ? [] : [caveat]),
    `Store: ${state.path}. Times in ${times.zone}.`,
  ];
}

/** Nothing is brought out. */
function restLines({ state, policy, forAllSince }: RolloutStanding, times: Times): readonly string[] {
  const hash = usedPolicy(state);
  const since = forAllSince === undefined ? '' : ` since ${times.exact(forAllSince)}`;
  const first =
    hash === undefined
      ? 'Nothing is brought out: no policy has been used yet.'
      : `Nothing is brought out: policy ${hash} is in force for all agents${since}.`;
  if (policy.loaded === undefined) return [first];
  const terms = termsOf(policy);
  return [
    first,
    terms === undefined
      ? 'A change of the policy comes to all agents at once: it has no `rollout`.'
      : `A change comes to ${terms.steps.map(exactPercentText).join(', then ')} of the agents, each step once the one before was watched for ${formatDuration(stepLength(terms))}.`,
  ];
}

function candidateLines(
  standing: RolloutStanding,
  candidate: Candidate,
  times: Times,
  table: Table,
): readonly string[] {
  const { stored, counts, order } = standing;
  const sentence = rolloutSentence(stored, times);
  const { stopped } = candidate;
  return [
    ...(sentence === undefined ? [] : [sentence]),
    ...(stopped === undefined ? runningLines(standing, candidate, times) : []),
    ...(order === undefined ? [] : [`${orderWords(order)}: the next sweep does it${meanwhileWords(order)}.`]),
    '',
    ...countLines(counts, candidate, times, table),
    '',
    ...(stopped === undefined ? runningAdvice(standing) : stoppedAdvice(candidate)),
  ];
}

function meanwhileWords({ what }: Order): string {
  return what === 'abort' ? ', and no log-off begins before' : '';
}

function orderWords({ what, by, reason }: Order): string {
  return `Asked for by ${by}: ${what}${reason === undefined ? '' : ` (${reason})`}`;
}

function runningLines(
  { state, policy }: RolloutStanding,
  candidate: Candidate,
  times: Times,
): readonly string[] {
  const { now, standing, pause, sweep } = state;
  const terms = termsOf(policy);
  const next = nextStepAt(candidate, terms, standing?.lastCompleteAt, now);
  const watched = formatDuration(candidate.watched);
  const waits = [
    ...(pause !== undefined && isPaused(pause, now)
      ? ['The worker is paused: this time does not count.']
      : []),
    ...(sweep?.mode === 'observe'
      ? ['The mode is observe, for all agents: the rollout waits until it is enforce again.']
      : []),
  ];
  if (terms === undefined || next === undefined)
    return [
      `Watched for ${watched}. When the next step comes is not known here: no \`rollout\` can be read.`,
      ...waits,
    ];
  const who =
    next.share >= 1 ? 'all agents have it' : `${exactPercentText(next.share)} of the agents have it`;
  return [
    `Watched for ${watched} of ${formatDuration(stepLength(terms))}: ${who} from ${times.exact(next.at)} on, at the earliest.`,
    ...waits,
  ];
}

function countLines(
  counts: RolloutCount | undefined,
  { countedFrom }: Candidate,
  times: Times,
  table: Table,
): readonly string[] {
  if (counts === undefined) return [];
  const row = (name: string, { logoffs, answers, regrets, unverified }: GroupCount): readonly string[] => [
    name,
    ...[logoffs, regrets, answers, unverified].map(String),
  ];
  return table(
    [`since ${times.exact(countedFrom)}`, 'log-offs', 'regretted', 'answers to returns', 'not verified'],
    [row('agents with the changed policy', counts.changed), row('all others', counts.others)],
  );
}

function runningAdvice({ policy }: RolloutStanding): readonly string[] {
  const terms = termsOf(policy);
  const stop =
    terms === undefined
      ? []
      : [
          `It stops by itself at ${MOST_REGRETS} regretted log-offs, and of ${SHARE_COUNTS_FROM} log-offs or more at more than ${exactPercentText(terms.stop.regret)} regretted or ${exactPercentText(terms.stop.unverified)} not verified.`,
        ];
  return [
    ...stop,
    '"rollout continue" begins the next step now, "rollout abort" takes the change back from all agents.',
  ];
}

function stoppedAdvice({ steps }: Candidate): readonly string[] {
  const reached = steps.at(-1)?.share;
  const on = reached === undefined ? 'begins it' : `goes on at ${exactPercentText(reached)} of the agents`;
  return [
    '"report --events" has the log-offs, and "explain" says why one of them happened.',
    `Correct profiles, rules or returns, and the correction is brought out from the first step on. "rollout continue" ${on} without a correction, and counts anew.`,
  ];
}

/** The same for programs. */
export function standingJson(standing: RolloutStanding): Readonly<Record<string, unknown>> {
  const { state, policy, stored, forAllSince } = standing;
  const { candidate, stopped } = stored.rollout;
  return {
    now: state.now,
    store: state.path,
    worker: workerJson(state),
    ...withNulls({
      policy: usedPolicy(state),
      policyFault: policy.fault,
      forAllSince: candidate === undefined ? forAllSince : undefined,
    }),
    stoppedPolicies: stopped.length,
    rollout: candidate === undefined ? null : candidateJson(standing, candidate),
  };
}

function candidateJson(
  { state, policy, stored, order, counts }: RolloutStanding,
  candidate: Candidate,
): Readonly<Record<string, unknown>> {
  const { steps, watched, countedFrom } = candidate;
  const terms = termsOf(policy);
  const next = nextStepAt(candidate, terms, state.standing?.lastCompleteAt, state.now);
  return {
    ...rolloutFacts(stored),
    isFormerKept: stored.isFormerKept,
    steps,
    watched,
    ...withNulls({
      every_seconds: terms && secondsOf(stepLength(terms)),
      next,
      order: order && withNulls({ what: order.what, by: order.by, reason: order.reason }),
      counts: counts && { since: countedFrom, ...counts },
    }),
  };
}

/** Why an order cannot be carried out, as a sentence. */
export function stoppedAlready({ hash, stopped }: Candidate, times: Times): string | undefined {
  if (stopped === undefined) return undefined;
  return `The rollout of policy ${hash} is stopped already, ${stopWords(stopped, times)}: the former policy is in force for all agents.`;
}
