/** The record: added to, read at once or page by page; and the series of head-counts. */
import {
  INTENT_OUTCOMES,
  type EventQuery,
  type RecordEvent,
  type StoredEvent,
  type SweepCount,
} from '../../domain/record.ts';
import type { Instant } from '../../domain/time/time.ts';
import { LAST_INSTANT } from '../bodies.ts';
import { EVENT_COLUMNS, eventReader, eventValues, numbersIn } from '../codec.ts';
import { NOTES } from '../notes.ts';
import type { Asking, Value } from './database.ts';
import { storable } from './organisation.ts';

/** Events of one page. */
const PAGE = 250;
/** Events of one statement that writes. */
const BATCH = 2_000;

const NEXT_SEQ = `INSERT INTO idle_enforcer.record (organisation, last_seq) VALUES ($1, $2)
  ON CONFLICT (organisation) DO UPDATE SET last_seq = record.last_seq + excluded.last_seq RETURNING last_seq`;

const NUMBERS: ReadonlySet<string> = new Set(['at', 'measured', 'limit_ms', 'rung', 'delay']);
const COLUMNS = EVENT_COLUMNS.map(([, column]) => column);
const ARRAYS = COLUMNS.map((column, i) => `$${i + 3}::${NUMBERS.has(column) ? 'bigint' : 'text'}[]`);
const INSERT = `INSERT INTO idle_enforcer.event (organisation, seq, ${COLUMNS.join(', ')})
  SELECT $1, $2 + place, ${COLUMNS.join(', ')} FROM unnest(${ARRAYS.join(', ')})
    WITH ORDINALITY AS given (${COLUMNS.join(', ')}, place)`;

/** Events that a transaction added, and the number before that of the first. */
export interface Added {
  readonly events: readonly RecordEvent[];
  readonly before: number;
}

/**
 * Adds events, in their order; to be called at the end of a transaction, for until its end the record is this one's: numbers rise with
 * what is committed, and none is left out.
 */
export async function addEvents(
  tx: Asking,
  organisation: string,
  events: readonly RecordEvent[],
): Promise<Added | undefined> {
  if (events.length === 0) return undefined;
  const before = (await lastNumber(tx, organisation, events.length)) - events.length;
  for (let from = 0; from < events.length; from += BATCH) {
    const values = events.slice(from, from + BATCH).map(storableValues);
    const lists = COLUMNS.map((_, i) => values.map((row) => row[i] ?? null));
    await tx.run(INSERT, organisation, before + from, ...lists);
  }
  return { events, before };
}

/** Takes so many numbers, and answers the last; until the end of the transaction nobody else adds to the record. */
async function lastNumber(tx: Asking, organisation: string, count: number): Promise<number> {
  const [row] = await tx.rows(NEXT_SEQ, organisation, count);
  return Number(row?.[0]);
}

const SELECT_ADDED = `SELECT seq, ${COLUMNS.join(', ')} FROM idle_enforcer.event
  WHERE organisation = $1 AND seq > $2 AND seq <= $3`;

/**
 * Which of the events that another transaction may have added are on record. Waits for its end where it has none yet; of one that came
 * to nothing the numbers may be those of other events by now.
 */
export async function onRecord(
  tx: Asking,
  organisation: string,
  { events, before }: Added,
): Promise<readonly RecordEvent[]> {
  await lastNumber(tx, organisation, 0);
  const rows = await tx.rows(SELECT_ADDED, organisation, before, before + events.length);
  const found = new Map(rows.map(([seq, ...values]) => [Number(seq), JSON.stringify(values)]));
  return events.filter((event, i) => found.get(before + 1 + i) === JSON.stringify(storableValues(event)));
}

function storableValues(event: RecordEvent): readonly (string | number | null)[] {
  return eventValues(event).map((value) => (typeof value === 'string' ? storable(value) : value));
}

/** The events that a query wants, in rising order; all at once. */
export async function readEvents(
  db: Asking,
  organisation: string,
  query: EventQuery,
): Promise<readonly StoredEvent[]> {
  const { where, values } = conditions(organisation, query);
  const { columns, read } = eventReader();
  const limit = query.limit === undefined ? '' : ` LIMIT ${Math.max(0, Math.floor(query.limit))}`;
  const rows = await db.rows(
    `SELECT ${columns} FROM idle_enforcer.event ${where} ORDER BY seq DESC${limit}`,
    ...values,
  );
  return rows.toReversed().flatMap((row) => read(row) ?? []);
}

/** The same, page by page; `limit` is not looked at. Ends where the record ended at the start. */
export async function* eventPages(
  db: Asking,
  organisation: string,
  query: EventQuery,
): AsyncGenerator<readonly StoredEvent[]> {
  const { where, values } = conditions(organisation, query);
  const [ends] = await db.rows(`SELECT min(seq), max(seq) FROM idle_enforcer.event ${where}`, ...values);
  if (typeof ends?.[0] !== 'number') return;
  const [first, last] = [ends[0], Number(ends[1])];
  const { columns, read } = eventReader(query.parts);
  const n = values.length;
  const sql = `SELECT ${columns} FROM idle_enforcer.event ${where}
    AND seq BETWEEN $${n + 1} AND $${n + 2} ORDER BY seq LIMIT ${PAGE}`;
  for (let next = first; next <= last;) {
    const rows = await db.rows(sql, ...values, next, last);
    const page = rows.flatMap((row) => read(row) ?? []);
    if (page.length > 0) yield page;
    if (rows.length < PAGE) return;
    next = Number(rows.at(-1)?.[0]) + 1;
  }
}

function conditions(
  organisation: string,
  { agentId, from, to, kinds, after }: EventQuery,
): { readonly where: string; readonly values: readonly Value[] } {
  const parts = ['organisation = $1'];
  const values: Value[] = [organisation];
  const add = (part: string, value: Value | undefined): void => {
    if (value === undefined) return;
    values.push(value);
    parts.push(part.replace('?', `$${values.length}`));
  };
  add('agent_id = ?', agentId === undefined ? undefined : storable(agentId));
  add('at >= ?', from === undefined ? undefined : whole(from));
  add('at < ?', to === undefined ? undefined : whole(to));
  add('seq > ?', after === undefined ? undefined : whole(after));
  add('kind = ANY (?::text[])', kinds);
  return { where: `WHERE ${parts.join(' AND ')}`, values };
}

/** Of whole numbers, those from `at` on are those from here on. */
export function whole(at: Instant): number {
  return Math.ceil(Math.min(Math.max(at, -LAST_INSTANT), LAST_INSTANT + 1));
}

const intentReader = eventReader();
const OUTCOMES = INTENT_OUTCOMES.map((kind) => `'${kind}'`).join(', ');
const OPEN_INTENTS = `SELECT ${intentReader.columns} FROM idle_enforcer.event AS intent
  WHERE organisation = $1 AND seq > $2 AND kind = 'intent' AND NOT EXISTS (
    SELECT 1 FROM idle_enforcer.event AS outcome
    WHERE outcome.organisation = $1 AND outcome.intent_id = intent.intent_id AND outcome.seq > intent.seq
      AND outcome.kind IN (${OUTCOMES})
  ) ORDER BY seq`;

/** Intents without a later outcome, and up to which event the record is settled. */
export async function readOpenIntents(
  db: Asking,
  organisation: string,
): Promise<{ readonly open: readonly StoredEvent[]; readonly settled: number | undefined }> {
  const [top] = await db.rows(
    'SELECT last_seq FROM idle_enforcer.record WHERE organisation = $1',
    organisation,
  );
  const newest = Number(top?.[0] ?? 0);
  const fact = 'SELECT value FROM idle_enforcer.fact WHERE organisation = $1 AND name = $2';
  const [noted] = await db.rows(fact, organisation, NOTES.settled);
  const seq = Number(noted?.[0] ?? 0);
  const before = Number.isSafeInteger(seq) && seq >= 0 && seq <= newest ? seq : 0;
  const rows = await db.rows(OPEN_INTENTS, organisation, before);
  const open = rows.flatMap((row) => intentReader.read(row) ?? []);
  const until = (open[0]?.seq ?? newest + 1) - 1;
  return { open, settled: until > before ? until : undefined };
}

const SAVE_COUNT = `INSERT INTO idle_enforcer.sweep_count (organisation, at, online, kept, deferred)
  VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (organisation, at) DO UPDATE SET online = excluded.online, kept = excluded.kept, deferred = excluded.deferred`;

/** Writes one head-count; to be called inside the sweep's transaction. */
export async function saveCount(
  tx: Asking,
  organisation: string,
  { at, online, kept, deferred }: SweepCount,
): Promise<void> {
  const held = Object.keys(deferred).length === 0 ? null : JSON.stringify(deferred);
  await tx.run(SAVE_COUNT, organisation, Math.floor(at), online, kept, held);
}

const COUNTS_PAGE = 500;
const SELECT_COUNTS = `SELECT at, online, kept, deferred FROM idle_enforcer.sweep_count
  WHERE organisation = $1 AND at >= $2 AND at < $3 ORDER BY at LIMIT ${COUNTS_PAGE}`;

/** The counts from `from` on and before `to`, in order, page by page. */
export async function* countPages(
  db: Asking,
  organisation: string,
  from: Instant,
  to: Instant,
): AsyncGenerator<readonly SweepCount[]> {
  for (let next = whole(from); ;) {
    const rows = await db.rows(SELECT_COUNTS, organisation, next, whole(to));
    const page = rows.map(([at, online, kept, deferred]) => ({
      ...{ at: Number(at), online: Number(online), kept: Number(kept), deferred: numbersIn(deferred) },
    }));
    if (page.length > 0) yield page;
    if (page.length < COUNTS_PAGE) return;
    next = (page.at(-1)?.at ?? next) + 1;
  }
}
