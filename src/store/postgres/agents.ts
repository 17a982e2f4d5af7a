/** Names and e-mail addresses of agents, for look-ups by name. Personal: they go after the retention. */
import type { StoredAgent } from '../../domain/record.ts';
import type { Instant } from '../../domain/time/time.ts';
import { agentsMeant } from '../search.ts';
import type { Asking, Row } from './database.ts';
import { storable, storableOr } from './organisation.ts';

const SELECT = 'SELECT id, name, email, profile, exempt FROM idle_enforcer.agent WHERE organisation = $1';

const SAVE = `INSERT INTO idle_enforcer.agent (organisation, id, name, email, profile, exempt, seen)
  SELECT $1, id, name, email, profile, exempt, $7
  FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) AS given (id, name, email, profile, exempt)
  ON CONFLICT (organisation, id) DO UPDATE SET name = excluded.name, email = excluded.email,
    profile = excluded.profile, exempt = excluded.exempt, seen = excluded.seen`;

/** Adds agents, or gives them what is new about them; part of a transaction. */
export async function storeAgents(
  tx: Asking,
  organisation: string,
  agents: readonly StoredAgent[],
  now: Instant,
): Promise<void> {
  const last = [...new Map(agents.map((agent) => [agent.id, agent])).values()];
  if (last.length === 0) return;
  await tx.run(
    SAVE,
    organisation,
    last.map(({ id }) => storable(id)),
    last.map(({ name }) => storable(name)),
    last.map(({ email }) => storable(email)),
    last.map(({ profile }) => storableOr(profile)),
    last.map(({ exempt }) => storableOr(exempt)),
    Math.round(now),
  );
}

/** Everyone, in no order. */
export async function readAgents(db: Asking, organisation: string): Promise<readonly StoredAgent[]> {
  return (await db.rows(SELECT, organisation)).map(agentOf);
}

/** See `agentsMeant`; an id is looked up without reading the others. */
export async function searchAgents(
  db: Asking,
  organisation: string,
  nameOrId: string,
): Promise<readonly StoredAgent[]> {
  const [byId] = await db.rows(`${SELECT} AND id = $2`, organisation, storable(nameOrId.trim()));
  const agents = byId === undefined ? await readAgents(db, organisation) : [agentOf(byId)];
  return agentsMeant(agents, nameOrId);
}

/** The agent of a row: id, name, address, profile, exemption, each of which but the id may be NULL. */
export function agentOf([id, name, email, profile, exempt]: Row): StoredAgent {
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  return {
    id: String(id),
    name: text(name) ?? String(id),
    email: text(email) ?? '',
    profile: text(profile),
    ...(typeof exempt === 'string' ? { exempt } : {}),
  };
}
