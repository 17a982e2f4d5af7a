/** Memories and the standing, as they stand in their tables. */
import { setImmediate } from 'node:timers/promises';
import type { ControllerState, RememberedAgent, RememberedQuery } from '../../domain/record.ts';
import type { AgentState } from '../../domain/tracking/state.ts';
import { stateBody, stateOf, standingOf, type Decoded } from '../codec.ts';
import { agentOf } from './agents.ts';
import type { DamagedRow } from './damage.ts';
import type { Asking, Row, Value } from './database.ts';
import { storable } from './organisation.ts';

/** Agents of one page, and of one statement that writes. */
const PAGE = 2_000;

const SEEN_AT = `CASE WHEN memory.is_current THEN greatest(memory.seen_at, standing.sweep_at) ELSE memory.seen_at END`;
const FROM = `FROM idle_enforcer.memory AS memory
  LEFT JOIN idle_enforcer.standing AS standing ON standing.organisation = memory.organisation`;
const SELECT = `SELECT memory.agent_id, memory.body, ${SEEN_AT} ${FROM} WHERE memory.organisation = $1`;
const SELECT_REMEMBERED = `SELECT memory.agent_id, memory.body, ${SEEN_AT}, agent.name, agent.email, agent.profile, agent.exempt
  ${FROM} LEFT JOIN idle_enforcer.agent AS agent
    ON agent.organisation = memory.organisation AND agent.id = memory.agent_id
  WHERE memory.organisation = $1`;
const NEXT_PAGE = `AND memory.agent_id > $2 ORDER BY memory.agent_id LIMIT ${PAGE}`;

const WANTED: Readonly<Record<RememberedQuery, string>> = {
  all: '',
  online: "AND memory.presence <> 'OFFLINE'",
  not_at_work: `AND memory.presence <> 'OFFLINE' AND memory.routing NOT IN ('INTERACTING', 'COMMUNICATING')
    AND (memory.routing <> 'IDLE' OR memory.is_on_ladder)`,
};

/** All memories, and the rows that hold none. */
export async function readMemories(
  db: Asking,
  organisation: string,
): Promise<{ readonly memories: Map<string, AgentState>; readonly damaged: readonly DamagedRow[] }> {
  const memories = new Map<string, AgentState>();
  const damaged: DamagedRow[] = [];
  for await (const rows of pages(db, organisation, SELECT)) {
    for (const row of rows) {
      const read = memoryIn(row);
      const [key, body] = [String(row[0]), String(row[1])];
      if (read.ok) memories.set(read.value.agentId, read.value);
      else damaged.push({ source: 'memory', key, body, why: read.why });
    }
  }
  return { memories, damaged };
}

/**
 * The memory of one agent; `undefined` where there is none, or where it cannot be used. One that is `locked` no worker writes until the
 * end of the transaction.
 */
export async function readMemory(
  db: Asking,
  organisation: string,
  agentId: string,
  lock: 'locked' | 'free' = 'free',
): Promise<AgentState | undefined> {
  const one = `${SELECT} AND memory.agent_id = $2${lock === 'locked' ? ' FOR UPDATE OF memory' : ''}`;
  const [row] = await db.rows(one, organisation, storable(agentId));
  const read = row === undefined ? undefined : memoryIn(row);
  return read?.ok === true ? read.value : undefined;
}

/** Agents with what is remembered of them, page by page. Rows that hold no memory are passed over: the worker will meet them. */
export async function* rememberedPages(
  db: Asking,
  organisation: string,
  wanted: RememberedQuery,
): AsyncGenerator<readonly RememberedAgent[]> {
  for await (const rows of pages(db, organisation, `${SELECT_REMEMBERED} ${WANTED[wanted]}`)) {
    const page = rows.flatMap((row) => rememberedIn(row) ?? []);
    if (page.length > 0) yield page;
  }
}

async function* pages(db: Asking, organisation: string, select: string): AsyncGenerator<readonly Row[]> {
  for (let after = ''; ;) {
    const rows = await db.rows(`${select} ${NEXT_PAGE}`, organisation, after);
    yield rows;
    if (rows.length < PAGE) return;
    after = String(rows.at(-1)?.[0]);
  }
}

function rememberedIn(row: Row): RememberedAgent | undefined {
  const read = memoryIn(row);
  const [id, , , ...named] = row;
  return read.ok ? { agent: agentOf([id, ...named]), memory: read.value } : undefined;
}

/** The body's own time may be older than that of the last sweep that saw the agent unchanged. */
function memoryIn([agentId, body, seen]: Row): Decoded<AgentState> {
  const read = stateOf(String(agentId), body);
  if (!read.ok) return read;
  return { ok: true, value: { ...read.value, seenAt: Math.max(read.value.seenAt, Number(seen)) } };
}

/** Whether the sweep saw the agents; a step says nothing of that. */
type Seen = 'seen' | 'not_seen' | 'step';

const INSERT = `INSERT INTO idle_enforcer.memory AS memory
  (organisation, agent_id, is_current, seen_at, presence, routing, is_on_ladder, body)
  SELECT $1, agent_id, $2, seen_at, presence, routing, is_on_ladder, body
  FROM unnest($3::text[], $4::bigint[], $5::text[], $6::text[], $7::boolean[], $8::text[])
    AS given (agent_id, seen_at, presence, routing, is_on_ladder, body)
  ON CONFLICT (organisation, agent_id) DO UPDATE SET seen_at = excluded.seen_at, presence = excluded.presence,
    routing = excluded.routing, is_on_ladder = excluded.is_on_ladder, body = excluded.body`;

/** Writes memories; to be called inside a transaction. */
export async function saveMemories(
  tx: Asking,
  organisation: string,
  memories: readonly AgentState[],
  seen: Seen,
): Promise<void> {
  const sql = seen === 'step' ? INSERT : `${INSERT}, is_current = excluded.is_current`;
  // A statement writes no row twice: of two states of an agent the later counts.
  const last = [...new Map(memories.map((memory) => [memory.agentId, memory])).values()];
  let writing: Promise<unknown> = Promise.resolve();
  for (let from = 0; from < last.length; from += PAGE) {
    const values = valuesOf(last.slice(from, from + PAGE));
    // While the database writes some, the next are put into words.
    await writing;
    writing = tx.run(sql, organisation, seen === 'seen', ...values);
    writing.catch(() => undefined);
    await setImmediate();
  }
  await writing;
}

function valuesOf(memories: readonly AgentState[]): readonly Value[] {
  return [
    memories.map(({ agentId }) => storable(agentId)),
    memories.map(({ seenAt }) => Math.floor(seenAt)),
    memories.map(({ last }) => last.presence),
    memories.map(({ last }) => last.routing),
    memories.map(({ episode }) => String(episode.ladder !== undefined)),
    memories.map(stateBody),
  ];
}

const SETTLE = `UPDATE idle_enforcer.memory AS memory
  SET is_current = false, seen_at = greatest(memory.seen_at, standing.sweep_at)
  FROM idle_enforcer.standing AS standing
  WHERE memory.organisation = $1 AND memory.is_current AND standing.organisation = memory.organisation
    AND memory.agent_id <> ALL ($2::text[])`;

/**
 * Makes the time of the last sweep each current agent's own, but for those who are written anyway. A worker that has just loaded cannot tell
 * who was seen before and is not any more.
 */
export async function settleCurrent(
  tx: Asking,
  organisation: string,
  written: readonly AgentState[],
): Promise<void> {
  await tx.run(
    SETTLE,
    organisation,
    written.map(({ agentId }) => storable(agentId)),
  );
}

const SAVE_STANDING = `INSERT INTO idle_enforcer.standing (organisation, body) VALUES ($1, $2)
  ON CONFLICT (organisation) DO UPDATE SET body = excluded.body`;
const SAVE_SWEEP = `INSERT INTO idle_enforcer.standing (organisation, body, sweep_at) VALUES ($1, $2, $3)
  ON CONFLICT (organisation) DO UPDATE SET body = excluded.body, sweep_at = excluded.sweep_at`;

/** Writes the standing; `at` is when the sweep looked, which a step leaves as it is. To be called inside a transaction. */
export async function saveStanding(
  tx: Asking,
  organisation: string,
  body: string,
  at?: number,
): Promise<void> {
  if (at === undefined) await tx.run(SAVE_STANDING, organisation, body);
  else await tx.run(SAVE_SWEEP, organisation, body, Math.floor(at));
}

const GO_ON = `UPDATE idle_enforcer.standing SET body = $2, sweep_at = $3
  WHERE organisation = $1 AND sweep_at = ANY ($4::bigint[])`;

/** The same of a sweep that follows one of `left`; false where the last saved one is another. To be called inside a transaction. */
export async function goOnFrom(
  tx: Asking,
  organisation: string,
  left: readonly number[],
  { body, at }: { readonly body: string; readonly at: number },
): Promise<boolean> {
  return (
    (await tx.run(
      GO_ON,
      organisation,
      body,
      Math.floor(at),
      left.map((each) => Math.floor(each)),
    )) > 0
  );
}

/** The standing, if there is one that can be used. */
export async function readStanding(
  db: Asking,
  organisation: string,
): Promise<{ readonly standing: ControllerState | undefined; readonly damaged: readonly DamagedRow[] }> {
  const [row] = await db.rows(
    'SELECT body FROM idle_enforcer.standing WHERE organisation = $1',
    organisation,
  );
  const body = row?.[0] ?? undefined;
  if (body === undefined) return { standing: undefined, damaged: [] };
  const read = standingOf(body);
  if (read.ok) return { standing: read.value, damaged: [] };
  return {
    standing: undefined,
    damaged: [{ source: 'standing', key: '1', body: textOf(body), why: read.why }],
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
