/** A database server of one test alone, with settings of its own, which can be stopped, started again and followed by a standby. */
import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CARELESS, makeData, own, PASSWORD, serverUser, type ServerUser } from './data.ts';
import { asked, BINARIES, freePort } from './server.ts';

/** Runs a program to its end; rejects with what it says where it fails. */
const ran = promisify(execFile);

/** Runs a server for as long as somebody holds the other end of its input: it ends with the test, however that ends. */
const WHILE_READ = '"$@" & server=$!; read -r _; kill -INT "$server"; wait "$server"';

export class OwnServer {
  readonly folder: string;
  readonly port: number;
  readonly #binaries: string;
  readonly #user: ServerUser;
  #child: ChildProcess | undefined;

  private constructor(binaries: string, port: number, user: ServerUser) {
    this.folder = mkdtempSync(join(tmpdir(), 'idle-own-server-'));
    this.port = port;
    this.#binaries = binaries;
    this.#user = user;
  }

  /** A new server that answers. */
  static async start(settings: Readonly<Record<string, string>> = {}): Promise<OwnServer> {
    const server = new OwnServer(BINARIES ?? '', await freePort(), serverUser());
    makeData(server.folder, server.#binaries, server.#user);
    server.set({
      ...{ listen_addresses: "'127.0.0.1'", unix_socket_directories: "''", port: String(server.port) },
      ...CARELESS,
      ...{ shared_buffers: '16MB', max_connections: '20', log_min_messages: 'fatal' },
      ...settings,
    });
    await server.begin();
    return server;
  }

  /** As its administrator. */
  get url(): string {
    return `postgres://idle:${PASSWORD}@127.0.0.1:${this.port}/postgres`;
  }

  /** Settings count from the next start on; the last one of a name holds. */
  set(settings: Readonly<Record<string, string>>): void {
    const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`);
    appendFileSync(join(this.folder, 'data', 'postgresql.conf'), lines.join(''));
  }

  /** Gives a file to whoever runs the server. */
  own(path: string): void {
    own([path], this.#user);
  }

  /** Starts it, and waits until it answers. */
  async begin(): Promise<void> {
    const words = [join(this.#binaries, 'postgres'), '-D', join(this.folder, 'data')];
    this.#child = spawn('sh', ['-c', WHILE_READ, 'sh', ...words], {
      ...this.#user,
      cwd: this.folder,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    while (!(await this.#answers())) await sleep(20);
  }

  /** Ends it as an administrator does who does not wait for its users, or as a power cut does. */
  async end(how: 'in order' | 'at once' = 'in order'): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null) return;
    this.thaw();
    const ended = new Promise((resolve) => child.on('close', resolve));
    if (how === 'at once') process.kill(this.#pid(), 'SIGQUIT');
    child.stdin?.end('\n');
    await ended;
  }

  /** Every process of it stands still, as on a machine whose disk does not answer; connections are taken by the kernel, and nobody says a word. */
  freeze(): void {
    this.#tell('SIGSTOP');
  }

  /** It goes on. */
  thaw(): void {
    this.#tell('SIGCONT');
  }

  /** A standby of it that answers, with a user of its own for what it is told. */
  async standby(): Promise<OwnServer> {
    const follower = new OwnServer(this.#binaries, await freePort(), this.#user);
    own([follower.folder], this.#user);
    const words = ['-D', join(follower.folder, 'data'), '-d', this.url, '-R', '--no-sync', '-c', 'fast'];
    // A link to the server need not have one to this program beside it.
    const there = dirname(realpathSync(join(this.#binaries, 'postgres')));
    // Whoever is connected by way of this process goes on meanwhile.
    await ran(join(there, 'pg_basebackup'), words, { ...this.#user, cwd: follower.folder });
    follower.set({ port: String(follower.port) });
    await follower.begin();
    return follower;
  }

  /** Makes a primary of a standby. */
  async promote(): Promise<void> {
    await asked(this.url, 'SELECT pg_promote()');
  }

  async close(): Promise<void> {
    await this.end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #pid(): number {
    const [pid = ''] = readFileSync(join(this.folder, 'data', 'postmaster.pid'), 'utf8').split('\n');
    return Number(pid);
  }

  /** Tells the server and the processes of its connections; one may have ended meanwhile. */
  #tell(signal: 'SIGSTOP' | 'SIGCONT'): void {
    const own = String(this.#pid());
    const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', own], { encoding: 'utf8' });
    spawnSync('kill', [`-${signal}`, own, ...stdout.split(/\s+/).filter((pid) => pid !== '')]);
  }

  #answers(): Promise<boolean> {
    return asked(this.url, 'SELECT 1').then(
      () => true,
      () => false,
    );
  }
}
