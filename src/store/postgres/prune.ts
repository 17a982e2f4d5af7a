/** Forgetting what is older than the retention. */
import { SECOND, type Duration, type Instant } from '../../domain/time/time.ts';
import type { Asking } from './database.ts';
import { whole } from './record.ts';

/** A first forgetting may be of years. */
export const LONGEST_PRUNE: Duration = 120 * SECOND;

const MEMORIES = `DELETE FROM idle_enforcer.memory AS memory
  USING (SELECT $1::text AS organisation) AS mine
    LEFT JOIN idle_enforcer.standing AS standing ON standing.organisation = mine.organisation
  WHERE memory.organisation = $1
    AND CASE WHEN memory.is_current THEN greatest(memory.seen_at, standing.sweep_at) ELSE memory.seen_at END < $2`;

/** Names are stored when they change, so an old one may be that of an agent seen today. */
const NAMES = `DELETE FROM idle_enforcer.agent AS agent WHERE organisation = $1 AND seen < $2 AND NOT EXISTS (
  SELECT 1 FROM idle_enforcer.memory AS memory
  WHERE memory.organisation = agent.organisation AND memory.agent_id = agent.id)`;

/** Forgets events older than `before`, and agents and memories not seen since; to be called inside a transaction. */
export async function forgetBefore(tx: Asking, organisation: string, before: Instant): Promise<void> {
  const at = whole(before);
  await tx.run("SET LOCAL idle_enforcer.pruning = 'on'");
  for (const table of ['event', 'sweep_count', 'damaged'])
    await tx.run(`DELETE FROM idle_enforcer.${table} WHERE organisation = $1 AND at < $2`, organisation, at);
  await tx.run(MEMORIES, organisation, at);
  await tx.run(NAMES, organisation, at);
}
