/** The record itself, line by line: as a table, as CSV or as JSON lines, however long it is. */
import type { RecordEvent, StoredEvent } from '../../domain/record.ts';
import type { Duration, Instant } from '../../domain/time/time.ts';
import type { Naming } from '../shared/identities.ts';
import { jsonText } from '../../texts/clean.ts';
import { csvText } from '../../texts/csv.ts';
import { rungNumber, secondsOf } from '../../texts/printed.ts';
import { signWords } from '../explain/words.ts';
import { lengthText } from './sections.ts';
import { tableLines, widthsOf } from '../../texts/table.ts';

type Pages = AsyncIterable<readonly StoredEvent[]>;

/**
 * One JSON object, on one line: what `jsonText(printed(event))` is, but for the order of the parts. An object of always the same
 * shape is written in half the time, of a record of a million events.
 */
export function eventJson(event: StoredEvent): string {
  const { seq, kind, at, sweepId, agentId, agentName, rule, measured, limit, delay, rung, actions } = event;
  const { reason, correlationId, intentId, by, traceId } = event;
  // What is not there is left out by JSON.
  return jsonText({
    seq,
    kind,
    at: new Date(at).toISOString(),
    sweepId,
    agentId,
    agentName,
    rule,
    measured_seconds: measured === undefined ? undefined : secondsOf(measured),
    limit_seconds: limit === undefined ? undefined : secondsOf(limit),
    delay_seconds: delay === undefined ? undefined : secondsOf(delay),
    rung: rung === undefined ? undefined : rungNumber(rung),
    actions,
    reason,
    correlationId,
    intentId,
    by,
    traceId,
  });
}

/** The same events with their agents called as `call` does; nothing is done where that is what stands in them. */
export function namedBy(naming: Naming, pages: Pages, call: Naming['call'] = naming.call): Pages {
  const isRecorded = naming.identities === 'name' && call === naming.call;
  return isRecorded ? pages : renamed(pages, call, naming.showsIds);
}

async function* renamed(
  pages: Pages,
  call: Naming['call'],
  showsIds: boolean,
): AsyncGenerator<StoredEvent[]> {
  for await (const events of pages)
    yield events.map((event) => {
      const { agentId, agentName = '' } = event;
      if (agentId === undefined) return event;
      const called = call({ id: agentId, name: agentName });
      if (called === agentName && showsIds) return event;
      return { ...event, agentName: called, agentId: showsIds ? agentId : called };
    });
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
  'by',
  'trace_id',
] as const;

/** CSV with a header. */
export async function* eventsAsCsv(pages: Pages): AsyncGenerator<string> {
  yield csvText([COLUMNS]);
  for await (const events of pages) yield csvText(events.map(cellsOf));
}

function cellsOf(event: StoredEvent): readonly (string | number)[] {
  const { rung, actions } = event;
  return [
    new Date(event.at).toISOString(),
    event.kind,
    textIn(event.sweepId),
    textIn(event.agentId),
    textIn(event.agentName),
    textIn(event.rule),
    rung === undefined ? '' : rungNumber(rung),
    secondsIn(event.measured),
    secondsIn(event.limit),
    secondsIn(event.delay),
    actions === undefined ? '' : actions.join(' '),
    textIn(event.reason),
    textIn(event.intentId),
    textIn(event.correlationId),
    textIn(event.by),
    textIn(event.traceId),
  ];
}

function textIn(part: string | undefined): string {
  return part ?? '';
}

function secondsIn(length: Duration | undefined): number | string {
  return length === undefined ? '' : secondsOf(length);
}

/** The parts of an event that the table shows. */
export const IN_TABLE = [
  ...(['kind', 'at', 'agentId', 'agentName', 'rule', 'rung', 'measured', 'limit'] as const),
  ...(['reason', 'delay', 'by'] as const),
] as const satisfies readonly (keyof RecordEvent)[];

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
  const { at, kind, agentName, agentId, rule = '', rung, measured, limit } = event;
  return [
    secondText(at),
    kind,
    agentName ?? agentId ?? '',
    rung === undefined ? rule : `${rule} (rung ${rungNumber(rung)})`,
    measured === undefined ? '' : `${lengthText(measured)} of ${lengthText(limit)}`,
    whyText(event),
  ];
}

/** An instant in UTC, with its fraction of a second where there is one. */
function secondText(at: Instant): string {
  const text = new Date(at).toISOString();
  return text.endsWith('.000Z') ? `${text.slice(0, -'.000Z'.length)}Z` : text;
}

function whyText({ kind, reason, delay, by }: StoredEvent): string {
  const why =
    kind === 'regret' && reason !== undefined ? `the agent was there: ${signWords(reason)}` : reason;
  const after = delay === undefined ? undefined : `after ${lengthText(delay)}`;
  return [why, after, by && `by ${by}`].filter((part) => part !== undefined).join(', ');
}
