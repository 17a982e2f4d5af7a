/** The files of a database server for tests, and the user who may run one: a server refuses to run as root. */
import { spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

/** Who runs the server; nothing where that is whoever runs the tests. */
export type ServerUser = { readonly uid: number; readonly gid: number } | undefined;

/** The password of the servers that are started here; nothing may ever print it. */
export const PASSWORD = 'Wr0ng-to-show';

/** What is lost in a crash of this machine nobody misses. */
export const CARELESS = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' };

export function serverUser(): ServerUser {
  return process.getuid?.() === 0 ? someUser() : undefined;
}

/** Makes a new database in `data` under a folder. Throws what the program says that makes it. */
export function makeData(folder: string, binaries: string, user: ServerUser): string {
  const data = join(folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, `${PASSWORD}\n`, { mode: 0o600 });
  own([folder, data, passwordFile], user);
  const words = [
    '-D',
    data,
    '-U',
    'idle',
    '-A',
    'scram-sha-256',
    '--pwfile',
    passwordFile,
    '-E',
    'UTF8',
    '--locale=C',
  ];
  asServer(folder, join(binaries, 'initdb'), [...words, '--no-sync'], user);
  return data;
}

/** Runs a program as the server's user. Throws what it says where it fails. */
function asServer(folder: string, program: string, words: readonly string[], user: ServerUser): void {
  const { status, signal, stderr } = spawnSync(program, words, { ...user, cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ended with ${status ?? signal ?? '?'}: ${stderr}`);
}

/** Gives files to the server's user. */
export function own(paths: readonly string[], user: ServerUser): void {
  if (user !== undefined) for (const path of paths) chownSync(path, user.uid, user.gid);
}

function someUser(): ServerUser {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  const line = ['postgres', 'nobody'].flatMap((name) =>
    lines.filter((each) => each.startsWith(`${name}:`)),
  )[0];
  const [, , uid = '65534', gid = '65534'] = (line ?? '').split(':');
  return { uid: Number(uid), gid: Number(gid) };
}
