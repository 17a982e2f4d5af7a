/** What commands write is for its owner alone. */
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, test } from '@jest/globals';
import { UsageError } from '../../../src/commands/shared/exit.ts';
import { mustBeWritable, orRefused, writePrivately } from '../../../src/commands/shared/private-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'private-file-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);

test.each([0o000, 0o022, 0o077])(
  'a new file can be read by its owner alone, with a umask of %o',
  async (umask) => {
    const before = process.umask(umask);
    const path = join(folder, `new-${umask}`);
    await writePrivately(path, 'x').finally(() => process.umask(before));
    expect([mode(path), readFileSync(path, 'utf8')]).toEqual(['600', 'x']);
  },
);

test('a file that was open to others is closed, also behind a link, and holds the new text alone', async () => {
  const path = join(folder, 'old');
  writeFileSync(path, 'a longer text than before');
  chmodSync(path, 0o664);
  symlinkSync(path, join(folder, 'link'));
  await writePrivately(join(folder, 'link'), 'short');
  expect([mode(path), readFileSync(path, 'utf8')]).toEqual(['600', 'short']);
});

test('a device stays open to all users, and a folder is no file', async () => {
  const before = mode('/dev/null');
  await writePrivately('/dev/null', 'x');
  expect(mode('/dev/null')).toBe(before);
  await expect(writePrivately(folder, 'x')).rejects.toMatchObject({ code: 'EISDIR' });
});

test('a store, and what stands beside one, is not written over: a mistyped name must not cost its memory', async () => {
  const store = join(folder, 'store.db');
  new DatabaseSync(store).exec('CREATE TABLE memory (id); PRAGMA user_version = 1');
  const before = readFileSync(store);
  symlinkSync(store, join(folder, 'to-store'));
  for (const path of [store, join(folder, 'to-store'), `${store}-wal`]) {
    const sentence = new UsageError(`--out: ${path} cannot be written (it is a store).`);
    await expect(orRefused(path, writePrivately(path, 'x'), '--out')).rejects.toThrow(sentence);
    await expect(orRefused(path, mustBeWritable(path), '--out')).rejects.toThrow(sentence);
  }
  expect(readFileSync(store)).toEqual(before);
});

describe('where no space is left', () => {
  async function* half(): AsyncGenerator<string> {
    yield 'half of it';
    throw await Promise.resolve(Object.assign(new Error('write'), { code: 'ENOSPC' }));
  }

  test('half a file does not stay, also behind a link', async () => {
    const path = join(folder, 'half');
    symlinkSync(path, join(folder, 'to-half'));
    await expect(writePrivately(join(folder, 'to-half'), half())).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(existsSync(path)).toBe(false);
  });

  test('a sentence says which file cannot be written, and faults of ours stay what they are', async () => {
    const path = join(folder, 'other');
    await expect(orRefused(path, writePrivately(path, half()), '--out')).rejects.toEqual(
      new UsageError(`--out: ${path} cannot be written (no space is left there).`),
    );
    const fault = new TypeError('x is not a function');
    await expect(orRefused(path, Promise.reject(fault))).rejects.toBe(fault);
  });
});
