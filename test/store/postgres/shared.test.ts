/** Many organisations of one process on few connections: what one of them waits for, no other one does. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { performance } from 'node:perf_hooks';
import pg from 'pg';
import { SECOND } from '../../../src/domain/time/time.ts';
import type { Store } from '../../../src/ports/store.ts';
import { openStore, shareDatabase, type SharedDatabase } from '../../../src/store/open.ts';
import { asked, emptyDatabase, NO_POSTGRES, type EmptyDatabase } from '../../postgres/server.ts';
import { Way } from '../../postgres/way.ts';
import { BASE, STANDING, stateOf } from '../examples.ts';

const TTL = 30 * SECOND;
const MOST_CONNECTIONS = 10;
/** Whoever waits for nothing is answered long before this, on a busy machine as well. */
const AT_ONCE = 3 * SECOND;

const here = NO_POSTGRES === undefined ? describe : describe.skip;

here('a database that the organisations of a process share', () => {
  let database: EmptyDatabase;
  let shared: SharedDatabase;
  let way: Way | undefined;
  const blockers: pg.Client[] = [];

  beforeEach(async () => {
    database = await emptyDatabase();
    shared = await shareDatabase(database.url);
  });

  afterEach(async () => {
    for (const blocker of blockers.splice(0)) await blocker.end();
    await shared.close();
    await way?.cut();
    way = undefined;
    await database.drop();
  });

  const open = (organisation: string, of = shared): Promise<Store> =>
    openStore({ postgres: of.url, organisation }, { now: () => BASE, shared: of });

  function opened(names: readonly string[]): Promise<readonly Store[]> {
    return Promise.all(names.map((name) => open(name)));
  }

  async function connections(): Promise<number> {
    const sql = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'idle-enforcer' AND datname = $1";
    return (await asked(database.url, sql, [new URL(database.url).pathname.slice(1)])).length;
  }

  /** Holds locks until the test is over, or it is let go. */
  async function block(...statements: readonly string[]): Promise<() => Promise<unknown>> {
    const client = new pg.Client({ connectionString: database.url });
    blockers.push(client);
    await client.connect();
    await client.query('BEGIN');
    for (const statement of statements) await client.query(statement);
    return () => client.query('ROLLBACK');
  }

  /** Resolves once so many statements wait for a lock. */
  async function hung(least: number): Promise<void> {
    const sql =
      "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
    while ((await asked(database.url, sql)).length < least);
  }

  async function took(work: Promise<unknown>): Promise<number> {
    const begun = performance.now();
    await work;
    return performance.now() - begun;
  }

  const swept = (store: Store, at = BASE): Promise<void> =>
    store.saveSweep({
      ...{ at, changed: [stateOf('a', BASE)], notSeen: [], standing: STANDING },
      events: [{ kind: 'gap', at: BASE }],
    });

  test('serves forty of them with ten connections', async () => {
    const names = Array.from({ length: 40 }, (_, n) => `o${n}`);
    let most = 0;
    const over = new AbortController();
    const watching = (async (): Promise<void> => {
      while (!over.signal.aborted) most = Math.max(most, await connections());
    })();
    const stores = await opened(names);
    const replicas = await shared.replicas();
    await Promise.all(
      stores.map(async (store, n) => {
        expect(await store.holdLease('w', BASE, TTL)).toEqual({ epoch: 1, actsAfter: 0 });
        await Promise.all([swept(store), store.facts(), store.agents(), store.events({}), store.pause()]);
        expect((await store.loadMemories()).size).toBe(1);
        expect(await store.events({})).toHaveLength(1);
        expect((await store.lease())?.epoch).toBe(1);
        expect(store.place).toContain(`(organisation o${n})`);
      }),
    );
    await replicas.beat({ id: 'own', able: new Set(names), held: new Set(names) });
    over.abort();
    await watching;
    expect(most).toBeGreaterThan(4);
    expect(most).toBeLessThanOrEqual(MOST_CONNECTIONS);
  });

  test('renews leases and says that it lives while all that is written hangs', async () => {
    const stores = await opened(Array.from({ length: 12 }, (_, n) => `o${n}`));
    const replicas = await shared.replicas();
    for (const store of stores) await store.holdLease('w', BASE, TTL);
    const letGo = await block('LOCK TABLE idle_enforcer.memory IN ACCESS EXCLUSIVE MODE');
    const writing = stores.map((store) => swept(store).catch((error: unknown) => error));
    const reading = stores.map((store) => store.loadMemories().catch((error: unknown) => error));
    await hung(8);
    const renewed = Promise.all(stores.map((store) => store.holdLease('w', BASE, TTL)));
    expect(await took(renewed)).toBeLessThan(AT_ONCE);
    expect((await renewed).every((grant) => grant?.epoch === 1)).toBe(true);
    await replicas.beat({ id: 'own', able: new Set(), held: new Set() });
    expect(await replicas.claimMove()).toBe(true);
    await stores[0]!.releaseLease('w');
    await letGo();
    await Promise.all([...writing, ...reading]);
  });

  test('whose statements hang for some organisations answers the others at once', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const stuck = await opened(names);
    const [north] = await opened(['north']);
    for (const store of [...stuck, north!]) await swept(store);
    const of = names.map((name) => `'${name}'`).join(', ');
    const letGo = await block(
      `SELECT 1 FROM idle_enforcer.standing WHERE organisation IN (${of}) FOR UPDATE`,
      `INSERT INTO idle_enforcer.pause (organisation, since) SELECT unnest(ARRAY[${of}]), 1`,
    );
    const hanging = stuck.flatMap((store) =>
      [swept(store, BASE + 1), store.setPause({ since: 1, until: undefined, reason: 'x' })].map((work) =>
        work.catch((error: unknown) => error),
      ),
    );
    await hung(5);
    for (let n = 1; n <= 5; n += 1) expect(await took(swept(north!, BASE + n))).toBeLessThan(AT_ONCE);
    expect(await took(north!.loadMemories())).toBeLessThan(AT_ONCE);
    await letGo();
    await Promise.all(hanging);
  });

  test('goes on for the others when one of them is closed, also in the middle of a statement that hangs', async () => {
    const [north, south] = await opened(['north', 'south']);
    for (const store of [north!, south!]) await swept(store);
    await block("SELECT 1 FROM idle_enforcer.standing WHERE organisation = 'south' FOR UPDATE");
    const hanging = swept(south!, BASE + 1).catch((error: unknown) => error);
    await hung(1);
    expect(await took(south!.close())).toBeLessThan(AT_ONCE);
    expect(await hanging).toMatchObject({ kind: 'lost' });
    await expect(south!.facts()).rejects.toThrow(/closed/);
    await swept(north!, BASE + 1);
    await south!.close();
    const again = await open('south');
    expect((await again.events({})).length).toBe(1);
  });

  test('is left by all its connections with the process, once, however many stores are open and whatever hangs', async () => {
    const [north, south] = await opened(['north', 'south']);
    for (const store of [north!, south!]) await swept(store);
    expect(await connections()).toBeGreaterThan(0);
    await block('LOCK TABLE idle_enforcer.fact IN ACCESS EXCLUSIVE MODE');
    const hanging = north!.facts().catch((error: unknown) => error);
    await hung(1);
    expect(await took(Promise.all([shared.close(), shared.close()]))).toBeLessThan(AT_ONCE);
    expect(await hanging).toMatchObject({ kind: 'lost' });
    await expect(south!.pause()).rejects.toMatchObject({ kind: 'lost' });
    await north!.close();
  });

  test('that goes away is told of as such to all who ask, and is used again once it is back', async () => {
    way = await Way.to(database.url);
    const through = await shareDatabase(way.url);
    const stores = await Promise.all(['a', 'b', 'c'].map((name) => open(name, through)));
    for (const store of stores) await store.holdLease('w', BASE, TTL);
    await way.cut();
    const kinds = stores.flatMap((store) =>
      [store.facts(), store.holdLease('w', BASE, TTL), swept(store)].map((work) =>
        work.then(
          () => 'done',
          (error: unknown) => (error as { readonly kind?: string }).kind,
        ),
      ),
    );
    expect(new Set(await Promise.all(kinds))).toEqual(new Set(['lost']));
    await way.open();
    for (const store of stores) {
      expect(await store.holdLease('w', BASE, TTL)).toMatchObject({ epoch: 1 });
      await swept(store);
    }
    await through.close();
  });

  test('is none that another URL names: that one has connections of its own', async () => {
    const other = await emptyDatabase();
    const store = await openStore({ postgres: other.url, organisation: 'x' }, { now: () => BASE, shared });
    await store.setFacts(new Map([['a', '1']]));
    expect(await connections()).toBe(0);
    await store.close();
    await other.drop();
  });
});

if (NO_POSTGRES !== undefined) test.skip(NO_POSTGRES, () => undefined);
