/** An explanation as lines: sentences first, then the tables that show every number behind them. */
import type { StoredEvent } from '../../domain/record.ts';
import { formatDuration, type Instant } from '../../domain/time/time.ts';
import { exactPercentText } from '../../texts/percent.ts';
import { rungNumber } from '../../texts/printed.ts';
import type { ClockShown, Explanation, RuleShown, Uncounted } from './explain.ts';
import { ladderSentences, sentencesOf } from './sentences.ts';
import { meaningOf } from './words.ts';
import type { Times } from '../shared/times.ts';

/** Lays out a table: as lines of text, or as whatever stands for one elsewhere. */
export type Table<Line = string> = (
  head: readonly string[],
  rows: readonly (readonly string[])[],
) => readonly Line[];

/** Everything, for a person. */
export function linesOf<Line>(
  explanation: Explanation,
  times: Times,
  table: Table<Line>,
): readonly (string | Line)[] {
  const { agent, rules, clocks, uncounted, ladder, events, learnt } = explanation;
  const lines: (string | Line)[] = [
    `${agent.name} <${agent.email}> (${agent.id}), times in ${times.zone}`,
    '',
    ...sentencesOf(explanation, times),
  ];
  if (rules.length > 0)
    lines.push(
      '',
      `Rules of profile ${explanation.profile ?? ''}: the first that is due, in this order, logs off`,
      ...ruleTable(rules, times, table),
    );
  if (clocks.length > 0) lines.push('', `Clocks, as of the last look`, ...clockTable(clocks, times, table));
  if (uncounted.length > 0)
    lines.push('', 'Time that no clock counts', ...uncountedTable(uncounted, times, table));
  if (ladder !== undefined)
    lines.push(
      '',
      'Ladder: what is done about each further silent return',
      ...ladderSentences(ladder, times),
    );
  lines.push('', ...eventLines(events, times, table));
  if (learnt.length > 0)
    lines.push('', 'Learnt about the platform', ...learnt.map((sentence) => `  ${sentence}`));
  return lines;
}

function at(instant: Instant | undefined, times: Times): string {
  return instant === undefined ? '' : times.exact(instant);
}

/** How each rule stands, as a table. */
export function ruleTable<Line>(
  rules: readonly RuleShown[],
  times: Times,
  table: Table<Line>,
): readonly Line[] {
  return table(
    ['rule', 'counts when', 'now', 'clock', 'measured', 'limit', 'due at', 'mode'],
    rules.map((rule) => [
      rule.id,
      rule.hours === undefined ? rule.when : `${rule.when}; ${rule.hours}`,
      stateOf(rule),
      rule.clock,
      formatDuration(rule.measured),
      formatDuration(rule.limit),
      rule.due ? 'now' : at(rule.dueAt, times),
      modeOf(rule),
    ]),
  );
}

/** A rule that waits for the licence peak observes until then. */
function modeOf({ mode, peakFrom, nearPeak }: RuleShown): string {
  if (peakFrom === undefined || mode === 'observe') return mode;
  return nearPeak ? `${mode}: near the peak` : `observe: below ${exactPercentText(peakFrom)} of the peak`;
}

function stateOf({ due, holds, leftAlone, insideHours }: RuleShown): string {
  if (due) return 'due';
  if (leftAlone) return 'waits on queue: left alone';
  if (!holds) return 'does not hold';
  return insideHours ? 'clock runs' : 'not in its hours';
}

function clockTable<Line>(clocks: readonly ClockShown[], times: Times, table: Table<Line>): readonly Line[] {
  return table(
    ['clock', 'of', 'running since', 'counted', 'left out'],
    clocks.map(({ clock, rule, startedAt, counted, notCounted }) => [
      clock,
      rule ?? 'the agent',
      startedAt === undefined ? 'stands at zero' : times.exact(startedAt),
      formatDuration(counted),
      formatDuration(notCounted),
    ]),
  );
}

function uncountedTable<Line>(
  spans: readonly Uncounted[],
  times: Times,
  table: Table<Line>,
): readonly Line[] {
  return table(
    ['from', 'to', 'length', 'because'],
    spans
      .slice(-10)
      .map(({ from, to, why }) => [times.exact(from), times.exact(to), formatDuration(to - from), why]),
  );
}

/** The last events as a table, with the trace of the sweep where any was traced; a sentence where there are none. */
export function eventLines<Line>(
  events: readonly StoredEvent[],
  times: Times,
  table: Table<Line>,
): readonly (string | Line)[] {
  if (events.length === 0) return ['The record has no event of this agent.'];
  const isTraced = events.some(({ traceId }) => traceId !== undefined);
  const rows = events.map((event) => [
    times.exact(event.at),
    event.kind,
    event.rung === undefined ? (event.rule ?? '') : `${event.rule ?? ''}, rung ${rungNumber(event.rung)}`,
    event.measured === undefined || event.kind === 'gap' ? '' : formatDuration(event.measured),
    event.limit === undefined ? '' : formatDuration(event.limit),
    meaningOf(event),
    ...(isTraced ? [event.traceId ?? ''] : []),
  ]);
  const head = ['at', 'event', 'rule', 'measured', 'limit', 'which means', ...(isTraced ? ['trace'] : [])];
  return ['Last events', ...table(head, rows)];
}
