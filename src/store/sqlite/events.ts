/** The record: added to, and read, some events at once or all of a span page by page. */
import type { SQLInputValue } from 'node:sqlite';
import type { EventQuery, RecordEvent, StoredEvent } from '../../domain/record.ts';
import { eventReader, eventValues, INSERT_EVENT } from '../codec.ts';
import type { Database } from './database.ts';

/** Events of one page: enough that reading costs little, few enough that no page blocks the loop. */
const PAGE = 250;

/** Adds events, in their order; part of a transaction. */
export function addEvents(db: Database, events: readonly RecordEvent[]): void {
  for (const event of events) db.run(INSERT_EVENT, ...eventValues(event));
}

/** The events that a query wants, in rising order; all at once. */
export function readEvents(db: Database, query: EventQuery): StoredEvent[] {
  const { where, values } = conditions(query);
  const { columns, read } = eventReader();
  // -1 is no limit.
  const newest = `SELECT ${columns} FROM event${where} ORDER BY seq DESC LIMIT ?`;
  return db
    .lists(newest, ...values, query.limit ?? -1)
    .toReversed()
    .flatMap((row) => read(row) ?? []);
}

/**
 * The same, page by page; `limit` is not looked at. Where the events of the query begin and end is found by the indexes;
 * between these places the record is read in its own order, whatever else it holds.
 */
export function* eventPages(db: Database, query: EventQuery): Generator<readonly StoredEvent[]> {
  const { where, values } = conditions(query);
  const ends = db.get(`SELECT min(seq) AS first, max(seq) AS last FROM event${where}`, ...values);
  const [first, last] = [ends?.['first'], ends?.['last']];
  if (typeof first !== 'number' || typeof last !== 'number') return;
  const { columns, read } = eventReader(query.parts);
  const sql =
    `SELECT ${columns} FROM event NOT INDEXED ` +
    `${where === '' ? 'WHERE' : `${where} AND`} seq BETWEEN ? AND ? ORDER BY seq LIMIT ${PAGE}`;
  for (let next = first; next <= last;) {
    const rows = db.lists(sql, ...values, next, last);
    const page = rows.flatMap((row) => read(row) ?? []);
    if (page.length > 0) yield page;
    if (rows.length < PAGE) return;
    next = Number(rows.at(-1)?.[0] ?? last) + 1;
  }
}

/** The WHERE of a query of the record, with its values. */
function conditions(query: EventQuery): { readonly where: string; readonly values: SQLInputValue[] } {
  const parts: string[] = [];
  const values: SQLInputValue[] = [];
  const add = (part: string, value: SQLInputValue | undefined): void => {
    if (value === undefined) return;
    parts.push(part);
    values.push(value);
  };
  add('agent_id = ?', query.agentId);
  add('at >= ?', query.from);
  add('at < ?', query.to);
  add('seq > ?', query.after);
  add('kind IN (SELECT value FROM json_each(?))', query.kinds && JSON.stringify(query.kinds));
  return { where: parts.length === 0 ? '' : ` WHERE ${parts.join(' AND ')}`, values };
}
