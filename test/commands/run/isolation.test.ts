/**
 * Two organisations in one program, as somebody would start it. Whatever breaks in one of them, the other one neither stops, nor acts
 * otherwise, nor says a word about it.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createSandbox, type Faults, type Sandbox } from '../../../src/sandbox/index.ts';
import { Trial, until, type Run } from '../../blackbox/program.ts';

const CLIENT_ID = 'fleet-client';
const CLIENT_SECRET = 'q8Xw2LtB7nRm4VcZ';

/** Far more than is needed, for a machine that has much else to do. */
const PATIENCE = 60_000;
const LONGEST = 4 * PATIENCE;

/** Nothing goes wrong. */
const WELL: Partial<Faults> = { tooManyRequests: 0, reset: 0 };

interface Line extends Readonly<Record<string, unknown>> {
  readonly level: string;
  readonly organisation?: string;
  readonly msg: string;
  readonly alarm?: string;
}

const trial = new Trial();
const folder = join(trial.folder, 'organisations');
const stores = join(trial.folder, 'store-of-all');
const config = join(trial.folder, 'fleet.yaml');
const sandboxes: Sandbox[] = [];
let north: Place;
let south: Place;
let run: Run;
/** How many lines of the log have been looked at. */
let seen = 0;

/** An organisation, and where it listens. */
interface Place {
  readonly sandbox: Sandbox;
  readonly url: string;
}

async function organisation(seed: number): Promise<Place> {
  const sandbox = createSandbox({
    seed,
    agents: 30,
    now: () => Date.now(),
    startsAt: Date.now() - 3 * 60 * 60_000,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
  });
  sandboxes.push(sandbox);
  const { apiUrl: url } = await sandbox.listen();
  return { sandbox, url };
}

function policy(name: string, { url }: Place, more = '', limit = '2h'): string {
  return `version: 1
name: ${name}
genesys: { region: eu-west-1, client_id: ${CLIENT_ID}, client_secret: ${CLIENT_SECRET}, timeout: 2s, api_url: "${url}", login_url: "${url}" }
sweep: { every: "* * * * * *" }
profiles: [{ name: all, rules: [{ id: gone, when: { presence: [available, away, busy, meal, idle], routing: [off_queue] }, limit: ${limit} }] }]
returns: { window: 10s, grace: 10s }
${more}`;
}

/** As a ConfigMap brings a file: there is no moment in which it holds half. */
function write(file: string, text: string): void {
  writeFileSync(join(folder, `.${file}`), text);
  renameSync(join(folder, `.${file}`), join(folder, file));
}

function lines(): readonly Line[] {
  return run.output
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as Line);
}

/** Waits for a line of the second organisation that has not been waited for before. */
async function toldOfSouth(fits: (line: Line) => boolean, called = 'south'): Promise<Line> {
  let found: Line | undefined;
  await until(() => {
    const fresh = lines().slice(seen);
    const at = fresh.findIndex((line) => line.organisation === called && fits(line));
    found = fresh[at];
    if (found !== undefined) seen += at + 1;
    return found !== undefined;
  }, PATIENCE);
  if (found === undefined) throw new Error(`no such line: ${run.output.slice(-3_000)}`);
  return found;
}

const sweeps = (of: string): number =>
  lines().filter(({ organisation: each, msg }) => each === of && msg === 'sweep done').length;

/** The first organisation sweeps twice more, and is not held. */
async function northGoesOn(): Promise<void> {
  const before = sweeps('north');
  expect(await until(() => sweeps('north') >= before + 2, PATIENCE)).toBe(true);
}

async function ready(): Promise<string> {
  return (await run.get('/readyz')).trim();
}

/** Another command on the same fleet: its exit code and what it printed. */
async function told(...args: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
  const [command = '', ...rest] = args;
  const other = trial.start([command, '--config', config, ...rest]);
  return { code: await other.wait(), text: other.output };
}

beforeAll(async () => {
  mkdirSync(folder);
  north = await organisation(1);
  south = await organisation(2);
  write('a-north.yaml', policy('north', north));
  write('b-south.yaml', policy('south', south));
  writeFileSync(
    config,
    `version: 1
organisations: ./organisations/*.yaml
store: { sqlite: ${stores} }
server: { port: 0 }
`,
  );
  run = trial.start(['run', '--config', config]);
  await toldOfSouth(({ msg }) => msg === 'sweep done');
  await northGoesOn();
}, LONGEST);

afterAll(async () => {
  await trial.close();
  for (const sandbox of sandboxes) await sandbox.close();
}, LONGEST);

describe('while the other organisation goes on', () => {
  test(
    'one has a faulty policy: it is refused, and the one before it stays in force',
    async () => {
      write('b-south.yaml', policy('south', south, 'capz: {}'));
      expect(await toldOfSouth(({ alarm }) => alarm === 'policy_refused')).toMatchObject({
        msg: 'the changed policy file was refused: the old policy stays in force',
      });
      await northGoesOn();
      expect(await ready()).toBe('the last complete sweep of each organisation is recent');
      const metrics = await run.get('/metrics');
      expect(metrics).toContain('idle_enforcer_policy_refused{organisation="south"} 1');
      expect(metrics).toContain('idle_enforcer_policy_refused{organisation="north"} 0');
    },
    LONGEST,
  );

  test(
    'one is told to slow down by its platform',
    async () => {
      write('b-south.yaml', policy('south', south));
      await toldOfSouth(({ msg }) => msg === 'the policy file means what is in force already');
      south.sandbox.setFaults({ tooManyRequests: 1, retryAfterSeconds: 1 });
      const refused = (): boolean =>
        Object.values(south.sandbox.requests.operations).some((endings) => endings['429'] !== undefined);
      expect(await until(refused, PATIENCE)).toBe(true);
      await northGoesOn();
      expect(await run.get('/metrics')).not.toMatch(/status="429",organisation="north"/);
      south.sandbox.setFaults(WELL);
      await toldOfSouth(({ msg, complete }) => msg === 'sweep done' && complete === true);
    },
    LONGEST,
  );

  test(
    'the platform of one is out of reach',
    async () => {
      south.sandbox.setFaults({ reset: 1 });
      await toldOfSouth(({ msg, complete }) => msg === 'sweep done' && complete === false);
      await northGoesOn();
      south.sandbox.setFaults(WELL);
      await toldOfSouth(({ msg, complete }) => msg === 'sweep done' && complete === true);
    },
    LONGEST,
  );

  test(
    'one is paused, and so are all where none is named',
    async () => {
      const one = await told('pause', '--organisation', 'south');
      expect(one.code).toBe(0);
      expect(await run.get('/metrics')).toContain('idle_enforcer_paused{organisation="north"} 0');
      await northGoesOn();
      expect(await run.get('/metrics')).toContain('idle_enforcer_paused{organisation="south"} 1');
      const all = await told('pause');
      expect({ code: all.code, both: /^north$[^]*^south$/m.test(all.text) }).toEqual({ code: 0, both: true });
      await northGoesOn();
      expect(await run.get('/metrics')).toContain('idle_enforcer_paused{organisation="north"} 1');
      expect((await told('resume')).code).toBe(0);
    },
    LONGEST,
  );

  test(
    'the breaker of one trips',
    async () => {
      const low = 'mode: enforce\ncaps: { settle: 0, breaker: { at_least: 1, share: 1%, hold: 30m } }';
      write('b-south.yaml', policy('south', south, low, '3s'));
      await toldOfSouth(({ alarm }) => alarm === 'breaker');
      await northGoesOn();
      const metrics = await run.get('/metrics');
      expect(metrics).toContain('idle_enforcer_breaker_tripped{organisation="south"} 1');
      expect(metrics).toContain('idle_enforcer_breaker_tripped{organisation="north"} 0');
    },
    LONGEST,
  );

  test(
    'the client of one is refused: it starts anew, says so, and is tried again',
    async () => {
      const wrong = policy('south', south).replace(`client_id: ${CLIENT_ID}`, 'client_id: another-client');
      write('b-south.yaml', wrong);
      const { fault } = await toldOfSouth(({ alarm }) => alarm === 'blind');
      expect(fault).toContain('Check genesys.client_id');
      await northGoesOn();
      expect(await ready()).toBe(
        '1 of 2 organisations:\nsouth: the platform refuses the client: check its id, its secret and its region',
      );
      expect(JSON.parse(await run.get('/status'))).toMatchObject({
        ready: false,
        organisations: [
          { organisation: 'north', ready: true, faults: [] },
          { organisation: 'south', ready: false },
        ],
      });
      write('b-south.yaml', policy('south', south));
      await toldOfSouth(({ msg }) => msg === 'sweep done');
    },
    LONGEST,
  );

  test(
    'one is taken away, and a row of its store is damaged: only its own clocks begin anew when it is back',
    async () => {
      const text = policy('south', south);
      rmSync(join(folder, 'b-south.yaml'));
      await toldOfSouth(({ msg }) => msg === 'the organisation has ended');
      expect(await run.get('/metrics')).not.toContain('south');
      await northGoesOn();
      const db = new DatabaseSync(join(stores, 'south.db'));
      db.exec("UPDATE memory SET body = '{' WHERE rowid = (SELECT min(rowid) FROM memory)");
      db.close();
      write('b-south.yaml', text);
      await toldOfSouth(({ msg }) => msg === 'an organisation was added');
      expect(await toldOfSouth(({ alarm }) => alarm === 'store')).toMatchObject({ memory: 1 });
      await northGoesOn();
    },
    LONGEST,
  );

  test(
    'a third has the name of one of them: it alone is refused',
    async () => {
      const other = await organisation(3);
      write('c-south.yaml', policy('South', other));
      const path = join(folder, 'c-south.yaml');
      expect(await toldOfSouth(({ alarm }) => alarm === 'policy_refused', path)).toMatchObject({
        faults: [
          `${path}:2:7: name: the same name stands in ${join(folder, 'b-south.yaml')}, line 2: memory is kept by it, so each needs its own`,
        ],
      });
      await northGoesOn();
      expect(await ready()).toBe(
        `1 of 3 organisations:\n${path}: its policy is refused: a fault at ${path}:2:7`,
      );
      write('c-south.yaml', policy('Third one', other));
      await toldOfSouth(({ msg }) => msg === 'sweep done', 'Third one');
    },
    LONGEST,
  );

  test(
    'two exchange their files in one step: both are taken up, with the memory of each name',
    async () => {
      const [file, other] = [join(folder, 'b-south.yaml'), join(folder, 'c-south.yaml')];
      const refusals = (): number => lines().filter(({ alarm }) => alarm === 'policy_refused').length;
      const before = refusals();
      // Its last sweep goes on for a while, and until it has ended its name is not free.
      south.sandbox.setFaults({ slow: 1, slowMs: 1_500 });
      await northGoesOn();
      renameSync(file, join(folder, '.kept'));
      renameSync(other, file);
      renameSync(join(folder, '.kept'), other);
      await toldOfSouth(({ msg }) => msg.includes('exchanges its name or client with others'));
      south.sandbox.setFaults({ slow: 0 });
      await toldOfSouth(({ msg }) => msg === 'sweep done');
      await toldOfSouth(({ msg }) => msg === 'sweep done', 'Third one');
      await northGoesOn();
      expect(refusals()).toBe(before);
      expect(await ready()).toBe('the last complete sweep of each organisation is recent');
      const { organisations } = JSON.parse(await run.get('/status')) as {
        organisations: readonly { organisation: string; file: string }[];
      };
      expect(organisations.map(({ organisation: name, file: path }) => [name, path]).slice(1)).toEqual([
        ['Third one', file],
        ['south', other],
      ]);
    },
    LONGEST,
  );
});

test(
  'in all that time the log has no warning, no error and no gap of the other organisation, and the program ends in order',
  async () => {
    expect((await run.terminate()).code).toBe(143);
    const own = lines().filter((line) => line.organisation === 'north');
    const loud = own.filter(({ level }) => level !== 'info' && level !== 'debug');
    // It was paused once, on purpose.
    expect(loud.map(({ msg }) => msg)).toEqual([
      'no action is taken: the kill switch is on; "resume" ends it',
    ]);
    expect(own.filter(({ msg, complete }) => msg === 'sweep done' && complete !== true)).toEqual([]);
    const of = new Set(lines().map((line) => line.organisation));
    expect([...of].filter((name) => name !== undefined && !name.startsWith(folder)).sort()).toEqual([
      'Third one',
      'north',
      'south',
    ]);
  },
  LONGEST,
);
