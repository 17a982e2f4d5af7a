import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, test } from '@jest/globals';
import { HOUR } from '../../../src/domain/time/time.ts';
import { openDatabase } from '../../../src/store/sqlite/open.ts';
import { MIGRATIONS } from '../../../src/store/sqlite/schema.ts';
import { rolloutNotes } from '../../../src/store/rollout-note.ts';
import { BASE, stateOf, Place, STANDING } from './fixtures.ts';

const place = new Place();
afterAll(() => place.remove());

const RECORD = { at: BASE, notSeen: [], standing: STANDING, events: [{ kind: 'gap', at: BASE }] } as const;

async function filled(path: string, agents = 200): Promise<void> {
  const store = await place.open(path);
  const changed = Array.from({ length: agents }, (_, i) => stateOf(`agent-${i}`, BASE));
  await store.saveSweep({ ...RECORD, changed });
  await store.close();
}

/** Overwrites eight pages of content from this one on, leaving the header whole. */
function damage(path: string, from = 4): void {
  const bytes = readFileSync(path);
  bytes.subarray(from * 4096).fill(0x5a, 0, 8 * 4096);
  writeFileSync(path, bytes);
}

function raw(path: string, sql: string): void {
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
}

/** Root may write anywhere; a guard against missing rights shows only to somebody else. */
async function withoutRights<T>(work: () => Promise<T>): Promise<T> {
  const { geteuid, seteuid } = process;
  if (geteuid?.() !== 0 || seteuid === undefined) return work();
  seteuid(65_534);
  try {
    return await work();
  } finally {
    seteuid(0);
  }
}

/** A rollout that an operator has stopped. */
const STOPPED = {
  base: { judges: 'former', mode: 'enforce' },
  candidate: {
    ...{ judges: 'changed', hash: 'bbbb', steps: [{ at: BASE, share: 0.2 }], watched: 0, countedFrom: BASE },
    stopped: { at: BASE, reason: 'aborted', by: 'lead@floor' },
  },
  stopped: ['changed'],
} as const;
const KEPT = { ...STOPPED.base, hash: 'aaaa', content: '{}' };

const plain = { now: () => BASE, readOnly: false, existing: false, busyTimeout: 50, maxPages: undefined };

describe('opening', () => {
  test('makes the directory and the file', async () => {
    const path = place.path();
    await place.open(path);
    expect(existsSync(path)).toBe(true);
  });

  test('keeps nothing of a store in memory', async () => {
    const store = await place.open(':memory:');
    await store.saveSweep({ ...RECORD, changed: [stateOf('a', BASE)] });
    expect((await store.loadMemories()).size).toBe(1);
    expect(existsSync(':memory:')).toBe(false);
  });

  test('brings an older database up to date and loses nothing', () => {
    const path = place.path();
    openDatabase(path, { ...plain, migrations: MIGRATIONS }).db.close();
    raw(path, "INSERT INTO fact VALUES ('kept', 'yes')");
    const migrations = [...MIGRATIONS, 'CREATE TABLE later (x) STRICT', 'CREATE TABLE later (x ANY) STRICT'];
    // The step to the next version fails: an ANY is missing. It leaves nothing behind.
    expect(() => openDatabase(path, { ...plain, migrations })).toThrow('store');
    const mended = [
      ...MIGRATIONS,
      'CREATE TABLE later (x ANY) STRICT; INSERT INTO later SELECT value FROM fact',
    ];
    const { db } = openDatabase(path, { ...plain, migrations: mended });
    expect(db.get('SELECT x FROM later')).toEqual({ x: 'yes' });
    expect(db.get('SELECT value FROM fact')).toEqual({ value: 'yes' });
    expect(db.get('PRAGMA user_version')).toEqual({ user_version: MIGRATIONS.length + 1 });
    db.close();
  });

  test('fills an empty file', async () => {
    const path = place.path();
    mkdirSync(dirname(path));
    writeFileSync(path, '');
    const store = await place.open(path);
    await store.saveSweep({ ...RECORD, changed: [stateOf('a', BASE)] });
    expect((await store.loadMemories()).size).toBe(1);
    expect(store.setAside).toBeUndefined();
  });

  test.each([{}, { readOnly: true }, { existing: true }])(
    'refuses a database of a newer version and leaves it untouched, with %j',
    async (options) => {
      const path = place.path();
      await filled(path, 1);
      raw(path, `PRAGMA user_version = ${MIGRATIONS.length + 1}`);
      const before = readFileSync(path);
      await expect(place.open(path, options)).rejects.toMatchObject({
        kind: 'newer',
        message: expect.stringMatching(/newer version.*untouched/),
      });
      expect(readFileSync(path).equals(before)).toBe(true);
      expect(readdirSync(dirname(path)).filter((name) => name.includes('corrupt'))).toEqual([]);
    },
  );

  test("refuses another program's database and leaves it untouched", async () => {
    const path = place.path();
    mkdirSync(dirname(path));
    raw(path, 'CREATE TABLE recipes (name)');
    const before = readFileSync(path);
    await expect(place.open(path)).rejects.toThrow('belongs to another program');
    expect(readFileSync(path).equals(before)).toBe(true);
  });
});

describe('a damaged database', () => {
  test.each([
    ['pages overwritten', damage],
    [
      'no database at all',
      (path: string) => {
        writeFileSync(path, 'not a database '.repeat(999));
      },
    ],
    [
      'cut short',
      (path: string) => {
        writeFileSync(path, readFileSync(path).subarray(0, 3 * 4096 + 17));
      },
    ],
  ])('is kept aside, and a fresh one takes its place: %s', async (_, spoil) => {
    const path = place.path();
    await filled(path);
    spoil(path);
    const spoilt = readFileSync(path);
    const store = await place.open(path);
    expect(store.setAside).toBe(`${path}.corrupt-20250303T090000Z`);
    expect(readFileSync(store.setAside!).equals(spoilt)).toBe(true);
    expect((await store.loadMemories()).size).toBe(0);
    await store.saveSweep({ ...RECORD, changed: [stateOf('a', BASE)] });
    expect((await store.loadMemories()).size).toBe(1);
  });

  test('is one that is empty beside the log of a store', async () => {
    const path = place.path();
    await filled(path);
    writeFileSync(path, '');
    writeFileSync(`${path}-wal`, 'frames');
    const store = await place.open(path);
    expect(store.setAside).toBe(`${path}.corrupt-20250303T090000Z`);
  });

  test('does not overwrite one that was kept aside before', async () => {
    const path = place.path();
    for (const ending of ['', '-2']) {
      await filled(path);
      damage(path);
      const store = await place.open(path);
      expect(store.setAside).toBe(`${path}.corrupt-20250303T090000Z${ending}`);
      await store.close();
    }
  });

  test('hands the pause and the epoch on to the fresh one if they can still be read', async () => {
    const path = place.path();
    const pause = { since: BASE, until: undefined, reason: 'audit' };
    const store = await place.open(path);
    await store.setPause(pause);
    await store.holdLease('one', BASE, HOUR);
    await store.releaseLease('one');
    await store.close();
    await filled(path, 900);
    damage(path, -8);
    const fresh = await place.open(path);
    expect(fresh.setAside).toBeDefined();
    expect(await fresh.pause()).toEqual(pause);
    expect(await fresh.holdLease('two', BASE, HOUR)).toEqual({ epoch: 2, actsAfter: 0 });
  });

  test('hands on that a rollout was stopped, and begins one anew of which the record is lost', async () => {
    const underWay = { ...STOPPED.candidate, stopped: undefined };
    const found: unknown[] = [];
    for (const rollout of [STOPPED, { ...STOPPED, candidate: underWay, stopped: ['other'] }]) {
      const path = place.path();
      const store = await place.open(path);
      await rolloutNotes(store).save(rollout, [KEPT], []);
      await store.close();
      await filled(path, 900);
      damage(path, -8);
      const fresh = await place.open(path);
      expect(fresh.setAside).toBeDefined();
      found.push((await rolloutNotes(fresh).read()).rollout);
    }
    expect(found).toEqual([STOPPED, { base: STOPPED.base, stopped: ['other'] }]);
  });

  test('stays where it is when a visitor finds it', async () => {
    const path = place.path();
    await filled(path);
    damage(path);
    await expect(place.open(path, { existing: true })).rejects.toMatchObject({ kind: 'corrupt' });
    expect(readdirSync(dirname(path)).filter((name) => name.includes('corrupt'))).toEqual([]);
  });
});

describe('a file whose pages were read not long ago', () => {
  const DAY = 86_400_000;

  /** Found whole at `BASE`, closed since unless told otherwise, and then damaged where opening does not look. */
  async function checked(isClosed = true): Promise<string> {
    const path = place.path();
    await filled(path, 900);
    const store = await place.open(path);
    if (isClosed) await store.close();
    const bytes = readFileSync(path);
    bytes.fill(0x5a, bytes.length - 8 * 4096);
    writeFileSync(path, bytes);
    return path;
  }

  test('is not read from end to end again by a program that trusts it, until it is found damaged', async () => {
    const path = await checked();
    const trusting = await place.open(path, { trusted: DAY });
    expect(trusting.setAside).toBeUndefined();
    // What is wrong with it is found all the same as soon as it is used.
    await expect(trusting.loadMemories()).rejects.toMatchObject({ kind: 'corrupt' });
    await trusting.close();
    expect((await place.open(path, { trusted: DAY })).setAside).toBeDefined();
  });

  test('stays trusted from one to the next, for no longer than said', async () => {
    const path = place.path();
    await filled(path);
    const at = (now: number) => place.open(path, { trusted: DAY, now: () => now });
    for (const hours of [1, 13, 23]) await (await at(BASE + hours * 3_600_000)).close();
    expect(facts(path)['checked_at']).toBe(String(BASE));
    await (await at(BASE + DAY)).close();
    expect(facts(path)['checked_at']).toBe(String(BASE + DAY));
  });

  test('is not trusted when it was not closed, nor when the clock was set back by days', async () => {
    expect((await place.open(await checked(false), { trusted: DAY })).setAside).toBeDefined();
    const before = { trusted: DAY, now: () => BASE - 2 * DAY };
    expect((await place.open(await checked(), before)).setAside).toBeDefined();
  });

  test('is left by a visitor as the worker has it', async () => {
    const path = place.path();
    await filled(path);
    const visitor = await place.open(path, { existing: true });
    await visitor.close();
    expect(facts(path)['checked_at']).toBe(String(BASE));
    const worker = await place.open(path);
    await (await place.open(path, { existing: true })).close();
    expect(facts(path)['checked_at']).toBeUndefined();
    await worker.close();
  });

  function facts(path: string): Record<string, unknown> {
    const db = new DatabaseSync(path, { readOnly: true });
    const rows = db.prepare('SELECT name, value FROM fact').all();
    db.close();
    return Object.fromEntries(rows.map(({ name, value }) => [String(name), value]));
  }
});

describe('a visitor', () => {
  test.each([{ readOnly: true }, { existing: true }])(
    'refuses a missing file and makes none: %j',
    async (options) => {
      const path = place.path();
      await expect(place.open(path, options)).rejects.toMatchObject({
        kind: 'missing',
        message: `There is no store at ${path}. Start the worker first, or check store.sqlite.`,
      });
      expect(existsSync(dirname(path))).toBe(false);
    },
  );

  test('writes nothing under another name of the file, for the worker would not see it', async () => {
    const path = place.path();
    await filled(path, 1);
    const [hard, soft] = [`${path}.hard`, `${path}.soft`];
    linkSync(path, hard);
    symlinkSync(path, soft);
    const worker = await place.open(path);
    await expect(place.open(hard, { existing: true })).rejects.toMatchObject({
      kind: 'unwritable',
      message: expect.stringContaining(`The file ${hard} has 2 names (hard links)`),
    });
    for (const [n, name] of [path, soft].entries()) {
      const visitor = await place.open(name, { existing: true });
      await visitor.setPause({ since: BASE + n, until: undefined, reason: undefined, by: 'ops' });
      await visitor.close();
      expect(await worker.pause()).toMatchObject({ since: BASE + n });
    }
    await worker.close();
  });

  test('who only reads cannot write', async () => {
    const path = place.path();
    await filled(path, 1);
    const store = await place.open(path, { readOnly: true });
    expect((await store.loadMemories()).size).toBe(1);
    await expect(store.setPause(undefined)).rejects.toMatchObject({ kind: 'unwritable' });
    await expect(store.holdLease('me', BASE, 1)).rejects.toMatchObject({ kind: 'unwritable' });
  });

  test('reads what the worker has written just now', async () => {
    const path = place.path();
    const worker = await place.open(path);
    const visitor = await place.open(path, { readOnly: true });
    await worker.saveSweep({ ...RECORD, changed: [stateOf('a', BASE)] });
    expect((await visitor.loadMemories()).size).toBe(1);
  });
});

describe('what stops the store', () => {
  test('a full disk is said, what was being written is not there, and the rest still is', async () => {
    const path = place.path();
    const store = await place.open(path, { maxPages: 60 });
    await store.saveSweep({ ...RECORD, changed: [stateOf('a', BASE)] });
    const many = Array.from({ length: 1_000 }, (_, i) => stateOf(`agent-${i}`, BASE));
    await expect(store.saveStep(many, [{ kind: 'intent', at: BASE }])).rejects.toMatchObject({
      kind: 'full',
      path,
      message: expect.stringContaining(`No space is left for the store ${path}`),
    });
    expect([...(await store.loadMemories()).keys()]).toEqual(['a']);
    expect(await store.openIntents()).toEqual([]);
    await store.saveStep([stateOf('b', BASE)], []);
    expect((await store.loadMemories()).size).toBe(2);
  });

  test('a lock that another holds too long is said, and the next try succeeds', async () => {
    const path = place.path();
    const store = await place.open(path, { busyTimeout: 1 });
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    await expect(store.saveStep([stateOf('a', BASE)], [])).rejects.toMatchObject({ kind: 'locked' });
    expect(await store.loadMemories()).toEqual(new Map());
    other.exec('ROLLBACK');
    other.close();
    await store.saveStep([stateOf('a', BASE)], []);
    expect((await store.loadMemories()).size).toBe(1);
  });

  test('a lock of another is waited for in order, and nothing else has to wait meanwhile', async () => {
    const path = place.path();
    const store = await place.open(path, { busyTimeout: 500 });
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    const done: string[] = [];
    const writing = ['1', '2'].map((value) =>
      store.setFacts(new Map([['a', value]])).then(() => done.push(value)),
    );
    const reading = store.facts();
    const messages = store.outbox.due(BASE, 1);
    // Only a thread that is free can let go of the lock.
    other.exec('ROLLBACK');
    other.close();
    await Promise.all(writing);
    expect(done).toEqual(['1', '2']);
    expect([await reading, await messages]).toEqual([new Map([['a', '2']]), []]);
    await store.setFacts(new Map([['a', '3']]));
    expect(await store.facts()).toEqual(new Map([['a', '3']]));
  });

  test('a file that is moved away under the worker is missed', async () => {
    const path = place.path();
    const store = await place.open(path);
    await store.setFacts(new Map([['a', '1']]));
    const elsewhere = join(mkdtempSync(join(place.directory, 'moved-')), 'store.db');
    renameSync(path, elsewhere);
    await expect(store.setFacts(new Map([['a', '2']]))).rejects.toMatchObject({ kind: 'lost' });
    renameSync(elsewhere, path);
    await store.setFacts(new Map([['a', '2']]));
    expect(await store.facts()).toEqual(new Map([['a', '2']]));
  });

  test('a file that is missed is opened anew when another has come to its place, and the lease tells of it', async () => {
    const path = place.path();
    const store = await place.open(path);
    expect(await store.holdLease('worker', BASE, HOUR)).toBeDefined();
    renameSync(path, `${path}.away`);
    await expect(store.holdLease('worker', BASE, HOUR)).rejects.toMatchObject({ kind: 'lost' });
    await expect(store.holdLease('worker', BASE, HOUR)).rejects.toMatchObject({ kind: 'lost' });
    expect(existsSync(path)).toBe(false);
    const restored = await place.open(path);
    await restored.setFacts(new Map([['a', 'restored']]));
    expect(store.opened).toBe(1);
    expect(await store.holdLease('worker', BASE, HOUR)).toBeDefined();
    expect(store.opened).toBe(2);
    expect(store.setAside).toBeUndefined();
    expect(await store.facts()).toEqual(new Map([['a', 'restored']]));
  });

  test.each([
    ['as it was before the pause', false, 'audit'],
    ['that was paused and resumed since', true, undefined],
  ])(
    'a copy in its place %s does not set a worker free that is paused, unless it was resumed',
    async (_, knows, reason) => {
      const path = place.path();
      const store = await place.open(path);
      const pause = { since: BASE, until: undefined, reason: 'audit' };
      if (knows) await store.setPause(pause, { kind: 'pause', at: BASE, reason: 'audit' });
      raw(path, `VACUUM INTO '${path}.copy'`);
      if (!knows) await store.setPause(pause, { kind: 'pause', at: BASE, reason: 'audit' });
      await store.holdLease('worker', BASE, HOUR);
      if (knows) raw(`${path}.copy`, 'DELETE FROM pause');
      for (const side of ['-wal', '-shm']) rmSync(path + side);
      renameSync(`${path}.copy`, path);
      await expect(store.saveStep([stateOf('b', BASE)], [])).rejects.toMatchObject({ kind: 'lost' });
      await store.holdLease('worker', BASE, HOUR);
      expect((await store.pause())?.reason).toBe(reason);
    },
  );

  test.each([
    ['as it was before that stays stopped', false, STOPPED.candidate.stopped],
    ['whose record tells what came of it since goes on as there', true, undefined],
  ])(
    'a rollout that was stopped, and of which a copy in the place of the store comes %s',
    async (_, knows, stopped) => {
      const path = place.path();
      const store = await place.open(path);
      const notes = rolloutNotes(store);
      await notes.save(
        { ...STOPPED, candidate: { ...STOPPED.candidate, stopped: undefined }, stopped: [] },
        [KEPT],
        [],
      );
      if (knows)
        await store.saveStep([], [{ kind: 'policy', at: BASE, reason: 'rollout of bbbb continued' }]);
      raw(path, `VACUUM INTO '${path}.copy'`);
      await notes.save(STOPPED, [KEPT], []);
      await store.holdLease('worker', BASE, HOUR);
      for (const side of ['-wal', '-shm']) rmSync(path + side);
      renameSync(`${path}.copy`, path);
      await expect(store.saveStep([stateOf('b', BASE)], [])).rejects.toMatchObject({ kind: 'lost' });
      await store.holdLease('worker', BASE, HOUR);
      expect((await notes.read()).rollout.candidate?.stopped).toEqual(stopped);
    },
  );

  test('a file that is damaged under the worker is kept aside with the next lease, and a new one begun', async () => {
    const path = place.path();
    const store = await place.open(path);
    await store.saveStep([stateOf('a', BASE)], []);
    const other = new DatabaseSync(path);
    // Another's write makes what the worker has read worthless, and nothing is left beside the file itself.
    other.exec("INSERT INTO fact (name, value) VALUES ('a', '1'); PRAGMA wal_checkpoint(TRUNCATE)");
    writeFileSync(path, Buffer.alloc(readFileSync(path).length, 'noise'));
    await expect(store.saveStep([stateOf('b', BASE)], [])).rejects.toMatchObject({ kind: 'corrupt' });
    expect(await store.holdLease('worker', BASE, HOUR)).toBeDefined();
    other.close();
    expect(existsSync(String(store.setAside))).toBe(true);
    await store.saveStep([stateOf('c', BASE)], []);
    expect([...(await store.loadMemories()).keys()]).toEqual(['c']);
  });

  test.each([
    ['noise', (length: number) => Buffer.alloc(length, 'noise')],
    ['noughts', (length: number) => Buffer.alloc(length)],
    ['nothing', () => Buffer.alloc(0)],
  ])(
    'a file that becomes %s under the worker takes away nothing that people have asked for: pause, stops of rollouts, sign-outs',
    async (_, spoilt) => {
      const path = place.path();
      const pause = { since: BASE, until: undefined, reason: 'audit' };
      const store = await place.open(path);
      await store.setPause(pause);
      await rolloutNotes(store).save(STOPPED, [KEPT], []);
      await store.sessions.end('session', BASE + HOUR, BASE);
      for (const holder of ['one', 'two']) {
        await store.holdLease(holder, BASE, HOUR);
        await store.releaseLease(holder);
      }
      const other = new DatabaseSync(path);
      other.exec("INSERT INTO fact (name, value) VALUES ('a', '1'); PRAGMA wal_checkpoint(TRUNCATE)");
      writeFileSync(path, spoilt(readFileSync(path).length));
      await expect(store.saveStep([stateOf('b', BASE)], [])).rejects.toBeDefined();
      expect(await store.holdLease('three', BASE, HOUR)).toMatchObject({ epoch: 3 });
      other.close();
      expect(store.opened).toBe(2);
      expect(await store.pause()).toEqual(pause);
      expect(await rolloutNotes(store).read()).toMatchObject({ rollout: STOPPED, kept: [KEPT] });
      expect(await store.sessions.isEnded('session')).toBe(true);
    },
  );

  test('a file that is emptied under the worker is missed at once, though the log beside it hides that', async () => {
    const path = place.path();
    const store = await place.open(path);
    await store.setPause({ since: BASE, until: undefined, reason: 'audit' });
    await store.holdLease('worker', BASE, HOUR);
    writeFileSync(path, '');
    await expect(store.saveStep([stateOf('b', BASE)], [])).rejects.toMatchObject({ kind: 'corrupt' });
    await store.holdLease('worker', BASE, HOUR);
    expect(existsSync(String(store.setAside))).toBe(true);
    expect(await store.pause()).toMatchObject({ reason: 'audit' });
  });

  test('a directory without the right to write is said, with the user and what to do', async () => {
    const directory = join(place.directory, 'closed');
    mkdirSync(directory);
    chmodSync(place.directory, 0o755);
    chmodSync(directory, 0o555);
    const path = join(directory, 'store.db');
    await expect(withoutRights(() => place.open(path))).rejects.toMatchObject({
      name: 'StoreError',
      kind: 'unwritable',
      message: expect.stringMatching(
        /user id \d+ .*Mount a volume that this user may write to.*run as the user of the worker/,
      ),
    });
    await expect(withoutRights(() => place.open(join(directory, 'deep', 'store.db')))).rejects.toMatchObject({
      kind: 'unwritable',
      message: expect.stringContaining('EACCES'),
    });
  });

  test('a file that may only be read is said by the worker, and can be read by a visitor', async () => {
    const path = place.path();
    await filled(path, 1);
    chmodSync(place.directory, 0o755);
    chmodSync(path, 0o444);
    chmodSync(dirname(path), 0o555);
    await expect(withoutRights(() => place.open(path))).rejects.toMatchObject({ kind: 'unwritable' });
    const size = await withoutRights(async () => {
      const visitor = await place.open(path, { readOnly: true });
      return (await visitor.loadMemories()).size;
    });
    expect(size).toBe(1);
    chmodSync(dirname(path), 0o755);
    expect(statSync(path).mode & 0o777).toBe(0o444);
  });

  test('a path through a file is said', async () => {
    const path = place.path();
    await filled(path, 1);
    await expect(place.open(join(path, 'store.db'))).rejects.toMatchObject({ kind: 'unwritable' });
    await expect(place.open(tmpdir())).rejects.toMatchObject({ kind: 'unwritable' });
  });
});
