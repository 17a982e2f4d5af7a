/** The record itself, line by line, as a table or as JSON lines. */
import type { StoredEvent } from '../domain/record.ts';
import { jsonText } from '../texts/clean.ts';
import { printed, rungNumber } from '../texts/printed.ts';
import { lengthText } from './report-text.ts';
import { textTable } from './table.ts';

/** One JSON object, on one line; see `printed` for how facts are written. */
export function eventJson(event: StoredEvent): string {
  return jsonText(printed(event));
}

/** A table for people. */
export function eventTable(events: readonly StoredEvent[]): string[] {
  const rows = events.map((event) => {
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
  });
  return textTable(['at', 'event', 'agent', 'rule', 'measured', 'reason'], rows);
}
