/**
 * Keeps one database server for as long as a run of the tests lasts: `keeper FOLDER BINARIES PORT RUN`. It makes the database in the
 * folder, starts the server as a user that may run one, and takes everything away once the process RUN has gone.
 */
import { spawn } from 'node:child_process';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { CARELESS, makeData, serverUser } from './data.ts';

const [folder = '', binaries = '', port = '', run = ''] = process.argv.slice(2);
const user = serverUser();
let data = '';
try {
  data = makeData(folder, binaries, user);
} catch (error) {
  writeFileSync(join(folder, 'failed'), String(error));
  process.exit(1);
}

const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: folder,
  ...CARELESS,
  ...{ shared_buffers: '64MB', max_connections: '300', log_min_messages: 'fatal' },
};
const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
const server = spawn(join(binaries, 'postgres'), ['-D', data, '-p', port, ...options], {
  ...user,
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

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
