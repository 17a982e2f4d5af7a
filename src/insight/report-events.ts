/** The record itself, line by line, as a table or as JSON lines. */
import type { StoredEvent } from '../domain/record.ts';
import { lengthText } from './report-text.ts';
import { textTable } from './table.ts';

/** One JSON object a line, with the instant as an ISO text; everything else as it is on record. */
export function eventJson(event: StoredEvent): string {
  return JSON.stringify({ ...event, at: new Date(event.at).toISOString() });
}

/** A table for people. */
export function eventTable(events: readonly StoredEvent[]): string[] {
  const rows = events.map((event) => {
    const { at, kind, agentName, agentId, rule, rung, measured, limit, reason, delay, by } = event;
    const clock = measured === undefined ? '' : `${lengthText(measured)} of ${lengthText(limit)}`;
    return [
      new Date(at).toISOString().replace('.000', ''),
      kind,
      agentName ?? agentId ?? '',
      rung === undefined ? (rule ?? '') : `${rule ?? ''} (rung ${rung + 1})`,
      clock,
      [
        reason,
        delay === undefined ? undefined : `after ${lengthText(delay)}`,
        by === undefined ? undefined : `by ${by}`,
      ]
        .filter((part) => part !== undefined)
        .join(', '),
    ];
  });
  return textTable(['at', 'event', 'agent', 'rule', 'measured', 'reason'], rows);
}
