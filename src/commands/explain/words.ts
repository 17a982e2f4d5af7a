/** Single words and phrases of an explanation: states, conditions, clocks, actions, and what an event means. */
import { isOfRollout } from '../../domain/rollout/rollout.ts';
import { BELOW_PEAK } from '../../domain/judging/judge.ts';
import type { Shown } from '../../domain/agent.ts';
import { ACTION_TABLE, type Action } from '../../domain/policy/actions.ts';
import type { When } from '../../domain/policy/policy.ts';
import type { EventKind, StoredEvent } from '../../domain/record.ts';
import { formatDuration } from '../../domain/time/time.ts';

/** The kinds of signs. */
export const SIGN_WORDS = {
  interaction: 'an interaction (its start or its end)',
  routing: 'a move on the queue',
  presence: 'a change of presence',
  login: 'a login',
  stay: 'the answer to a warning, "I am here"',
} as const;

/** A kind of sign as the record names it; what later versions name so stays as it is. */
export function signWords(kind: string): string {
  return Object.hasOwn(SIGN_WORDS, kind) ? SIGN_WORDS[kind as keyof typeof SIGN_WORDS] : words(kind);
}

/** What a list of actions does to the agent. */
export function actionWords(actions: readonly Action[]): string {
  return actions.length === 0 ? 'nothing' : actions.map((each) => ACTION_TABLE[each].done).join(', ');
}

/** A word of the platform, as people write it. */
export function lower(text: string): string {
  return text.toLowerCase().replaceAll('_', ' ');
}

/** A state in words: `away, off queue`. */
export function stateWords({ presence, routing }: Shown): string {
  const shown = presence === 'IDLE' ? 'idle (screen locked or mouse at rest)' : lower(presence);
  return `${shown}, ${routing === 'IDLE' ? 'waiting on queue' : lower(routing)}`;
}

/** A condition in words: `available or away; off queue`. Labels of the organisation by name where that is known. */
export function whenWords(when: When, labels: ReadonlyMap<string, string>): string {
  const either = (values: Iterable<string> | undefined): string[] =>
    values === undefined ? [] : [[...values].join(' or ')];
  const parts = [
    ...either(when.presence && [...when.presence].map(lower)),
    ...either(when.secondaryPresence && [...when.secondaryPresence].map((id) => labels.get(id) ?? id)),
    ...either(
      when.routing && [...when.routing].map((each) => (each === 'IDLE' ? 'waiting on queue' : lower(each))),
    ),
    ...(when.not === undefined ? [] : [`not (${whenWords(when.not, labels)})`]),
  ];
  return parts.join('; ');
}

const DROPPED: Readonly<Record<string, string>> = {
  unread: 'the agent could not be read again',
  engaged: 'an interaction had begun',
  stopped: 'nothing could begin any more: the service was told to stop or paused, or the sweep was over',
  late: 'the reading was too old to act on',
  offline: 'the agent had already gone Offline',
  unknown: 'the new reading could not be used',
  waiting_on_queue: 'the agent waited on queue by then',
  exempt: 'an exemption had begun to apply',
  stay: 'the agent had answered the warning: "I am here"',
};

const UNVERIFIED: Readonly<Record<string, string>> = {
  no_effect: 'nothing had happened; Offline was set once more',
  newer_token: 'Offline, but with a new login',
  sign: 'a person had shown',
  stay: 'the agent had answered the warning, "I am here"',
  returned: 'the browser was back already',
  unread: 'the agent could not be read again',
};

/** How the reason begins of an outcome that was written at the next start. */
const TOLD_LATER = 'told after an interruption';

type Telling = (event: StoredEvent) => string;

const MEANINGS: Readonly<Record<EventKind, Telling>> = {
  intent: ({ actions = [] }) => `to be ${actionWords(actions)}`,
  verified: ({ reason }) =>
    reason === undefined
      ? 'carried out, and seen Offline afterwards'
      : `seen Offline afterwards; ${words(reason)}`,
  unverified: ({ reason = '' }) =>
    reason.startsWith(TOLD_LATER)
      ? `begun; its outcome was ${words(reason)}`
      : `carried out, but: ${UNVERIFIED[reason] ?? words(reason)}`,
  failed: ({ reason = '' }) => `failed: ${words(reason)}`,
  dropped: ({ reason = '' }) =>
    `not carried out: ${DROPPED[reason] ?? `the verdict had become "${words(reason)}"`}`,
  observed: ({ reason }) =>
    reason === BELOW_PEAK
      ? 'only reported: the licence peak was not near'
      : 'only reported: the policy or the rule is in observe mode',
  sso_ended: () => 'the session at the identity provider was ended; the rest follows',
  return: ({ reason = '', delay }) => {
    const after = delay === undefined ? '' : `, ${formatDuration(delay)} after going`;
    return reason.startsWith('silent')
      ? `the browser came back by itself (${reason})${after}; no sign of a person`
      : `came back late (${reason})${after}`;
  },
  regret: ({ reason = '', delay = 0 }) =>
    `the agent was there: ${signWords(reason)}, ${formatDuration(delay)} after the log-off`,
  held: () => 'back after the last rung: held, no further action',
  breaker: ({ reason = '' }) => `too many became due at once: held back (${reason})`,
  policy: ({ reason = '', by }) =>
    isOfRollout(reason) ? `${reason}${byWords(by)}` : `another policy came into force (${reason})`,
  pause: ({ reason = '', by }) => `paused${byWords(by)} (${reason})`,
  resume: ({ by }) => `resumed${byWords(by)}`,
  stay: ({ limit = 0 }) => `answered a warning: "I am here"; no rule is due for ${formatDuration(limit)}`,
  gap: ({ measured = 0 }) => `no observation for ${formatDuration(measured)}`,
};

function byWords(by: string | undefined): string {
  return by === undefined ? '' : ` by ${by}`;
}

function words(reason: string): string {
  return reason.replaceAll('_', ' ');
}

/** What one event of the record says. */
export function meaningOf(event: StoredEvent): string {
  return MEANINGS[event.kind](event);
}
