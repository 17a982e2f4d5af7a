/** A store that goes from a file into a database and back, and what the commands make of one in a database. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { backup } from '../../../src/commands/backup/command.ts';
import { pause, resume } from '../../../src/commands/pause/command.ts';
import { UsageError } from '../../../src/commands/shared/exit.ts';
import { outputTo } from '../../../src/commands/shared/output.ts';
import { locationMeant } from '../../../src/commands/shared/store-place.ts';
import { status } from '../../../src/commands/status/command.ts';
import { storeCopy } from '../../../src/commands/store/command.ts';
import { NO_BEHAVIOUR_KNOWN } from '../../../src/domain/tracking/platform-behaviour.ts';
import { MINUTE } from '../../../src/domain/time/time.ts';
import type { Store } from '../../../src/ports/store.ts';
import { StoreError } from '../../../src/store/errors.ts';
import { openStore, type StoreLocation } from '../../../src/store/open.ts';
import { openStore as openSqlite } from '../../../src/store/sqlite/sqlite-store.ts';
import { transferStore } from '../../../src/store/transfer/transfer.ts';
import { inOne } from '../../contracts/store/place.ts';
import { asked, emptyDatabase, NO_POSTGRES, PASSWORD } from '../../postgres/server.ts';
import { putRollout } from '../stored.ts';
import { STANDING, stateOf } from '../../store/examples.ts';

const NOW = Date.now();
const now = (): number => NOW;
const folder = mkdtempSync(join(tmpdir(), 'store-copy-'));
const lines: string[] = [];
const output = outputTo((text) => lines.push(text.replace(/\n$/, '')));
let url = '';
let drop: () => Promise<void> = () => Promise.resolve();
let files = 0;

const file = (): string => join(folder, `store-${(files += 1)}.db`);
const here = NO_POSTGRES === undefined ? describe : describe.skip;

beforeEach(() => {
  lines.length = 0;
});
afterAll(() => {
  delete process.env['STORE_FOR_TESTS'];
  rmSync(folder, { recursive: true, force: true });
});

/** Everything that a store holds, as its users see it. */
async function allOf(store: Store): Promise<object> {
  const by = (a: { readonly id: string }, b: { readonly id: string }): number => (a.id < b.id ? -1 : 1);
  return {
    memories: new Map([...(await store.loadMemories())].sort()),
    standing: await store.loadStanding(),
    events: await store.events({}),
    open: await store.openIntents(),
    counts: await inOne(store.countPages(0, NOW + MINUTE)),
    agents: [...(await store.agents())].sort(by),
    facts: new Map([...(await store.facts())].sort()),
    learnt: await store.learnt(),
    pause: await store.pause(),
    messages: await store.outbox.due(NOW, 99),
  };
}

const MESSAGE = { id: 'm', at: NOW, kind: 'held', message: 'O\'Neill \\ "山"\n', count: 1, items: [] };

/** A store with something in each table, and more agents than a page holds. */
async function filled(path: string): Promise<object> {
  const store = await openStore({ sqlite: path }, { now });
  const agents = Array.from({ length: 2_345 }, (_, n) =>
    stateOf(`Agent ${n % 2 === 0 ? 'ü' : 'Z'}${n}`, NOW),
  );
  const head = { at: NOW, notSeen: agents.slice(0, 9), standing: STANDING };
  const count = { at: NOW, online: 3, kept: 1, deferred: { per_sweep: 2 } };
  await store.saveSweep({ ...head, changed: agents.slice(9), events: [], count });
  await store.saveStep(
    [],
    [
      { kind: 'intent', at: NOW, agentId: 'a', agentName: 'A\0\\N', intentId: 'i', actions: ['offline'] },
      { kind: 'gap', at: NOW, measured: 5 },
    ],
  );
  await store.saveAgents(
    ['a', 'B', 'é'].map((id) => ({ id, name: `${id} \\N`, email: '', profile: undefined })),
  );
  await store.setFacts(new Map([['x', '{"a":"\\\\"}']]));
  await putRollout(store, NOW);
  await store.saveLearnt(NO_BEHAVIOUR_KNOWN);
  await store.setPause({ since: NOW, until: undefined, reason: 'drill' });
  await store.requestResume();
  for (const id of ['m2', 'm1'])
    await store.outbox.add(
      [{ id, channel: 'c', key: id, at: NOW, nextAt: NOW, body: JSON.stringify({ ...MESSAGE, id }) }],
      9,
    );
  const all = await allOf(store);
  await store.close();
  return JSON.parse(JSON.stringify(all, printed).replaceAll('A\\u0000', 'A\uFFFD')) as object;
}

/** Maps as lists: JSON has none. */
const printed = (_: string, value: unknown): unknown =>
  value instanceof Map ? [...(value as Map<unknown, unknown>)] : value;
const plain = (all: object): unknown => JSON.parse(JSON.stringify(all, printed));

here('store copy', () => {
  beforeAll(async () => {
    ({ url, drop } = await emptyDatabase());
  });
  afterAll(() => drop());

  test('takes all of a file into a database and back, and says how much that is', async () => {
    const [first, last] = [file(), file()];
    const before = await filled(first);
    expect(await storeCopy({ from: first, to: url }, output)).toBe(0);
    expect(lines[0]).toMatch(
      /^Copied the store .* to postgres:.* \(organisation default\); counts and hashes are equal\.$/,
    );
    expect(lines[1]).toBe('It holds the clocks of 2345 agents and 2 events.');
    const inDatabase = await openStore({ postgres: url, organisation: 'default' }, { now });
    expect(plain(await allOf(inDatabase))).toEqual(before);
    // Numbers go on where they ended.
    await inDatabase.saveStep([], [{ kind: 'gap', at: NOW }]);
    expect((await inDatabase.events({ limit: 1 }))[0]?.seq).toBe(3);
    expect((await inOne(inDatabase.rememberedPages('online'))).length).toBe(2_345);
    await inDatabase.close();
    await asked(url, "SET idle_enforcer.pruning = 'on'; DELETE FROM idle_enforcer.event WHERE seq = 3");
    expect(await storeCopy({ from: url, to: last, json: true }, output)).toBe(0);
    const back = await openStore({ sqlite: last }, { now });
    expect(plain(await allOf(back))).toEqual(before);
    expect(await back.takeResume()).toBe(true);
    await back.close();
    expect(lines.join('\n')).not.toContain(PASSWORD);
  });

  test('goes on with the numbers of events, also where none is on record any more: answers of agents are told apart by them', async () => {
    const [first, last] = [file(), file()];
    const source = await openStore({ sqlite: first }, { now });
    for (let n = 0; n < 3; n += 1) await source.saveStep([], [{ kind: 'gap', at: NOW }]);
    await source.prune(Infinity);
    await source.close();
    const places: StoreLocation[] = [{ postgres: url, organisation: 'numbers' }, { sqlite: last }];
    const seqs: (number | undefined)[] = [];
    let from: StoreLocation = { sqlite: first };
    for (const to of places) {
      await transferStore(from, to, now);
      const store = await openStore(to, { now });
      await store.saveStep([], [{ kind: 'gap', at: NOW }]);
      seqs.push((await store.events({})).at(-1)?.seq);
      await store.prune(Infinity);
      await store.close();
      from = to;
    }
    expect(seqs).toEqual([4, 5]);
  });

  test('into a store that holds something is refused, and changes nothing there', async () => {
    const [first, second] = [file(), file()];
    await filled(first);
    const store = await openStore({ sqlite: second }, { now });
    await store.saveAgents([{ id: 'a', name: 'A', email: '', profile: undefined }]);
    await store.close();
    for (const to of [second, url])
      await expect(storeCopy({ from: first, to }, output)).rejects.toThrow(/holds something already/);
    await expect(storeCopy({ from: first, to: first }, output)).rejects.toThrow(/name the same store/);
    const left = await openStore({ sqlite: second }, { now });
    expect((await left.loadMemories()).size).toBe(0);
    await left.close();
  });

  test('is refused while a worker holds either store', async () => {
    const first = file();
    await filled(first);
    const config = policyFile('name: held');
    const held = await openStore({ postgres: url, organisation: 'held' }, { now });
    await held.holdLease('w', NOW, MINUTE);
    const copying = { from: first, to: url, config };
    await expect(storeCopy(copying, output)).rejects.toThrow(
      /^A worker holds the store postgres:.*\(organisation held\)/,
    );
    await held.releaseLease('w');
    const self = { pid: 1, host: 'elsewhere', boot: '', isAlive: () => true };
    const worker = await openSqlite(first, { now, self });
    await worker.holdLease('w', Date.now(), MINUTE);
    await expect(storeCopy(copying, output)).rejects.toThrow(/^A worker holds the store .*\.db/);
    await worker.releaseLease('w');
    await worker.close();
    expect((await held.loadMemories()).size).toBe(0);
    await held.close();
    expect(await storeCopy(copying, output)).toBe(0);
  });

  test('of which something arrives changed is not made', async () => {
    const first = file();
    await filled(first);
    await asked(
      url,
      `CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         IF NEW.organisation = 'spoilt' THEN NEW.kept = NEW.kept + 1; END IF; RETURN NEW; END $$;
       CREATE TRIGGER spoil BEFORE INSERT ON idle_enforcer.sweep_count FOR EACH ROW EXECUTE FUNCTION spoil()`,
    );
    const copying = storeCopy({ from: first, to: url, config: policyFile('name: spoilt') }, output);
    await expect(copying).rejects.toThrow(
      /is not what was read \(table sweep_count: 1 and 1 rows\): nothing was written/,
    );
    expect(await asked(url, "SELECT 1 FROM idle_enforcer.memory WHERE organisation = 'spoilt'")).toEqual([]);
  });
});

/** A policy that is good for nothing but the place of its store. */
function policyFile(more: string): string {
  process.env['STORE_FOR_TESTS'] = url;
  const path = join(folder, `policy-${(files += 1)}.yaml`);
  writeFileSync(path, `version: 1\n${more}\nstore: { postgres: "\${STORE_FOR_TESTS}" }\n`);
  return path;
}

here('commands on a database', () => {
  let config = '';
  beforeAll(async () => {
    ({ url, drop } = await emptyDatabase());
    config = policyFile('name: acme');
    const store = await openStore({ postgres: url, organisation: 'acme' }, { now: Date.now });
    await store.holdLease('holder-1', Date.now(), MINUTE);
    const begun = {
      command: 'run',
      version: '1',
      startedAt: NOW,
      sweptAt: Date.now(),
      interval: MINUTE,
    } as const;
    await store.noteSweep({ holder: 'holder-1', ...begun });
    await store.close();
  });
  afterAll(async () => {
    await drop();
  });

  test('pause and resume reach the worker, by the policy or by the URL alone', async () => {
    for (const how of [{ config }, { store: url }]) {
      lines.length = 0;
      expect(await pause({ ...how, reason: 'drill' }, output)).toBe(0);
      expect(lines.join('\n')).toMatch(
        /in the store postgres:\/\/[^@]*\(organisation acme\)\.\nReached: run on host/,
      );
      expect(await resume(how, output)).toBe(0);
    }
    expect(lines.join('\n')).not.toContain(PASSWORD);
  });

  test('status tells who holds the lease', async () => {
    expect(await status({ config }, output)).toBe(0);
    expect(lines.join('\n')).toMatch(/Lease: held by that worker until .* \(epoch 1\)\./);
  });

  test('backup names what copies a database', async () => {
    await expect(backup(file(), { config }, output)).rejects.toThrow(/^backup copies files only.*pg_dump/);
  });

  test('pause of a fleet reaches those of its policies, and no others in the database', async () => {
    const own = join(folder, 'fleet');
    mkdirSync(own);
    writeFileSync(join(own, 'acme.yaml'), 'version: 1\nname: acme\n');
    const fleet = join(own, 'fleet.yml');
    writeFileSync(fleet, 'version: 1\norganisations: ./*.yaml\nstore: { postgres: "${STORE_FOR_TESTS}" }\n');
    const stranger = await openStore({ postgres: url, organisation: 'stranger' }, { now });
    await stranger.saveStep([], [{ kind: 'gap', at: NOW }]);
    lines.length = 0;
    expect(await pause({ config: fleet, reason: 'drill' }, output)).toBe(0);
    expect(lines.join('\n')).toMatch(
      /^acme\nPaused until resume.*\(organisation acme\)\.\nReached: run on host/,
    );
    expect(lines.join('\n')).not.toContain(PASSWORD);
    expect(await stranger.pause()).toBeUndefined();
    await stranger.close();
    expect(await resume({ config: fleet, organisation: 'ACME' }, output)).toBe(0);
    writeFileSync(fleet, 'version: 1\norganisations: 7\nstore: { postgres: "${STORE_FOR_TESTS}" }\n');
    await expect(pause({ config: fleet }, output)).rejects.toThrow(
      /give .* URL of the database with --store/i,
    );
    await asked(url, "DELETE FROM idle_enforcer.lease WHERE organisation = 'stranger'");
  });

  test('a database of several organisations is not guessed in', async () => {
    await (
      await openStore({ postgres: url, organisation: 'other' }, { now })
    ).saveStep([], [{ kind: 'gap', at: NOW }]);
    await expect(pause({ store: url }, output)).rejects.toThrow(
      /several organisations: name one with --organisation.*: "acme", "other"/,
    );
    expect(await locationMeant({ store: url, config })).toEqual({ postgres: url, organisation: 'acme' });
    lines.length = 0;
    expect(await pause({ store: url, organisation: 'ACME' }, output)).toBe(0);
    expect(await resume({ store: url, organisation: 'acme' }, output)).toBe(0);
    await expect(pause({ store: url, organisation: 'acne' }, output)).rejects.toThrow(
      /^--organisation: that database has no "acne"\. It has "acme", "other"/,
    );
  });
});

describe('without a database', () => {
  test.each([
    ['postgres://u:Geheim-1@h/d?sslmode=prefer', 'has an sslmode that is none of disable'],
    ['postgres://u:Geheim-1@h', 'names no database'],
    ['postgres:', 'names no host'],
  ])('a URL that cannot be used is refused with the option that has it: %s', async (wrong, why) => {
    const doings: Readonly<Record<string, () => Promise<unknown>>> = {
      '--store': () => pause({ store: wrong }, output),
      '--from': () => storeCopy({ from: wrong, to: file() }, output),
      '--to': () => storeCopy({ from: file(), to: wrong }, output),
    };
    for (const [option, doing] of Object.entries(doings)) {
      const refused = await doing().catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(UsageError);
      expect(String(refused)).toContain(`${option}: the URL of the database ${why}`);
      expect(String(refused)).not.toContain('Geheim');
    }
  });

  test('what stands in the place of the copy and is no store stays there as it is', async () => {
    const first = file();
    await filled(first);
    const policy = join(folder, 'policy.yaml');
    writeFileSync(policy, 'version: 1\n');
    await expect(storeCopy({ from: first, to: policy }, output)).rejects.toThrow(/or that file is no store/);
    expect(readFileSync(policy, 'utf8')).toBe('version: 1\n');
    expect(readdirSync(folder).filter((name) => name.startsWith('policy.yaml'))).toEqual(['policy.yaml']);
    const circle = join(folder, 'circle');
    symlinkSync(circle, circle);
    await expect(storeCopy({ from: first, to: circle }, output)).rejects.toThrow(StoreError);
  });

  test.each(['-wal', '-shm', '-journal'])(
    'a part of a store is no place for a copy, and none to copy from: %s',
    async (side) => {
      const [first, second] = [file(), file()];
      await filled(first);
      const files = readdirSync(folder);
      for (const places of [
        { from: first, to: first + side },
        { from: first + side, to: second },
      ])
        await expect(storeCopy(places, output)).rejects.toThrow(
          `${first + side} is a part of the store ${first}: give the path of that.`,
        );
      expect(readdirSync(folder)).toEqual(files);
    },
  );

  test('a path that is wrong is told with its option', async () => {
    const nowhere = join(folder, 'nowhere.db');
    await expect(storeCopy({ from: nowhere, to: file() }, output)).rejects.toEqual(
      new UsageError(`--from: there is no store at ${nowhere}.`),
    );
    for (const place of [
      { from: ':memory:', to: nowhere },
      { from: nowhere, to: ':memory:' },
    ])
      await expect(storeCopy(place, output)).rejects.toThrow(/^--(from|to): :memory: keeps nothing/);
  });

  test('a store that a worker holds is not copied, it is told until when, and no other file is made', async () => {
    const [first, second] = [file(), file()];
    await filled(first);
    const self = { pid: 1, host: 'elsewhere', boot: '', isAlive: () => true };
    const worker = await openSqlite(first, { now, self });
    await worker.holdLease('w', NOW, MINUTE);
    const copying = storeCopy({ from: first, to: second }, output);
    await expect(copying).rejects.toThrow(
      `${first} until ${new Date(NOW + MINUTE).toISOString()} at least: stop it, or wait for that time`,
    );
    expect(existsSync(second)).toBe(false);
    await worker.releaseLease('w');
    await worker.close();
    expect(await storeCopy({ from: first, to: second }, output)).toBe(0);
  });

  test.each(['mysql://u:Geheim-1@h/d', 'http://u:Geheim-1@h'])(
    'the URL %s is no store, and is not shown',
    async (other) => {
      const shown = (option: string): RegExp =>
        new RegExp(`^${option}: a store is a file or a PostgreSQL (?!.*Geheim)`);
      await expect(storeCopy({ from: file(), to: other }, output)).rejects.toThrow(shown('--to'));
      await expect(storeCopy({ from: other, to: file() }, output)).rejects.toThrow(shown('--from'));
      await expect(pause({ store: other }, output)).rejects.toThrow(shown('--store'));
    },
  );
});

if (NO_POSTGRES !== undefined) test.skip(NO_POSTGRES, () => undefined);
