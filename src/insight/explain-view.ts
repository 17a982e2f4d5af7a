/** An explanation as lines: sentences first, then the tables that show every number behind them. */
import type { StoredEvent } from '../domain/record.ts';
import { formatDuration, type Instant } from '../domain/time.ts';
import type { ClockShown, Explanation, RuleShown, Uncounted } from './explain.ts';
import { ladderSentence, sentencesOf } from './explain-sentences.ts';
import type { Times } from './times.ts';

/** Lays out a table as lines. */
export type Table = (head: readonly string[], rows: readonly (readonly string[])[]) => readonly string[];

/** Everything, for a person. */
export function linesOf(explanation: Explanation, times: Times, table: Table): readonly string[] {
  const { agent, rules, clocks, uncounted, ladder, events, facts } = explanation;
  const lines = [`${agent.name} <${agent.email}> (${agent.id})`, '', ...sentencesOf(explanation, times)];
  if (rules.length > 0)
    lines.push(
      '',
      `Rules of profile ${explanation.profile ?? ''}, in their order (times in ${times.zone})`,
      ...ruleTable(rules, times, table),
    );
  if (clocks.length > 0) lines.push('', 'Clocks', ...clockTable(clocks, times, table));
  if (uncounted.length > 0)
    lines.push('', 'Time that no clock counts', ...uncountedTable(uncounted, times, table));
  if (ladder !== undefined) lines.push('', ladderSentence(ladder, times));
  lines.push('', ...eventLines(events, times, table));
  const learnt = Object.entries(facts);
  if (learnt.length > 0)
    lines.push('', 'Learnt of the platform', ...learnt.map(([name, value]) => `  ${name}: ${value}`));
  return lines;
}

function at(instant: Instant | undefined, times: Times): string {
  return instant === undefined ? '' : times.full(instant);
}

function ruleTable(rules: readonly RuleShown[], times: Times, table: Table): readonly string[] {
  return table(
    ['rule', 'state', 'clock', 'measured', 'limit', 'due at', 'mode'],
    rules.map((rule) => [
      rule.id,
      stateOf(rule),
      rule.clock,
      formatDuration(rule.measured),
      formatDuration(rule.limit),
      rule.due ? 'now' : at(rule.dueAt, times),
      rule.mode,
    ]),
  );
}

function stateOf({ due, holds, insideHours, hours }: RuleShown): string {
  if (due) return 'due';
  if (!holds) return 'does not apply now';
  return insideHours ? 'waiting' : `hours are not on (${hours ?? ''})`;
}

function clockTable(clocks: readonly ClockShown[], times: Times, table: Table): readonly string[] {
  return table(
    ['clock', 'of', 'running since', 'counted', 'left out'],
    clocks.map(({ clock, rule, startedAt, counted, notCounted }) => [
      clock,
      rule ?? 'the agent',
      startedAt === undefined ? 'stands at zero' : times.full(startedAt),
      formatDuration(counted),
      formatDuration(notCounted),
    ]),
  );
}

function uncountedTable(spans: readonly Uncounted[], times: Times, table: Table): readonly string[] {
  return table(
    ['from', 'to', 'length', 'because'],
    spans
      .slice(-10)
      .map(({ from, to, why }) => [times.full(from), times.full(to), formatDuration(to - from), why]),
  );
}

/** The last events as a table; a sentence where there are none. */
export function eventLines(events: readonly StoredEvent[], times: Times, table: Table): readonly string[] {
  if (events.length === 0) return ['The record has no event of this agent.'];
  const rows = events.map((event) => [
    times.full(event.at),
    event.kind,
    event.rule ?? '',
    event.measured === undefined ? '' : formatDuration(event.measured),
    event.limit === undefined ? '' : formatDuration(event.limit),
    event.rung === undefined ? '' : String(event.rung + 1),
    [event.reason, event.delay === undefined ? undefined : `after ${formatDuration(event.delay)}`]
      .filter((each) => each !== undefined)
      .join(', '),
  ]);
  return ['Last events', ...table(['at', 'event', 'rule', 'measured', 'limit', 'rung', 'reason'], rows)];
}
