/** Names and e-mail addresses of agents, for look-ups by name. Personal: they go after the retention. */
import type { StoredAgent } from '../../domain/record.ts';
import type { Instant } from '../../domain/time/time.ts';
import { agentsMeant } from '../search.ts';
import type { Database, Row } from './database.ts';
import { SAVE_AGENT, SELECT_AGENT } from './statements.ts';

/** Adds agents, or gives them what is new about them; part of a transaction. */
export function storeAgents(db: Database, agents: readonly StoredAgent[], now: Instant): void {
  const seen = Math.round(now);
  for (const { id, name, email, profile, exempt } of agents) {
    db.run(SAVE_AGENT, id, name, email, profile ?? null, exempt ?? null, seen);
  }
}

/** Everyone, in no order. */
export function readAgents(db: Database): readonly StoredAgent[] {
  return db.all(SELECT_AGENT).map(agentOf);
}

/** See `agentsMeant`; an id is looked up without reading the others. */
export function searchAgents(db: Database, nameOrId: string): readonly StoredAgent[] {
  const byId = db.get(`${SELECT_AGENT} WHERE id = ?`, nameOrId.trim());
  // SQLite knows the case of ASCII letters only; names have others.
  return agentsMeant(byId === undefined ? readAgents(db) : [agentOf(byId)], nameOrId);
}

/** The agent of a row, whose columns may be NULL where the name is not stored. */
export function agentOf(row: Row): StoredAgent {
  const { id, name, email, profile, exempt } = row;
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  return {
    id: String(id),
    name: text(name) ?? String(id),
    email: text(email) ?? '',
    profile: text(profile),
    ...(typeof exempt === 'string' ? { exempt } : {}),
  };
}
