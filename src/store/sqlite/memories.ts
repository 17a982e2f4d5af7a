/** Memories and the standing, as they stand in their tables. */
import type { AgentState } from '../../domain/tracking/state.ts';
import type { ControllerState, RememberedAgent, RememberedQuery, SweepRecord } from '../../domain/record.ts';
import { LAST_INSTANT } from '../bodies.ts';
import { StoreError } from '../errors.ts';
import { agentOf } from './agents.ts';
import { standingBody, stateBody, stateOf, standingOf, type Decoded } from '../codec.ts';
import type { DamagedRow } from './damage.ts';
import type { Database, Row } from './database.ts';
import {
  SAVE_NOT_SEEN,
  SAVE_SEEN,
  SAVE_SWEEP,
  SELECT_MEMORY,
  SELECT_NOT_AT_WORK,
  SELECT_ONLINE,
  SELECT_REMEMBERED,
  SETTLE_CURRENT,
  type Select,
} from './statements.ts';

/** All memories, and the rows that hold none. */
export function readMemories(db: Database): {
  readonly memories: Map<string, AgentState>;
  readonly damaged: readonly DamagedRow[];
} {
  const memories = new Map<string, AgentState>();
  const damaged: DamagedRow[] = [];
  db.each(SELECT_MEMORY, (row) => {
    const read = memoryIn(row);
    if (read.ok) memories.set(read.value.agentId, read.value);
    else
      damaged.push({
        source: 'memory',
        key: String(row['agent_id']),
        body: String(row['body']),
        why: read.why,
      });
  });
  return { memories, damaged };
}

/** The memory of one agent; `undefined` where there is none, or where it cannot be used. */
export function readMemory(db: Database, agentId: string): AgentState | undefined {
  const row = db.get(`${SELECT_MEMORY} WHERE agent_id = ?`, agentId);
  const read = row === undefined ? undefined : memoryIn(row);
  return read?.ok === true ? read.value : undefined;
}

/** Agents of one page: few enough that no page blocks the loop. */
const PAGE = 2_000;

/** Statements of the agents that are wanted. */
const SELECT: Readonly<Record<RememberedQuery, Select>> = {
  all: { quick: SELECT_REMEMBERED, wary: SELECT_REMEMBERED },
  online: SELECT_ONLINE,
  not_at_work: SELECT_NOT_AT_WORK,
};

/**
 * Agents with what is remembered of them, page by page, in the order of the table. Bodies of others than those wanted are not opened.
 * Rows that hold no memory are passed over: the worker will meet them.
 */
export function* rememberedPages(
  db: Database,
  wanted: RememberedQuery,
): Generator<readonly RememberedAgent[]> {
  for (let after = -1; ;) {
    const rows = rowsAfter(db, SELECT[wanted], after);
    const page = rows.flatMap((row) => rememberedIn(row) ?? []);
    if (page.length > 0) yield page;
    if (rows.length < PAGE) return;
    after = Number(rows.at(-1)?.['place']);
  }
}

/** Rows of the next page. A body that is no JSON ends the quick statement; the wary one then reads that page. */
function rowsAfter(db: Database, { quick, wary }: Select, after: number): readonly Row[] {
  const behind = `ORDER BY memory.rowid LIMIT ${PAGE}`;
  try {
    return db.all(`${quick} ${behind}`, after);
  } catch (error) {
    if (!(error instanceof StoreError) || quick === wary) throw error;
    return db.all(`${wary} ${behind}`, after);
  }
}

function rememberedIn(row: Row): RememberedAgent | undefined {
  const read = memoryIn(row);
  return read.ok ? { agent: agentOf({ ...row, id: row['agent_id'] ?? '' }), memory: read.value } : undefined;
}

/** Takes a statement of `statements.ts` that saves one memory. */
export function saveMemory(db: Database, sql: string, memory: AgentState): void {
  db.run(sql, memory.agentId, Math.floor(memory.seenAt), stateBody(memory));
}

/** Writes whom a sweep saw, and the standing; `isFresh`: no sweep has been saved since everything was loaded. Part of a transaction. */
export function saveSeen(
  db: Database,
  { at, changed, notSeen, standing }: SweepRecord,
  isFresh: boolean,
): void {
  if (isFresh) db.run(SETTLE_CURRENT);
  for (const memory of changed) saveMemory(db, SAVE_SEEN, memory);
  for (const memory of notSeen) saveMemory(db, SAVE_NOT_SEEN, memory);
  db.run(SAVE_SWEEP, Math.floor(at), standingBody(standing));
}

/** The standing, if there is one that can be used. */
export function readStanding(db: Database): {
  readonly standing: ControllerState | undefined;
  readonly damaged: readonly DamagedRow[];
} {
  const body = db.get('SELECT body FROM standing WHERE id = 1')?.['body'] ?? undefined;
  if (body === undefined) return { standing: undefined, damaged: [] };
  const read = standingOf(body);
  if (read.ok) return { standing: read.value, damaged: [] };
  return {
    standing: undefined,
    damaged: [{ source: 'standing', key: '1', body: String(body), why: read.why }],
  };
}

/** The body's own time may be older than that of the last sweep that saw the agent unchanged. */
function memoryIn(row: Row): Decoded<AgentState> {
  const read = stateOf(String(row['agent_id']), row['body']);
  const seen = Number(row['seen']);
  // A column that was damaged must not make the time since the last look look watched.
  if (!read.ok || seen > LAST_INSTANT) return read;
  return { ok: true, value: { ...read.value, seenAt: Math.max(read.value.seenAt, seen) } };
}
