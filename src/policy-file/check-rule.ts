/** Whether a rule makes sense. */
import { normaliseName } from '../domain/name.ts';
import { CLOCK_TABLE, CLOCKS } from '../domain/policy/clocks.ts';
import type { When } from '../domain/policy/policy.ts';
import { SHIFTS_REMEMBERED } from '../domain/time/shifts.ts';
import { DAY, formatDuration } from '../domain/time/time.ts';
import { warn, type Checking } from './checking.ts';
import { checkActions } from './check-actions.ts';
import { warnOfDeadWhen } from './check-dead.ts';
import { checkWhen } from './check-parts.ts';
import {
  canBeDue,
  namesPresence,
  namesRouting,
  reachesOnlyWaiting,
  reachesWaiting,
  reachOf,
  whenOfText,
} from './reach.ts';
import type { RuleText, WhenText } from './schema.ts';
import type { Path } from './source.ts';

/** Adds the faults of one rule. */
export function checkRule(checking: Checking, rule: RuleText, path: Path): void {
  checkWhen(checking, rule.when, [...path, 'when']);
  checkOffline(checking, rule.when, [...path, 'when']);
  checkLimit(checking, rule, path);
  checkHours(checking, rule, path);
  checkActions(checking, rule.actions, [...path, 'actions'], 'rule');
  checkWarn(checking, rule, path);
  checkNearPeak(checking, rule, path);
  if (!warnOfDeadWhen(checking, rule.when, [...path, 'when'])) checkQueue(checking, rule, path);
}

const RUNS_ON_QUEUE = CLOCKS.filter((name) => !CLOCK_TABLE[name].standsOnQueue)
  .toSorted()
  .join(' or ');

/** Adds what is wrong with a rule because agents on queue are at work. */
function checkQueue(checking: Checking, rule: RuleText, path: Path): void {
  const when = whenOfText(rule.when);
  if (CLOCK_TABLE[rule.clock].standsOnQueue && isWork(when)) {
    checking.faults.add(
      [...path, 'clock'],
      `${rule.clock} never runs in these states: being on queue is work; use ${RUNS_ON_QUEUE}`,
    );
  }
  if (rule.waiting_on_queue) {
    if (!reachesWaiting(when))
      warn(
        checking,
        [...path, 'waiting_on_queue'],
        'changes nothing: an agent who waits on queue never meets this condition',
      );
  } else if (reachesOnlyWaiting(when)) checking.faults.add([...path, 'when'], ONLY_WAITING);
  else if (reachesWaiting(when) && (namesPresence(when, 'ON_QUEUE') || namesRouting(when, 'IDLE'))) {
    warn(
      checking,
      [...path, 'when'],
      'names agents who wait on queue, but leaves them alone, because that is work; add waiting_on_queue: true to include them',
    );
  }
}

/** The fault of a rule that would log no agent off, or only agents whom its author did not mean. */
export const ONLY_WAITING =
  'fits only agents who wait on queue, which is work: add waiting_on_queue: true to the rule to log them off';

function checkOffline({ faults }: Checking, when: WhenText, path: Path): void {
  when.presence?.forEach((presence, i) => {
    if (presence !== 'OFFLINE') return;
    faults.add([...path, 'presence', i], 'Offline is never due: an Offline agent is already logged off');
  });
}

function checkLimit(checking: Checking, { limit }: RuleText, path: Path): void {
  const { faults, interval } = checking;
  if (interval !== undefined && limit < 2 * interval) {
    faults.add(
      [...path, 'limit'],
      `is shorter than two sweeps; with this sweep.every at least ${formatDuration(2 * interval)}`,
    );
  }
  if (limit > 30 * DAY)
    warn(checking, [...path, 'limit'], 'a limit of more than 30 days will hardly ever be reached');
}

function checkHours(checking: Checking, rule: RuleText, path: Path): void {
  const { faults, calendars, alwaysOpen, shifts } = checking;
  if (rule.during !== undefined && rule.outside !== undefined) {
    faults.add([...path, 'outside'], 'has both during and outside: leave one of them', { atKey: true });
  }
  if (rule.outside !== undefined && alwaysOpen.has(normaliseName(rule.outside)))
    warn(
      checking,
      [...path, 'outside'],
      'never counts: the calendar is open all the time, so that this rule makes no agent due; leave outside away, or give the calendar hours',
    );
  const ofShifts = shifts.has(normaliseName(rule.during ?? rule.outside ?? ''));
  if (ofShifts && rule.limit > SHIFTS_REMEMBERED)
    warn(
      checking,
      [...path, 'limit'],
      `is never reached: of a calendar of shifts ${formatDuration(SHIFTS_REMEMBERED)} are remembered`,
    );
  for (const side of ['during', 'outside'] as const) {
    const name = rule[side];
    if (name === undefined || calendars.has(normaliseName(name))) continue;
    const here = [...path, side];
    faults.add(here, '{value} is not the name of a calendar', { known: () => calendars });
  }
}

function checkWarn({ source, faults, warns }: Checking, rule: RuleText, path: Path): void {
  const { warn: ahead, limit } = rule;
  if (ahead === undefined) return;
  const here = [...path, 'warn'];
  if (ahead >= limit && !source.isAbsent([...path, 'limit']))
    faults.add(here, `must be shorter than the limit of ${formatDuration(limit)}`);
  if (!warns) faults.add(here, 'no enabled channel under notify lists warning, so no agent could be warned');
}

function checkNearPeak(checking: Checking, { near_peak: share, mode }: RuleText, path: Path): void {
  if (share === undefined || mode !== 'observe') return;
  warn(checking, [...path, 'near_peak'], 'changes nothing: the rule is in observe mode, at any head-count');
}

/** Whether a condition holds only while the agent stands on queue, which is work. */
function isWork(when: When): boolean {
  const due = reachOf(when).filter(canBeDue);
  return due.length > 0 && due.every(({ routing }) => routing !== 'OFF_QUEUE');
}
