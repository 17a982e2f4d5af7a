/** Two workers on one database, as processes of their own: one holds the lease, the other takes over when it is killed or frozen. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { asked, emptyDatabase, NO_POSTGRES, PASSWORD } from '../postgres/server.ts';
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

const scenes: Scene[] = [];
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

  beforeAll(async () => {
    [killed, frozen, away, late] = await Promise.all([kill(), freeze(), lose(), wait()]);
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
    const second = await stage.waiting();
    const early = stage.cast.gone('Left Early', 6_000);
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
