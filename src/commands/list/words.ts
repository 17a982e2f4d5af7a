/** The words of the list: what protects an agent, and what holds a log-off back. */
import { BELOW_PEAK, type Reason } from '../../domain/judging/judge.ts';
import { formatDuration, MINUTE, type Duration } from '../../domain/time/time.ts';
import type { Hold } from '../../domain/planning/plan.ts';
import { rungNumber } from '../../texts/printed.ts';
import type { ListRow } from './rows.ts';

/** What holds back a log-off that is due. */
export const HOLD_WORDS: Readonly<Record<Hold, string>> = {
  paused: 'paused',
  clock: 'the clocks are too far apart',
  store: 'the store fails',
  incomplete: 'the sweep did not see all agents',
  settling: 'settling: the first sweeps only observe',
  breaker: 'held back by the breaker',
  forbidden: 'the platform forbids it',
  backoff: 'the last try failed: waits',
  per_sweep: 'caps.per_sweep',
  per_hour: 'caps.per_hour',
};

const PROTECTED: Readonly<Record<Reason, (row: ListRow) => string>> = {
  due: ({ hold }) => (hold === undefined ? '' : HOLD_WORDS[hold]),
  ladder_due: ({ hold }) => (hold === undefined ? '' : HOLD_WORDS[hold]),
  observed: ({ detail }) => (detail === BELOW_PEAK ? 'waits for the licence peak' : 'only observed'),
  waiting: ({ stay, seenAt }) =>
    stay === undefined ? '' : `said “I am here”: left alone for another ${lengthWords(stay.until - seenAt)}`,
  warned: () => 'warned',
  outside_hours: ({ detail }) => detail ?? 'outside the rule’s hours',
  no_rule: () => 'no rule covers this state',
  waiting_on_queue: () => 'waits on queue',
  ladder_waiting: ({ rule }) =>
    rule?.rung === undefined ? 'waits on the ladder' : `waits for rung ${rungNumber(rule.rung)}`,
  held: () => 'held after the last rung',
  grace: () => 'grace after a return',
  engaged: engagedWords,
  exempt: ({ detail }) => `exempt: ${detail ?? 'by the policy'}`,
  no_profile: () => 'no profile fits',
  names_unsure: ({ detail }) => detail ?? 'a name of the policy is in doubt',
  offline: () => 'offline',
  unknown: ({ detail }) => `reading unknown${detail === undefined ? '' : ` (${detail})`}`,
};

/** Whole minutes from one on. */
function lengthWords(length: Duration): string {
  return formatDuration(length < MINUTE ? length : Math.ceil(length / MINUTE) * MINUTE);
}

function engagedWords({ engaged, seenAt }: ListRow): string {
  if (engaged === undefined) return 'in an interaction';
  const length = formatDuration(Math.max(0, seenAt - engaged.since));
  return `in an interaction for ${length}${engaged.tooLong ? ', longer than caps.engaged_too_long' : ''}`;
}

/** What protects the agent; empty while nothing does but the clock. */
export function protectionOf(row: ListRow): string {
  return row.reason === undefined ? '' : PROTECTED[row.reason](row);
}

/** Exemptions of which the store cannot tell whether they fit, in one sentence for all agents; nothing where there are none. */
export function perhapsExemptSentence(rows: readonly ListRow[]): readonly string[] {
  const labels = [...new Set(rows.flatMap(({ perhapsExempt }) => perhapsExempt))];
  if (labels.length === 0) return [];
  const which = labels.slice(0, LABELS_SHOWN).map((label) => `"${label}"`);
  const more = labels.length > LABELS_SHOWN ? ` and ${labels.length - LABELS_SHOWN} more` : '';
  return [
    `Groups, roles, divisions, queues and teams are not stored: exemptions by them may protect agents of this list as well (${which.join(', ')}${more}).`,
  ];
}

const LABELS_SHOWN = 5;
