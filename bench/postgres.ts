/** What a sweep of 50,000 agents writes to a database: everyone after a start, and a tenth of them in an ordinary sweep. */
import type { AgentState } from '../src/domain/tracking/state.ts';
import { DAY, MINUTE, SECOND, type Instant } from '../src/domain/time/time.ts';
import { openPostgres, type PostgresStore } from '../src/store/postgres/postgres-store.ts';
import { emptyDatabase, NO_POSTGRES } from '../test/postgres/server.ts';
import { STANDING, stateOf } from '../test/store/examples.ts';
import type { Row } from './measure.ts';

const AGENTS = 50_000;
/** All that one sweep writes. */
const MOST_SECONDS = 1;

export async function benchPostgres(): Promise<readonly Row[]> {
  if (NO_POSTGRES !== undefined) return [{ what: NO_POSTGRES, measured: '', met: true }];
  const { url, drop } = await emptyDatabase();
  const store = await openPostgres(url, 'bench', { now: Date.now });
  try {
    await store.holdLease('bench', Date.now(), DAY);
    const at = Date.now();
    const rows = [
      await saved(store, 'a first sweep of 50,000 agents', at, AGENTS),
      await saved(store, 'an ordinary sweep, in which a tenth of them changed', at + MINUTE, AGENTS / 10),
      await saved(store, 'a sweep in which all of them changed', at + 2 * MINUTE, AGENTS),
    ];
    const begun = performance.now();
    await store.loadMemories();
    rows.push({ what: 'loading all of them', measured: seconds(performance.now() - begun), met: true });
    rows.push(await saved(store, 'the first sweep after that', at + 3 * MINUTE, AGENTS));
    return rows;
  } finally {
    await store.close();
    await drop();
  }
}

async function saved(store: PostgresStore, what: string, at: Instant, agents: number): Promise<Row> {
  const changed = Array.from({ length: agents }, (_, n) => state(n, at));
  const begun = performance.now();
  const events = [{ kind: 'return', at, agentId: 'agent-1' }] as const;
  const count = { at, online: agents, kept: 0, deferred: {} };
  await store.saveSweep({ at, changed, notSeen: [], standing: STANDING, events, count });
  const took = performance.now() - begun;
  return {
    what: `${what}, written to PostgreSQL`,
    measured: seconds(took),
    target: `under ${MOST_SECONDS} s`,
    met: took < MOST_SECONDS * SECOND,
  };
}

function state(n: number, at: Instant): AgentState {
  return stateOf(`00000000-0000-4000-8000-${String(n).padStart(12, '0')}`, at);
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}
