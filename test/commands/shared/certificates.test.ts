/** What the environment says of further certificates. */
import { afterAll, describe, expect, test } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { certificatesFault } from '../../../src/commands/shared/certificates.ts';

const folder = mkdtempSync(join(tmpdir(), 'idle-certificates-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const MAIN = resolve(import.meta.dirname, '../../../src/main.ts');
const pem = join(folder, 'ca.pem');
writeFileSync(pem, '-----BEGIN CERTIFICATE-----\n');
const pipe = join(folder, 'pipe');
execFileSync('mkfifo', [pipe]);
const link = join(folder, 'link');
symlinkSync(pipe, link);
const endless = join(folder, 'endless');
writeFileSync(endless, '');
truncateSync(endless, 5 * 1024 * 1024);

describe('a file of further certificates', () => {
  test.each([undefined, '', pem, join(folder, 'missing.pem')])('at %s holds nothing up', (path) => {
    expect(certificatesFault({ NODE_EXTRA_CA_CERTS: path })).toBeUndefined();
  });

  test.each([
    [pipe, 'is not a plain file'],
    [link, 'is not a plain file'],
    [folder, 'is not a plain file'],
    ['/dev/zero', 'is not a plain file'],
    [endless, 'is larger than 4096 KiB'],
  ])('at %s is refused before Node.js reads it: it %s', (path, why) => {
    expect(certificatesFault({ NODE_EXTRA_CA_CERTS: path })).toBe(
      `NODE_EXTRA_CA_CERTS: ${path} ${why}. Name a file of certificates in PEM, or unset NODE_EXTRA_CA_CERTS.`,
    );
  });

  test('that is a pipe ends every command with 2 and a sentence, and none of them waits for a writer', () => {
    const { status, stderr } = spawnSync(process.execPath, [MAIN, 'validate'], {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: pipe },
      encoding: 'utf8',
      timeout: 30_000,
      killSignal: 'SIGKILL',
    });
    expect([status, stderr]).toEqual([2, expect.stringContaining('NODE_EXTRA_CA_CERTS: ')]);
  });
});
