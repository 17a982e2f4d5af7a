/** An agent's schedule, as rules and exemptions by shifts take it: what is known of it, and since when. */
import type { AgentState } from '../../domain/tracking/state.ts';
import type { Policy, Profile } from '../../domain/policy/policy.ts';
import { areShifts, holds, SHIFTS_HOLD } from '../../domain/time/shifts.ts';
import { formatDuration, type Instant, type Interval } from '../../domain/time/time.ts';
import type { Times } from '../shared/times.ts';

/** What is known of the schedule. */
export interface ScheduleShown {
  /** `undefined` where none has been read yet. */
  readonly readAt: Instant | undefined;
  /** `unknown`: never read, or too long ago. `none`: nothing is published around now. */
  readonly now: 'during' | 'outside' | 'none' | 'unknown';
  /** The shift that goes on, or the last one that ended, and the next. */
  readonly shift: Interval | undefined;
  readonly last: Interval | undefined;
  readonly next: Interval | undefined;
  /** What the agent is scheduled for; `undefined` where that is work on queue, or nothing. */
  readonly activity: string | undefined;
}

/** Of an agent whose rules, or exemptions, ask for the schedule; `undefined` for all others. */
export function scheduleShown(
  memory: AgentState,
  profile: Profile | undefined,
  { exempt }: Policy,
  at: Instant,
): ScheduleShown | undefined {
  const byRules = profile?.rules.some(({ hours }) => hours !== undefined && areShifts(hours)) === true;
  if (!byRules && exempt.every(({ scheduled }) => scheduled === undefined)) return undefined;
  const { shifts } = memory;
  const nothing = { shift: undefined, last: undefined, next: undefined, activity: undefined };
  if (shifts === undefined || !holds(shifts, at))
    return { readAt: shifts?.readAt, now: 'unknown', ...nothing };
  const { readAt, work, known, activities } = shifts;
  const isIn = ({ from, to }: Interval): boolean => from <= at && at < to;
  const shift = work.find(isIn);
  return {
    readAt,
    now: !known.some(isIn) ? 'none' : shift === undefined ? 'outside' : 'during',
    shift,
    last: work.findLast(({ to }) => to <= at),
    next: work.find(({ from }) => from > at),
    activity: activities.find(isIn)?.category,
  };
}

/** The same in a sentence; none where the schedule is not asked for. */
export function scheduleSentences(schedule: ScheduleShown | undefined, times: Times): readonly string[] {
  if (schedule === undefined) return [];
  const { readAt, now } = schedule;
  if (readAt === undefined)
    return ['No schedule has been read yet: the agent is neither during nor outside a shift.'];
  const read = `By the schedule that was read at ${times.exact(readAt)}`;
  if (now === 'unknown')
    return [
      `The schedule was last read at ${times.exact(readAt)}. After ${formatDuration(SHIFTS_HOLD)} it is not known any more: the agent is neither during nor outside a shift.`,
    ];
  if (now === 'none')
    return [`${read} nothing is published around now: the agent is neither during nor outside a shift.`];
  return [
    `${read} the agent is ${now === 'during' ? duringWords(schedule, times) : outsideWords(schedule, times)}.`,
  ];
}

function duringWords({ shift, activity }: ScheduleShown, times: Times): string {
  const span = shift === undefined ? '' : `, ${times.exact(shift.from)} to ${times.exact(shift.to)}`;
  return `in a shift${span}${activityWords(activity)}`;
}

function outsideWords({ last, next, activity }: ScheduleShown, times: Times): string {
  const ended = last === undefined ? '' : `; the last ended at ${times.exact(last.to)}`;
  const begins = next === undefined ? '' : `; the next begins at ${times.exact(next.from)}`;
  return `outside of a shift${activityWords(activity)}${ended}${begins}`;
}

function activityWords(activity: string | undefined): string {
  if (activity === undefined) return '';
  return activity === 'unknown'
    ? ', and what they are scheduled for is not known'
    : `, scheduled for ${activity.replaceAll('_', ' ')}`;
}
