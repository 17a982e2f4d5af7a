/**
 * Keeps one database server for as long as a run of the tests lasts: `keeper FOLDER BINARIES PORT RUN`. It makes the database in the
 * folder, starts the server as a user that may run one, and takes everything away once the process RUN has gone.
 */
import { spawn, spawnSync, type SpawnOptions } from 'node:child_process';
import { chownSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const [folder = '', binaries = '', port = '', run = ''] = process.argv.slice(2);
const data = join(folder, 'data');
const user = process.getuid?.() === 0 ? someUser() : undefined;
const as: SpawnOptions = user === undefined ? {} : { uid: user.uid, gid: user.gid };

mkdirSync(data, { mode: 0o700 });
const passwordFile = join(folder, 'password');
writeFileSync(passwordFile, 'Wr0ng-to-show\n', { mode: 0o600 });
if (user !== undefined) for (const path of [folder, data, passwordFile]) chownSync(path, user.uid, user.gid);

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
const made = spawnSync(join(binaries, 'initdb'), [...words, '--no-sync'], { ...as, cwd: folder });
if (made.status !== 0) fail(`initdb ended with ${made.status ?? made.signal ?? '?'}: ${String(made.stderr)}`);

const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: folder,
  // What is lost in a crash of this machine nobody misses.
  ...{ fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' },
  ...{ shared_buffers: '64MB', max_connections: '60', log_min_messages: 'fatal' },
};
const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
const server = spawn(join(binaries, 'postgres'), ['-D', data, '-p', port, ...options], {
  ...as,
  cwd: folder,
  stdio: 'ignore',
});
server.on('exit', end);
writeFileSync(join(folder, 'started.new'), String(server.pid));
renameSync(join(folder, 'started.new'), join(folder, 'started'));

setInterval(() => {
  if (isAlive(Number(run))) return;
  server.kill('SIGINT');
}, 500);

function end(): never {
  rmSync(folder, { recursive: true, force: true });
  process.exit(0);
}

function fail(why: string): never {
  writeFileSync(join(folder, 'failed'), why);
  process.exit(1);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A server refuses to run as root. */
function someUser(): { readonly uid: number; readonly gid: number } {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  const line = ['postgres', 'nobody'].flatMap((name) =>
    lines.filter((each) => each.startsWith(`${name}:`)),
  )[0];
  const [, , uid = '65534', gid = '65534'] = (line ?? '').split(':');
  return { uid: Number(uid), gid: Number(gid) };
}
