/** The sweep's schedule: whether a cron expression is good, and how far apart two of its runs can be. Time zone is UTC. */
import { createTask, validateDetailed, type ParsedFields, type ScheduledTask } from 'node-cron';
import { DAY, SECOND, type Duration, type Instant } from '../domain/time/time.ts';

/** Eight years hold two leap days, and every way a weekday can meet a date of a month. */
const FIRST_DAY = Date.UTC(2024, 0, 1);
const DAYS_WALKED = 8 * 366;

/** What is known of an expression. Working it out takes ms, and a policy asks several times. */
interface Answer {
  readonly fault: string | undefined;
  readonly longest: Duration | undefined;
  readonly fields: ParsedFields | undefined;
}
const answers = new Map<string, Answer>();
const ANSWERS_KEPT = 100;

/** The library writes out ranges and lists before it looks at their bounds; no number of a field has three digits. */
const LONGEST_EXPRESSION = 200;
const TOO_MUCH = /\d{3}/;

function answerFor(expression: string): Answer {
  if (expression.length > LONGEST_EXPRESSION || TOO_MUCH.test(expression)) return noCron([]);
  const kept = answers.get(expression);
  if (kept !== undefined) return kept;
  if (answers.size >= ANSWERS_KEPT) answers.clear();
  const answer = workOut(expression);
  answers.set(expression, answer);
  return answer;
}

/** `wrong` are the fields that are at fault, as the library calls them. */
function noCron(wrong: readonly string[]): Answer {
  const parts = wrong.map((field) => FIELD_WORDS[field]).filter((word) => word !== undefined);
  const where = parts.length === 0 ? '' : ` (look at ${[...new Set(parts)].join(' and ')})`;
  const fault = `is not a cron expression${where}; write six fields, seconds first, such as "0 * * * * *" for every minute`;
  return { fault, longest: undefined, fields: undefined };
}

function workOut(expression: string): Answer {
  const { fields, errors } = validateDetailed(expression);
  if (fields === undefined || errors.length > 0) return noCron(errors.map(({ field }) => field));
  const gap = longest(expression, fields);
  const fault = gap === undefined ? 'is a cron expression that never runs' : undefined;
  return { fault, longest: gap, fields };
}

const FIELD_WORDS: Readonly<Record<string, string>> = {
  second: 'the seconds',
  minute: 'the minutes',
  hour: 'the hours',
  dayOfMonth: 'the day of the month',
  month: 'the month',
  dayOfWeek: 'the day of the week',
};

/** What is wrong with an expression, as a sentence; `undefined` when it is good. */
export function cronFault(expression: string): string | undefined {
  return answerFor(expression).fault;
}

/** The longest time in ms between two runs of an expression of five or six fields. Throws RangeError for a bad one. */
export function longestInterval(expression: string): Duration {
  const { longest: found } = answerFor(expression);
  if (found === undefined) throw new RangeError('not a cron expression that ever runs');
  return found;
}

/** The most runs of an expression that an hour can hold; 0 for a bad one. */
export function runsInAnHour(expression: string): number {
  const { fields } = answerFor(expression);
  return fields === undefined ? 0 : new Set(fields.minute).size * new Set(fields.second).size;
}

/**
 * How often an expression is due from one instant to another, both of which belong to the span; 0 for a bad one. Days are
 * counted one by one, for at most as long as a schedule is ever looked at.
 */
export function runsIn(expression: string, from: Instant, to: Instant): number {
  const { fields } = answerFor(expression);
  if (fields === undefined || to < from) return 0;
  const times = timesOfDay(fields.hour, fields.minute, fields.second);
  const task: ScheduledTask = createTask(expression, () => undefined, { timezone: 'UTC' });
  try {
    const firstDay = Math.max(startOfDay(from), startOfDay(to) - DAYS_WALKED * DAY);
    let count = 0;
    for (let day = firstDay; day <= to; day += DAY) {
      if (!task.match(new Date(day + (times[0] ?? 0)))) continue;
      const isWhole = day >= from && day + DAY <= to;
      count += isWhole ? times.length : times.filter((time) => day + time >= from && day + time <= to).length;
    }
    return count;
  } finally {
    void task.destroy();
  }
}

function startOfDay(at: Instant): Instant {
  return Math.floor(at / DAY) * DAY;
}

function longest(expression: string, fields: ParsedFields): Duration | undefined {
  const times = timesOfDay(fields.hour, fields.minute, fields.second);
  const first = times[0];
  const last = times.at(-1);
  if (first === undefined || last === undefined) return undefined;
  let gap = 0;
  for (const [i, time] of times.entries()) gap = Math.max(gap, time - (times[i - 1] ?? time));
  const everyDay =
    fields.dayOfMonth.length === 31 && fields.month.length === 12 && fields.dayOfWeek.length === 7;
  const between = everyDay ? first + DAY - last : longestBetweenDays(expression, fields.month, first, last);
  return between === undefined ? undefined : Math.max(gap, between);
}

/** Every time of a day at which the expression may run, in ms after midnight and in order. */
function timesOfDay(
  hours: readonly number[],
  minutes: readonly number[],
  seconds: readonly number[],
): number[] {
  const times: number[] = [];
  // The library keeps what is named twice.
  for (const hour of new Set(hours)) {
    for (const minute of new Set(minutes)) {
      for (const second of new Set(seconds)) times.push(((hour * 60 + minute) * 60 + second) * SECOND);
    }
  }
  return times.sort((a, b) => a - b);
}

/** From the last run of a day to the first of the next day that has one. The library itself says which days those are. */
function longestBetweenDays(
  expression: string,
  months: readonly number[],
  first: number,
  last: number,
): Duration | undefined {
  const task: ScheduledTask = createTask(expression, () => undefined, { timezone: 'UTC' });
  try {
    let gap: Duration | undefined;
    let previous: number | undefined;
    for (let day = 0; day < DAYS_WALKED; day += 1) {
      const start = FIRST_DAY + day * DAY;
      // Asking the library is slow.
      if (!months.includes(new Date(start).getUTCMonth() + 1)) continue;
      if (!task.match(new Date(start + first))) continue;
      if (previous !== undefined) gap = Math.max(gap ?? 0, start + first - (previous + last));
      previous = start;
    }
    return gap;
  } finally {
    // The library keeps a list of all tasks; this one was only asked.
    void task.destroy();
  }
}
