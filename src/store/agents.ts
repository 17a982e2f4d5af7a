/** Names and e-mail addresses of agents, for whoever asks by name. Personal: they go after the retention. */
import type { StoredAgent } from '../domain/record.ts';
import type { Instant } from '../domain/time.ts';
import type { Database, Row } from './database.ts';
import { SAVE_AGENT, SELECT_AGENT } from './statements.ts';

/** Adds agents, or gives them what is new about them; part of a transaction. */
export function storeAgents(db: Database, agents: readonly StoredAgent[], now: Instant): void {
  const seen = Math.round(now);
  for (const { id, name, email, profile } of agents) {
    db.run(SAVE_AGENT, id, name, email, profile ?? null, seen);
  }
}

/** Everyone, in no order. */
export function readAgents(db: Database): readonly StoredAgent[] {
  return db.all(SELECT_AGENT).map(agentOf);
}

/** By id; else by the whole name or e-mail address, whatever the case; else by a part of either. */
export function searchAgents(db: Database, nameOrId: string): readonly StoredAgent[] {
  const wanted = nameOrId.trim();
  if (wanted === '') return [];
  const byId = db.get(`${SELECT_AGENT} WHERE id = ?`, wanted);
  if (byId !== undefined) return [agentOf(byId)];
  // SQLite knows the case of ASCII letters only; names have others.
  const agents = db.all(`${SELECT_AGENT} ORDER BY name, id`).map(agentOf);
  const text = folded(wanted);
  const exact = agents.filter(({ name, email }) => folded(name) === text || folded(email) === text);
  if (exact.length > 0) return exact;
  return agents.filter(({ name, email }) => folded(name).includes(text) || folded(email).includes(text));
}

function agentOf(row: Row): StoredAgent {
  const { id, name, email, profile } = row;
  return {
    id: String(id),
    name: String(name),
    email: String(email),
    profile: typeof profile === 'string' ? profile : undefined,
  };
}

function folded(text: string): string {
  return text.normalize('NFC').toLowerCase();
}
