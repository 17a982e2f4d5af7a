/** Two workers on one database, as processes of their own: one holds the lease, the other takes over when it is killed or frozen. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createSandbox, type Sandbox } from '../../src/sandbox/index.ts';
import { asked, emptyDatabase, NO_POSTGRES, PASSWORD } from '../postgres/server.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { Way } from '../postgres/way.ts';
import { Cast } from './cast.ts';
import { Organisation } from './organisation.ts';
import { Trial, until, type Run } from './program.ts';

/** A machine that has much else to do may take so long. */
const AT_MOST = 120_000;
const STANDBY = 'another worker holds the store: no sweep is made while its lease lasts';

/** One organisation, and a database of its own. */
class Scene {
  readonly org = new Organisation();
  readonly trial = new Trial();
  readonly cast = new Cast(this.org.people);
  url = '';
  #drop: () => Promise<void> = () => Promise.resolve();

  async begin(through: (url: string) => Promise<string> = (url) => Promise.resolve(url)): Promise<this> {
    const { url, drop } = await emptyDatabase();
    [this.url, this.#drop] = [url, drop];
    this.trial.write(await this.org.open(), { store: `{ postgres: "${await through(url)}" }` });
    return this;
  }

  async sweeping(run = this.trial.start(), more = 2): Promise<Run> {
    const before = run.lines('sweep done').length;
    expect(await until(() => run.lines('sweep done').length > before + more, AT_MOST)).toBe(true);
    return run;
  }

  /** A worker that waits for the lease. */
  async waiting(): Promise<Run> {
    const run = this.trial.start();
    expect(await until(() => run.lines(STANDBY).length > 0, AT_MOST)).toBe(true);
    return run;
  }

  /** Intentions on record, with the sweeps that brought them. */
  intents(): Promise<readonly { readonly agent_name: string; readonly sweep_id: string }[]> {
    const sql = "SELECT agent_name, sweep_id FROM idle_enforcer.event WHERE kind = 'intent' ORDER BY seq";
    return asked(this.url, sql) as Promise<readonly { agent_name: string; sweep_id: string }[]>;
  }

  async close(): Promise<void> {
    this.cast.stop();
    await this.trial.close();
    await this.org.close();
    await this.#drop();
  }
}

/** A fleet of two organisations, and a database of its own. */
class FleetScene {
  readonly trial = new Trial();
  readonly names = ['harbour', 'mill'];
  readonly #sandboxes: Sandbox[] = [];
  #drop: () => Promise<void> = () => Promise.resolve();

  async begin(): Promise<this> {
    const { url, drop } = await emptyDatabase();
    this.#drop = drop;
    const folder = join(this.trial.folder, 'o');
    mkdirSync(folder);
    for (const [seed, name] of this.names.entries()) {
      const client = { clientId: name, clientSecret: 'sandbox-secret' };
      const sandbox = createSandbox({ seed, agents: 3, now: Date.now, startsAt: Date.now(), ...client });
      this.#sandboxes.push(sandbox);
      const { apiUrl } = await sandbox.listen();
      writeFileSync(join(folder, `${name}.yaml`), fleetPolicy(name, apiUrl));
    }
    const head = 'version: 1\norganisations: ./o/*.yaml\nserver: { host: 127.0.0.1, port: 0 }\n';
    writeFileSync(this.trial.config, `${head}store: { postgres: "${url}" }\n`);
    return this;
  }

  /** Resolves once this process has swept the organisation more often than before. */
  async sweeps(run: Run, ...names: readonly string[]): Promise<void> {
    const done = (name: string): number =>
      run.lines('sweep done').filter(({ organisation }) => organisation === name).length;
    const before = new Map(names.map((name) => [name, done(name)]));
    expect(await until(() => names.every((name) => done(name) > before.get(name)!), AT_MOST)).toBe(true);
  }

  async close(): Promise<void> {
    await this.trial.close();
    for (const sandbox of this.#sandboxes) await sandbox.close();
    await this.#drop();
  }
}

function fleetPolicy(name: string, url: string): string {
  return `version: 1
name: ${name}
genesys: { region: eu-west-1, client_id: ${name}, client_secret: sandbox-secret, api_url: "${url}", login_url: "${url}" }
sweep: { every: "*/2 * * * * *" }
profiles: [{ name: everyone, rules: [{ id: gone, when: { presence: [away] }, limit: 1h }] }]
`;
}

const scenes: Pick<Scene, 'close'>[] = [];
function scene(): Scene {
  const made = new Scene();
  scenes.push(made);
  return made;
}
afterAll(() => Promise.all(scenes.map((each) => each.close())));

const ids = (run: Run): ReadonlySet<unknown> =>
  new Set(run.lines('sweep done').map(({ sweepId }) => sweepId));

const here = NO_POSTGRES === undefined ? describe : describe.skip;

here('of two workers on one database', () => {
  let killed: { second: string; standby: string; metrics: string; offline: boolean };
  let frozen: {
    thawed: string;
    metrics: string;
    intents: readonly { agent_name: string; sweep_id: string }[];
    first: ReadonlySet<unknown>;
    second: ReadonlySet<unknown>;
    offline: readonly boolean[];
  };
  let late: { probe: string; begun: number; isSame: boolean; everything: string };
  let away: { observed: boolean; touched: string; offline: boolean; isSame: boolean; everything: string };

  let shared: { moves: number; moved: unknown; holds: readonly (readonly string[])[]; probe: string };

  beforeAll(async () => {
    [killed, frozen, away, late, shared] = await Promise.all([kill(), freeze(), lose(), wait(), share()]);
  }, 4 * AT_MOST);

  async function kill(): Promise<typeof killed> {
    const stage = await scene().begin();
    const first = await stage.sweeping();
    const second = await stage.waiting();
    const standby = await second.get('/readyz');
    await first.kill();
    await stage.sweeping(second);
    const gone = stage.cast.gone('Gone Home', 6_000);
    const offline = await until(() => gone.presence === 'Offline', AT_MOST);
    return { second: await second.get('/readyz'), standby, metrics: await second.get('/metrics'), offline };
  }

  async function freeze(): Promise<typeof frozen> {
    const stage = await scene().begin();
    const first = await stage.sweeping();
    const early = stage.cast.gone('Left Early', 6_000);
    const second = await stage.waiting();
    const isOff = await until(() => early.presence === 'Offline', AT_MOST);
    // In the middle of whatever it does.
    first.child.kill('SIGSTOP');
    const late = stage.cast.gone('Left Late', 6_000);
    await stage.sweeping(second);
    const isLateOff = await until(() => late.presence === 'Offline', AT_MOST);
    first.child.kill('SIGCONT');
    expect(await until(() => first.lines(STANDBY).length > 0, AT_MOST)).toBe(true);
    const last = stage.cast.gone('Left Last', 6_000);
    const isLastOff = await until(() => last.presence === 'Offline', AT_MOST);
    await stage.sweeping(second, 3);
    return {
      thawed: await first.get('/readyz'),
      metrics: await first.get('/metrics'),
      intents: await stage.intents(),
      first: ids(first),
      second: ids(second),
      offline: [isOff, isLateOff, isLastOff],
    };
  }

  async function lose(): Promise<typeof away> {
    let way: Way | undefined;
    const stage = await scene().begin(async (url) => {
      way = await Way.to(url);
      return way.url;
    });
    const run = await stage.sweeping();
    await way?.cut();
    const lost = (): boolean => run.lines('the lease of the store could not be renewed').length > 0;
    expect(await until(lost, AT_MOST)).toBe(true);
    const gone = stage.cast.gone('Gone Home', 6_000);
    await stage.sweeping(run, 9);
    const touched = gone.presence;
    await way?.open();
    const offline = await until(() => gone.presence === 'Offline', AT_MOST);
    const observed = run.lines('sweep done').some(({ hold }) => hold === 'store');
    const everything = stage.trial.everything();
    await way?.cut();
    return { observed, touched, offline, isSame: !run.ended, everything };
  }

  async function wait(): Promise<typeof late> {
    let way: Way | undefined;
    const stage = await scene().begin(async (url) => {
      way = await Way.to(url);
      await way.cut();
      return way.url;
    });
    const run = stage.trial.start();
    const failed = (): boolean => run.alarms('store').begun.length > 0;
    expect(await until(failed, AT_MOST)).toBe(true);
    const probe = await run.get('/readyz');
    await way?.open();
    await stage.sweeping(run);
    const begun = run.alarms('store').begun.length;
    const everything = stage.trial.everything();
    await way?.cut();
    return { probe, begun, isSame: !run.ended, everything };
  }

  async function share(): Promise<typeof shared> {
    const stage = new FleetScene();
    scenes.push(stage);
    await stage.begin();
    const first = stage.trial.start();
    await stage.sweeps(first, ...stage.names);
    const second = stage.trial.start();
    const moves = (): ReturnType<Run['lines']> => first.lines('the organisation moves to another replica');
    expect(await until(() => moves().length > 0, AT_MOST)).toBe(true);
    const moved = String(moves()[0]?.['organisation']);
    await stage.sweeps(second, moved);
    const probe = await second.get('/readyz');
    let holds: readonly (readonly string[])[] = [];
    // What it hears of the other is some seconds old.
    const end = Date.now() + AT_MOST;
    while (holds.flat().length !== 2 && Date.now() < end) {
      await sleep(500);
      const status = JSON.parse(await second.get('/status')) as { replicas: { holds: string[] }[] };
      holds = status.replicas.map((each) => each.holds);
    }
    await second.kill();
    await stage.sweeps(first, ...stage.names);
    return { moves: moves().length, moved, holds, probe };
  }

  test('one waits, which its probe tells, and takes over at once from one that was killed', () => {
    expect(killed.standby).toContain('standby: another worker holds the lease');
    expect(killed.second).toContain('the last complete sweep is recent');
    expect(killed.metrics).toContain('idle_enforcer_lease_held{organisation="default"} 1');
    expect(killed.metrics).toContain('idle_enforcer_lease_epoch{organisation="default"} 2');
    expect(killed.offline).toBe(true);
  });

  test('one that was frozen does nothing once it thaws, and the other has acted in its place', () => {
    expect(frozen.offline).toEqual([true, true, true]);
    expect(frozen.thawed).toContain('standby: another worker holds the lease');
    expect(frozen.metrics).toContain('idle_enforcer_lease_held{organisation="default"} 0');
    const [early, ...others] = frozen.intents;
    expect(early?.agent_name).toBe('Left Early');
    expect(frozen.first.has(early?.sweep_id)).toBe(true);
    const after = others.filter(({ agent_name: name }) => name !== 'Left Early');
    expect(after.map(({ agent_name: name }) => name)).toEqual(['Left Late', 'Left Last']);
    expect(after.every(({ sweep_id: id }) => frozen.second.has(id) && !frozen.first.has(id))).toBe(true);
  });

  test('a fleet is shared evenly: one organisation moves to a worker that has come, and back when that is killed', () => {
    expect(shared.moves).toBe(1);
    expect(shared.holds.map(({ length }) => length)).toEqual([1, 1]);
    expect(shared.holds[0]).toEqual([shared.moved]);
    expect(shared.probe).toContain('standby: other workers hold the lease of 1 of 2 organisations');
  });

  test('a database that goes away stops action and not observation, and the worker comes back by itself', () => {
    expect(away).toMatchObject({ observed: true, offline: true, isSame: true });
    expect(away.touched).not.toBe('Offline');
    expect(away.everything).not.toContain(PASSWORD);
  });

  test('a database that is away when the worker starts is waited for, and said once', () => {
    expect(late).toMatchObject({ begun: 1, isSame: true });
    expect(late.probe).toContain('it could not be started: the log says why');
    expect(late.everything).not.toContain(PASSWORD);
  });
});

if (NO_POSTGRES !== undefined) test.skip(NO_POSTGRES, () => undefined);
