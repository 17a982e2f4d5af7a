/** The files of the store: whose they are, and what stands in their way. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { BASE, stateOf, Place, STANDING } from './fixtures.ts';

const place = new Place();
afterAll(() => place.remove());

const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);
/** The modes of everything in the folder of a store. */
const modes = (path: string): readonly string[] =>
  readdirSync(dirname(path)).map((name) => `${name} ${mode(join(dirname(path), name))}`);

async function used(path: string): Promise<void> {
  const store = await place.open(path);
  const record = { at: BASE, notSeen: [], standing: STANDING, events: [] };
  await store.saveSweep({ ...record, changed: [stateOf('a', BASE)] });
}

describe('files of the store', () => {
  const before = process.umask(0o022);
  process.umask(before);
  afterEach(() => {
    process.umask(before);
  });

  test.each([0o000, 0o022, 0o027, 0o777])(
    'and folders that are made are for their owner alone, with a umask of %o',
    async (umask) => {
      const path = join(place.directory, `umask-${umask}`, 'deep', 'store.db');
      process.umask(umask);
      await used(path);
      expect(modes(path)).toEqual(['store.db 600', 'store.db-shm 600', 'store.db-wal 600']);
      expect([dirname(path), dirname(dirname(path))].map(mode)).toEqual(['700', '700']);
    },
  );

  test('that were left open to others by an earlier version are closed, those beside it as well', async () => {
    const path = place.path();
    const first = await place.open(path);
    for (const side of ['', '-wal', '-shm']) chmodSync(path + side, 0o664);
    await used(path);
    expect(modes(path)).toEqual(['store.db 600', 'store.db-shm 600', 'store.db-wal 600']);
    await first.close();
  });

  test('in a folder that was there before leave the folder as it is', async () => {
    const folder = mkdtempSync(join(place.directory, 'shared-'));
    chmodSync(folder, 0o755);
    await used(join(folder, 'store.db'));
    expect(mode(folder)).toBe('755');
  });

  test('that are damaged are kept aside for their owner alone', async () => {
    const path = place.path();
    mkdirSync(dirname(path));
    writeFileSync(path, 'not a database '.repeat(999), { mode: 0o644 });
    const store = await place.open(path);
    await store.setFacts(new Map([['a', '1']]));
    expect(mode(store.setAside!)).toBe('600');
    expect(['', '-wal', '-shm'].map((side) => mode(path + side))).toEqual(['600', '600', '600']);
  });

  test('are not touched by a visitor who only reads', async () => {
    const path = place.path();
    await used(path);
    chmodSync(path, 0o640);
    await place.open(path, { readOnly: true });
    expect(mode(path)).toBe('640');
  });
});

describe('a place that cannot hold a store', () => {
  const refused = (path: string, options = {}): Promise<unknown> =>
    place.open(path, options).then(
      () => 'opened',
      (error: unknown) => error,
    );

  test('is refused with a sentence: a folder, a path through a file, a loop of links, a pipe, a device', async () => {
    const folder = mkdtempSync(join(place.directory, 'odd-'));
    writeFileSync(join(folder, 'file'), 'x');
    symlinkSync('loop', join(folder, 'loop'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    for (const path of [
      folder,
      join(folder, 'file', 'store.db'),
      join(folder, 'file', 'deep', 'store.db'),
      join(folder, 'loop'),
      join(folder, 'loop', 'store.db'),
      join(folder, 'pipe'),
      '/dev/null',
      join(folder, 'a\0b'),
    ]) {
      for (const options of [{}, { readOnly: true }, { existing: true }]) {
        expect(await refused(path, options)).toMatchObject({
          name: 'StoreError',
          kind: expect.stringMatching(/^(unwritable|missing)$/),
        });
      }
    }
    expect(readdirSync(folder).sort()).toEqual(['file', 'loop', 'pipe']);
  });

  test('is made where a link leads to a file that is not there yet', async () => {
    const folder = mkdtempSync(join(place.directory, 'link-'));
    symlinkSync(join(folder, 'real.db'), join(folder, 'store.db'));
    await used(join(folder, 'store.db'));
    expect(mode(join(folder, 'real.db'))).toBe('600');
  });

  test('is a path whose working folder is gone: that is said, and no folder is made for ever', async () => {
    const gone = mkdtempSync(join(tmpdir(), 'gone-'));
    const home = process.cwd();
    process.chdir(gone);
    rmSync(gone, { recursive: true });
    try {
      expect(await refused('./data/store.db')).toMatchObject({
        name: 'StoreError',
        message: expect.stringMatching(/working folder .* does not exist any more.*absolute path/),
      });
    } finally {
      process.chdir(home);
    }
    expect(existsSync(gone)).toBe(false);
  });

  test('is named by its whole path, also where it was given from the working folder', async () => {
    const home = process.cwd();
    process.chdir(place.directory);
    try {
      const store = await place.open('here/store.db');
      expect(store.place).toBe(join(process.cwd(), 'here/store.db'));
      expect(await refused('nowhere/store.db', { existing: true })).toMatchObject({
        message: expect.stringContaining(`There is no store at ${join(process.cwd(), 'nowhere/store.db')}.`),
      });
    } finally {
      process.chdir(home);
    }
  });

  test('is an empty file to a visitor: it may be about to become one', async () => {
    const path = place.path();
    mkdirSync(dirname(path));
    writeFileSync(path, '');
    expect(await refused(path, { existing: true })).toMatchObject({ kind: 'missing' });
    expect(statSync(path).size).toBe(0);
  });
});
