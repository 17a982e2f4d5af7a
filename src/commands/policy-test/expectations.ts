/** The words in which a policy test says what it expects: verdicts at given times, and log-offs. */
import { REASONS, type Reason } from '../../domain/judging/judge.ts';
import { formatDuration, type Duration } from '../../domain/time/time.ts';
import { parseTime, WordFault } from './timeline-words.ts';

/** A verdict that a sweep is to come to. What is `undefined` is not compared. Times are after midnight on the wall clock. */
export interface ExpectedVerdict {
  readonly at: Duration;
  readonly reason: Reason;
  readonly rule: string | undefined;
  readonly dueAt: Duration | undefined;
  readonly profile: string | undefined;
}

/** A log-off that is to happen at a time, or in a span with both its ends. */
export interface ExpectedLogoff {
  readonly kind: 'logoff' | 'sso' | 'observed';
  readonly at: Duration;
  readonly to: Duration;
  /** Of a time that the clock shows twice: how much later it is shown again, where either may be meant. */
  readonly again?: Duration;
  readonly rule: string;
  /** Counted from 1; `undefined` for the plain actions of the rule. */
  readonly rung: number | undefined;
}

const VERDICT_HELP =
  'write it like "12:59 waiting by screen-locked, due at 13:00", "13:00 due by screen-locked" or "13:01 offline"';
const LOGOFF_HELP =
  'write it like "13:00 screen-locked", "13:02 screen-locked, rung 1", "13:00 gone, observed" or "13:00-13:02 gone"';

/** A reason as people write it. */
export function reasonWords(reason: Reason): string {
  return reason.replaceAll('_', ' ');
}

/** Reads `12:59 waiting by screen-locked, due at 13:00, profile agents`. Throws `WordFault`. */
export function parseVerdict(text: string): ExpectedVerdict {
  const match = /^([\d:]+)\s+(.+)$/s.exec(text.trim());
  if (match === null) throw new WordFault(`{value} has no time: ${VERDICT_HELP}`, text);
  const [, time = '', words = ''] = match;
  const [first = '', ...rest] = words.split(/\s*,\s*/);
  const [, reason = '', rule] = /^(.+?)(?:\s+by\s+(\S+))?$/.exec(first.trim()) ?? [];
  const verdict = { at: timeOf(time), reason: reasonOf(reason), rule, dueAt: undefined, profile: undefined };
  return Object.assign(verdict, ...rest.map(partOfVerdict)) as ExpectedVerdict;
}

function partOfVerdict(clause: string): Partial<ExpectedVerdict> {
  const [, kind, value = ''] = /^(due at|profile|by)\s+(.+)$/.exec(clause.trim()) ?? [];
  if (kind === 'profile') return { profile: value };
  if (kind === 'by') return { rule: value };
  if (kind === 'due at') return { dueAt: timeOf(value) };
  throw new WordFault(
    '{value} is not a part of a verdict: there are "by RULE", "due at 13:00" and "profile NAME"',
    clause,
  );
}

function reasonOf(text: string): Reason {
  const plain = text
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_');
  const reason = REASONS.find((each) => each === plain);
  if (reason !== undefined) return reason;
  const known = REASONS.map(reasonWords);
  throw new WordFault(`{value} is not a verdict; there are ${known.join(', ')}`, text, known);
}

/** Reads `13:02 screen-locked, rung 1`. Throws `WordFault`. */
export function parseLogoff(text: string): ExpectedLogoff {
  const match = /^(\d[\d:]*)(?:\s*(?:-|–|to)\s*(\d[\d:]*))?\s+(?:by\s+)?([^\s,]+)(.*)$/s.exec(text.trim());
  if (match === null) throw new WordFault(`{value} is not a log-off: ${LOGOFF_HELP}`, text);
  const [, from = '', until = from, rule = '', rest = ''] = match;
  const [at, to] = [timeOf(from), timeOf(until)];
  if (to < at) throw new WordFault(`a span must not end before it begins: ${LOGOFF_HELP}`);
  const clauses = rest.split(',').map((each) => each.trim());
  const parts = clauses.filter((each) => each !== '').map(partOfLogoff);
  return Object.assign({ kind: 'logoff', at, to, rule, rung: undefined }, ...parts) as ExpectedLogoff;
}

function partOfLogoff(clause: string): Partial<ExpectedLogoff> {
  const number = /^rung (\d{1,2})$/.exec(clause)?.[1];
  if (number !== undefined) return { rung: Number(number) };
  if (clause === 'observed') return { kind: 'observed' };
  if (clause === 'session ended') return { kind: 'sso' };
  throw new WordFault(
    '{value} is not a part of a log-off: there are "rung 1", "observed" and "session ended"',
    clause,
  );
}

function timeOf(text: string): Duration {
  const at = parseTime(text);
  if (at === undefined) throw new WordFault('{value} is not a time: write it like 09:00 or 09:00:30', text);
  return at;
}

/** A log-off as a test would write it, without its time. */
export function logoffWords({ kind, rule, rung }: Pick<ExpectedLogoff, 'kind' | 'rule' | 'rung'>): string {
  const place = rung === undefined ? '' : `, rung ${rung}`;
  const what = { logoff: '', sso: ', session ended', observed: ', observed' }[kind];
  return `${rule}${place}${what}`;
}

/** A log-off's numbers: `1h of 1h`. */
export function measuredWords({
  measured,
  limit,
}: {
  readonly measured: Duration;
  readonly limit: Duration;
}): string {
  return `${formatDuration(measured)} of ${formatDuration(limit)}`;
}
