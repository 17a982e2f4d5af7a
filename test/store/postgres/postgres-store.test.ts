/** What a database is and a file is not: shared by organisations, behind a network, made by many at once. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { MINUTE, SECOND } from '../../../src/domain/time/time.ts';
import type { RecordEvent } from '../../../src/domain/record.ts';
import type { Store } from '../../../src/ports/store.ts';
import { organisationsIn } from '../../../src/store/open.ts';
import { openPostgres, type PostgresOptions } from '../../../src/store/postgres/postgres-store.ts';
import { MIGRATIONS } from '../../../src/store/postgres/schema.ts';
import { asked, emptyDatabase, NO_POSTGRES, PASSWORD, postgresUrl } from '../../postgres/server.ts';
import { Way } from '../../postgres/way.ts';
import { BASE, STANDING, stateOf } from '../examples.ts';

const TTL = 30 * SECOND;

let url = '';
const closing: (() => Promise<void>)[] = [];

/** A new database. */
async function fresh(): Promise<string> {
  const database = await emptyDatabase();
  closing.push(database.drop);
  return database.url;
}

async function open(at = url, organisation = 'acme', options: Partial<PostgresOptions> = {}): Promise<Store> {
  const store = await openPostgres(at, organisation, { now: () => BASE, ...options });
  closing.push(() => store.close());
  return store;
}

async function way(): Promise<Way> {
  const made = await Way.to(url);
  closing.push(() => made.cut());
  return made;
}

const kindOf = async (work: Promise<unknown>): Promise<unknown> =>
  await work.then(
    () => 'done',
    (error: unknown) => (error as { readonly kind?: unknown }).kind,
  );

const here = NO_POSTGRES === undefined ? describe : describe.skip;

here('a store in a database', () => {
  beforeAll(async () => {
    url = await fresh();
    await (await open()).close();
  });
  afterEach(async () => {
    // Stores first: a database is dropped when nobody uses it.
    for (const close of closing.splice(1).toReversed()) await close();
  });
  afterAll(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
  });

  test('knows by what other names a fact is held: while a worker has their lease, and no longer', async () => {
    const empty = await fresh();
    const [own, other] = [await open(empty, 'own'), await open(empty, 'other')];
    for (const store of [own, other]) await store.setFacts(new Map([['id', 'x']]));
    const held = (value = 'x'): Promise<readonly string[]> | undefined => own.heldElsewhere?.('id', value);
    expect(await held()).toEqual([]);
    for (const store of [own, other]) await store.holdLease('worker', BASE, TTL);
    expect(await held()).toEqual(['other']);
    expect(await held('y')).toEqual([]);
    await other.releaseLease('worker');
    expect(await held()).toEqual([]);
  });

  test('knows what is paused under other names that have a fact', async () => {
    const empty = await fresh();
    const [own, other, third] = [
      await open(empty, 'own'),
      await open(empty, 'other'),
      await open(empty, 'third'),
    ];
    for (const store of [own, other]) await store.setFacts(new Map([['id', 'x']]));
    const pause = { since: BASE, until: BASE + MINUTE, reason: 'audit', by: 'ops@host' };
    for (const store of [own, other, third]) await store.setPause(pause);
    expect(await own.pausesElsewhere?.('id', 'x')).toEqual([pause]);
    expect(await third.pausesElsewhere?.('id', 'y')).toEqual([]);
  });

  describe('that is made', () => {
    test('by five at once is made once, and all of them can use it', async () => {
      const empty = await fresh();
      const stores = await Promise.all([1, 2, 3, 4, 5].map((n) => open(empty, `o${n}`)));
      await Promise.all(stores.map((store) => store.saveStep([], [{ kind: 'gap', at: BASE }])));
      for (const store of stores) expect(await store.events({})).toHaveLength(1);
      expect(await organisationsIn(empty)).toEqual(['o1', 'o2', 'o3', 'o4', 'o5']);
    });

    test('by an older version is brought up to date, and a step that fails leaves it as it was', async () => {
      const empty = await fresh();
      await (await open(empty)).setFacts(new Map([['a', '1']]));
      const next = [...MIGRATIONS, 'ALTER TABLE idle_enforcer.fact ADD COLUMN more text'];
      const broken = [...next, 'ALTER TABLE idle_enforcer.nowhere ADD COLUMN more text'];
      expect(await kindOf(open(empty, 'acme', { migrations: broken }))).toBe('lost');
      expect(await (await open(empty)).facts()).toEqual(new Map([['a', '1']]));
      await open(empty, 'acme', { migrations: next });
      expect(await kindOf(open(empty))).toBe('newer');
    });

    test('by a newer version is left alone, also by a worker that has it open', async () => {
      const empty = await fresh();
      const store = await open(empty);
      await store.holdLease('one', BASE, TTL);
      await open(empty, 'acme', { migrations: [...MIGRATIONS, 'SELECT 1'] });
      const until = (): Promise<readonly object[]> => asked(empty, 'SELECT until FROM idle_enforcer.lease');
      const before = await until();
      await expect(store.holdLease('one', BASE, TTL)).rejects.toThrow(
        /was made by a newer version of this program \(its version is \d+, this program knows \d+\)/,
      );
      // The newer version waits for this lease.
      expect(await until()).toEqual(before);
      expect(await kindOf(open(empty, 'acme', { readOnly: true }))).toBe('newer');
    });

    test('in an encoding without letters for many names is not made', async () => {
      const latin = new URL(url);
      latin.pathname = `/idle_latin_${process.pid}`;
      const name = latin.pathname.slice(1);
      await asked(url, `CREATE DATABASE ${name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`);
      try {
        await expect(open(latin.href, 'acme')).rejects.toThrow(/keeps its texts as LATIN1.* ENCODING 'UTF8'/);
        expect(await asked(latin.href, "SELECT 1 FROM pg_namespace WHERE nspname = 'idle_enforcer'")).toEqual(
          [],
        );
      } finally {
        await asked(url, `DROP DATABASE ${name} WITH (FORCE)`);
      }
    });

    test('is not made by those who only look or pause', async () => {
      const empty = await fresh();
      for (const how of [{ readOnly: true }, { existing: true }])
        expect(await kindOf(open(empty, 'acme', how))).toBe('missing');
      expect(await asked(empty, "SELECT 1 FROM pg_namespace WHERE nspname = 'idle_enforcer'")).toEqual([]);
    });
  });

  test('shows an organisation nothing of another, and takes nothing from it', async () => {
    const [one, two] = [await open(url, 'one'), await open(url, 'two')];
    await one.holdLease('w', BASE, TTL);
    const sweep = { at: BASE, changed: [stateOf('a', BASE)], notSeen: [], standing: STANDING };
    await one.saveSweep({ ...sweep, events: [{ kind: 'intent', at: BASE, intentId: 'i' }] });
    await one.saveAgents([{ id: 'a', name: 'Ada', email: 'a@b.c', profile: undefined }]);
    await one.setFacts(new Map([['a', '1']]));
    await one.setPause({ since: BASE, until: undefined, reason: undefined });
    await one.requestResume();
    expect(await two.holdLease('w', BASE, TTL)).toEqual({ epoch: 1, actsAfter: 0 });
    expect([
      ...(await two.loadMemories()).keys(),
      ...(await two.agents()),
      ...(await two.events({})),
    ]).toEqual([]);
    expect([await two.loadStanding(), await two.pause(), await two.takeResume()]).toEqual([
      undefined,
      undefined,
      false,
    ]);
    expect([(await two.facts()).size, (await two.openIntents()).length]).toEqual([0, 0]);
    await two.prune(BASE + MINUTE);
    expect((await one.loadMemories()).size).toBe(1);
    expect(await one.openIntents()).toHaveLength(1);
  });

  describe('that machines share whose clocks are apart', () => {
    const behind = (): number => Date.now() - 10 * MINUTE;
    const ahead = (): number => Date.now() + 4 * MINUTE;

    test('has a pause for as long as it was asked for, whichever of them sets or reads it', async () => {
      const [late, early, right] = [
        await open(url, 'p', { machine: behind }),
        await open(url, 'p', { machine: ahead }),
        await open(url, 'p'),
      ];
      const asked = { since: behind(), until: behind() + 3 * MINUTE, reason: 'drill', by: 'ada@desk' };
      await late.setPause(asked);
      expect(await late.pause()).toEqual(asked);
      const left = async (store: Store, now: number): Promise<number> => (await store.pause())!.until! - now;
      for (const rest of [await left(right, Date.now()), await left(early, ahead())]) {
        expect(rest).toBeGreaterThan(2 * MINUTE);
        expect(rest).toBeLessThan(4 * MINUTE);
      }
    });

    test('tells each of them of a sweep by its own clock', async () => {
      const [worker, visitor] = [await open(url, 'q', { machine: behind }), await open(url, 'q')];
      await worker.noteSweep({
        holder: 'h',
        command: 'run',
        version: '1',
        startedAt: behind(),
        sweptAt: behind(),
        interval: MINUTE,
      });
      expect(Math.abs((await visitor.worker())!.sweptAt - Date.now())).toBeLessThan(MINUTE);
    });
  });

  test('is one and the same for an organisation, however its name is spelt', async () => {
    const [one, two] = [await open(url, 'Zürich Süd'), await open(url, 'zürich SÜD'.normalize('NFD'))];
    expect(await one.holdLease('one', BASE, TTL)).toBeDefined();
    expect(await two.holdLease('two', BASE, TTL)).toBeUndefined();
    await one.setPause({ since: BASE, until: undefined, reason: 'release' });
    expect((await two.pause())?.reason).toBe('release');
    expect(two.place).toContain('zürich SÜD'.normalize('NFD'));
  });

  describe('whose lease is held', () => {
    test('is not taken while its holder writes, and is renewed meanwhile', async () => {
      const [one, two] = [await open(url, 'fence'), await open(url, 'fence')];
      await one.holdLease('one', BASE, TTL);
      const client = await writing('fence');
      expect(await one.holdLease('one', BASE, TTL)).toMatchObject({ epoch: 1 });
      await lapse('fence');
      let taken: unknown;
      const taking = two.holdLease('two', BASE, TTL).then((grant) => (taken = grant));
      await until(async () => (await waitingForLocks()) > 0);
      expect(taken).toBeUndefined();
      await client.end();
      expect(await taking).toMatchObject({ epoch: 2 });
      await expect(one.setFacts(new Map([['a', '1']]))).rejects.toMatchObject({ kind: 'fenced' });
    });

    test('is not taken between the check of a write and the write', async () => {
      const [one, two] = [await open(url, 'between'), await open(url, 'between')];
      await one.holdLease('one', BASE, TTL);
      // The write comes as far as its table, which somebody else has.
      const client = await transaction('LOCK TABLE idle_enforcer.fact IN ACCESS EXCLUSIVE MODE');
      const order: string[] = [];
      const written = one.setFacts(new Map([['a', '1']])).then(() => order.push('written'));
      await until(async () => (await waitingForLocks()) === 1);
      await lapse('between');
      const taken = two.holdLease('two', BASE, TTL).then(() => order.push('taken'));
      await until(async () => order.length > 0 || (await waitingForLocks()) === 2);
      await client.end();
      await Promise.all([written, taken]);
      expect(order).toEqual(['written', 'taken']);
    });

    test('passes at once from a process of this machine that has ended, and from no other', async () => {
      const self = { pid: 11, host: 'h', boot: 'b', isAlive: () => true };
      const one = await open(url, 'gone', { self });
      await one.holdLease('one', BASE, TTL, MINUTE);
      const dead = { ...self, pid: 12, isAlive: () => false };
      for (const other of [
        { ...dead, host: 'h2' },
        { ...dead, boot: 'b2' },
        { ...dead, isAlive: () => true },
      ])
        expect(await (await open(url, 'gone', { self: other })).holdLease('two', BASE, TTL)).toBeUndefined();
      const heir = await open(url, 'gone', { self: dead });
      expect(await heir.holdLease('two', BASE, TTL)).toEqual({ epoch: 2, actsAfter: 0 });
    });

    test('is taken by one after the other of those who have the same organisation under different names', async () => {
      const stores = [await open(url, 'berlin'), await open(url, 'munich')];
      for (const store of stores) await store.setFacts(new Map([['organisation_id', 'north-id']]));
      // A third one is about to take it.
      const lock = "SELECT pg_advisory_xact_lock(x'69646c65'::int, hashtext('north-id'))";
      const third = await transaction(lock);
      const order: string[] = [];
      const asking = stores.map((store) =>
        store.holdLease('w', BASE, TTL).then(
          () => order.push('held'),
          () => order.push('refused'),
        ),
      );
      await until(async () => order.length > 0 || (await waitingForLocks()) >= 2);
      expect(order).toEqual([]);
      await third.end();
      await Promise.all(asking);
      // Which of them hears of it first says nothing.
      expect(order.toSorted()).toEqual(['held', 'refused']);
    });

    test('keeps its row and its epoch, whatever is written by hand', async () => {
      await (await open(url, 'hand')).holdLease('one', BASE, TTL);
      const grows = /epoch of the lease grows/;
      for (const sql of ['DELETE FROM idle_enforcer.lease', 'UPDATE idle_enforcer.lease SET epoch = 0'])
        await expect(asked(url, sql)).rejects.toThrow(grows);
      await expect(asked(url, "UPDATE idle_enforcer.lease SET holder = 'x'")).rejects.toThrow(grows);
    });
  });

  test('has a record that is only added to', async () => {
    const store = await open(url, 'record');
    await store.saveStep([], [{ kind: 'gap', at: BASE }]);
    for (const sql of ['DELETE FROM idle_enforcer.event', 'UPDATE idle_enforcer.event SET at = 0'])
      await expect(asked(url, sql)).rejects.toThrow(/only ever added to/);
    expect(await store.events({})).toHaveLength(1);
  });

  describe('whose connection breaks while a transaction ends', () => {
    const outcome = { kind: 'verified', at: BASE, agentId: 'a', intentId: 'i' } as const;
    const sweep = { at: BASE, changed: [], notSeen: [], standing: STANDING };

    /** Writes `first` in a transaction that ends so, and then both. */
    async function handedInAgain(
      organisation: string,
      end: 'not_asked' | 'not_heard',
    ): Promise<readonly unknown[]> {
      const through = await way();
      const store = await open(through.url, organisation);
      await store.holdLease('one', BASE, TTL);
      const lost: RecordEvent[] = [outcome, { kind: 'return', at: BASE + 1, agentId: 'b', reason: 'it\0s' }];
      const broken = through.breakOff(/"verified"/, end);
      expect(await kindOf(store.saveStep([], lost))).toBe('lost');
      await broken;
      // Somebody else adds to the record in between, and another write of this worker has nothing for it.
      const visitor = await open(url, organisation);
      const pause = { since: BASE, until: undefined, reason: undefined };
      await visitor.setPause(pause, { kind: 'pause', at: BASE + 2 });
      await until(async () => (await kindOf(store.saveStep([], []))) === 'done');
      await store.saveSweep({ ...sweep, events: [...lost, { kind: 'gap', at: BASE + 3 }] });
      await store.saveStep([], [lost[0]!]);
      return (await store.events({})).map(({ kind }) => kind);
    }

    test('has events once that are handed in again, where the transaction was committed', async () => {
      const kinds = await handedInAgain('not heard', 'not_heard');
      expect(kinds).toEqual(['verified', 'return', 'pause', 'gap']);
    });

    test('has them all the same, where it was not', async () => {
      const kinds = await handedInAgain('not asked', 'not_asked');
      // What is handed in once more without a fault in between is another event.
      expect(kinds).toEqual(['pause', 'verified', 'return', 'gap', 'verified']);
    });

    test('has them once, where it is committed only while they are handed in again', async () => {
      const through = await way();
      const store = await open(through.url, 'late');
      await store.holdLease('one', BASE, TTL);
      const broken = through.breakOff(/"verified"/, 'late');
      expect(await kindOf(store.saveStep([], [outcome]))).toBe('lost');
      await broken;
      const again = store.saveStep([], [outcome]);
      await until(async () => (await waitingForLocks()) > 0);
      through.arrive();
      await again;
      expect(await store.events({})).toEqual([{ ...outcome, seq: 1 }]);
    });
  });

  test('puts aside a row that cannot be used, tells of it, and goes on', async () => {
    const store = await open(url, 'damage');
    await store.saveStep([stateOf('a', BASE), stateOf('b', BASE)], []);
    const [where, values] = ["WHERE organisation = 'damage' AND agent_id = 'a'", []];
    await asked(url, `UPDATE idle_enforcer.memory SET body = '{' ${where}`, values);
    const visitor = await open(url, 'damage', { readOnly: true });
    expect([...(await visitor.loadMemories()).keys()]).toEqual(['b']);
    expect([...(await store.loadMemories()).keys()]).toEqual(['b']);
    expect(store.takeDamage()).toEqual({ memory: 1 });
    expect(
      await asked(url, "SELECT key, why FROM idle_enforcer.damaged WHERE organisation = 'damage'"),
    ).toEqual([{ key: 'a', why: 'is not JSON' }]);
    expect((await store.loadMemories()).size).toBe(1);
    expect(store.takeDamage()).toBeUndefined();
  });

  describe('that cannot be reached', () => {
    test('says so to each that asks, and is used again once it is back', async () => {
      const through = await way();
      const store = await open(through.url, 'away');
      await store.setFacts(new Map([['a', '1']]));
      await through.cut();
      for (const work of [
        store.facts(),
        store.saveStep([], []),
        store.holdLease('w', BASE, TTL),
        store.pause(),
      ])
        expect(await kindOf(work)).toBe('lost');
      expect(await kindOf(open(through.url, 'away'))).toBe('lost');
      await through.open();
      expect(await store.facts()).toEqual(new Map([['a', '1']]));
      expect(await store.holdLease('w', BASE, TTL)).toBeDefined();
    });

    test('for a moment, as in a failover, loses nothing that was saved', async () => {
      const store = await open(url, 'failover');
      await store.setFacts(new Map([['a', '1']]));
      await asked(
        url,
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE application_name = 'idle-enforcer' AND datname = current_database()`,
      );
      await until(async () => (await kindOf(store.facts())) === 'done');
      expect(await store.facts()).toEqual(new Map([['a', '1']]));
    });

    test('because others have all its connections says so', async () => {
      const [server, role] = [await postgresUrl(), `crowd_${Date.now()}`];
      const crowded = new URL(url);
      crowded.username = role;
      await asked(server, `CREATE ROLE ${role} LOGIN PASSWORD '${crowded.password}' CONNECTION LIMIT 0`);
      closing.push(() => asked(server, `DROP ROLE ${role}`).then(() => undefined));
      await expect(open(crowded.href)).rejects.toThrow(
        /is too busy \(53300\): the next try may succeed\. Check its load and its connections\.$/,
      );
    });

    test('by this user, or at all, tells neither password nor user', async () => {
      const told: string[] = [];
      const wrong = new URL(url);
      wrong.password = 'Sekret-9%40';
      const nobody = new URL(url);
      nobody.pathname = '/no_such_database';
      const nowhere = new URL(url);
      nowhere.port = '1';
      const kinds: unknown[] = [];
      for (const at of [wrong, nobody, nowhere]) {
        await open(at.href).catch((error: unknown) => {
          const { kind, message, stack = '', path } = error as Error & { kind: string; path: string };
          kinds.push(kind);
          told.push(message, stack, path, JSON.stringify(error));
        });
      }
      expect(kinds).toEqual(['unwritable', 'missing', 'lost']);
      const { username } = new URL(url);
      for (const secret of ['Sekret', PASSWORD, `${username}:`, `${username}@`])
        expect(told.filter((text) => text.includes(secret))).toEqual([]);
      expect((await open(url)).place).toBe(
        `postgres://${new URL(url).host}${new URL(url).pathname} (organisation acme)`,
      );
    });
  });

  test('that only reads, as a standby does, can still be read, and is written again afterwards', async () => {
    const own = await fresh();
    const name = new URL(own).pathname.slice(1);
    const first = await open(own);
    await first.setFacts(new Map([['a', '1']]));
    const server = await postgresUrl();
    await asked(server, `ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    const store = await open(own);
    expect(await store.facts()).toEqual(new Map([['a', '1']]));
    for (const work of [store.setFacts(new Map([['b', '1']])), store.holdLease('w', BASE, TTL)])
      await expect(work).rejects.toThrow(/only reads \(25006\)\. It is a standby/);
    await asked(server, `ALTER DATABASE ${name} RESET default_transaction_read_only`);
    const back = await open(own);
    await back.setFacts(new Map([['b', '1']]));
    expect((await back.facts()).size).toBe(2);
  });

  test('that has gone back, as by a restored backup, is read anew, and is not written over with what is new alone', async () => {
    const store = await open(url, 'restored');
    const sweep = (at: number): Parameters<Store['saveSweep']>[0] => {
      return { at, changed: [], notSeen: [], standing: STANDING, events: [] };
    };
    await store.holdLease('w', BASE, TTL);
    await store.loadMemories();
    await store.saveSweep({ ...sweep(BASE), changed: [stateOf('ada', BASE)] });
    await store.saveSweep(sweep(BASE + MINUTE));
    const { opened } = store;
    await asked(url, `UPDATE idle_enforcer.standing SET sweep_at = ${BASE} WHERE organisation = 'restored'`);
    await expect(store.saveSweep(sweep(BASE + 2 * MINUTE))).rejects.toThrow(
      /holds an older state than this worker left/,
    );
    // As it stands in the backup: what was not watched since is a gap.
    expect((await store.loadMemories()).get('ada')?.seenAt).toBe(BASE);
    expect(store.opened).toBe(opened + 1);
    await store.saveSweep(sweep(BASE + 3 * MINUTE));
    // A table that was made anew holds nothing of this worker's either.
    await asked(url, "DELETE FROM idle_enforcer.standing WHERE organisation = 'restored'");
    await expect(store.saveSweep(sweep(BASE + 4 * MINUTE))).rejects.toThrow(/holds an older state/);
  });

  test('that commits and cannot say so any more goes on from there', async () => {
    const store = await open(url, 'unheard');
    const sweep = (at: number, events: Parameters<Store['saveSweep']>[0]['events'] = []): Promise<void> =>
      store.saveSweep({ at, changed: [], notSeen: [], standing: STANDING, events });
    await store.holdLease('w', BASE, TTL);
    await sweep(BASE);
    await expect(sweep(BASE + MINUTE, [{ kind: 'gap', at: NaN }])).rejects.toThrow();
    await asked(
      url,
      `UPDATE idle_enforcer.standing SET sweep_at = ${BASE + MINUTE} WHERE organisation = 'unheard'`,
    );
    await sweep(BASE + 2 * MINUTE);
    expect(store.opened).toBe(1);
  });

  test('holds texts that a database holds in no other way', async () => {
    const store = await open(url, 'texts');
    const odd = `a\\"{},'\u0001\n山\u{1F600}`;
    await store.saveAgents([{ id: odd, name: `${odd}\0`, email: '', profile: odd }]);
    await store.saveStep([], [{ kind: 'gap', at: BASE, agentId: odd, agentName: odd, reason: `${odd}\0` }]);
    expect(await store.agents()).toEqual([{ id: odd, name: `${odd}\uFFFD`, email: '', profile: odd }]);
    expect(await store.events({ agentId: odd })).toMatchObject([{ agentName: odd, reason: `${odd}\uFFFD` }]);
  });

  /** A transaction as a worker's write is, that goes on until it is ended. */
  function writing(organisation: string): Promise<{ end(): Promise<void> }> {
    const sql = 'SELECT epoch FROM idle_enforcer.lease WHERE organisation = $1 FOR KEY SHARE';
    return transaction(sql, [organisation]);
  }

  async function lapse(organisation: string): Promise<void> {
    const sql = "UPDATE idle_enforcer.lease SET until = now() - interval '1 s' WHERE organisation = $1";
    await asked(url, sql, [organisation]);
  }

  /** A transaction that goes on until it is ended. */
  async function transaction(sql: string, values: string[] = []): Promise<{ end(): Promise<void> }> {
    const { default: pg } = await import('pg');
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query('BEGIN');
    await client.query(sql, values);
    return {
      end: async () => {
        await client.query('COMMIT');
        await client.end();
      },
    };
  }

  async function waitingForLocks(): Promise<number> {
    const rows = await asked(
      url,
      "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
    );
    return rows.length;
  }
});

if (NO_POSTGRES !== undefined) test.skip(NO_POSTGRES, () => undefined);

/** Waits for what comes by itself. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 10));
}
