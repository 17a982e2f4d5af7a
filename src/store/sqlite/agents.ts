/** Names and e-mail addresses of agents, for look-ups by name. Personal: they go after the retention. */
import { normaliseName } from '../../domain/name.ts';
import type { StoredAgent } from '../../domain/record.ts';
import type { Instant } from '../../domain/time/time.ts';
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

/** By id; else by the whole name or e-mail address, whatever the case; else by a part of either. */
export function searchAgents(db: Database, nameOrId: string): readonly StoredAgent[] {
  const wanted = nameOrId.trim();
  if (wanted === '') return [];
  const byId = db.get(`${SELECT_AGENT} WHERE id = ?`, wanted);
  if (byId !== undefined) return [agentOf(byId)];
  // SQLite knows the case of ASCII letters only; names have others.
  const agents = db.all(`${SELECT_AGENT} ORDER BY name, id`).map(agentOf);
  const text = normaliseName(wanted);
  const forms = agents.map((agent) => ({ agent, id: normaliseName(agent.id), names: namesOf(agent) }));
  const exact = forms.filter(({ id, names }) => id === text || names.includes(text));
  const found =
    exact.length > 0 ? exact : forms.filter(({ names }) => names.some((name) => name.includes(text)));
  return found.map(({ agent }) => agent);
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

function namesOf({ name, email }: StoredAgent): readonly string[] {
  return [normaliseName(name), normaliseName(email)];
}
