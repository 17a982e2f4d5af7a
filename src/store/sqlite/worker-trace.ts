/** What the process that sweeps tells of itself, so that `pause` can name the worker that it reached. */
import { statSync } from 'node:fs';
import type { SweepBegun, WorkerTrace } from '../../domain/record.ts';
import type { Database, Row } from './database.ts';
import type { Self } from '../self.ts';

const SAVE = `INSERT INTO worker
  (id, holder, command, version, pid, host, boot, inode, started_at, swept_at, interval)
  VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET holder = excluded.holder, command = excluded.command, version = excluded.version,
    pid = excluded.pid, host = excluded.host, boot = excluded.boot, inode = excluded.inode,
    started_at = excluded.started_at, swept_at = excluded.swept_at, interval = excluded.interval`;

/** Notes that a sweep begins; to be called inside a transaction. */
export function saveTrace(db: Database, self: Self, begun: SweepBegun): void {
  const { holder, command, version, startedAt, sweptAt, interval } = begun;
  const times = [startedAt, sweptAt, interval].map(Math.round);
  db.run(SAVE, holder, command, version, self.pid, self.host, self.boot, inodeOf(db), ...times);
}

/** The process that swept last; `undefined` before the first sweep of a version that tells. */
export function readTrace(db: Database, self: Self): WorkerTrace | undefined {
  const row = db.get('SELECT * FROM worker WHERE id = 1');
  if (row === undefined) return undefined;
  return {
    holder: String(row['holder']),
    command: row['command'] === 'once' ? 'once' : 'run',
    version: String(row['version']),
    pid: Number(row['pid']),
    host: String(row['host']),
    startedAt: Number(row['started_at']),
    sweptAt: Number(row['swept_at']),
    interval: Number(row['interval']),
    state: stateOf(row, db, self),
  };
}

/** From another machine or container neither the process nor the number of its file can be compared. */
function stateOf(row: Row, db: Database, self: Self): WorkerTrace['state'] {
  if (row['host'] !== self.host || row['boot'] !== self.boot) return 'running';
  const inode = inodeOf(db);
  if (row['inode'] !== null && inode !== null && row['inode'] !== inode) return 'elsewhere';
  return row['command'] === 'run' && !self.isAlive(Number(row['pid'])) ? 'gone' : 'running';
}

function inodeOf({ path }: Database): number | null {
  return statSync(path, { throwIfNoEntry: false })?.ino ?? null;
}
