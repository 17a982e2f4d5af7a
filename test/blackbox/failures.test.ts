/**
 * What wakes the person on call, brought about from outside: the program says it in one sentence, in the log, in the metrics
 * and by a webhook, does nothing to anybody meanwhile, and goes on by itself when the cause has gone.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Cast, sso } from './cast.ts';
import { Hook, HOOK_SECRET } from './hook.ts';
import { CLIENT_SECRET, Organisation } from './organisation.ts';
import { Trial, until, type PolicyParts, type Run } from './program.ts';

/** Everything is over long before; a machine that has much else to do may take so long. */
const AT_MOST = 40_000;

class Scene {
  readonly org = new Organisation();
  readonly cast = new Cast(this.org.people);
  readonly trial = new Trial();
  readonly hook = new Hook();

  /** Starts the program, with the webhook told of these. */
  async begin(port: number | undefined, kinds: readonly string[], parts: PolicyParts = {}): Promise<Run> {
    const url = port === undefined ? await this.org.open() : `http://127.0.0.1:${port}`;
    this.trial.write(url, { ...parts, more: await this.hook.open(kinds) });
    return this.trial.start();
  }

  async close(): Promise<void> {
    this.cast.stop();
    await this.trial.close();
    await this.hook.close();
    await this.org.close();
  }
}

const scenes: Scene[] = [];
function scene(): Scene {
  const made = new Scene();
  scenes.push(made);
  return made;
}
afterAll(() => Promise.all(scenes.map((each) => each.close())));

/** What a story leaves to be looked at. */
interface Told {
  readonly scene: Scene;
  readonly run: Run;
  readonly metrics: string;
  readonly notes: Record<string, unknown>;
}
let unreachable: Told;
let store: Told;
let every: Told;

beforeAll(async () => {
  [unreachable, store, every] = await Promise.all([unreachableAtStart(), storeComesAndGoes(), everyAlarm()]);
}, 3 * AT_MOST);

/** Waits for something that must come, and says what did not. */
async function come(what: string, holds: () => boolean): Promise<void> {
  if (!(await until(holds, AT_MOST))) throw new Error(`did not come: ${what}`);
}

async function begun(run: Run, kind: string): Promise<void> {
  await come(kind, () => run.alarms(kind).begun.length > 0);
}

async function over(run: Run, kind: string): Promise<void> {
  await come(`${kind} is over`, () => run.alarms(kind).over > 0);
}

async function sweeps(run: Run, more: number): Promise<void> {
  const wanted = run.lines('sweep done').length + more;
  await come('sweeps', () => run.lines('sweep done').length >= wanted);
}

async function unreachableAtStart(): Promise<Told> {
  const here = scene();
  // An organisation without users would be blind for ever.
  here.cast.hirePresent(1);
  const port = await freePort();
  const run = await here.begin(port, ['blind']);
  await begun(run, 'blind');
  await come('the message', () => here.hook.told.length > 0);
  const metrics = await run.get('/metrics');
  const ready = await run.get('/readyz');
  await here.org.open(port);
  await over(run, 'blind');
  return { scene: here, run, metrics, notes: { ready } };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function storeComesAndGoes(): Promise<Told> {
  const here = scene();
  const { cast, trial, org } = here;
  const run = await here.begin(undefined, ['store']);
  await sweeps(run, 3);
  const away = join(trial.folder, 'away');
  mkdirSync(away);
  for (const name of storeFiles(trial)) renameSync(join(trial.folder, name), join(away, name));
  await begun(run, 'store');
  cast.gone('Gone Home', 6_000);
  await sweeps(run, 8);
  const writes = org.people.writes.length;
  for (const name of readdirSync(away)) renameSync(join(away, name), join(trial.folder, name));
  await over(run, 'store');
  await come('everybody is off', () => cast.absent.every(({ presence }) => presence === 'Offline'));
  const loggedOff = org.people.writes.length > 0;
  await damage(run, trial.store);
  await come('the damage is told', () => damageTold(run) !== undefined);
  cast.gone('Gone Later', 6_000);
  await come('everybody is off', () => cast.absent.every(({ presence }) => presence === 'Offline'));
  await come('the second message', () => here.hook.told.length > 1);
  return { scene: here, run, metrics: await run.get('/metrics'), notes: { writes, loggedOff } };
}

/** Before it, the first who met the damage may have said that the store failed. */
function damageTold(run: Run): Record<string, unknown> | undefined {
  return run.alarms('store').begun.find(({ setAside }) => setAside !== undefined);
}

function storeFiles({ folder }: Trial): readonly string[] {
  return readdirSync(folder).filter((name) => name.startsWith('store.db'));
}

/** Fills the file with noise while the program stands still, in a way that it cannot overlook. */
async function damage({ child }: Run, path: string): Promise<void> {
  await come('the damage', () => {
    child.kill('SIGSTOP');
    try {
      const db = new DatabaseSync(path, { timeout: 200 });
      // Another's write makes what the program has read worthless, and nothing is left beside the file itself.
      db.exec(
        "INSERT OR REPLACE INTO fact (name, value) VALUES ('noise', '1'); PRAGMA wal_checkpoint(TRUNCATE)",
      );
      writeFileSync(path, Buffer.alloc(readFileSync(path).length, 'noise'));
      return true;
    } catch {
      return false;
    } finally {
      child.kill('SIGCONT');
    }
  });
}

const CAPS = '{ settle: 1, breaker: { at_least: 4, share: 1%, hold: 3s }, engaged_too_long: 1m }';
const RETURNS = `returns:
  window: 10s
  grace: 0s
  ladder: [{ wait: 1s, actions: [off_queue, offline] }]
  repeat: never`;
const KINDS = [
  'held',
  'breaker',
  'policy_refused',
  'forbidden',
  'ineffective',
  'unknown_share',
  'clock',
  'engaged_too_long',
];

async function everyAlarm(): Promise<Told> {
  const here = scene();
  const { org, cast, trial } = here;
  cast.hirePresent(1);
  const run = await here.begin(undefined, KINDS, { caps: CAPS, returns: RETURNS });
  cast.gone('Out Of Reach', 6_000, { forbidden: true });
  cast.gone('Back Again', 6_000, { presence: 'Away', sso: { ...sso(300, 'former', true), reasserts: true } });
  await begun(run, 'forbidden');
  await begun(run, 'held');
  org.api.drop = () => ['presence'];
  await begun(run, 'unknown_share');
  org.api.drop = () => [];
  await over(run, 'unknown_share');
  const policy = readFileSync(trial.config, 'utf8');
  writeFileSync(trial.config, policy.replace('limit: 6s', 'limit: soon'));
  await begun(run, 'policy_refused');
  writeFileSync(trial.config, policy);
  await begun(run, 'ineffective');
  const wave = [1, 2, 3, 4, 5, 6].map((n) => cast.gone(`Wave ${n}`, 6_000));
  await begun(run, 'breaker');
  await come('the wave is off', () => wave.every(({ presence }) => presence === 'Offline'));
  await over(run, 'ineffective');
  org.people.skew = 40_000;
  await come(
    'the warning of the clocks',
    () => run.lines('the clocks of this machine and the platform drift apart').length > 0,
  );
  org.people.skew = 400_000;
  await begun(run, 'clock');
  org.people.skew = 0;
  await over(run, 'clock');
  await begun(run, 'engaged_too_long');
  await come('all messages', () => KINDS.every((kind) => here.hook.told.includes(kind)));
  return { scene: here, run, metrics: await run.get('/metrics'), notes: {} };
}

function counted(metrics: string, kind: string): number {
  return Number(
    new RegExp(`^idle_enforcer_alarms_total\\{kind="${kind}",organisation="default"\\} (\\d+)$`, 'm').exec(
      metrics,
    )?.[1],
  );
}

describe('a platform that cannot be reached at the start', () => {
  test('is told as blind after ten intervals, in the log, the metrics and by the webhook', () => {
    const { run, metrics, scene: here } = unreachable;
    expect(run.alarms('blind').begun[0]).toMatchObject({
      msg: 'no agent can be watched',
      fault: expect.stringMatching(
        /^loginClientCredentialsGrant: the connection to 127\.0\.0\.1:\d+ failed \(ECONNREFUSED\)\. Check /,
      ),
    });
    expect(run.alarms('blind').begun[0]?.['sweeps']).toBeGreaterThanOrEqual(10);
    expect(counted(metrics, 'blind')).toBe(1);
    expect(here.hook.told).toEqual(['blind']);
  });

  test('makes the worker not ready, and is no reason to end', () => {
    expect(unreachable.notes['ready']).toMatch(/the platform has not been reached yet/);
    expect(unreachable.run.ended).toBe(false);
  });

  test('is watched as soon as it is there', () => {
    expect(unreachable.run.alarms('blind').over).toBe(1);
  });
});

describe('a store that is lost in mid-run', () => {
  test('is told once with its reason, and no action is taken', () => {
    const { run, notes } = store;
    expect(run.alarms('store').begun[0]).toMatchObject({
      msg: 'the store failed: observing only',
      detail: expect.stringMatching(/store\.db has been lost/),
    });
    expect(notes['writes']).toBe(0);
    expect(run.lines('the store failed: observing only until it is back').length).toBeLessThanOrEqual(3);
  });

  test('is gone on with when it is back', () => {
    expect(store.notes['loggedOff']).toBe(true);
  });

  test('that is damaged is kept aside, a new one is begun, and it goes on', () => {
    const { run, scene: here, metrics } = store;
    const damaged = damageTold(run);
    expect(damaged).toMatchObject({ msg: 'the store was damaged: kept aside, a new one was begun' });
    expect(existsSync(String(damaged?.['setAside']))).toBe(true);
    expect(counted(metrics, 'store')).toBe(run.alarms('store').begun.length);
    expect(here.cast.absent.every(({ presence }) => presence === 'Offline')).toBe(true);
    expect(here.hook.told.length).toBeGreaterThan(1);
  });
});

describe.each(KINDS)('%s', (kind) => {
  test('is a line at error, a count and a message', () => {
    const { run, metrics, scene: here } = every;
    expect(run.alarms(kind).begun.length).toBeGreaterThan(0);
    expect(counted(metrics, kind)).toBe(run.alarms(kind).begun.length);
    expect(here.hook.told).toContain(kind);
  });
});

test('clocks that are half a minute apart are a warning and no alarm', () => {
  expect(every.run.alarms('clock').begun).toHaveLength(1);
});

test('through all of it no agent who works was disturbed, and no session ended', () => {
  for (const { scene: here, run } of [unreachable, store, every]) {
    expect(here.org.people.disturbed).toEqual([]);
    expect(run.ended).toBe(false);
  }
});

test('no secret is in any output or in the store', () => {
  for (const { scene: here } of [unreachable, store, every]) {
    const everything = here.trial.everything();
    for (const secret of [CLIENT_SECRET, HOOK_SECRET, ...here.org.tokens])
      expect({ found: everything.includes(secret) }).toEqual({ found: false });
  }
});

describe('a start that cannot be', () => {
  test(
    'with wrong credentials ends with 2 and says what to check, in the log and to the person',
    async () => {
      const here = scene();
      here.trial.write(await here.org.open());
      const run = here.trial.start(['run'], { GENESYS_CLIENT_SECRET: 'not-the-secret' });
      expect(await run.wait()).toBe(2);
      expect(run.lines('the idle enforcer cannot continue')[0]).toMatchObject({
        level: 'error',
        code: 2,
        why: expect.stringMatching(/Check genesys\.client_id and genesys\.client_secret/),
      });
      expect(run.output).not.toContain('not-the-secret');
    },
    AT_MOST,
  );

  test(
    'with a proxy that is none ends with 2, and keeps its password',
    async () => {
      const here = scene();
      here.trial.write('https://platform.invalid');
      const run = here.trial.start(['run'], {
        HTTPS_PROXY: 'joe:pr0xypass@proxy:3128',
        https_proxy: 'joe:pr0xypass@proxy:3128',
      });
      expect(await run.wait()).toBe(2);
      expect(run.output).toMatch(/HTTPS_PROXY is not the address of a proxy/);
      expect(run.output).not.toContain('pr0xypass');
    },
    AT_MOST,
  );

  test(
    'at a port that is taken says so',
    async () => {
      const { run } = every;
      const here = scene();
      here.trial.write('http://127.0.0.1:1');
      writeFileSync(
        here.trial.config,
        readFileSync(here.trial.config, 'utf8').replace('port: 0', `port: ${run.port()}`),
      );
      const second = here.trial.start();
      expect(await second.wait()).toBe(1);
      expect(second.output).toMatch(/cannot be listened on \(EADDRINUSE\)/);
      expect(second.output).not.toContain('Unexpected');
    },
    AT_MOST,
  );
});
