/** A copy of the store: taken beside a worker, whole or not at all, and good to go on from. */
import { afterAll, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { backup } from '../../../src/commands/backup/command.ts';
import { makeFile } from '../../../src/commands/backup/new-file.ts';
import { UsageError } from '../../../src/commands/shared/exit.ts';
import { outputTo } from '../../../src/commands/shared/output.ts';
import type { RecordEvent } from '../../../src/domain/record.ts';
import { rolloutNotes } from '../../../src/store/rollout-note.ts';
import { putRollout } from '../stored.ts';
import { BASE, Place, STANDING } from '../../store/sqlite/fixtures.ts';
import { fullState } from '../../store/examples.ts';

const MAIN = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));
const NEW_FILE = new URL('../../../src/commands/backup/new-file.ts', import.meta.url).href;
const partials = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.partial'))
    .toSorted();
const place = new Place();
afterAll(() => place.remove());

const lines: string[] = [];
const output = outputTo((text) => lines.push(text.replace(/\n$/, '')));
const said = (store: string, file: string): Promise<number | string> =>
  backup(file, { store }, output).catch((error: unknown) => (error as Error).message);

const event = (n: number): RecordEvent => ({ kind: 'verified', at: BASE + n * 1_000, agentId: `agent-${n}` });

/** A store that a worker has open and writes to. */
async function inUse(events = 3): Promise<{ readonly path: string; readonly folder: string }> {
  const path = place.path();
  const store = await place.open(path);
  await store.saveSweep({
    at: BASE,
    changed: [fullState('agent-1')],
    notSeen: [],
    standing: STANDING,
    events: [],
  });
  await store.saveStep(
    [],
    Array.from({ length: events }, (_, n) => event(n)),
  );
  await putRollout(store, BASE);
  return { path, folder: dirname(path) };
}

describe('a backup', () => {
  test('beside a worker holds all that was committed, is for its owner alone, and says what it holds', async () => {
    const { path, folder } = await inUse();
    const copy = join(folder, 'copy.db');
    const umask = process.umask(0o022);
    lines.length = 0;
    expect(await said(path, copy).finally(() => process.umask(umask))).toBe(0);
    expect(statSync(copy).mode & 0o777).toBe(0o600);
    expect(lines[0]).toMatch(`Copied the store ${path} to ${copy} (`);
    expect(lines[1]).toBe(
      `It holds the clocks of 1 agent and 3 events, from ${new Date(BASE).toISOString().replace('.000', '')} to ${new Date(BASE + 2_000).toISOString().replace('.000', '')}.`,
    );
    const restored = await place.open(copy);
    const original = await place.open(path, { readOnly: true });
    expect(await restored.loadMemories()).toEqual(await original.loadMemories());
    expect(await restored.events({ limit: 10 })).toEqual(await original.events({ limit: 10 }));
    expect(await restored.loadStanding()).toEqual(await original.loadStanding());
    const notes = await rolloutNotes(restored).read();
    expect(notes).toEqual(await rolloutNotes(original).read());
    expect(notes).toMatchObject({ rollout: { candidate: { hash: 'bbbb' } }, kept: [{}], order: {} });
  });

  test('is the store of one moment: what the worker writes afterwards is not in it', async () => {
    const { path, folder } = await inUse();
    const writer = await place.open(path);
    expect(await said(path, join(folder, 'copy.db'))).toBe(0);
    await writer.saveStep([], [event(9)]);
    const restored = await place.open(join(folder, 'copy.db'));
    expect(await restored.events({ limit: 10 })).toHaveLength(3);
  });

  test('as JSON tells the same with its units', async () => {
    const { path, folder } = await inUse();
    lines.length = 0;
    const file = join(folder, 'copy.db');
    expect(await backup(file, { store: path, json: true }, output)).toBe(0);
    expect(JSON.parse(lines.join('\n'))).toMatchObject({
      ...{ file, store: path, agents: 1, events: 3, bytes: statSync(file).size },
      earliestAt: new Date(BASE).toISOString(),
    });
  });

  test('of a store that an older version made is taken as well, as before an upgrade', async () => {
    const { path, folder } = await inUse();
    const db = new DatabaseSync(path);
    const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
    db.exec(`PRAGMA user_version = ${version - 1}`);
    db.close();
    expect(await said(path, join(folder, 'copy.db'))).toBe(0);
    const copy = new DatabaseSync(join(folder, 'copy.db'), { readOnly: true });
    expect(copy.prepare('PRAGMA user_version').get()).toEqual({ user_version: version - 1 });
    copy.close();
  });
});

/** Nothing but the store, and what was there before, is left. */
function left({ path, folder }: { readonly path: string; readonly folder: string }): readonly string[] {
  return readdirSync(folder).filter((name) => !name.startsWith(basename(path)));
}

describe('what a killed backup left behind', () => {
  /** Begins a file of its own and is killed while it writes. */
  function killedIn(folder: string): readonly string[] {
    const script =
      'const { makeFile } = await import(process.argv[1]);' +
      "await makeFile(process.argv[2], () => { process.kill(process.pid, 'SIGKILL'); return new Promise(() => {}); });";
    const { signal } = spawnSync(process.execPath, [
      ...['--input-type=module', '-e', script],
      ...[NEW_FILE, join(folder, 'copy.db')],
    ]);
    expect(signal).toBe('SIGKILL');
    return partials(folder);
  }

  test('is removed by the next one in that folder', async () => {
    const { path, folder } = await inUse();
    expect(killedIn(folder)).toHaveLength(1);
    expect(await said(path, join(folder, 'other.db'))).toBe(0);
    expect(partials(folder)).toEqual([]);
  });

  test('stays while its process runs, where another machine wrote it, and where it is named alike only', async () => {
    const { path, folder } = await inUse();
    const [left = ''] = killedIn(folder);
    const [, machine = '', pid = ''] = /\.([\w-]+)\.(\d+)\.[0-9a-f]{8}\.partial$/.exec(left) ?? [];
    const others = [
      left.replace(`.${pid}.`, `.${process.pid}.`),
      left.replace(`.${machine}.`, '.elsewhere.'),
      left.slice(1),
      `.notes.partial`,
    ];
    for (const other of others) writeFileSync(join(folder, other), 'theirs');
    expect(await said(path, join(folder, 'copy.db'))).toBe(0);
    expect(partials(folder)).toEqual(others.toSorted());
  });
});

describe('a backup that cannot be made leaves nothing, and says why', () => {
  test('where a file is there already: it is not touched', async () => {
    const store = await inUse();
    const file = join(store.folder, 'copy.db');
    writeFileSync(file, 'mine');
    expect(await said(store.path, file)).toBe(
      `${file} is there already, and nothing is overwritten: give the name of a new file.`,
    );
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect(left(store)).toEqual(['copy.db']);
  });

  test.each(['nowhere', 'elsewhere.db'])('where a symbolic link is there, to %s', async (to) => {
    const store = await inUse();
    const file = join(store.folder, 'copy.db');
    symlinkSync(join(store.folder, to), file);
    expect(await said(store.path, file)).toBe(
      `${file} is a symbolic link, and nothing is overwritten: give the name of a new file.`,
    );
    expect(left(store)).toEqual(['copy.db']);
  });

  test('where the folder is missing, is a file, or is itself what was named', async () => {
    const store = await inUse();
    const { folder } = store;
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'folder'));
    expect(await said(store.path, join(folder, 'none', 'copy.db'))).toBe(
      `There is no folder ${join(folder, 'none')}: create it, or name a file in another one.`,
    );
    expect(await said(store.path, join(folder, 'file', 'copy.db'))).toContain(
      `There is no folder ${join(folder, 'file')}`,
    );
    expect(await said(store.path, join(folder, 'folder'))).toContain(
      'is a folder: give the name of a new file in it.',
    );
    expect(left(store)).toEqual(['file', 'folder']);
  });

  test.each(['-wal', '-shm', '-journal'])(
    'where the name is that of a part of the store: %s',
    async (side) => {
      const store = await inUse();
      const files = readdirSync(store.folder);
      expect(await said(store.path, store.path + side)).toMatch(/belongs to the store .*: give another name/);
      expect(readdirSync(store.folder)).toEqual(files);
    },
  );

  test('of a store that is missing, damaged, newer, or none at all', async () => {
    const store = await inUse();
    const file = join(store.folder, 'copy.db');
    expect(await said(join(store.folder, 'none.db'), file)).toMatch(/^There is no store at /);
    const junk = place.path();
    mkdirSync(dirname(junk));
    writeFileSync(junk, 'x'.repeat(5_000));
    expect(await said(junk, file)).toMatch(/is damaged/);
    const db = new DatabaseSync(store.path);
    db.exec('PRAGMA user_version = 999');
    db.close();
    await expect(backup(file, { store: store.path }, output)).rejects.toMatchObject({ kind: 'newer' });
    expect(left(store)).toEqual([]);
  });

  test('of a store with a damaged page in the middle', async () => {
    const store = await inUse(2_000);
    const whole = join(store.folder, 'whole.db');
    expect(await said(store.path, whole)).toBe(0);
    const bytes = readFileSync(whole);
    bytes.fill(0xff, bytes.length / 2, bytes.length / 2 + 3 * 4_096);
    writeFileSync(whole, bytes);
    expect(await said(whole, join(store.folder, 'copy.db'))).toMatch(/is damaged/);
    expect(left(store)).toEqual(['whole.db']);
  });

  test('of a store in which something stands that may not: the copy is read from end to end', async () => {
    const store = await inUse();
    const db = new DatabaseSync(store.path);
    // node:sqlite guards the schema unless it is told not to.
    db.enableDefensive(false);
    db.exec(`PRAGMA writable_schema = ON;
      UPDATE sqlite_schema SET sql = replace(sql, 'reason TEXT,', 'reason TEXT NOT NULL,') WHERE name = 'event'`);
    db.close();
    expect(await said(store.path, join(store.folder, 'copy.db'))).toMatch(/did not pass the integrity check/);
    expect(left(store)).toEqual([]);
  });

  test('where the volume takes no more', async () => {
    const store = await inUse(2_000);
    const file = join(store.folder, 'copy.db');
    const node = `exec "$0" "$1" backup "$2" --store "$3"`;
    const { status, stderr } = spawnSync(
      'bash',
      ['-c', `ulimit -f 40; ${node}`, process.execPath, MAIN, file, store.path],
      { encoding: 'utf8' },
    );
    expect(status).toBe(1);
    expect(stderr).toContain(`could not be copied to ${file}. Check both volumes`);
    expect(left(store)).toEqual([]);
  });

  test('where another process made the file meanwhile', async () => {
    const { folder } = await inUse();
    const file = join(folder, 'copy.db');
    const made = makeFile(file, () => {
      writeFileSync(file, 'theirs');
      return Promise.resolve();
    });
    await expect(made).rejects.toThrow(UsageError);
    expect(readFileSync(file, 'utf8')).toBe('theirs');
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
  });

  test('where the policy does not tell the place of the store: it is never guessed', async () => {
    const { folder } = await inUse();
    const config = join(folder, 'policy.yaml');
    writeFileSync(config, 'version: 1\nstore: { sqlite: "${NOT_SET_ANYWHERE}" }\n');
    await expect(backup(join(folder, 'copy.db'), { config }, output)).rejects.toThrow(
      /The place of the store cannot be found in the policy/,
    );
    expect(readdirSync(folder)).not.toContain('copy.db');
  });
});
