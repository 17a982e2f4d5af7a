/** Which organisations a fleet watches, and which it refuses: a platform that is not there is enough to see that. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../../src/app/compose.ts';
import { createLog } from '../../../src/app/logging.ts';
import { Fleet, type FleetParts } from '../../../src/commands/run/fleet.ts';
import { FolderWatch, type FolderChange } from '../../../src/commands/run/folder-watch.ts';
import { checkHere } from '../../../src/commands/policy-test/policy-check.ts';
import { joinedMetrics } from '../../../src/server/metrics.ts';
import { PolicyRefused } from '../../../src/policy-file/faults.ts';
import { loadFleetFile, policiesOf } from '../../../src/policy-file/fleet.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import { Redactor } from '../../../src/texts/redactor.ts';
import { BASE } from '../../controller/parts.ts';
import { Timers } from '../../app/reload-parts.ts';

/** Time stands still: whoever waits for it waits until the end. */
const STILL: Clock = { now: () => BASE, sleep: (_, signal) => never(signal) };

/** Comes to an end with the signal alone. */
function never<T>(signal: AbortSignal | undefined): Promise<T> {
  return new Promise((_, reject) => {
    if (signal?.aborted === true) reject(signal.reason as Error);
    signal?.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}

let folder: string;
let stop: AbortController;
let lines: Record<string, unknown>[];
let timers: Timers;
/** Called whenever a line of the log is written. */
let onLine: () => void;
/** The organisation of each client, as the platform has it. */
let ids: Record<string, string>;
let working: Promise<void> | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'idle-enforcer-run-fleet-'));
  mkdirSync(join(folder, 'o'));
  writeFileSync(
    join(folder, 'fleet.yaml'),
    `version: 1\norganisations: ./o/*.yaml\nstore: { sqlite: "${folder}/stores" }\n`,
  );
  stop = new AbortController();
  lines = [];
  timers = new Timers();
  onLine = () => undefined;
  ids = {};
  working = undefined;
});

afterEach(async () => {
  stop.abort(new Error('the test is over'));
  await working;
  rmSync(folder, { recursive: true });
});

const path = (file: string): string => join(folder, 'o', file);

function write(file: string, name: string, client = name): void {
  writeFileSync(
    path(file),
    `version: 1
name: ${name}
genesys: { region: eu-west-1, client_id: ${client}, client_secret: secret }
profiles: [{ name: all, match: { groups: [Agents] }, rules: [{ id: gone, when: { presence: [away] }, limit: 1h }] }]
`,
  );
}

/** A fleet whose clients sign in, and then are not answered any more. */
function loaded(): Promise<Fleet> {
  const log = createLog('info', {
    write: (line: string) => {
      lines.push(JSON.parse(line) as Record<string, unknown>);
      onLine();
    },
  });
  const read = loadFleetFile(join(folder, 'fleet.yaml'), {});
  const parts: FleetParts = {
    clock: STILL,
    log,
    redactor: new Redactor(),
    check: (file, shared) => checkHere(file, {}, { shared }),
    load: () => ({ kind: 'valid', loaded: loadFleetFile(join(folder, 'fleet.yaml'), {}), files: new Map() }),
    setLevel: () => undefined,
    after: timers.after,
    connect: (settings, around) => {
      const platform = connect(settings, around);
      const { clientId } = settings.genesys;
      const organisation = (): Promise<{ id: string; name: string; hipaa: boolean }> =>
        Promise.resolve({ id: ids[clientId] ?? clientId, name: 'x', hipaa: false });
      return {
        ...platform,
        checkCredentials: () => Promise.resolve(),
        inspection: { ...platform.inspection, organisation },
        names: (_, signal) => never(signal),
      };
    },
  };
  return Fleet.load(read, new Map(), parts);
}

/** Resolves when a line fits. */
function told(fits: (line: Record<string, unknown>) => boolean): Promise<void> {
  return new Promise((resolve) => {
    onLine = () => {
      if (lines.some(fits)) resolve();
    };
    onLine();
  });
}

const sentence = (organisation: string, msg: string) => (line: Record<string, unknown>) =>
  line['organisation'] === organisation && String(line['msg']).startsWith(msg);

describe('at its start a fleet', () => {
  test('watches what can be used, and says of all else why not, under a name that no other has', async () => {
    write('a.yaml', 'north');
    writeFileSync(path('b.yaml'), 'name: south\nversion: 2\n');
    write('c.yaml', 'same');
    write('d.yaml', 'Same', 'another');
    const fleet = await loaded();
    working = fleet.work(stop.signal);
    await told(sentence('south', 'the policy was refused'));
    await told(sentence(path('d.yaml'), 'the policy was refused'));
    await told(sentence('north', 'the platform is asked'));
    expect(fleet.ready(BASE).why.replaceAll(`${folder}/`, '')).toBe(
      `4 of 4 organisations:
north: starting: the platform has not been reached yet
south: its policy is refused: a fault at o/b.yaml:1:1, and 2 more
o/c.yaml: its policy is refused: a fault at o/c.yaml:2:7
o/d.yaml: its policy is refused: a fault at o/d.yaml:2:7`,
    );
    const text = await joinedMetrics(fleet.metrics());
    const refused = text.split('\n').filter((line) => line.startsWith('idle_enforcer_policy_refused{'));
    expect(refused.map((line) => line.replace(`${folder}/`, '').replace(`${folder}/`, ''))).toEqual([
      'idle_enforcer_policy_refused{organisation="north"} 0',
      'idle_enforcer_policy_refused{organisation="south"} 1',
      'idle_enforcer_policy_refused{organisation="o/c.yaml"} 1',
      'idle_enforcer_policy_refused{organisation="o/d.yaml"} 1',
    ]);
    expect(fleet.alive(BASE)).toEqual({ ok: true, why: 'the loops make progress' });
  });

  test('reads the name in a refused file once, however often it is called by it', async () => {
    write('a.yaml', 'north');
    writeFileSync(path('b.yaml'), 'name: south\nversion: 2\n');
    const fleet = await loaded();
    expect(fleet.pages().map(({ organisation }) => organisation)).toEqual(['north', 'south']);
    rmSync(path('b.yaml'));
    expect(fleet.pages().map(({ organisation }) => organisation)).toEqual(['north', 'south']);
  });

  test('is refused with all faults where not one organisation can be watched', async () => {
    write('a.yaml', 'same');
    write('b.yaml', 'same');
    writeFileSync(path('c.yaml'), 'version: 1\n');
    const refusal = await loaded().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(PolicyRefused);
    const files = (refusal as PolicyRefused).faults.map(({ file }) => file.slice(folder.length + 3));
    expect([...new Set(files)]).toEqual(['a.yaml', 'b.yaml', 'c.yaml']);
  });

  test('has one policy for each organisation of the platform, whatever its clients are', async () => {
    write('a.yaml', 'north');
    write('b.yaml', 'south');
    ids = { north: 'one', south: 'one' };
    const fleet = await loaded();
    working = fleet.work(stop.signal);
    await told(({ alarm }) => alarm === 'policy_refused');
    const [first] = lines.filter(({ alarm }) => alarm === 'policy_refused');
    const other = first?.['organisation'] === 'south' ? 'north' : 'south';
    expect(first?.['faults']).toEqual([
      expect.stringContaining(`its client belongs to the organisation of "${other}" as well`),
    ]);
    expect(lines.filter(({ alarm }) => alarm === 'policy_refused')).toHaveLength(1);
  });

  test('lets policies exchange their organisations, as new clients of the platform', async () => {
    write('a.yaml', 'north');
    write('b.yaml', 'south');
    ids = { north: 'one', south: 'two', 'new-north': 'two', 'new-south': 'one' };
    const fleet = await loaded();
    working = fleet.work(stop.signal);
    const asked = (name: string): number => lines.filter(sentence(name, 'the platform is asked')).length;
    await told(() => asked('north') === 1 && asked('south') === 1);
    write('a.yaml', 'north', 'new-north');
    write('b.yaml', 'south', 'new-south');
    await Promise.all(fleet.organisations.map((each) => each.recheck(stop.signal)));
    await told(() => asked('north') === 2 && asked('south') === 2);
    for (let turn = 0; turn < 100; turn += 1) await new Promise(setImmediate);
    expect(lines.filter(({ alarm }) => alarm === 'policy_refused')).toEqual([]);
  });
});

describe('files of a fleet that exchange names and clients', () => {
  const asked = (name: string): number => lines.filter(sentence(name, 'the platform is asked')).length;
  const refused = (): readonly unknown[] => lines.filter(({ alarm }) => alarm === 'policy_refused');

  async function watching(...names: readonly string[]): Promise<Fleet> {
    for (const [n, name] of names.entries()) write(`${n}.yaml`, name);
    const fleet = await loaded();
    working = fleet.work(stop.signal);
    await told(() => names.every((name) => asked(name) === 1));
    return fleet;
  }

  async function goOn(): Promise<void> {
    for (let turn = 0; turn < 100; turn += 1) await new Promise(setImmediate);
  }

  test('in one step are taken up together, whichever of them is seen first, and no refusal is said', async () => {
    const fleet = await watching('north', 'south', 'other');
    write('0.yaml', 'south');
    write('1.yaml', 'north');
    await fleet.organisations[0]!.recheck(stop.signal);
    await told(() => asked('north') === 2 && asked('south') === 2);
    await goOn();
    expect(refused()).toEqual([]);
    expect(fleet.organisations.map(({ name }) => name)).toEqual(['south', 'north', 'other']);
    expect(['north', 'south', 'other'].map(asked)).toEqual([2, 2, 1]);
  });

  test('in a ring are taken up as well', async () => {
    const fleet = await watching('a', 'b', 'c');
    for (const [n, name] of ['b', 'c', 'a'].entries()) write(`${n}.yaml`, name);
    await fleet.organisations[2]!.recheck(stop.signal);
    await told(() => ['a', 'b', 'c'].every((name) => asked(name) === 2));
    await goOn();
    expect(refused()).toEqual([]);
    expect(fleet.organisations.map(({ name }) => name)).toEqual(['b', 'c', 'a']);
  });

  test('wait for each other where one comes later: until then it is refused, and the other one goes on', async () => {
    const fleet = await watching('north', 'south');
    const [first, second] = fleet.organisations;
    write('0.yaml', 'south');
    await first!.recheck(stop.signal);
    await told(() => refused().length === 1);
    await goOn();
    expect([second!.name, asked('south')]).toEqual(['south', 1]);
    write('1.yaml', 'north');
    await second!.recheck(stop.signal);
    await told(() => asked('north') === 2 && asked('south') === 2);
    await goOn();
    expect(fleet.organisations.map(({ name }) => name)).toEqual(['south', 'north']);
    expect(refused()).toHaveLength(1);
  });
});

describe('the folder of a fleet', () => {
  function watched(): { readonly watch: FolderWatch; readonly changes: FolderChange[] } {
    const changes: FolderChange[] = [];
    const fleet = loadFleetFile(join(folder, 'fleet.yaml'), {});
    const watch = new FolderWatch(
      {
        list: () => policiesOf(fleet),
        // No events: what counts is what a look finds.
        folder: () => join(folder, 'nowhere'),
        found: policiesOf(fleet),
        after: timers.after,
      },
      (change) => changes.push(change),
    );
    return { watch, changes };
  }

  test('tells of files that have come or gone once that has lasted for a second', () => {
    write('a.yaml', 'north');
    const { watch, changes } = watched();
    write('b.yaml', 'south');
    watch.look();
    expect(changes).toEqual([]);
    watch.look();
    expect(changes).toEqual([{ kind: 'valid', loaded: [path('a.yaml'), path('b.yaml')] }]);
    rmSync(path('a.yaml'));
    watch.look();
    write('a.yaml', 'north');
    watch.look();
    watch.look();
    expect(changes).toHaveLength(1);
    watch.close();
  });

  test('that is empty all at once, or cannot be read, is no reason to end anything: it is told as a fault', () => {
    write('a.yaml', 'north');
    const { watch, changes } = watched();
    rmSync(path('a.yaml'));
    watch.look();
    watch.look();
    rmSync(join(folder, 'o'), { recursive: true });
    watch.look();
    watch.look();
    expect(changes.map((change) => (change.kind === 'refused' ? change.refusal.message : change))).toEqual([
      expect.stringContaining('no file fits it'),
      expect.stringContaining('the policies cannot be listed: it does not exist'),
    ]);
    watch.close();
  });
});
