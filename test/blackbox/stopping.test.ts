/** Stopping, from outside: the kill switch with a policy that is good for nothing, signals, and a store that another process holds. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { closeSync, copyFileSync, existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseSync } from 'node:sqlite';
import { Cast } from './cast.ts';
import { Organisation } from './organisation.ts';
import { MAIN, Trial, until, type Run, type Said } from './program.ts';

/** A machine that has much else to do may take so long. */
const AT_MOST = 60_000;
/** A shell in which nothing is set that the policy needs. */
const NO_SECRETS = { GENESYS_CLIENT_ID: '', GENESYS_CLIENT_SECRET: '' };

class Scene {
  readonly org = new Organisation();
  readonly trial = new Trial();
  readonly cast = new Cast(this.org.people);

  async say(...args: Parameters<Trial['start']>): Promise<Said> {
    const run = this.trial.start(...args);
    return { code: await run.wait(), output: run.output };
  }

  /** Each command with what came of it; one process carries all of them out. */
  async sayAll(commands: readonly string[]): Promise<readonly (readonly [string, Said])[]> {
    const said = await this.trial.several(commands.map((command) => command.split(' ')));
    return said.map((each, i) => [commands[i] ?? '', each]);
  }

  async worker(): Promise<Run> {
    this.trial.write(await this.org.open());
    return this.#sweeping();
  }

  async #sweeping(): Promise<Run> {
    const run = this.trial.start();
    expect(await until(() => run.lines('sweep done').length > 2, AT_MOST)).toBe(true);
    return run;
  }

  async close(): Promise<void> {
    this.cast.stop();
    await this.trial.close();
    await this.org.close();
  }
}

describe('the kill switch, while a worker acts', () => {
  const scene = new Scene();
  const said: Record<string, Said> = {};
  let run: Run;
  let whilePaused: { presence: string; status: string; metrics: string };
  let loggedOff: boolean;

  beforeAll(async () => {
    const { trial, cast } = scene;
    run = await scene.worker();
    writeFileSync(trial.config, `profiles: "never closed\nstore: { sqlite: ${trial.store} }\n`);
    said['pause'] = await scene.say(['pause', '--reason', 'a complaint'], NO_SECRETS);
    const gone = cast.gone('Gone Home', 6_000);
    said['explain'] = await scene.say(['explain', 'Gone'], NO_SECRETS);
    await until(() => run.lines('sweep done').at(-1)?.['hold'] === 'paused', AT_MOST);
    const from = run.lines('sweep done').length;
    await until(() => run.lines('sweep done').length >= from + 9, AT_MOST);
    said['explain'] = await scene.say(['explain', 'Gone'], NO_SECRETS);
    whilePaused = {
      presence: gone.presence,
      status: await run.get('/status'),
      metrics: await run.get('/metrics'),
    };
    const copy = join(trial.folder, 'copy.db');
    for (const side of ['', '-wal']) copyFileSync(trial.store + side, copy + side);
    said['copy'] = await scene.say(['pause', '--store', copy]);
    said['resume'] = await scene.say(['resume', '--store', trial.store]);
    loggedOff = await until(() => gone.presence === 'Offline', AT_MOST);
    said['report'] = await scene.say(['report', '--events'], NO_SECRETS);
    await run.kill();
    said['dead'] = await scene.say(['pause', '--for', '1h']);
  }, 4 * AT_MOST);
  afterAll(() => scene.close());

  test('pauses with a policy that cannot be read and without secrets, and names the store and the worker', () => {
    const { code, output } = said['pause']!;
    expect([code, output]).toEqual([0, expect.stringContaining(`in the store ${scene.trial.store}.`)]);
    expect(output).toMatch(
      /Reached: run on host \S+, process \d+, version \S+, since \S+ \(\w{8}\); its last sweep began \d+s ago/,
    );
    expect(output).toContain(`process ${run.child.pid},`);
  });

  test('holds: no agent is logged off, and status and metrics say so', () => {
    expect(whilePaused.presence).not.toBe('Offline');
    expect(JSON.parse(whilePaused.status)).toMatchObject({
      organisation: 'default',
      paused: { until: null },
    });
    expect(whilePaused.status).not.toContain('a complaint');
    expect(whilePaused.metrics).toMatch(/^idle_enforcer_paused\{.*\} 1$/m);
  });

  test('is taken back, and what is due is done', () => {
    expect(said['resume']).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^Resumed after \d.*\nReached: run on host/),
    });
    expect(loggedOff).toBe(true);
  });

  test('pauses a copy of the store as it is told to, and does not claim to have reached a worker', () => {
    const { code, output } = said['copy']!;
    expect([code, output]).toEqual([
      1,
      expect.stringMatching(/Paused until resume.*copy\.db\.\n.*No worker was reached: this file is a copy/s),
    ]);
  });

  test('is written also when the worker runs no more, and says so', () => {
    const { code, output } = said['dead']!;
    expect([code, output]).toEqual([1, expect.stringMatching(/^Paused until .*which runs no more/s)]);
    expect(scene.trial.rows('SELECT until - since AS length FROM pause')).toEqual([{ length: 3_600_000 }]);
  });

  test('is on record with the user who used it', () => {
    const rows = scene.trial.rows("SELECT kind, reason, actor FROM event WHERE kind IN ('pause', 'resume')");
    const by = expect.stringMatching(/^.+@.+$/);
    expect(rows).toEqual([
      { kind: 'pause', reason: 'a complaint', actor: by },
      { kind: 'resume', reason: null, actor: by },
      { kind: 'pause', reason: 'paused', actor: by },
    ]);
  });

  test('report and explain tell what is stored, with the same policy', () => {
    expect(said['report']).toMatchObject({
      code: 0,
      output: expect.stringMatching(/pause +a complaint, by \S+@/),
    });
    expect(said['explain']).toMatchObject({
      code: 0,
      output: expect.stringMatching(
        /^The policy cannot be used, so its rules are not weighed: .*Gone Home </s,
      ),
    });
  });

  test('disturbed no agent at work', () => {
    expect(scene.org.people.disturbed).toEqual([]);
  });
});

describe('the kill switch, where it reaches no worker', () => {
  const scene = new Scene();
  afterAll(() => scene.close());

  test('makes no store where there is none', async () => {
    scene.trial.write('http://127.0.0.1:9');
    const commands = ['pause', 'resume', 'report', 'status', 'list', 'explain x'];
    for (const [command, { code, output }] of await scene.sayAll(commands))
      expect([command, code, output]).toEqual([
        command,
        1,
        expect.stringContaining(`no store at ${scene.trial.store}`),
      ]);
    expect(existsSync(scene.trial.store)).toBe(false);
  });

  test('says from where a relative path was taken, and makes nothing there', async () => {
    const cwd = mkdtempSync(join(scene.trial.folder, 'elsewhere-'));
    scene.trial.write('http://127.0.0.1:9');
    const relative = 'version: 1\ngenesys: {}\nprofiles: []\n';
    writeFileSync(scene.trial.config, relative);
    const { code, output } = await scene.say(['pause'], {}, { cwd });
    expect([code, output]).toEqual([
      2,
      expect.stringContaining(
        `no store at ${cwd}/data/idle-enforcer.db. Either no worker has run yet, or it was started in another folder, where ./data/idle-enforcer.db in the policy begins`,
      ),
    ]);
    expect(existsSync(join(cwd, 'data'))).toBe(false);
  });

  test('does not guess where the policy does not tell', async () => {
    writeFileSync(scene.trial.config, 'profiles: "\n');
    const { code, output } = await scene.say(['pause']);
    expect([code, output]).toEqual([2, expect.stringMatching(/cannot be found in the policy .*--store/)]);
    rmSync(scene.trial.config);
    expect((await scene.say(['pause'])).code).toBe(2);
    expect((await scene.say(['pause', '--store', ' '])).code).toBe(2);
  });

  test('leaves a store of a newer version alone, and every command ends with 2', async () => {
    scene.trial.write('http://127.0.0.1:9');
    const db = new DatabaseSync(scene.trial.store);
    db.exec(`PRAGMA application_id = 1229212741; CREATE TABLE fact (name TEXT); PRAGMA user_version = 999`);
    db.close();
    const commands = ['run', 'once', 'pause', 'resume', 'report', 'status', 'list', 'explain x'];
    for (const [command, { code, output }] of await scene.sayAll(commands))
      expect([command, code, output]).toEqual([
        command,
        2,
        expect.stringMatching(/newer version.*untouched/),
      ]);
  });
});

describe('signals', () => {
  const scene = new Scene();
  afterAll(() => scene.close());

  test(
    'that mean nothing to it are not heard; the others are answered by an orderly end',
    async () => {
      let run = await scene.worker();
      for (const signal of ['SIGUSR1', 'SIGUSR2'] as const) run.child.kill(signal);
      const before = run.lines('sweep done').length;
      expect(await until(() => run.lines('sweep done').length > before + 2, AT_MOST)).toBe(true);
      expect(run.output).not.toMatch(/Debugger/);
      const ends: unknown[] = [];
      for (const [signal, code] of [
        ['SIGHUP', 129],
        ['SIGQUIT', 131],
        ['SIGINT', 130],
        ['SIGTERM', 143],
      ] as const) {
        if (run.ended) run = scene.trial.start();
        expect(await until(() => run.lines('sweep done').length > 0, AT_MOST)).toBe(true);
        run.child.kill(signal);
        run.child.kill(signal);
        ends.push([signal, code, await run.wait(), run.lines('the idle enforcer has stopped').length]);
        // The lease was given back.
        expect(scene.trial.rows("SELECT 1 FROM lease WHERE holder <> ''")).toEqual([]);
      }
      expect(ends).toEqual([
        ['SIGHUP', 129, 129, 1],
        ['SIGQUIT', 131, 131, 1],
        ['SIGINT', 130, 130, 1],
        ['SIGTERM', 143, 143, 1],
      ]);
    },
    3 * AT_MOST,
  );
});

describe('once', () => {
  const scene = new Scene();
  beforeAll(async () => {
    scene.trial.write(await scene.org.open(), { timeout: '30s' });
  });
  afterAll(() => scene.close());

  test(
    'beside a worker says who holds the store, and that no sweep was made',
    async () => {
      const run = scene.trial.start();
      expect(await until(() => run.lines('sweep done').length > 0, AT_MOST)).toBe(true);
      const plain = await scene.say(['once']);
      expect([plain.code, plain.output]).toEqual([
        1,
        expect.stringMatching(
          new RegExp(
            `The worker run on host \\S+, process ${run.child.pid},.* holds the store .*: no sweep was made`,
          ),
        ),
      ]);
      const json = await scene.say(['once', '--json']);
      expect([json.code, json.output.split('\n')]).toEqual([
        1,
        expect.arrayContaining(['{"skipped":"lease"}']),
      ]);
      await run.terminate();
    },
    AT_MOST,
  );

  test.each([
    ['at login', (path: string) => path === '/oauth/token'],
    ['in the listing', (path: string) => path.startsWith('/api/v2/users')],
  ])(
    'ends before its deadline where the platform never answers %s',
    async (_, hangs) => {
      scene.org.fault = (_method, path) => (hangs(path) ? 'hang' : undefined);
      const run = scene.trial.start(['once', '--deadline', '8s', '--json']);
      expect(await run.wait()).toBe(3);
      expect(Date.now() - run.startedAt).toBeLessThan(9_000);
      expect(run.lines('the deadline has passed before the end of the sweep')).toHaveLength(1);
      expect(scene.trial.rows("SELECT 1 FROM lease WHERE holder <> ''")).toEqual([]);
      scene.org.fault = () => undefined;
    },
    AT_MOST,
  );

  test(
    'ends before its deadline where the platform refuses every connection, by default within an interval',
    async () => {
      const other = new Trial();
      other.write('http://127.0.0.1:9');
      const run = other.start(['once', '--json']);
      expect(await run.wait()).toBe(3);
      expect(Date.now() - run.startedAt).toBeLessThan(11_000);
      expect(run.output).toContain('{"skipped":"deadline"}');
      await other.close();
    },
    AT_MOST,
  );

  test(
    'ends in time where another process holds the store',
    async () => {
      await scene.say(['once']);
      const db = new DatabaseSync(scene.trial.store);
      db.exec('BEGIN IMMEDIATE');
      const run = scene.trial.start(['once', '--deadline', '8s']);
      const code = await run.wait();
      db.exec('ROLLBACK');
      db.close();
      expect([code, Date.now() - run.startedAt < 9_000]).toEqual([1, true]);
      expect(run.output).toContain('is held by another process');
    },
    AT_MOST,
  );

  test(
    'ends in time where a receiver of messages never answers, and the message waits for the next',
    async () => {
      const deaf = createServer();
      await new Promise<void>((resolve) => deaf.listen(0, '127.0.0.1', resolve));
      const { port } = deaf.address() as AddressInfo;
      const other = new Scene();
      other.trial.write(await other.org.open(), {
        more: `notify: [{ name: ops, type: webhook, url: "http://127.0.0.1:${port}/", on: [store] }]`,
      });
      writeFileSync(other.trial.store, 'no database at all');
      const run = other.trial.start(['once', '--deadline', '20s']);
      expect([await run.wait(), Date.now() - run.startedAt < 21_000]).toEqual([0, true]);
      expect(other.trial.rows('SELECT channel FROM outbox')).toEqual([{ channel: 'ops' }]);
      await other.close();
      deaf.close();
    },
    AT_MOST,
  );

  test(
    'that has time enough ends with 0',
    async () => {
      expect((await scene.say(['once', '--deadline', '30s'])).code).toBe(0);
      expect((await scene.say(['once', '--deadline', 'soon'])).code).toBe(2);
    },
    AT_MOST,
  );
});

describe('a place from which nothing can be started', () => {
  const scene = new Scene();
  afterAll(() => scene.close());

  test(
    'a working folder that is gone is said, and ends with 1',
    () => {
      const policy = join(scene.trial.folder, 'policy.yaml');
      writeFileSync(
        policy,
        `version: 1
genesys: { region: eu-west-1, client_id: a, client_secret: b }
profiles: [{ name: a, rules: [{ id: g, when: { presence: [away] }, limit: 1h }] }]
server: { port: 0 }
`,
      );
      for (const command of ['run', 'once', 'pause', 'report']) {
        const gone = join(scene.trial.folder, 'gone');
        const go = `mkdir ${gone} && cd ${gone} && rmdir ${gone} && exec ${process.execPath} ${MAIN} ${command} --config ${policy}`;
        const { status, stderr, signal } = spawnSync('/bin/sh', ['-c', go], { timeout: AT_MOST });
        expect([command, status, signal, stderr.toString()]).toEqual([
          command,
          1,
          null,
          expect.stringMatching(/working folder .* does not exist any more/),
        ]);
        expect(existsSync(gone)).toBe(false);
      }
    },
    AT_MOST,
  );
});

describe('an output that cannot be written', () => {
  const scene = new Scene();
  afterAll(() => scene.close());
  const full = (): number => openSync('/dev/full', 'w');

  test(
    'at the start is a sentence on standard error and an exit code, in every command',
    async () => {
      scene.trial.write(await scene.org.open());
      for (const command of ['run', 'validate', 'validate --json', 'once', '--help']) {
        const stdout = full();
        const { code, output } = await scene.say(command.split(' '), {}, { stdout });
        closeSync(stdout);
        expect([command, code]).toEqual([command, 1]);
        expect([command, output.split('\n')[0]]).toEqual([command, expect.stringMatching(/^[A-Z][^\n]*\.$/)]);
        expect(output).not.toMatch(/^ +at /m);
      }
    },
    2 * AT_MOST,
  );

  test(
    'later, because its reader has gone, ends no worker',
    async () => {
      const run = scene.trial.start();
      expect(await until(() => run.lines('sweep done').length > 0, AT_MOST)).toBe(true);
      const port = run.port();
      run.child.stdout?.destroy();
      const sweeps = async (): Promise<number> => {
        const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
        return Number(/sweeps_total\{[^}]*outcome="complete"[^}]*\} (\d+)/.exec(text)?.[1]);
      };
      const before = await sweeps();
      for (let n = 0; n < 100 && (await sweeps()) < before + 3; n += 1) await sleep(200);
      expect(await sweeps()).toBeGreaterThan(before + 2);
      expect(run.output.match(/The log cannot be written to standard output \(EPIPE\)/g)).toHaveLength(1);
      expect((await run.terminate()).code).toBe(143);
    },
    AT_MOST,
  );
});
