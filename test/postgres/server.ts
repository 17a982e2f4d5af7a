/** A real PostgreSQL for the tests: that of `DATABASE_URL`, else one that this run starts in a temporary folder. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { PASSWORD } from './data.ts';

export { PASSWORD };

const GIVEN = process.env['DATABASE_URL'];
const DEBIAN = '/usr/lib/postgresql';
/** Where the programs of a server are; `undefined` where none is installed. */
export const BINARIES = [
  ...(process.env['PATH'] ?? '').split(delimiter),
  ...(existsSync(DEBIAN) ? readdirSync(DEBIAN).map((version) => join(DEBIAN, version, 'bin')) : []),
].find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));

/** Why there is no database; `undefined` where there is one. */
export const NO_POSTGRES: string | undefined =
  GIVEN === undefined && BINARIES === undefined
    ? 'tests on PostgreSQL skipped: no server is installed, and DATABASE_URL is not set'
    : undefined;

let url: Promise<string> | undefined;

/** The URL of a database on the server, which this run shares. */
export function postgresUrl(): Promise<string> {
  url ??= GIVEN === undefined ? started() : Promise.resolve(GIVEN);
  return url;
}

/** A database of one test file. */
export interface EmptyDatabase {
  readonly url: string;
  readonly drop: () => Promise<void>;
}

/** A database of its own, empty at first. */
export async function emptyDatabase(): Promise<EmptyDatabase> {
  const server = await postgresUrl();
  const name = `idle_test_${randomBytes(6).toString('hex')}`;
  await asked(server, `CREATE DATABASE ${name}`);
  const own = new URL(server);
  own.pathname = `/${name}`;
  return {
    url: own.href,
    drop: () => asked(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`).then(() => undefined),
  };
}

/** Asks a database one statement, as its administrator does. */
export async function asked(
  at: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<readonly object[]> {
  const client = new pg.Client({ connectionString: at });
  await client.connect();
  try {
    const { rows } = await client.query<object>(sql, [...values]);
    return rows;
  } finally {
    await client.end();
  }
}

async function started(): Promise<string> {
  const run = process.env['IDLE_TEST_RUN'] ?? String(process.pid);
  const folder = join(tmpdir(), `idle-postgres-${run}`);
  const address = join(folder, 'started');
  if (isFirst(folder)) {
    const port = await freePort();
    const script = fileURLToPath(new URL('keeper.ts', import.meta.url));
    const words = [script, folder, BINARIES ?? '', String(port), run];
    // Options of Jest's own process are not for this one.
    const env = { ...process.env, NODE_OPTIONS: '' };
    spawn(process.execPath, words, { stdio: 'ignore', detached: true, env }).unref();
  }
  for (;;) {
    if (existsSync(join(folder, 'failed'))) throw new Error(readFileSync(join(folder, 'failed'), 'utf8'));
    const [port] = existsSync(address) ? portOf(folder) : [];
    if (port !== undefined) {
      const found = `postgres://idle:${PASSWORD}@127.0.0.1:${port}/postgres`;
      if (await answers(found)) return found;
    }
    await sleep(50);
  }
}

/** The first who makes the folder starts the server; all others wait for it. */
function isFirst(folder: string): boolean {
  try {
    mkdirSync(folder, { mode: 0o711 });
    return true;
  } catch {
    return false;
  }
}

/** The server writes its port on the fourth line. */
function portOf(folder: string): readonly string[] {
  try {
    const port = readFileSync(join(folder, 'data', 'postmaster.pid'), 'utf8')
      .split('\n')[3]
      ?.trim();
    return port === undefined || port === '' ? [] : [port];
  } catch {
    return [];
  }
}

async function answers(at: string): Promise<boolean> {
  try {
    await asked(at, 'SELECT 1');
    return true;
  } catch {
    return false;
  }
}

/** A port of loopback that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => {
        resolve(port);
      });
    });
  });
}
