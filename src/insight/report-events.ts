/** The record itself, line by line: as a table, as CSV or as JSON lines, however long it is. */
import type { StoredEvent } from '../domain/record.ts';
import { csvLine, jsonText } from '../texts/clean.ts';
import { printed, rungNumber, secondsOf } from '../texts/printed.ts';
import { lengthText } from './report-text.ts';
import { tableLines, widthsOf } from './table.ts';

type Pages = AsyncIterable<readonly StoredEvent[]>;

/** One JSON object, on one line; see `printed` for how facts are written. */
export function eventJson(event: StoredEvent): string {
  return jsonText(printed(event));
}

/** JSON lines. */
export async function* eventsAsJson(pages: Pages): AsyncGenerator<string> {
  for await (const events of pages) yield events.map((event) => `${eventJson(event)}\n`).join('');
}

const COLUMNS = [
  'at',
  'event',
  'sweep',
  'agent_id',
  'agent',
  'rule',
  'rung',
  'measured_seconds',
  'limit_seconds',
  'delay_seconds',
  'actions',
  'reason',
  'intent_id',
  'correlation_id',
] as const;

/** CSV with a header. */
export async function* eventsAsCsv(pages: Pages): AsyncGenerator<string> {
  yield `${csvLine(COLUMNS)}\r\n`;
  for await (const events of pages) yield events.map((event) => `${csvLine(cellsOf(event))}\r\n`).join('');
}

function cellsOf(event: StoredEvent): readonly (string | number)[] {
  const { at, kind, sweepId, agentId, agentName, rule, rung, measured, limit, delay, actions } = event;
  return [
    new Date(at).toISOString(),
    kind,
    sweepId ?? '',
    agentId ?? '',
    agentName ?? '',
    rule ?? '',
    rung === undefined ? '' : rungNumber(rung),
    ...[measured, limit, delay].map((length) => (length === undefined ? '' : secondsOf(length))),
    actions?.join(' ') ?? '',
    event.reason ?? '',
    event.intentId ?? '',
    event.correlationId ?? '',
  ];
}

const HEAD = ['at', 'event', 'agent', 'rule', 'measured', 'reason'];

/** A table for people, whose columns are as wide as the first page of the record wants them. Nothing of an empty record. */
export async function* eventsAsTable(pages: Pages): AsyncGenerator<readonly string[]> {
  let widths: readonly number[] | undefined;
  for await (const events of pages) {
    const rows = events.map(rowOf);
    if (widths === undefined) {
      widths = widthsOf([HEAD, ...rows]);
      yield tableLines([HEAD], widths);
    }
    yield tableLines(rows, widths);
  }
}

function rowOf(event: StoredEvent): string[] {
  const { at, kind, agentName, agentId, rule, rung, measured, limit, reason, delay } = event;
  const clock = measured === undefined ? '' : `${lengthText(measured)} of ${lengthText(limit)}`;
  return [
    new Date(at).toISOString().replace('.000', ''),
    kind,
    agentName ?? agentId ?? '',
    rung === undefined ? (rule ?? '') : `${rule ?? ''} (rung ${rungNumber(rung)})`,
    clock,
    [reason, delay === undefined ? undefined : `after ${lengthText(delay)}`]
      .filter((part) => part !== undefined)
      .join(', '),
  ];
}
