/** The longer SQL of the store. Anything that is not fixed text is a parameter. */
import { IN_BODY } from '../codec.ts';
import type { Database } from './database.ts';

/** A current agent was seen by the last saved sweep, or later by a step of carrying out. */
export const SEEN_AT = `CASE current WHEN 1
  THEN max(seen_at, coalesce((SELECT sweep_at FROM standing WHERE id = 1), seen_at)) ELSE seen_at END`;

/** Takes a WHERE behind it. */
export const SELECT_MEMORY = `SELECT agent_id, body, ${SEEN_AT} AS seen FROM memory`;

/** Takes a place in the table, after which the agents begin; ORDER BY and LIMIT stand behind it. */
export const SELECT_REMEMBERED = `SELECT memory.rowid AS place, agent_id, body, ${SEEN_AT} AS seen,
  name, email, profile, exempt
  FROM memory LEFT JOIN agent ON agent.id = memory.agent_id WHERE memory.rowid > ?`;

/** How a part of a body is found: its path as SQL, to be put into a statement. */
type PartOf = (part: keyof typeof IN_BODY) => string;

/** A body that is no JSON has no parts. */
const wary: PartOf = (part) => `CASE WHEN json_valid(body) THEN ${quick(part)} END`;

/** The same in half the time, and a statement that ends with an error where a body is no JSON. */
const quick: PartOf = (part) => `json_extract(body, '${IN_BODY[part]}')`;

/** The same without agents who were Offline when last seen. */
const online = (partOf: PartOf): string => `${SELECT_REMEMBERED} AND ${partOf('presence')} IS NOT 'OFFLINE'`;

/** The same without agents who were at work: in an interaction, or waiting on queue and not on the ladder. */
const notAtWork = (partOf: PartOf): string => `${online(partOf)}
  AND ${partOf('routing')} IS NOT 'INTERACTING' AND ${partOf('routing')} IS NOT 'COMMUNICATING'
  AND (${partOf('routing')} IS NOT 'IDLE' OR ${partOf('ladder')} IS NOT NULL)`;

/** A statement for agents who are wanted; `wary` works whatever the bodies are, `quick` where all of them are JSON. */
export interface Select {
  readonly quick: string;
  readonly wary: string;
}

/** Take what `SELECT_REMEMBERED` takes. */
export const SELECT_ONLINE: Select = { quick: online(quick), wary: online(wary) };
export const SELECT_NOT_AT_WORK: Select = { quick: notAtWork(quick), wary: notAtWork(wary) };

/**
 * Makes the time of the last sweep each current agent's own. A worker that has just loaded cannot tell who was seen
 * before and is not any more; what it then sees is stored one by one.
 */
export const SETTLE_CURRENT = `UPDATE memory SET seen_at = ${SEEN_AT}, current = 0 WHERE current = 1`;

/** These three take the agent's id, when the agent was seen, and the body. */
export const SAVE_SEEN = `INSERT INTO memory (agent_id, current, seen_at, body) VALUES (?, 1, ?, ?)
  ON CONFLICT (agent_id) DO UPDATE SET current = 1, seen_at = excluded.seen_at, body = excluded.body`;

export const SAVE_NOT_SEEN = `INSERT INTO memory (agent_id, current, seen_at, body) VALUES (?, 0, ?, ?)
  ON CONFLICT (agent_id) DO UPDATE SET current = 0, seen_at = excluded.seen_at, body = excluded.body`;

/** A step says nothing about whom the sweep saw. */
export const SAVE_STEP = `INSERT INTO memory (agent_id, current, seen_at, body) VALUES (?, 0, ?, ?)
  ON CONFLICT (agent_id) DO UPDATE SET seen_at = excluded.seen_at, body = excluded.body`;

/** Takes a WHERE or ORDER BY behind it. */
export const SELECT_AGENT = 'SELECT id, name, email, profile, exempt FROM agent';

export const SAVE_AGENT = `INSERT INTO agent (id, name, email, profile, exempt, seen) VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = excluded.email, profile = excluded.profile,
    exempt = excluded.exempt, seen = excluded.seen`;

/** Takes when the sweep looked, and the standing's body. */
export const SAVE_SWEEP = `INSERT INTO standing (id, sweep_at, body) VALUES (1, ?, ?)
  ON CONFLICT (id) DO UPDATE SET sweep_at = excluded.sweep_at, body = excluded.body`;

/** Takes the body alone: a step is not a sweep. */
export const SAVE_STANDING = `INSERT INTO standing (id, body) VALUES (1, ?)
  ON CONFLICT (id) DO UPDATE SET body = excluded.body`;

export const SAVE_FACT = `INSERT INTO fact (name, value) VALUES (?, ?)
  ON CONFLICT (name) DO UPDATE SET value = excluded.value`;

/** Something to be kept beside what the worker knows, or `undefined`. */
export function factOf(db: Pick<Database, 'get'>, name: string): string | undefined {
  const value = db.get('SELECT value FROM fact WHERE name = ?', name)?.['value'];
  return typeof value === 'string' ? value : undefined;
}
