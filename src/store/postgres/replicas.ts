/** The replicas that share a database, by the database's clock. */
import { z } from 'zod';
import { MINUTE, SECOND, type Duration } from '../../domain/time/time.ts';
import type { HeardReplica, ReplicasPort } from '../../ports/replicas.ts';
import type { Database, Row } from './database.ts';
import { storable } from './organisation.ts';

/** Replicas that have said nothing for so long are not told of. */
const LATELY: Duration = 30 * SECOND;
/** What all replicas together may move is one organisation in this time. */
const MOVE: Duration = MINUTE;

const MS = "interval '1 millisecond'";

/** Rows of replicas that are long gone go as well. */
const BEAT = `WITH own AS (
    INSERT INTO idle_enforcer.replica (id, seen, able, held) VALUES ($1, clock_timestamp(), $2, $3)
    ON CONFLICT (id) DO UPDATE SET seen = excluded.seen, able = excluded.able, held = excluded.held
  ), gone AS (
    DELETE FROM idle_enforcer.replica WHERE seen < clock_timestamp() - 100 * $4 * ${MS}
  )
  SELECT id, able, held, (extract(epoch FROM clock_timestamp() - seen) * 1000)::float8 FROM idle_enforcer.replica
  WHERE id <> $1 AND seen > clock_timestamp() - $4 * ${MS} ORDER BY id`;

/** A clock that was set back must not end all moves. */
const CLAIM = `UPDATE idle_enforcer.move SET at = clock_timestamp()
  WHERE at < clock_timestamp() - $1 * ${MS} OR at > clock_timestamp()`;

const NAMES = z.array(z.string());

/** The replicas that share this database, which is closed with the port. */
export function replicasOn(db: Database): ReplicasPort {
  return {
    beat: async ({ id, able, held }) => {
      const rows = await db.kept((tx) => tx.rows(BEAT, id, listed(able), listed(held), LATELY));
      return rows.map(replicaIn);
    },
    claimMove: async () => (await db.kept((tx) => tx.run(CLAIM, MOVE))) > 0,
    leave: async (id) => {
      await db.kept((tx) => tx.run('DELETE FROM idle_enforcer.replica WHERE id = $1', id));
    },
    close: () => db.close(),
  };
}

function listed(names: ReadonlySet<string>): string {
  return JSON.stringify([...names].map(storable));
}

function replicaIn([id, able, held, ago]: Row): HeardReplica {
  return { id: String(id), able: namesIn(able), held: namesIn(held), ago: Math.max(0, Number(ago)) };
}

/** What cannot be read is nothing: such a replica is left alone. */
function namesIn(text: unknown): ReadonlySet<string> {
  try {
    return new Set(NAMES.parse(JSON.parse(String(text))));
  } catch {
    return new Set();
  }
}
