/** What the one reader of files takes, and what it refuses without waiting for it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { FileFault, readPlainFile, readTextFile } from '../../src/files/plain-file.ts';

let folder = '';
const at = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'idle-enforcer-files-'));
  writeFileSync(at('plain'), 'text\n');
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function faultOf(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (!(error instanceof FileFault)) throw error;
    return error.why;
  }
}

describe('a file is read', () => {
  test('when it is plain, and up to its bound', () => {
    expect(readPlainFile(at('plain'), 5).toString()).toBe('text\n');
    expect(readTextFile(at('plain'), 5)).toBe('text\n');
  });

  test('through symbolic links, as Kubernetes mounts them', () => {
    mkdirSync(at('..2026'));
    writeFileSync(at('..2026/policy'), 'mounted');
    symlinkSync('..2026', at('..data'));
    symlinkSync('..data/policy', at('policy'));
    expect(readTextFile(at('policy'), 100)).toBe('mounted');
  });

  test('whatever its size is said to be: those of the kernel say 0', () => {
    expect(readTextFile('/proc/self/status', 64 * 1024)).toContain('Name:');
  });

  test('without the byte order mark that editors put before it', () => {
    writeFileSync(at('marked'), '\ufeffversion: 1\n');
    expect(readTextFile(at('marked'), 100)).toBe('version: 1\n');
  });
});

describe('a file is refused at once, in a few words', () => {
  test.each([
    [
      'a pipe without a writer',
      'pipe',
      () => execFileSync('mkfifo', [at('pipe')]),
      'it is a pipe (FIFO), not a plain file',
    ],
    ['a device without end', '/dev/zero', () => undefined, 'it is a device, not a plain file'],
    [
      'a folder',
      'folder',
      () => {
        mkdirSync(at('folder'));
      },
      'it is a folder',
    ],
    ['a file that is not there', 'none', () => undefined, 'it does not exist'],
    ['a file in what is no folder', 'plain/x', () => undefined, 'it does not exist'],
    [
      'links that lead in a circle',
      'circle',
      () => {
        symlinkSync('circle', at('circle'));
      },
      'its symbolic links lead in a circle',
    ],
    [
      'a link to a pipe',
      'link',
      () => {
        symlinkSync('pipe', at('link'));
      },
      'it is a pipe (FIFO), not a plain file',
    ],
    ['a name with a NUL in it', 'a\u0000b', () => undefined, 'its name holds a NUL character'],
    ['a name without end', 'x'.repeat(5_000), () => undefined, 'its name is too long'],
    [
      'three gigabytes',
      'large',
      () => {
        writeFileSync(at('large'), '');
        truncateSync(at('large'), 3 * 2 ** 30);
      },
      'it is larger than 1 KiB',
    ],
    ['more than its size tells', '/proc/self/environ', () => undefined, undefined],
    [
      'Latin text',
      'latin',
      () => {
        writeFileSync(at('latin'), Buffer.from([0x61, 0xfc]));
      },
      'it is not UTF-8 text: save it as UTF-8',
    ],
    [
      'UTF-16 text',
      'wide',
      () => {
        writeFileSync(at('wide'), Buffer.from('\ufeffversion: 1', 'utf16le'));
      },
      'it is UTF-16 text: save it as UTF-8',
    ],
  ])('%s', (_, name, make, why) => {
    make();
    const path = name.startsWith('/') ? name : at(name);
    const most = name === '/proc/self/environ' ? 1 : 1_024;
    expect(faultOf(() => readTextFile(path, most))).toBe(why ?? `it is larger than ${1 / 1_024} KiB`);
  });

  test('a socket', async () => {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(at('socket'), listening));
    expect(faultOf(() => readTextFile(at('socket'), 100))).toBe('it is a socket, not a plain file');
    await new Promise((closed) => server.close(closed));
  });
});

/** Reads a file in a process in which each of the first `changes` reads comes with a change of the file. */
function readWhileChanging(changes: number): string {
  const path = at('torn');
  writeFileSync(path, 'half');
  const program = `
    import fs from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    const { readSync } = fs;
    let left = ${changes};
    fs.readSync = (...args) => {
      const count = readSync(...args);
      if (left > 0 && count > 0) {
        left -= 1;
        fs.writeFileSync(${JSON.stringify(path)}, 'whole ' + left);
      }
      return count;
    };
    syncBuiltinESMExports();
    const { readTextFile } = await import(${JSON.stringify(resolve(import.meta.dirname, '../../src/files/plain-file.ts'))});
    try {
      console.log(readTextFile(${JSON.stringify(path)}, 100));
    } catch ({ why }) {
      console.log(why);
    }`;
  return execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
  }).trim();
}

describe('a file that is being written', () => {
  test('is read again until it stands still', () => {
    expect(readWhileChanging(2)).toBe('whole 0');
  });

  test('is refused when it never does', () => {
    expect(readWhileChanging(1_000)).toBe('it changes while it is read');
  });
});
