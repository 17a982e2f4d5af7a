/** Behind a pooler that hands each transaction to whichever connection is free: nothing may be left on one for the next. */
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { afterAll, describe, expect, test } from '@jest/globals';
import { MINUTE, SECOND } from '../../../src/domain/time/time.ts';
import { openPostgres } from '../../../src/store/postgres/postgres-store.ts';
import { asked, emptyDatabase, NO_POSTGRES } from '../../postgres/server.ts';
import { BASE, STANDING, stateOf } from '../examples.ts';

const BOUNCER = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin']
  .map((folder) => join(folder, 'pgbouncer'))
  .find((path) => existsSync(path));
const MISSING =
  NO_POSTGRES ?? (BOUNCER === undefined ? 'tests behind PgBouncer skipped: it is not installed' : undefined);

const folder = mkdtempSync(join(tmpdir(), 'idle-bouncer-'));
let child: ChildProcess | undefined;
let drop: () => Promise<void> = () => Promise.resolve();
afterAll(async () => {
  child?.kill('SIGKILL');
  await drop();
  rmSync(folder, { recursive: true, force: true });
});

/** The URL of a new database by a pooler that has two connections to it. */
async function bounced(): Promise<string> {
  const database = await emptyDatabase();
  ({ drop } = database);
  const { hostname, port, username, password, pathname } = new URL(database.url);
  const own = await freePort();
  const [users, settings] = [join(folder, 'users.txt'), join(folder, 'bouncer.ini')];
  writeFileSync(users, `"${username}" "${password}"\n`);
  writeFileSync(
    settings,
    `[databases]
* = host=${hostname} port=${port} user=${username} password=${password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${own}
unix_socket_dir =
auth_type = plain
auth_file = ${users}
pool_mode = transaction
default_pool_size = 2
logfile = ${join(folder, 'log')}
`,
  );
  for (const file of [folder, users, settings]) chmodSync(file, file === folder ? 0o777 : 0o644);
  const asRoot = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  child = spawn(BOUNCER ?? '', [...asRoot, settings], { stdio: 'ignore' });
  const url = `postgres://${username}:${password}@127.0.0.1:${own}${pathname}`;
  for (let tries = 0; ; tries += 1) {
    const answers = await asked(url, 'SELECT 1').then(
      () => true,
      () => false,
    );
    if (answers) return url;
    if (child.exitCode !== null || tries > 600)
      throw new Error(existsSync(join(folder, 'log')) ? readFileSync(join(folder, 'log'), 'utf8') : 'no log');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

(MISSING === undefined ? describe : describe.skip)('behind PgBouncer, by transactions', () => {
  test('five start at once, write side by side, and are fenced as without it', async () => {
    const url = await bounced();
    const stores = await Promise.all(
      [1, 2, 3, 4, 5].map((n) => openPostgres(url, `o${n}`, { now: () => BASE })),
    );
    const sweep = {
      at: BASE + MINUTE,
      changed: [stateOf('a', BASE), stateOf('b', BASE)],
      notSeen: [],
      standing: STANDING,
    };
    await Promise.all(
      stores.map(async (store, n) => {
        expect(await store.holdLease('w', BASE, MINUTE)).toEqual({ epoch: 1, actsAfter: 0 });
        for (let i = 0; i < 5; i += 1)
          await store.saveSweep({ ...sweep, events: [{ kind: 'gap', at: BASE + i, reason: `${n}` }] });
        await store.prune(BASE + 1);
        expect((await store.events({})).map(({ at, reason }) => [at - BASE, reason])).toEqual(
          [1, 2, 3, 4].map((i) => [i, `${n}`]),
        );
        expect((await store.loadMemories()).size).toBe(2);
      }),
    );
    const [first] = stores;
    await asked(
      url,
      "UPDATE idle_enforcer.lease SET until = now() - interval '1 s' WHERE organisation = 'o1'",
    );
    const other = await openPostgres(url, 'o1', { now: () => BASE });
    expect(await other.holdLease('x', BASE, 30 * SECOND)).toMatchObject({ epoch: 2 });
    await expect(first?.saveStep([], [])).rejects.toMatchObject({ kind: 'fenced' });
    // What one transaction sets holds for no other.
    expect(await asked(url, "SELECT current_setting('idle_enforcer.pruning', true) AS pruning")).not.toEqual([
      { pruning: 'on' },
    ]);
    for (const store of [...stores, other]) await store.close();
  });
});

if (MISSING !== undefined) test.skip(MISSING, () => undefined);

function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        resolve(port);
      });
    });
  });
}
